/**
 * Who lets claims lapse takes nothing for a while, and twice as long each time: a member that claims and
 * abandons holds a task for ever shorter parts of the time.
 */
import { fault, type Fault } from "../fault.ts";
import type { AgentId } from "../ids.ts";
import type { Overlay, TaskState, View } from "../state.ts";
import { settings } from "./members.ts";

/** Longer, and a machine that was off for a weekend would be out for the week after it. */
export const COOLING_MAX_MS = 24 * 3_600_000;

/** [CL16] Who cools down takes nothing at log time `now` (milliseconds). */
export function refuseCooling(
  view: View,
  agent: AgentId,
  _task: unknown,
  now: number,
): Fault | undefined {
  const cooling = view.get(`cooling/${agent}`);
  if (cooling === undefined || now >= cooling.until) return undefined;
  return fault("CL16", { code: "cooling-down", agent, ...cooling });
}

/** Of a claim that ended as expired. */
export function noteLapse(state: Overlay, agent: AgentId, time: number): void {
  const { cooldown } = settings(state);
  if (!(cooldown > 0)) return;
  const before = state.get(`cooling/${agent}`);
  const known = before !== undefined && time < before.until + COOLING_MAX_MS ? before : undefined;
  const lapses = (known?.lapses ?? 0) + 1;
  const until = Math.max(known?.until ?? 0, time + coolingTime(cooldown, lapses));
  state.set(`cooling/${agent}`, { lapses, until });
}

/**
 * Of work that counts: what is done, and accepted where that is asked for. By what somebody gave itself
 * to do nobody cools down sooner, or a task of one's own would undo each lapse.
 */
export function noteWork(
  state: Overlay,
  agent: AgentId,
  { creator }: Pick<TaskState, "creator">,
): void {
  if (agent !== creator && state.get(`cooling/${agent}`) !== undefined)
    state.set(`cooling/${agent}`, undefined);
}

/** Milliseconds after so many lapses: the first time `cooldown`, then twice as long each time, at most a day. */
export function coolingTime(cooldown: number, lapses: number): number {
  let length = Math.min(cooldown, COOLING_MAX_MS);
  for (let more = 1; more < lapses && length < COOLING_MAX_MS; more += 1)
    length = Math.min(COOLING_MAX_MS, length * 2);
  return length;
}
