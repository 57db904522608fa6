import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { prng } from "../../../src/base/prng.ts";
import type { TaskId } from "../../../src/protocol/ids.ts";
import { isSatisfied, isSettled } from "../../../src/protocol/rules/task-status.ts";
import type { TaskState } from "../../../src/protocol/state.ts";
import { graphOf } from "../../../src/protocol/views/graph.ts";
import { Graph, idOf, randomTasks } from "../../support/graphs.ts";
import { runs } from "../../support/scale.ts";

const [a, b, c, d, e] = [idOf(0), idOf(1), idOf(2), idOf(3), idOf(4)];

/** The ids of each layer. */
const shape = (graph: ReturnType<typeof graphOf>) =>
  graph.layers.map((layer) => layer.map(({ id }) => id));

describe("the picture of what waits for what", () => {
  test("has a task one layer behind the last that it waits for, and the longest chain", () => {
    const graph = new Graph([
      { id: a },
      { id: b, after: [a] },
      { id: c, after: [a], afterAny: [a, b] },
      { id: d, afterAny: [c] },
      { id: e },
    ]);
    const found = graphOf(graph.state);
    expect(shape(found)).toEqual([[a, e], [b], [c], [d]]);
    expect(found.edges).toEqual([
      { from: a, to: b, any: false },
      { from: a, to: c, any: false },
      { from: b, to: c, any: true },
      { from: c, to: d, any: true },
    ]);
    expect(found.critical).toEqual([a, b, c, d]);
    expect(shape(graphOf(graph.state, { task: graph.task(b) }))).toEqual([[a], [b], [c], [d]]);
    expect(shape(graphOf(graph.state, { task: graph.task(e) }))).toEqual([[e]]);
  });

  test("leaves out what is settled, but for what is still waited for and what was asked for", () => {
    const graph = new Graph([
      { id: a },
      { id: b },
      { id: c, review: true },
      { id: d, after: [a, b, c] },
    ]);
    graph.finish(a).cancel(b).finish(c);
    const found = graphOf(graph.state);
    expect(shape(found)).toEqual([[b, c], [d]]);
    expect([found.left, found.critical]).toEqual([1, [d]]);
    expect(shape(graphOf(graph.state, { settled: true }))).toEqual([[a, b, c], [d]]);
    expect(shape(graphOf(graph.state, { task: graph.task(a) }))).toEqual([[a], [d]]);
    expect(graphOf(new Graph().state)).toEqual({ layers: [], edges: [], critical: [], left: 0 });
  });

  test("has nothing wait for the others once one of several is done", () => {
    const graph = new Graph([
      { id: a },
      { id: b, after: [a] },
      { id: c, after: [b] },
      { id: d, afterAny: [a, c] },
      { id: e, afterAny: [d, c] },
    ]);
    expect(graphOf(graph.state).critical).toEqual([a, b, c, d, e]);
    graph.finish(a);
    const found = graphOf(graph.state);
    expect(shape(found)).toEqual([[b, d], [c], [e]]);
    expect(found.critical).toEqual([b, c, e]);
    expect(found.edges).toEqual([
      { from: b, to: c, any: false },
      { from: c, to: e, any: true },
      { from: d, to: e, any: true },
    ]);
    // With all that is settled the picture is how it was meant; the chain is of what is left.
    const all = graphOf(graph.state, { settled: true });
    expect(shape(all)).toEqual([[a], [b], [c], [d], [e]]);
    expect(all.critical).toEqual([b, c, e]);
    expect(shape(graphOf(graph.state, { task: graph.task(a) }))).toEqual([[a], [b, d], [c], [e]]);
  });

  test("of any graph: layers are the longest paths, edges lead forward, and no chain is longer", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 14 }),
        fc.nat(),
        fc.boolean(),
        (count, seed, settled) => {
          const random = prng(seed);
          const graph = new Graph(randomTasks(count, seed, 3));
          for (let n = 0; n < count; n++) if (random() % 3 === 0) graph.finish(idOf(n));
          const { layers, edges, critical, left } = graphOf(graph.state, { settled });
          const layerOf = new Map(layers.flatMap((layer, at) => layer.map(({ id }) => [id, at])));
          const tasks = Array.from({ length: count }, (_, n) => graph.task(idOf(n)));
          const holders = (one: TaskState): readonly TaskId[] => {
            const met = one.afterAny.some((id) => isSatisfied(graph.task(id)));
            const any = one.afterAny.filter((id) => !met || isSatisfied(graph.task(id)));
            return [...one.after, ...any];
          };
          const drawn = tasks.filter(
            (task) =>
              settled ||
              !isSettled(task) ||
              (!isSatisfied(task) &&
                tasks.some((one) => !isSettled(one) && holders(one).includes(task.id))),
          );
          expect([...layerOf.keys()].toSorted()).toEqual(drawn.map(({ id }) => id));
          expect(left).toBe(count - drawn.length);
          for (const one of drawn) {
            const { id, after, afterAny } = one;
            const named = settled ? [...after, ...afterAny] : holders(one);
            const before = named.filter((other) => layerOf.has(other));
            const last = Math.max(-1, ...before.map((other) => layerOf.get(other)!));
            expect(layerOf.get(id)).toBe(last + 1);
            expect(edges.filter(({ to }) => to === id).map(({ from }) => from)).toEqual(
              [...new Set(before)].toSorted(),
            );
          }
          const chain = (id: string): number =>
            1 +
            Math.max(
              0,
              ...tasks
                .filter((one) => !isSettled(one) && holders(one).includes(id as TaskId))
                .map((one) => chain(one.id)),
            );
          const open = tasks.filter((one) => !isSettled(one)).map(({ id }) => chain(id));
          expect(critical).toHaveLength(Math.max(0, ...open));
          critical.slice(1).forEach((to, at) => {
            expect(edges.some((edge) => edge.from === critical[at] && edge.to === to)).toBe(true);
          });
        },
      ),
      runs(80),
    );
  });
});
