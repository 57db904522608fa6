import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { prng } from "../../../src/base/prng.ts";
import type { TaskId } from "../../../src/protocol/ids.ts";
import { isSettled } from "../../../src/protocol/rules/task-status.ts";
import { MemoryState, type TaskState } from "../../../src/protocol/state.ts";
import { UNBLOCKS_MAX, urgencyOf } from "../../../src/protocol/views/urgency.ts";
import { Graph, idOf, randomTasks } from "../../support/graphs.ts";
import { runs } from "../../support/scale.ts";

const tasksOf = (state: MemoryState): readonly TaskState[] =>
  state.keys("task/").map((key) => state.get(key as `task/${string}`)!);

const namedBy = ({ after, afterAny }: TaskState): readonly TaskId[] => [...after, ...afterAny];

/** What waits for each unsettled task, by looking at every task again for every one. */
function byForce(state: MemoryState): ReadonlyMap<TaskId, { unblocks: number; depth: number }> {
  const open = tasksOf(state).filter((task) => !isSettled(task));
  const waiting = (id: TaskId): readonly TaskState[] =>
    open.filter((task) => namedBy(task).includes(id));
  const depth = (id: TaskId): number => 1 + Math.max(0, ...waiting(id).map((one) => depth(one.id)));
  const reached = (id: TaskId): ReadonlySet<TaskId> => {
    const found = new Set<TaskId>();
    const look = (at: TaskId): void => {
      for (const one of waiting(at)) if (!found.has(one.id)) look((found.add(one.id), one.id));
    };
    look(id);
    return found;
  };
  return new Map(
    open.map(({ id }) => [
      id,
      { unblocks: Math.min(UNBLOCKS_MAX, reached(id).size), depth: depth(id) },
    ]),
  );
}

function expectExact(state: MemoryState): void {
  const urgency = urgencyOf(state);
  for (const [id, { unblocks, depth }] of byForce(state)) {
    const found = urgency(id);
    expect([id, found.unblocks, found.depth]).toEqual([id, unblocks, depth]);
  }
}

/** Any change of any task, whether the judge would take it or not. */
function change(graph: Graph, random: () => number, count: number): void {
  const n = random() % count;
  const task = graph.task(idOf(n));
  const some = (): TaskId[] =>
    n === 0 ? [] : Array.from({ length: random() % 3 }, () => idOf(random() % n));
  switch (random() % 6) {
    case 0:
      graph.put({ id: task.id, after: [...new Set(some())], afterAny: [...new Set(some())] });
      break;
    case 1:
      graph.cancel(task.id);
      break;
    case 2:
      graph.put({ id: task.id, attempts: [], cancelled: undefined });
      break;
    case 3:
      graph.put({ id: task.id, title: "another" });
      break;
    default:
      graph.finish(task.id);
  }
}

describe("what a task holds up", () => {
  test("is what looking at all finds, whatever changes, also in older states and other branches", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 14 }),
        fc.integer({ min: 1, max: 4 }),
        fc.nat(),
        (count, density, seed) => {
          const random = prng(seed);
          let graph = new Graph(randomTasks(count, seed, density));
          const states: MemoryState[] = [];
          for (let step = 0; step < 24; step++) {
            // Values are shared between the copies, as between a state and what is tried on top of it.
            states.push(new MemoryState(graph.state.entries()));
            change(graph, random, count);
            expectExact(graph.state);
            const back = states[random() % states.length]!;
            expectExact(back);
            if (random() % 5 === 0) {
              graph = new Graph();
              graph.state.apply(back.entries());
            }
          }
        },
      ),
      runs(60),
    );
  });

  test("is kept by task: what waits for one is who names it, sorted", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 14 }), fc.nat(), (count, seed) => {
        const random = prng(seed);
        const graph = new Graph(randomTasks(count, seed, 3));
        for (let step = 0; step < 12; step++) change(graph, random, count);
        const tasks = tasksOf(graph.state);
        for (const { id } of tasks) {
          const waiting = tasks.filter((task) => namedBy(task).includes(id)).map((task) => task.id);
          expect(graph.state.get(`waits/${id}`) ?? []).toEqual(waiting.toSorted());
        }
      }),
      runs(60),
    );
  });

  test("stops counting at the limit, in a chain of ten thousand and in a fan", () => {
    const length = 10_000;
    const chain = new Graph(
      Array.from({ length }, (_, n) => ({ id: idOf(n), after: n === 0 ? [] : [idOf(n - 1)] })),
    );
    const urgency = urgencyOf(chain.state);
    expect(urgency(idOf(0))).toMatchObject({ unblocks: UNBLOCKS_MAX, depth: length });
    expect(urgency(idOf(length - 1))).toMatchObject({ unblocks: 0, depth: 1 });
    expect(urgency(idOf(length - 6))).toMatchObject({ unblocks: 5, depth: 6 });
    const fan = new Graph([
      { id: idOf(0) },
      ...Array.from({ length: 5_000 }, (_, n) => ({ id: idOf(n + 1), after: [idOf(0)] })),
    ]);
    expect(urgencyOf(fan.state)(idOf(0))).toMatchObject({ unblocks: UNBLOCKS_MAX, depth: 2 });
  });

  test("is walked again only when the edges change: finishing what was ready renews nothing", () => {
    const graph = new Graph([
      { id: idOf(0) },
      { id: idOf(1), after: [idOf(0)] },
      { id: idOf(2), after: [idOf(1)] },
      { id: idOf(3) },
    ]);
    const before = graph.state.get("graph");
    graph.finish(idOf(0)).finish(idOf(3)).finish(idOf(1));
    expect(graph.state.get("graph")).toBe(before);
    graph.put({ id: idOf(4), after: [idOf(2)] });
    expect(graph.state.get("graph")).not.toBe(before);
    expect(urgencyOf(graph.state)(idOf(2))).toMatchObject({ unblocks: 1, depth: 2 });
  });
});
