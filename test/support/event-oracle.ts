/**
 * What a world's events must be, told from its accepted records alone: without the folded state, and
 * by looking at every lease and every deadline again at every commit.
 */
import type { Incoming } from "../../src/protocol/kinds/incoming.ts";
import type { CheatState } from "../../src/protocol/trust-state.ts";
import type { MoundEvent } from "../../src/protocol/views/event.ts";
import type { Life, Ability, Against, Fields, Words } from "./event-oracle-types.ts";
import { Purses } from "./purses.ts";
import type { World } from "./world.ts";

/** One line for each event of a batch; a commit that tells nothing is an empty batch. */
export type Told = readonly string[];

export function lineOf({ id, type, time, commit, task, agent, token }: MoundEvent): string {
  return wordsOf(type, id, time, commit, task, agent, token);
}

/** Every batch of a world's history. */
export function expectedBatches(world: World): readonly Told[] {
  const oracle = new Oracle();
  world.log.forEach(({ oid }, at) => {
    const verdict = world.verdicts[at]!;
    if (verdict.accepted) oracle.accept(oid, verdict.time, verdict.records);
    else {
      // It proves no time, so no more is due before it than before the next accepted one.
      const next = world.verdicts.slice(at).find(({ accepted }) => accepted);
      oracle.refuse(oid, verdict.time, next?.time ?? Infinity);
      const cheat = verdict.delta.get(`cheat/${oid}`) as CheatState | undefined;
      if (cheat !== undefined) oracle.cheats.set(oid, cheat.agent);
    }
  });
  return oracle.batches;
}

class Oracle {
  readonly batches: Told[] = [];
  /** The refused commits that were noted as cheats, and whose they are. */
  readonly cheats = new Map<string, string>();
  readonly #slashed = new Set<string>();
  readonly #lives = new Map<string, Life>();
  readonly #members = new Set<string>();
  readonly #away = new Set<string>();
  readonly #abilities = new Map<string, Ability>();
  readonly #purses = new Purses();
  #given = 0;
  #reviewValue = 0;
  #commit = "";

  refuse(commit: string, time: number, next: number): void {
    this.#pass(Math.min(time, next));
    this.#commit = commit;
    this.batches.push([wordsOf("change.refused", `${commit}.0`, time, commit)]);
  }

  accept(commit: string, time: number, records: readonly Incoming[]): void {
    this.#pass(time);
    const kinds = new Set(records.map(({ kind }) => kind));
    const waited = [...this.#lives.keys()].filter((task) => this.#waits(task));
    const told: Words[] = records.length === 0 ? [["change.repaired"]] : [];
    const able = this.#able();
    const needs = new Map([...this.#lives].map(([id, life]) => [id, life.needs.join()]));
    const words = records.flatMap(({ kind, fields }) => {
      if (kind === "denounce") return this.#tellDenounce(fields as unknown as Against);
      const about = this.#tell(kind, fields as unknown as Fields, kinds);
      return about === undefined ? [] : [about];
    });
    told.push(...words);
    for (const { what, task, agent } of this.#purses.take(records, time))
      told.push([`credit.${what}`, task ?? "", agent]);
    for (const task of waited.toSorted())
      if (!this.#waits(task) && this.#isFree(task, time)) told.push(["task.ready", task]);
    for (const { kind, fields } of records) {
      const { task, token, outcome } = fields as unknown as Fields;
      const life = this.#lives.get(task);
      if (kind !== "attempt" || outcome !== "done" || !(life!.asked || life!.apart)) continue;
      told.push(["review.waiting", task, life!.last!.agent, token]);
    }
    const needy = (id: string): boolean =>
      this.#lives.get(id)!.needs.join() !== (needs.get(id) ?? "");
    const unmatched = this.#unmatched(time).filter(
      (id) => needy(id) || someone(able, this.#lives.get(id)!.needs, time),
    );
    // In the order of records, as a commit writes tasks only; then those that somebody leaves behind.
    const written = records.map(({ fields }) => (fields as unknown as Fields).id);
    unmatched.sort((a, b) => written.indexOf(a) - written.indexOf(b) || (a < b ? -1 : 1));
    told.push(...unmatched.map((id): Words => ["task.unmatched", id]));
    this.batches.push(
      told.map(([type, ...about], n) => wordsOf(type, `${commit}.${n}`, time, commit, ...about)),
    );
    this.#commit = commit;
  }

  #waits(task: string): boolean {
    const { after, any } = this.#lives.get(task)!;
    const met = (id: string): boolean => {
      const { done, review, apart } = this.#lives.get(id)!;
      return review || apart ? done === "accepted" : done !== "no";
    };
    return !after.every(met) || (any.length > 0 && !any.some(met));
  }

  /** Neither over nor held. */
  #isFree(task: string, time: number): boolean {
    const { claim, attempts, losers, cancelled, done } = this.#lives.get(task)!;
    const lost = new Set([...losers, ...(claim === undefined ? [] : [claim.agent])]);
    const held = claim !== undefined && time < claim.until;
    return !cancelled && done === "no" && !held && lost.size < attempts;
  }

  /** Every lease and deadline after the last that was given, up to this time, in order. */
  #pass(until: number): void {
    const due: { at: number; order: string; line: string }[] = [];
    for (const [task, { claim, deadline = 0, attempts, losers, over }] of this.#lives) {
      const look = (type: string, at: number, id: string): void => {
        if (at <= this.#given || at > until) return;
        const line = wordsOf(type, id, at, this.#commit, task, claim?.agent, claim?.token);
        due.push({ at, order: `${at} ${task} ${type}`, line });
      };
      if (claim !== undefined)
        look("claim.lapsed", claim.until, `claim.lapsed/${task}/${claim.token}/${claim.until}`);
      const failed = claim === undefined && losers.size >= attempts;
      if (!over && !failed) look("task.overdue", deadline, `task.overdue/${task}/${deadline}`);
    }
    this.#given = Math.max(this.#given, until);
    due.sort((a, b) => (a.order < b.order ? -1 : 1));
    for (const moment of new Set(due.map(({ at }) => at)))
      this.batches.push(due.filter(({ at }) => at === moment).map(({ line }) => line));
  }

  #tell(kind: string, fields: Fields, kinds: ReadonlySet<string>): Words | undefined {
    this.#reviewValue = kind === "mound" ? (fields.review_value ?? 0) : this.#reviewValue;
    if (kind === "mound") return [this.#commit === "" ? "mound.founded" : "mound.changed"];
    if (kind === "agent") {
      const type = this.#members.has(fields.agent) ? "agent.changed" : "agent.joined";
      this.#members.add(fields.agent);
      this.#away.delete(fields.agent);
      if ((fields.status ?? "active") !== "active") this.#away.add(fields.agent);
      return [type, "", fields.agent];
    }
    if (kind === "vouch") {
      const { subject, status } = fields as unknown as Against;
      return [status === undefined ? "vouch.added" : "vouch.withdrawn", "", subject];
    }
    if (kind === "capabilities") {
      const { skills = [], tags = [], until = Infinity } = fields as Partial<Fields>;
      this.#abilities.set(fields.agent, { names: [...skills, ...tags], until });
    }
    if (kind === "grant") return undefined;
    if (kind === "capabilities")
      return kinds.has("agent") ? undefined : ["agent.changed", "", fields.agent];
    return kind === "task" ? this.#tellTask(fields) : this.#tellWork(kind, fields, kinds);
  }

  #tellDenounce({ subject, proof, severity, status }: Against): Words[] {
    if (status !== undefined) return [["denounce.withdrawn", "", subject]];
    const said: Words = ["agent.denounced", "", subject];
    const known = this.#slashed.has(`${subject} ${proof}`);
    if (severity === undefined && (known || this.cheats.get(proof) !== subject)) return [said];
    this.#slashed.add(`${subject} ${proof}`);
    return [said, ["agent.slashed", "", subject]];
  }

  /** What every member says of itself, one by one. */
  #able(): readonly Ability[] {
    return [...this.#abilities].flatMap(([agent, ability]) =>
      this.#away.has(agent) ? [] : [ability],
    );
  }

  /** Those that wait for somebody whom there is not. */
  #unmatched(time: number): string[] {
    const able = this.#able();
    return [...this.#lives].flatMap(([id, { claim, attempts, losers, over, needs }]) => {
      if (over || (claim !== undefined && time < claim.until)) return [];
      const failed = new Set([...losers, ...(claim === undefined ? [] : [claim.agent])]);
      if (failed.size >= attempts) return [];
      return needs.length > 0 && !someone(able, needs, time) ? [id] : [];
    });
  }

