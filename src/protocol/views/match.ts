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
import { drawAt, fractionOf, seedOf } from "./match/draw.ts";
import { lookAndTake } from "./match/look.ts";
import { PROBATION } from "./match/worth.ts";
import { recentTrust } from "./recent-trust.ts";

/** Who steps back asks again after so long, and then may be let through. */
const GATE_MS = 10_000;
/** In a burst an agent without a task of its own tries this much less: each has its taker. */
const UNMATCHED = 0.25;
/** So few are let through whatever there is: their races cost less than the waiting would. */
const GATE_LEAST = 8;

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
  const { doable } = seen;
  if (yields && crowd.idle.length > Math.min(GATE_LEAST, doable)) {
    const room = Math.max(doable * (burst ? UNMATCHED : 1), GATE_LEAST);
    const chance = isHeldBack(view, agent, now, crowd.idle, doable)
      ? PROBATION
      : room / crowd.idle.length;
    const draw = drawAt(seedOf(agent, "gate"), Math.floor(now / GATE_MS));
    if (fractionOf(draw) > chance) return { kind: "yield", open: doable, idle: crowd.idle.length };
  }
  return { kind: "task", task };
}

/** Whether an agent is a newcomer among such as are known. */
function isOnProbation(view: View, agent: AgentId, now: number): boolean {
  const trust = recentTrust(view, now);
  return trust.known && trust.standing(agent) === undefined;
}

/**
 * Whether a newcomer leaves what there is to those who are known, as these are enough for all of it. One time in
 * ten it is let through, so that it may become known: the part of downloads that EigenTrust (Kamvar, Schlosser and
 * Garcia-Molina, 2003) gives to peers without a score.
 */
function isHeldBack(
  view: View,
  agent: AgentId,
  now: number,
  idle: readonly AgentId[],
  doable: number,
): boolean {
  if (idle.length <= doable || !isOnProbation(view, agent, now)) return false;
  const trust = recentTrust(view, now);
  return idle.filter((one) => trust.isKnown(one)).length >= doable;
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

function takeable(
  view: View,
  agent: AgentId,
  now: number,
  id: string,
  except: ReadonlySet<string> | undefined,
): TaskState | undefined {
  const declined = view.get(`declined/${agent}`)?.[id];
  if (except?.has(id) === true || (declined !== undefined && now < declined)) return undefined;
  const task = view.get(`task/${id}`);
  return task !== undefined && refuseTaking(view, agent, task, now) === undefined
    ? task
    : undefined;
}
