import type { AgentId } from "../../ids.ts";
import type { Choosing } from "../../rules/choice.ts";
import { refuseTaking } from "../../rules/eligibility.ts";
import { Overlay, type TaskState, type View } from "../../state.ts";
import { boardOf, gather, ID_AT, type TodoKey } from "./board.ts";
import type { Crowd } from "./crowd.ts";
import { drawFor, exponentialOf, fractionOf, seedOf } from "./draw.ts";
import { Nearest } from "./nearest.ts";
import { sharpened, sharpnessFor } from "./spread.ts";
import { survey, type Survey } from "./survey.ts";

/** So long an agent's draws stay the same: who looks and then claims claims what was shown. */
const EPOCH_MS = 60_000;
/** How long others' claims stay unseen where nobody says: from the look at the origin to the push. */
const DELAY_MS = 3_000;
/**
 * So few idle agents go for what is most urgent all the same: who loses draws anew, and that costs less
 * than an order of priorities on which a small mound cannot rely.
 */
const FEW = 8;
/** As a rule one of the best few may be taken; where none may, the next look is wider by as much. */
const WIDTH = 8;

/** The open tasks as an agent sees them; good until the next look, which uses a column again. */
export interface Seen extends Survey {
  /** The sharpness, as a place in `SHARPNESS`. */
  readonly step: number;
  /** λ·L: claims of others that are not seen yet. */
  readonly unseen: number;
  readonly seed: number;
}

/** Weighs the open tasks, and how sharply to go by the weights. */
function look(
  view: View,
  agent: AgentId,
  now: number,
  how: Choosing,
  crowd: Crowd,
  board = boardOf(view, now),
): Seen {
  const { losses = 0, delay = DELAY_MS } = how;
  const weighed = survey(view, agent, now, board, exceptOf(view, agent, now, how));
  const unseen = (crowd.rate * delay) / 1_000;
  const others = delay === 0 ? 0 : Math.max(0, crowd.idle.length - FEW);
  const step = sharpnessFor(weighed, { unseen, others, losses });
  return { ...weighed, step, unseen, seed: seedOf(agent, Math.floor(now / EPOCH_MS), losses) };
}

/**
 * Looks, and takes the first few. Where nothing that has landed may be taken, there may be something in
 * what is planned on top of it.
 */
export function lookAndTake(
  view: View,
  agent: AgentId,
  now: number,
  how: Choosing,
  { crowd, count }: { readonly crowd: Crowd; readonly count: number },
): { readonly seen: Seen; readonly tasks: readonly TaskState[] } {
  const seen = look(view, agent, now, how, crowd);
  const tasks = first(seen, view, agent, now, count);
  if (tasks.length > 0 || !(view instanceof Overlay)) return { seen, tasks };
  const planned = look(view, agent, now, how, crowd, gather(view, now));
  return { seen: planned, tasks: first(planned, view, agent, now, count) };
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
function nearest({ count, hashes, own, stimuli, step, seed, doable }: Seen, width: number) {
  const best = new Nearest(Math.min(width, Math.max(1, doable)));
  let { bound } = best;
  for (let at = 0; at < count; at += 1) {
    if (!(own[at]! > 0)) continue;
    const weight = own[at]! * sharpened(stimuli[at]!, step);
    const draw = drawFor(seed, hashes[at]!);
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
