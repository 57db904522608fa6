import { err, type Result } from "../base/result.ts";
import type { Random } from "../app/ports.ts";
import {
  isLost,
  isPassing,
  type Desk,
  type DeskFault,
  type Ending,
  type Progress,
  type TakenTask,
} from "./desk.ts";
import type { Tell } from "./events.ts";
import { pause, type Timers } from "./timers.ts";

/** The end of a claim is tried again until its lease is over, and at least for this long. */
export const FINISH_PATIENCE_MS = 5 * 60_000;
/** A worker that is told to stop tries for this long. */
const STOP_PATIENCE_MS = 10_000;
const WAIT_MIN_MS = 500;
const WAIT_MAX_MS = 30_000;

export interface Finishing {
  readonly desk: Desk;
  readonly timers: Timers;
  readonly random: Random;
  readonly tell: Tell;
  readonly task: TakenTask;
  readonly ending: Ending;
  readonly progress: Progress | undefined;
  /** Milliseconds: the end of the lease as last renewed. */
  readonly until: number;
  /** The worker is to stop; it is to stop at once. */
  readonly stop: AbortSignal;
  readonly insist: AbortSignal;
}

/** Ends a claim, and tries again while what is in the way may pass. */
export async function finishClaim(finishing: Finishing): Promise<Result<undefined, DeskFault>> {
  const { desk, timers, random, tell, task, ending, progress, stop, insist } = finishing;
  const patience = Math.max(finishing.until, timers.now() + FINISH_PATIENCE_MS);
  let deadline = patience;
  let told = false;
  for (let tries = 0; ; tries += 1) {
    const outcome = await desk.finish(task, ending, progress);
    if (outcome.ok || isLost(outcome.error) || !isPassing(outcome.error)) return outcome;
    if (stop.aborted) deadline = Math.min(deadline, timers.now() + STOP_PATIENCE_MS);
    const left = deadline - timers.now();
    if (insist.aborted || left <= 0) return err(outcome.error);
    if (!told) tell({ type: "trouble", task, fault: outcome.error });
    told = true;
    const wait = Math.min(WAIT_MAX_MS, WAIT_MIN_MS * 2 ** tries) * (0.5 + random.fraction() / 2);
    // Whoever asks it to stop does not wait for the end of a long pause.
    await pause(timers, Math.min(wait, left), insist, ...(stop.aborted ? [] : [stop]));
  }
}