  #tellTask({
    id,
    deadline,
    attempts = 3,
    after = [],
    after_any: any = [],
    review,
    reviewer,
    value = 0,
    needs = [],
  }: Fields): Words {
    const before = this.#lives.get(id);
    const blank = {
      claim: undefined,
      last: undefined,
      losers: new Set<string>(),
      over: false,
      cancelled: false,
      done: "no" as const,
      apart: false,
    };
    const asked = review === "required" || reviewer !== undefined;
    const said = {
      deadline,
      attempts,
      after,
      any,
      review: review === "required",
      asked,
      value,
      needs,
    };
    this.#lives.set(id, { ...(before ?? blank), ...said });
    return [before === undefined ? "task.added" : "task.changed", id];
  }

  #tellWork(kind: string, fields: Fields, kinds: ReadonlySet<string>): Words | undefined {
    const { task, token, agent, outcome } = fields;
    const life = this.#lives.get(task)!;
    const { claim } = life;
    switch (kind) {
      case "claim":
        life.claim = life.last = fields;
        if (claim === undefined) return ["task.claimed", task, agent, token];
        return kinds.has("progress") ? undefined : ["claim.renewed", task, agent, token];
      case "progress":
        return ["task.progress", task, agent, token];
      case "attempt":
        life.claim = undefined;
        if (outcome === "done") life.over = true;
        if (outcome === "done") life.done = "done";
        life.apart = outcome === "done" && this.#reviewValue > 0 && life.value >= this.#reviewValue;
        if (outcome === "failed" || outcome === "expired") life.losers.add(claim!.agent);
        if (outcome === "cancelled") return undefined;
        return [
          outcome === "expired" ? "claim.expired" : `task.${outcome}`,
          task,
          claim!.agent,
          token,
        ];
      case "decline":
        return ["task.declined", task, agent];
      case "cancel":
        life.over = life.cancelled = true;
        return kinds.has("attempt")
          ? ["task.cancelled", task, life.last!.agent, life.last!.token]
          : ["task.cancelled", task];
      default:
        life.done = fields.verdict === "rejected" ? "no" : "accepted";
        if (fields.verdict === "rejected") life.over = false;
        return [`task.${fields.verdict}`, task, life.last!.agent, token];
    }
  }
}

function someone(able: readonly Ability[], needs: readonly string[], time: number): boolean {
  return able.some(
    ({ names, until }) => time < until && needs.every((need) => names.includes(need)),
  );
}

function wordsOf(
  type: string,
  id: string,
  time: number,
  commit: string,
  task = "",
  agent = "",
  token: number | "" = "",
): string {
  return [type, id, time, commit, task, agent, token].join(" ");
}
