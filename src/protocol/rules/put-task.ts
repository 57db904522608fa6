import { taskHead } from "../ids.ts";
import type { AgentId } from "../ids.ts";
import type { Overlay, TaskState } from "../state.ts";
import type { TodoState } from "../todo-state.ts";
import { noteGraph } from "./graph.ts";
import { lapsesAtEnd } from "./quarantine.ts";
import { keepReserved } from "./reservations.ts";
import { isSettled } from "./task-status.ts";
import { keepUnreviewed } from "./unreviewed.ts";

/** Writes a task and keeps what is derived from it by key: holdings, reserved paths, open tasks, the id's head. */
export function putTask(state: Overlay, written: TaskState): void {
  const next = onBrink(state, written);
  const before = state.get(`task/${next.id}`);
  state.set(`task/${next.id}`, next);
  if (before === undefined) state.set(`head/${taskHead(next.id)}`, next.id);
  if (before?.claim !== next.claim) {
    const [from, to] = [before?.claim, next.claim];
    if (from !== undefined && from.agent !== to?.agent) drop(state, from.agent, next.id);
    if (to !== undefined) hold(state, to.agent, next.id, to.until);
  }
  keepReserved(state, before, next);
  keepUnreviewed(state, before, next);
  const todo = isSettled(next) ? undefined : todoOf(next);
  if (todo !== undefined || state.get(`todo/${next.id}`) !== undefined)
    state.set(`todo/${next.id}`, todo);
  const change = Number(!isSettled(next)) - Number(before !== undefined && !isSettled(before));
  noteGraph(state, before, next);
  if (change !== 0) {
    state.set(`made/${next.creator}`, (state.get(`made/${next.creator}`) ?? 0) + change);
  }
}

/** What time will make of its claim is told by whoever sees the task alone. */
function onBrink(state: Overlay, task: TaskState): TaskState {
  const quarantine = state.get("mound")?.quarantine ?? 0;
  const brink = quarantine > 0 && task.claim !== undefined && lapsesAtEnd(task) >= quarantine;
  return brink === task.brink ? task : { ...task, brink };
}

function todoOf(task: TaskState): TodoState {
  const { priority, token, claim, created, deadline } = task;
  const failed = task.attempts
    .filter(({ outcome }) => outcome === "failed" || outcome === "expired")
    .map(({ agent }) => agent);
  return {
    priority,
    token,
    until: claim?.until,
    created,
    deadline,
    needs: some(task.needs),
    after: some(task.after),
    failed: some(failed),
    lapses: lapsesAtEnd(task) || undefined,
    terms: todoTerms(task),
  };
}

/** What an agent chooses by besides; undefined where nothing is said. */
export function todoTerms({ trust, value, stake, auction }: TaskState): TodoState["terms"] {
  const plain = trust === 0 && value === 0 && stake === 0 && auction === undefined;
  return plain ? undefined : { trust, value, stake, auctioned: auction !== undefined };
}

function some<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}

function hold(state: Overlay, agent: AgentId, task: string, until: number): void {
  const held = without(state, agent, task);
  held[task] = until;
  state.set(`held/${agent}`, held);
}

function drop(state: Overlay, agent: AgentId, task: string): void {
  state.set(`held/${agent}`, without(state, agent, task));
}

/**
 * A copy without a prototype, which engines keep as a table from the start: of objects spread from one
 * another, each with other names, a fold was measured to spend a tenth of its time on their shapes.
 */
function without(state: Overlay, agent: AgentId, task: string): Record<string, number> {
  const before = state.get(`held/${agent}`) ?? {};
  const held = Object.create(null) as Record<string, number>;
  for (const name of Object.keys(before)) if (name !== task) held[name] = before[name]!;
  return held;
}
