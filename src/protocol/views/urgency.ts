/**
 * What waits for a task: how much of the work it holds up. An edge counts while both its ends are
 * unsettled, those of `after_any` like those of `after`.
 */
import type { GraphState } from "../graph-state.ts";
import type { TaskId } from "../ids.ts";
import type { View } from "../state.ts";

export interface Urgency {
  /** Unsettled tasks that wait for it, directly or through unsettled others; `UNBLOCKS_MAX` at most. */
  readonly unblocks: number;
  /** Tasks in the longest chain of unsettled ones that begins with it: 1 where none waits. */
  readonly depth: number;
}

/** Beyond it no choice comes out otherwise, and counting on would cost the square of a large graph. */
export const UNBLOCKS_MAX = 64;

/**
 * Answers for tasks that are not settled; of others the answer means nothing. Each task and each edge
 * is walked once, when it is first asked for, and again only when `graph` in the state is a new value:
 * finishing what was ready renews none.
 */
export function urgencyOf(view: View): (id: TaskId) => Urgency {
  const graph = view.get("graph");
  if (graph === undefined) return () => ALONE;
  const known = knownOf(graph);
  return (id) => known.get(id) ?? (isUnsettled(view, id) ? walk(view, known, id) : ALONE);
}

const ALONE: Urgency = { unblocks: 0, depth: 1 };

/** By the value's identity: views that share it agree on every task that is unsettled in both. */
const KNOWN = new WeakMap<GraphState, Map<TaskId, Node>>();

function knownOf(graph: GraphState): Map<TaskId, Node> {
  const known = KNOWN.get(graph) ?? new Map<TaskId, Node>();
  KNOWN.set(graph, known);
  return known;
}

interface Node extends Urgency {
  /** All that wait for it, where they are fewer than `UNBLOCKS_MAX`. */
  readonly waiting: readonly Node[];
  /** The node that counted this one last, so that none is counted twice. */
  countedBy: TaskId | undefined;
}

const NONE: readonly TaskId[] = [];

interface Step {
  readonly id: TaskId;
  readonly waiting: readonly TaskId[];
  at: number;
}

/** Without recursion: a chain may have ten thousand tasks. */
function walk(view: View, known: Map<TaskId, Node>, start: TaskId): Urgency {
  const trail: Step[] = [stepAt(view, known, start)];
  for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
    const next = top.waiting[top.at++];
    if (next === undefined) {
      known.set(top.id, count(top, known));
      trail.pop();
    } else if (!known.has(next)) trail.push(stepAt(view, known, next));
  }
  return known.get(start)!;
}

function stepAt(view: View, known: ReadonlyMap<TaskId, Node>, id: TaskId): Step {
  const waiting = view.get(`waits/${id}`);
  if (waiting === undefined) return { id, waiting: NONE, at: 0 };
  // What is not settled may be known, and is found so without making a key.
  const open = waiting.filter((other) => known.has(other) || isUnsettled(view, other));
  return { id, waiting: open, at: 0 };
}

/** The union of what waits for those that wait: one that reached the limit takes this one there too. */
function count({ id, waiting }: Step, known: ReadonlyMap<TaskId, Node>): Node {
  let depth = 1;
  let full = waiting.length >= UNBLOCKS_MAX;
  const all: Node[] = [];
  const add = (node: Node): void => {
    if (node.countedBy === id) return;
    node.countedBy = id;
    all.push(node);
  };
  for (const other of waiting) {
    const node = known.get(other)!;
    depth = Math.max(depth, node.depth + 1);
    full ||= node.unblocks === UNBLOCKS_MAX;
    if (full) continue;
    add(node);
    for (const further of node.waiting) add(further);
    full = all.length >= UNBLOCKS_MAX;
  }
  return full
    ? { unblocks: UNBLOCKS_MAX, depth, waiting: [], countedBy: undefined }
    : { unblocks: all.length, depth, waiting: all, countedBy: undefined };
}

function isUnsettled(view: View, id: TaskId): boolean {
  return view.get(`todo/${id}`) !== undefined;
}
