import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isSettled } from "../../../src/protocol/rules/task-status.ts";
import type { TaskState } from "../../../src/protocol/state.ts";
import { isOutOfReach, strandedBy } from "../../../src/protocol/views/stranded.ts";
import { attemptOf, Graph, idOf, randomTasks } from "../../support/graphs.ts";
import { prng } from "../../../src/base/prng.ts";
import { runs } from "../../support/scale.ts";

const [a, b, c, d] = [idOf(0), idOf(1), idOf(2), idOf(3)];

describe("what waits for ever", () => {
  test("waits for what was cancelled or has failed, directly or through others", () => {
    const graph = new Graph([{ id: a }, { id: b, after: [a] }, { id: c, after: [b] }, { id: d }]);
    const by = (id: typeof a) => strandedBy(graph.state)(graph.task(id));
    expect([a, b, c, d].map(by)).toEqual([[], [], [], []]);
    graph.cancel(a);
    expect([a, b, c, d].map(by)).toEqual([[], [a], [a], []]);
    graph
      .put({ id: b, after: [d] })
      .put({ id: d, attempts: [attemptOf("failed")], attemptsMax: 1 });
    expect([b, c].map(by)).toEqual([[d], [d]]);
    // One more may try: there is hope again.
    graph.put({ id: d, attemptsMax: 2 });
    expect([b, c].map(by)).toEqual([[], []]);
  });

  test("is not what may still have one of several, or waits for a review", () => {
    const graph = new Graph([
      { id: a },
      { id: b, review: true },
      { id: c, afterAny: [a, b] },
      { id: d, after: [b] },
    ]);
    const by = (id: typeof a) => strandedBy(graph.state)(graph.task(id));
    graph.cancel(a).finish(b);
    expect([c, d].map(by)).toEqual([[], []]);
    graph.put({ id: b, attempts: [] }).cancel(b);
    expect([c, d].map(by)).toEqual([[a, b], [b]]);
  });

  test("is what looking through all finds, in any graph", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), fc.nat(), (count, seed) => {
        const random = prng(seed);
        const graph = new Graph(randomTasks(count, seed, 3));
        for (let n = 0; n < count; n++) {
          const fate = random() % 4;
          if (fate === 0) graph.cancel(idOf(n));
          else if (fate === 1) graph.finish(idOf(n));
        }
        const lost = (task: TaskState): boolean => isOutOfReach(task) || hopeless(task);
        const hopeless = (task: TaskState): boolean => {
          if (isSettled(task)) return false;
          const any = task.afterAny.map((id) => graph.task(id));
          if (any.length > 0 && any.every(lost)) return true;
          return task.after.some((id) => lost(graph.task(id)));
        };
        const by = strandedBy(graph.state);
        for (let n = 0; n < count; n++) {
          const task = graph.task(idOf(n));
          expect([n, by(task).length > 0]).toEqual([n, hopeless(task)]);
          expect(by(task).every((id) => isOutOfReach(graph.task(id)))).toBe(true);
        }
      }),
      runs(100),
    );
  });

  test("is found at the end of a chain of ten thousand", () => {
    const length = 10_000;
    const chain = new Graph(
      Array.from({ length }, (_, n) => ({ id: idOf(n), after: n === 0 ? [] : [idOf(n - 1)] })),
    );
    chain.cancel(a);
    expect(strandedBy(chain.state)(chain.task(idOf(length - 1)))).toEqual([a]);
  });
});
