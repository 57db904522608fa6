/** Which facts of the log are deeds, and what they weigh: in quarters, after the table of weights in SPEC.md. */
import type { AgentId } from "../../ids.ts";
import type { Outcome, Overlay, TaskState } from "../../state.ts";
import { prove, rate } from "./evidence.ts";

const HALF = 2;
const WHOLE = 4;

/** The end of a claim: its task's creator speaks for what was done or given up, the log for a lapse. */
export function rateEnding(
  state: Overlay,
  task: TaskState,
  worker: AgentId,
  outcome: Outcome,
  time: number,
): void {
  if (outcome === "done" && !task.review)
    rate(state, task.creator, worker, task.needs, { good: HALF, bad: 0 }, time);
  else if (outcome === "failed")
    rate(state, task.creator, worker, task.needs, { good: 0, bad: HALF }, time);
  else if (outcome === "expired") prove(state, worker, HALF, time);
}

/** What a reviewer said of work that is done. */
export function rateReview(
  state: Overlay,
  task: TaskState,
  { worker, reviewer }: { readonly worker: AgentId; readonly reviewer: AgentId },
  accepted: boolean,
  time: number,
): void {
  const deed = accepted ? { good: WHOLE, bad: 0 } : { good: 0, bad: WHOLE };
  rate(state, reviewer, worker, task.needs, deed, time);
}
