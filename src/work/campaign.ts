/**
 * Taking a lock that others may hold. Nobody is told by anybody that it is free: it is tried again when
 * its lease ends, when the line of the clone or of an origin on this machine moves, and now and then.
 */
import { err, type Result } from "../base/result.ts";
import type { Random, Watch } from "../app/ports.ts";
import { isPassing, type DeskFault } from "./desk.ts";
import type { HeldLock, LockDesk } from "./lock-desk.ts";
import { pause, type Timers } from "./timers.ts";

/** After a try that came too early the next comes so much later. */
const LOOK_MIN_MS = 500;
const LOOK_GROWTH = 1.5;
/** Commits are dated in whole seconds, and a lease is over at the first that is not before its end. */
const SECOND_MS = 1_000;
/** Those who wait for one lease do not all push at its end. */
const SPREAD_MS = 250;

export interface CampaignOptions {
  readonly desk: LockDesk;
  readonly timers: Timers;
  readonly random: Random;
  readonly watch: Watch;
  /** Milliseconds to wait at most; 0: one try. */
  readonly waitMs: number;
  /** Milliseconds between two tries at most. */
  readonly lookMaxMs: number;
  readonly stop: AbortSignal;
  /** Told what is in the way, once for each holder or trouble. */
  readonly tell: (fault: DeskFault) => void;
}

/** Takes the lock; the fault is what was in the way last, where the wait was too short, or was stopped. */
export async function campaign(options: CampaignOptions): Promise<Result<HeldLock, DeskFault>> {
  const { desk, timers, waitMs, lookMaxMs, stop, tell, watch } = options;
  const deadline = timers.now() + waitMs;
  let taken = await desk.take();
  if (waitMs === 0) return taken;
  // A hint that comes during a try is of something that the try may not have seen.
  let hinted = new AbortController();
  const unwatch = await watch.start(() => hinted.abort());
  let said = "";
  let look = LOOK_MIN_MS;
  while (!taken.ok && (taken.error.code === "lock-held" || isPassing(taken.error))) {
    const left = deadline - timers.now();
    if (stop.aborted || left <= 0) break;
    const sign = signOf(taken.error);
    if (sign !== said) tell(taken.error);
    look = sign === said ? Math.min(lookMaxMs, look * LOOK_GROWTH) : LOOK_MIN_MS;
    said = sign;
    const wait = Math.min(left, untilNextTry(taken.error, look, options));
    // Whatever moves the line is a hint: a busy one does not make everybody look all of the time.
    const least = Math.min(wait, LOOK_MIN_MS);
    await pause(timers, least, stop);
    await pause(timers, wait - least, stop, hinted.signal);
    if (stop.aborted) break;
    hinted = new AbortController();
    taken = await desk.take();
  }
  await unwatch();
  return stop.aborted && taken.ok ? giveBack(taken.value, desk) : taken;
}

/** Told to stop while the lock came: nobody is to wait for the end of its lease. */
async function giveBack(held: HeldLock, desk: LockDesk): Promise<Result<HeldLock, DeskFault>> {
  const released = await desk.release(held);
  const { name: lock } = held;
  return released.ok ? err({ rule: "CL4", code: "lock-not-held", lock }) : released;
}

function untilNextTry(
  fault: DeskFault,
  look: number,
  { timers, random, lookMaxMs }: CampaignOptions,
): number {
  const spread = random.fraction() * SPREAD_MS;
  if (fault.code !== "lock-held") return look + spread;
  const over = Math.ceil(fault.until / SECOND_MS) * SECOND_MS - timers.now();
  return (over <= 0 ? look : Math.min(over, lookMaxMs)) + spread;
}

function signOf(fault: DeskFault): string {
  return fault.code === "lock-held" ? `${fault.by} ${fault.token}` : fault.code;
}
