/** What waits for what, as a picture has it: layers, edges, and the longest chain of work that is left. */
import type { TaskId } from "../ids.ts";
import { isSatisfied, isSettled } from "../rules/task-status.ts";
import type { TaskState, View } from "../state.ts";

export interface GraphEdge {
  /** What is to be done first. */
  readonly from: TaskId;
  readonly to: TaskId;
  /** One of several is enough. */
  readonly any: boolean;
}

export interface TaskGraph {
  /** From what waits for nothing: a task lies one layer behind the last that it waits for; by id. */
  readonly layers: readonly (readonly TaskState[])[];
  /** In order of `from`, then `to`; a task that is named in both ways is no choice. */
  readonly edges: readonly GraphEdge[];
  /** The longest chain of unsettled tasks, the first by id of equals; empty where no task is left. */
  readonly critical: readonly TaskId[];
  /** Settled tasks that belong to the picture, and are not in it. */
  readonly left: number;
}

/**
 * The graph of a task with all that it waits for and all that waits for it, or of all tasks. Settled
 * ones are drawn only where something unsettled still waits for them, or `settled` asks for them; the
 * task that was asked for is drawn in any case. Where one of several was enough and is done, nothing
 * waits for the others any more. Linear in the tasks and edges, but for their sorting.
 */
export function graphOf(
  view: View,
  options: { readonly task?: TaskState; readonly settled?: boolean } = {},
): TaskGraph {
  const { task, settled = false } = options;
  const near = task === undefined ? allOf(view) : around(view, task);
  const drawn = settled ? near : withoutSettled(view, near, task);
  const holding = edgesAmong(drawn, (one) => holdersOf(view, one));
  const edges = settled ? edgesAmong(drawn, ({ afterAny }) => afterAny) : holding;
  const order = inOrder(drawn, edges);
  return {
    layers: layersOf(order, edges),
    edges,
    critical: criticalOf(order, holding),
    left: near.size - drawn.size,
  };
}

type Tasks = ReadonlyMap<TaskId, TaskState>;

function allOf(view: View): Tasks {
  const ids = view.keys("task/").map((key) => key.slice("task/".length) as TaskId);
  return new Map(ids.map((id) => [id, view.get(`task/${id}`)!]));
}

function around(view: View, task: TaskState): Tasks {
  const found = new Map([[task.id, task]]);
  const walk = (next: (at: TaskState) => readonly TaskId[]): void => {
    const rest = [task];
    for (let at = rest.pop(); at !== undefined; at = rest.pop())
      for (const id of next(at)) {
        if (found.has(id)) continue;
        const other = view.get(`task/${id}`)!;
        found.set(id, other);
        rest.push(other);
      }
  };
  walk(({ after, afterAny }) => [...after, ...afterAny]);
  walk(({ id }) => view.get(`waits/${id}`) ?? []);
  return found;
}

/** Of the tasks of which one is enough those that matter: all of them, or, once that is done, which did it. */
function holdersOf(view: View, { afterAny }: TaskState): readonly TaskId[] {
  const met = afterAny.filter((id) => isSatisfied(view.get(`task/${id}`)));
  return met.length === 0 ? afterAny : met;
}

function withoutSettled(view: View, near: Tasks, task: TaskState | undefined): Tasks {
  const kept = new Set<TaskId>(task === undefined ? [] : [task.id]);
  for (const one of near.values()) {
    if (isSettled(one)) continue;
    kept.add(one.id);
    for (const other of [...one.after, ...holdersOf(view, one)])
      if (!isSatisfied(near.get(other))) kept.add(other);
  }
  return new Map([...near].filter(([id]) => kept.has(id)));
}

function edgesAmong(
  drawn: Tasks,
  anyOf: (task: TaskState) => readonly TaskId[],
): readonly GraphEdge[] {
  const edges: GraphEdge[] = [];
  for (const task of drawn.values()) {
    const { id: to, after } = task;
    const all = new Set(after);
    for (const from of all) if (drawn.has(from)) edges.push({ from, to, any: false });
    for (const from of new Set(anyOf(task)))
      if (drawn.has(from) && !all.has(from)) edges.push({ from, to, any: true });
  }
  return edges.toSorted((a, b) => compare(a.from, b.from) || compare(a.to, b.to));
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Each task after all that it waits for: Kahn's algorithm (1962). */
function inOrder(drawn: Tasks, edges: readonly GraphEdge[]): readonly TaskState[] {
  const waits = new Map<TaskId, number>();
  for (const { to } of edges) waits.set(to, (waits.get(to) ?? 0) + 1);
  const waiting = waitingOf(edges);
  const order = [...drawn.values()].filter(({ id }) => !waits.has(id));
  for (const { id } of order) {
    for (const to of waiting.get(id) ?? []) {
      const left = waits.get(to)! - 1;
      waits.set(to, left);
      if (left === 0) order.push(drawn.get(to)!);
    }
  }
  return order;
}

function waitingOf(edges: readonly GraphEdge[]): ReadonlyMap<TaskId, readonly TaskId[]> {
  const waiting = new Map<TaskId, TaskId[]>();
  for (const { from, to } of edges) {
    const list = waiting.get(from);
    if (list === undefined) waiting.set(from, [to]);
    else list.push(to);
  }
  return waiting;
}

function layersOf(
  order: readonly TaskState[],
  edges: readonly GraphEdge[],
): readonly (readonly TaskState[])[] {
  const waiting = waitingOf(edges);
  const layerOf = new Map<TaskId, number>();
  const layers: TaskState[][] = [];
  for (const task of order) {
    const layer = layerOf.get(task.id) ?? 0;
    (layers[layer] ??= []).push(task);
    for (const to of waiting.get(task.id) ?? [])
      layerOf.set(to, Math.max(layerOf.get(to) ?? 0, layer + 1));
  }
  return layers.map((layer) => layer.toSorted((a, b) => compare(a.id, b.id)));
}

function criticalOf(order: readonly TaskState[], edges: readonly GraphEdge[]): readonly TaskId[] {
  const waiting = waitingOf(edges);
  const length = new Map<TaskId, number>();
  for (const task of order.toReversed()) {
    if (isSettled(task)) continue;
    const behind = (waiting.get(task.id) ?? []).map((to) => length.get(to) ?? 0);
    length.set(task.id, 1 + Math.max(0, ...behind));
  }
  const longest = (ids: Iterable<TaskId>): TaskId | undefined => {
    let best: TaskId | undefined;
    for (const id of ids) {
      if (!length.has(id)) continue;
      const more = best === undefined ? 1 : length.get(id)! - length.get(best)!;
      if (more > 0 || (more === 0 && id < best!)) best = id;
    }
    return best;
  };
  const chain: TaskId[] = [];
  for (let at = longest(length.keys()); at !== undefined; at = longest(waiting.get(at) ?? []))
    chain.push(at);
  return chain;
}
