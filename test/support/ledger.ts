import { expect } from "vitest";
import { assert } from "../../src/base/assert.ts";
import type { Incoming } from "../../src/protocol/kinds/incoming.ts";
import type { Verdict } from "../../src/protocol/judge.ts";
import { isSettled } from "../../src/protocol/rules/task-status.ts";
import type { TaskState, View } from "../../src/protocol/state.ts";

interface Life {
  token: number;
  /** The claim that stands, as its record says. */
  claim: { readonly agent: string; readonly token: number; until: number } | undefined;
  done: boolean;
  readonly ended: Set<number>;
}

type Fields = Record<string, unknown> & {
  readonly task: string;
  readonly token: number;
  readonly agent: string;
};

/**
 * What was promised of tasks, kept from the accepted records alone and without the judge's own
 * state: one winner at a time, tokens that only rise, one end for each token, one result for each task.
 */
export class Ledger {
  readonly #lives = new Map<string, Life>();
  readonly #nonces = new Set<string>();

  take(verdict: Verdict): void {
    if (!verdict.accepted) {
      const strange = [...verdict.delta.keys()].filter(
        (key) => !/^(line$|refusals$|commit\/|cheat\/|astray\/)/.test(key),
      );
      assert(strange.length === 0, `a refused commit changed ${strange.join(" ")}`);
      return;
    }
    for (const record of verdict.records) this.#record(record, verdict.time);
  }

  #record(record: Incoming, time: number): void {
    assert(!this.#nonces.has(record.fields.nonce), "a nonce was accepted twice");
    this.#nonces.add(record.fields.nonce);
    const fields = record.fields as unknown as Fields;
    const life = this.#lives.get(fields.task) ?? {
      token: 0,
      claim: undefined,
      done: false,
      ended: new Set<number>(),
    };
    this.#lives.set(fields.task, life);
    if (record.kind === "claim") this.#claim(life, fields);
    if (record.kind === "attempt") this.#attempt(life, fields, time);
    if (record.kind === "review" && fields["verdict"] === "rejected") life.done = false;
  }

  #claim(life: Life, fields: Fields): void {
    const until = Number(fields["until"]);
    assert(!life.done, "a task was claimed that is done");
    if (life.claim?.token === fields.token) {
      assert(life.claim.agent === fields.agent, "a claim was renewed by another");
      assert(until > life.claim.until, "a renewal did not end later");
      life.claim.until = until;
      return;
    }
    // Nobody holds the task: the claim before this one was ended, in an earlier commit or in this one.
    assert(life.claim === undefined, "a task was claimed twice");
    assert(fields.token === life.token + 1, "a token did not rise by one");
    life.token = fields.token;
    life.claim = { agent: fields.agent, token: fields.token, until };
  }

  #attempt(life: Life, fields: Fields, time: number): void {
    assert(!life.ended.has(fields.token), "a token ended twice");
    assert(life.claim?.token === fields.token, "an attempt of another token");
    const outcome = fields["outcome"];
    if (outcome === "expired") assert(life.claim.until <= time, "a claim expired before its time");
    else if (outcome !== "cancelled")
      assert(life.claim.agent === fields.agent, "a claim was ended by another");
    life.ended.add(fields.token);
    life.claim = undefined;
    if (outcome === "done") life.done = true;
  }
}

/** What the state keeps by key besides the tasks is what the tasks say. */
export function expectDerived(state: View): void {
  const held = new Map<string, Record<string, number>>();
  const made = new Map<string, number>();
  const todo = new Map<string, unknown>();
  for (const key of state.keys("task/")) {
    const task = state.get(key as `task/${string}`)!;
    if (task.claim !== undefined)
      held.set(task.claim.agent, { ...held.get(task.claim.agent), [task.id]: task.claim.until });
    if (isSettled(task)) continue;
    made.set(task.creator, (made.get(task.creator) ?? 0) + 1);
    const { id, priority, token, claim, created, deadline, needs, after } = task;
    const failed = task.attempts.flatMap(({ outcome, agent }) =>
      outcome === "failed" || outcome === "expired" ? [agent] : [],
    );
    const some = (list: readonly string[]) => (list.length > 0 ? list : undefined);
    const lists = { needs: some(needs), after: some(after), failed: some(failed) };
    const lapsed = task.attempts.filter(({ outcome }) => outcome === "expired");
    const lapses = [...lapsed, ...(claim === undefined ? [] : [claim])];
    const { trust, value, stake } = task;
    const terms = {
      lapses: lapses.filter((one) => one.token > task.freed).length || undefined,
      terms: isPlain(task)
        ? undefined
        : { trust, value, stake, auctioned: task.auction !== undefined },
    };
    const times = { until: claim?.until, created, deadline };
    todo.set(`todo/${id}`, { priority, token, ...times, ...lists, ...terms });
  }
  const kept = new Map<string, unknown>();
  state.eachTodo((key, value) => kept.set(key, value));
  expect(kept).toEqual(todo);
  for (const key of state.keys("held/"))
    expect(state.get(key as `held/${string}`)).toEqual(held.get(key.slice(5)) ?? {});
  for (const key of state.keys("made/"))
    expect(state.get(key as `made/${string}`)).toBe(made.get(key.slice(5)) ?? 0);
  for (const agent of held.keys()) expect(state.get(`held/${agent}`)).toBeDefined();
  for (const agent of made.keys()) expect(state.get(`made/${agent}`)).toBeDefined();
}

function isPlain({ trust, value, stake, auction }: TaskState): boolean {
  return trust + value + stake === 0 && auction === undefined;
}
