/**
 * Which task an agent takes: each decides for itself, from what lies in the mound. Every open task has
 * a weight (match/stimulus.ts, match/aptitude.ts); one is drawn by weighted rendezvous (Thaler and
 * Ravishankar, 1998; Schindelhauer and Schomaker, 2005): the least of −ln(u) / weight, with u from a hash
 * of agent, task and epoch. So many agents that read the same tip hardly ever want the same task.
 */
import type { AgentId } from "../ids.ts";
import type { Choice, Choosing } from "../rules/choice.ts";
import { refuseAny, refuseTaking } from "../rules/eligibility.ts";
import { awardedTo } from "../rules/turns.ts";
import type { TaskState, View } from "../state.ts";
import { BURST_MIN, matchFor } from "./match/burst.ts";
import { crowdOf } from "./match/crowd.ts";
import { isOnProbation, stepsBackFrom } from "./match/gate.ts";
import { lookAndTake } from "./match/look.ts";

/** The task that an agent takes at log time `now` (milliseconds), if any. */
export function choose(view: View, agent: AgentId, now: number, how: Choosing = {}): Choice {
  // The judge would refuse every one of them.
  if (refuseAny(view, agent, now) !== undefined) return { kind: "none" };
  const [awarded] = awardedFor(view, agent, now, how);
  if (awarded !== undefined) return { kind: "task", task: awarded };
  const crowd = crowdOf(view);
  const yields = how.yields === true && how.delay !== 0;
  const burst = crowd.idle.length > BURST_MIN && how.delay !== 0;
  if (burst && !(yields && isOnProbation(view, agent, now))) {
    const own = matchFor(view, agent, crowd.idle);
    const task = own === undefined ? undefined : takeable(view, agent, now, own, how.except);
    if (task !== undefined) return { kind: "task", task };
  }
  const { seen, tasks } = lookAndTake(view, agent, now, how, { crowd, count: 1 });
  const [task] = tasks;
  if (task === undefined) return { kind: "none" };
  if (yields) {
    const { doable } = seen;
    const rivals = stepsBackFrom(view, agent, now, { task, doable, crowd, burst });
    if (rivals !== undefined) return { kind: "yield", task, open: doable, idle: rivals };
  }
  return { kind: "task", task };
}

/** The first few tasks in the order of the agent's draws, the one it would take first. */
export function bestFor(
  view: View,
  agent: AgentId,
  now: number,
  count: number,
  how: Choosing = {},
): readonly TaskState[] {
  const awarded = awardedFor(view, agent, now, how).slice(0, count);
  if (awarded.length === count) return awarded;
  const crowd = crowdOf(view);
  return [
    ...awarded,
    ...lookAndTake(view, agent, now, how, { crowd, count: count - awarded.length }).tasks,
  ];
}

/** What is the agent's to take, and nobody else's, comes before all that it could choose. */
function awardedFor(
  view: View,
  agent: AgentId,
  now: number,
  { except }: Choosing,
): readonly TaskState[] {
  return awardedTo(view, agent, now).filter(
    (task) => takeable(view, agent, now, task.id, except) !== undefined,
  );
}

/** The task, where the agent may take it at log time `now` (milliseconds) and has not declined it. */
export function takeable(
  view: View,
  agent: AgentId,
  now: number,
  id: string,
  except?: ReadonlySet<string>,
): TaskState | undefined {
  const declined = view.get(`declined/${agent}`)?.[id];
  if (except?.has(id) === true || (declined !== undefined && now < declined)) return undefined;
  const task = view.get(`task/${id}`);
  return task !== undefined && refuseTaking(view, agent, task, now) === undefined
    ? task
    : undefined;
}
