/**
 * Which task an agent takes: each decides for itself, from what lies in the mound. Every open task has
 * a weight (match/stimulus.ts, match/aptitude.ts); one is drawn by weighted rendezvous (Thaler and
 * Ravishankar, 1998; Schindelhauer and Schomaker, 2005): the least of −ln(u) / weight, with u from a hash
 * of agent, task and epoch. So many agents that read the same tip hardly ever want the same task.
 */
import type { AgentId } from "../ids.ts";
import type { Choice, Choosing } from "../rules/choice.ts";
import { refuseTaking } from "../rules/eligibility.ts";
import type { TaskState, View } from "../state.ts";
import { crowdOf, type Crowd } from "./match/crowd.ts";
import { drawAt, drawFor, exponentialOf, fractionOf, seedOf } from "./match/draw.ts";
import { BURST_MIN, matchFor } from "./match/burst.ts";
import { Nearest } from "./match/nearest.ts";
import { sourcesOf } from "./match/sources.ts";
import { sharpened, sharpnessFor } from "./match/spread.ts";
import { ID_AT, survey, type Survey, type TodoKey } from "./match/survey.ts";

/** So long an agent's draws stay the same: who looks and then claims claims what was shown. */
const EPOCH_MS = 60_000;
/** Who steps back asks again after so long, and then may be let through. */
const GATE_MS = 10_000;
/** In a burst an agent without a task of its own tries this much less: each has its taker. */
const UNMATCHED = 0.25;
/** So few are let through whatever there is: their races cost less than the waiting would. */
const GATE_LEAST = 8;
/** How long others' claims stay unseen where nobody says: from the look at the origin to the push. */
const DELAY_MS = 3_000;
/** As a rule one of the best few may be taken; where none may, the next look is wider by as much. */
const WIDTH = 8;

/** The task that an agent takes at log time `now` (milliseconds), if any. */
export function choose(view: View, agent: AgentId, now: number, how: Choosing = {}): Choice {
  const crowd = crowdOf(view);
  const burst = crowd.idle.length > BURST_MIN && how.delay !== 0;
  if (burst) {
    const own = matchFor(view, agent, crowd.idle);
    const task = own === undefined ? undefined : takeable(view, agent, now, own, how.except);
    if (task !== undefined) return { kind: "task", task };
  }
  const seen = look(view, agent, now, how, crowd);
  if (how.yields === true) {
    const room = Math.max(seen.count * (burst ? UNMATCHED : 1), GATE_LEAST);
    const share = room / crowd.idle.length;
    const draw = drawAt(seedOf(agent, "gate"), Math.floor(now / GATE_MS));
    if (seen.count > 0 && fractionOf(draw) > share)
      return { kind: "yield", open: seen.count, idle: crowd.idle.length };
  }
  const task = first(seen, view, agent, now, 1)[0];
  return task === undefined ? { kind: "none" } : { kind: "task", task };
}

/** The first few tasks in the order of the agent's draws, the one it would take first. */
export function bestFor(
  view: View,
  agent: AgentId,
  now: number,
  count: number,
  how: Choosing = {},
): readonly TaskState[] {
  return first(look(view, agent, now, how, crowdOf(view)), view, agent, now, count);
}

interface Seen extends Survey {
  readonly step: number;
  readonly seed: number;
}

/** Weighs the open tasks, and how sharply to go by the weights. */
function look(view: View, agent: AgentId, now: number, how: Choosing, crowd: Crowd): Seen {
  const { losses = 0, delay = DELAY_MS } = how;
  const weighed = survey(view, agent, now, sourcesOf(view, now), exceptOf(view, agent, now, how));
  const others = Math.max(0, crowd.idle.length - 1);
  const contention =
    delay === 0
      ? { unseen: 0, others: 0, losses }
      : { unseen: (crowd.rate * delay) / 1_000, others, losses };
  const step = sharpnessFor(weighed, contention);
  return { ...weighed, step, seed: seedOf(agent, Math.floor(now / EPOCH_MS), losses) };
}

/** Only the judge's word says who may take what: it is asked for the best, one after the other. */
function first(
  seen: Seen,
  view: View,
  agent: AgentId,
  now: number,
  count: number,
): readonly TaskState[] {
  const found: TaskState[] = [];
  let asked = 0;
  for (let width = Math.max(WIDTH, count); ; width *= WIDTH) {
    const order = nearest(seen, width);
    for (const { item } of order.slice(asked)) {
      const task = view.get(`task/${seen.keys[item]!.slice(ID_AT)}`)!;
      if (refuseTaking(view, agent, task, now) === undefined) found.push(task);
      if (found.length >= count) return found;
    }
    asked = order.length;
    if (asked < width) return found;
  }
}

/** The places of the least −ln(u) / weight. */
function nearest({ count, keys, tokens, own, stimuli, step, seed }: Seen, width: number) {
  const best = new Nearest(Math.min(width, Math.max(1, count)));
  let { bound } = best;
  for (let at = 0; at < count; at += 1) {
    const weight = own[at]! * sharpened(stimuli[at]!, step);
    const draw = drawFor(seed, keys[at]!, ID_AT, tokens[at]!);
    // −ln(u) is never below 1 − u: nearly all are out before their logarithm is taken.
    if (1 - fractionOf(draw) > bound * weight) continue;
    best.add(exponentialOf(draw) / weight, at);
    bound = best.bound;
  }
  return best.sorted();
}

/** What is not to be chosen: what the caller leaves alone, and what the agent has declined. */
function exceptOf(
  view: View,
  agent: AgentId,
  now: number,
  { except }: Choosing,
): ReadonlySet<TodoKey> {
  const keys = new Set<TodoKey>();
  for (const id of except ?? []) keys.add(`todo/${id}`);
  const declined = view.get(`declined/${agent}`);
  for (const id in declined) if (now < declined[id]!) keys.add(`todo/${id}`);
  return keys;
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
