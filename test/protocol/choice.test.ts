import fc from "fast-check";
import { expect, test } from "vitest";
import type { AgentId, TaskId } from "../../src/protocol/ids.ts";
import { bestFor } from "../../src/protocol/views/match.ts";
import { MemoryState, Overlay } from "../../src/protocol/state.ts";
import type { AgentState, Key, MoundState, TaskState, Value } from "../../src/protocol/state.ts";

const NOW = 1_000;
const AGENT = "ant-1" as AgentId;

interface Planted {
  readonly priority: number;
  readonly token: number;
  /** The end of a lease, or none. */
  readonly until: number | null;
  readonly blocked: boolean;
}

const planted = fc.record<Planted>({
  priority: fc.integer({ min: 0, max: 4 }),
  token: fc.integer({ min: 0, max: 3 }),
  until: fc.constantFrom(null, NOW - 1, NOW, NOW + 1),
  blocked: fc.boolean(),
});

test("the one best task is the first of them all, whatever stands in the way of others", () => {
  fc.assert(
    fc.property(fc.array(planted, { maxLength: 40 }), fc.nat({ max: 40 }), (tasks, split) => {
      const entries = tasks.map((task, at) => entriesOf(task, at));
      // Some below, some on top, as in the middle of a batch.
      const below = new MemoryState([...members(), ...entries.slice(0, split).flat()]);
      const view = new Overlay(below);
      view.apply(new Map(entries.slice(split).flat()));
      const all = bestFor(view, AGENT, NOW, tasks.length + 1);
      expect(bestFor(view, AGENT, NOW, 1)).toEqual(all.slice(0, 1));
      const but = new Set(all.slice(0, 1).map(({ id }) => id));
      expect(bestFor(view, AGENT, NOW, 1, { except: but })).toEqual(all.slice(1, 2));
      const takeable = tasks.filter(
        ({ until, blocked }) => !blocked && (until === null || until <= NOW),
      );
      expect(all.map(({ priority }) => priority)).toEqual(
        takeable.map(({ priority }) => priority).toSorted((a, b) => b - a),
      );
    }),
  );
});

function members(): readonly (readonly [Key, Value])[] {
  const mound = { claimsMax: 16 } as Partial<MoundState> as MoundState;
  const agent = { id: AGENT, status: "active" } as Partial<AgentState> as AgentState;
  return [
    ["mound", mound],
    [`agent/${AGENT}`, agent],
  ];
}

function entriesOf(
  { priority, token, until, blocked }: Planted,
  at: number,
): readonly (readonly [Key, Value])[] {
  const id = `${String(at).padStart(7, "0")}-task`;
  const claim = until === null ? undefined : { agent: "ant-2", token, until };
  const task = {
    id,
    priority,
    token,
    claim,
    needs: [],
    paths: [],
    after: blocked ? ["missing-task"] : [],
    attempts: [],
    afterAny: [],
    attemptsMax: 3,
    trust: 0,
    stake: 0,
    freed: 0,
    brink: false,
  };
  const todo = {
    priority,
    token,
    until: until ?? undefined,
    created: 0,
    deadline: undefined,
    needs: undefined,
    after: blocked ? (["missing-task"] as TaskId[]) : undefined,
    failed: undefined,
    lapses: undefined,
    terms: undefined,
  };
  return [
    [`task/${id}`, task as unknown as TaskState],
    [`todo/${id}`, todo],
  ];
}
