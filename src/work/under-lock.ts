/**
 * PROGRAM under a lock, from the start of the one to the end of the other.
 *
 *   held ── start ──> running ── exit ──────────────────────────> release ──> its status
 *                      │  └─ another has it, or the lease is over ─> stopping ── exit ──> lost
 *                      └──── told to stop ─────────────────────────> stopping ── exit ──> release
 *
 *  1. While PROGRAM runs, being stopped or not, the lease is renewed when a third of it has gone.
 *  2. A renewal that fails is tried again until the lease is over. Then another may have the lock, and
 *     nobody here can know: PROGRAM is stopped, where a task's would go on.
 *  3. stopping: SIGTERM at once, SIGKILL when the grace is over or the order is repeated.
 */
import { isLost, isPassing, type DeskFault } from "./desk.ts";
import type { Foreground } from "./foreground.ts";
import type { HeldLock, LockDesk } from "./lock-desk.ts";
import type { Exit } from "./program.ts";
import { pause, type Timers } from "./timers.ts";

const RENEW_SHARE = 1 / 3;
/** A renewal that failed is tried again after this, and then after twice as long each time. */
const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 10_000;
/** The lock is given back for so long, where something that may pass is in the way. */
const RELEASE_PATIENCE_MS = 10_000;
/** A machine that slept finds its lease over: one renewal may show that nobody has taken the lock. */
const LATE_TRY_MS = 5_000;

export interface UnderLockOptions {
  readonly desk: LockDesk;
  readonly start: (held: HeldLock) => Promise<Foreground>;
  readonly timers: Timers;
  /** Milliseconds that PROGRAM has to end after SIGTERM. */
  readonly graceMs: number;
  readonly stop: AbortSignal;
  readonly insist: AbortSignal;
  readonly tell: (event: UnderLockEvent) => void;
}

export type UnderLockEvent =
  /** A renewal, or the release, failed and is tried again; said once until it goes well. */
  | { readonly type: "trouble"; readonly fault: DeskFault }
  /** PROGRAM is stopped; `lapsed`: the lease is over, and it could not be renewed. */
  | { readonly type: "lost" | "lapsed"; readonly fault: DeskFault };

type Losing = Extract<UnderLockEvent, { readonly type: "lost" | "lapsed" }>;

export interface UnderLockEnd {
  /** undefined where PROGRAM could not be started; `unstarted` says why. */
  readonly exit?: Exit;
  readonly unstarted?: string;
  /** The lock was lost while PROGRAM ran. */
  readonly lost?: DeskFault;
  /** The lock could not be given back: it stands until its lease is over. */
  readonly unreleased?: DeskFault;
}

/** Runs PROGRAM while the lock is held, and gives the lock back. Never rejects but by a bug. */
export async function runUnderLock(
  held: HeldLock,
  options: UnderLockOptions,
): Promise<UnderLockEnd> {
  let program: Foreground;
  try {
    program = await options.start(held);
  } catch (error) {
    return { unstarted: (error as Error).message, ...(await giveBack(held, options)) };
  }
  const over = new AbortController();
  const order = stopping(program, options);
  const keeping = keep(held, over.signal, order.stop, options);
  const exit = await program.ended;
  over.abort();
  order.done();
  const ending = await keeping;
  if (ending?.type === "lost") return { exit, lost: ending.fault };
  const given = await giveBack(held, options);
  return { exit, ...given, ...(ending === undefined ? {} : { lost: ending.fault }) };
}

/** Stops PROGRAM when it is asked to, or when the lock is lost. */
function stopping(program: Foreground, { timers, graceMs, stop, insist }: UnderLockOptions) {
  let cancel: (() => void) | undefined;
  const terminate = (): void => {
    if (cancel !== undefined) return;
    program.signal("SIGTERM");
    cancel = timers.after(graceMs, kill);
  };
  const kill = (): void => program.signal("SIGKILL");
  stop.addEventListener("abort", terminate);
  insist.addEventListener("abort", kill);
  if (stop.aborted) terminate();
  if (insist.aborted) kill();
  return {
    stop: terminate,
    done(): void {
      cancel?.();
      stop.removeEventListener("abort", terminate);
      insist.removeEventListener("abort", kill);
    },
  };
}

/** Renews until PROGRAM is over; answers how the lock was lost, where it was. */
async function keep(
  held: HeldLock,
  over: AbortSignal,
  stop: () => void,
  { desk, timers, tell }: UnderLockOptions,
): Promise<Losing | undefined> {
  let { until } = held;
  let tries = 0;
  let wait = (until - timers.now()) * RENEW_SHARE;
  for (;;) {
    await pause(timers, wait, over);
    if (over.aborted) return undefined;
    const { renewal, late } = await renewInTime(held, until, desk, timers);
    // The call is awaited all the same: the desk takes one at a time.
    if (late) return lose({ type: "lapsed", fault: late }, renewal);
    const renewed = await renewal;
    if (renewed.ok) {
      until = renewed.value;
      tries = 0;
      wait = (until - timers.now()) * RENEW_SHARE;
      continue;
    }
    const { error: fault } = renewed;
    const left = until - timers.now();
    if (isLost(fault)) return lose({ type: "lost", fault }, renewal);
    if (left <= 0) return lose({ type: "lapsed", fault }, renewal);
    if (tries === 0) tell({ type: "trouble", fault });
    wait = Math.min(left, RETRY_MAX_MS, RETRY_MIN_MS * 2 ** tries);
    tries += 1;
  }

  async function lose(losing: Losing, renewal: Promise<unknown>): Promise<Losing> {
    tell(losing);
    stop();
    await renewal;
    return losing;
  }
}

/** A renewal that hangs does not hide that the lease is over. */
async function renewInTime(held: HeldLock, until: number, desk: LockDesk, timers: Timers) {
  const left = until - timers.now();
  const renewal = desk.renew(held);
  const answered = new AbortController();
  const done = renewal.then(() => answered.abort());
  await Promise.race([done, pause(timers, left > 0 ? left : LATE_TRY_MS, answered.signal)]);
  const late: DeskFault = { code: "io", detail: "the renewal was not answered in time" };
  return { renewal, late: answered.signal.aborted ? undefined : late };
}

async function giveBack(
  held: HeldLock,
  { desk, timers, insist, tell }: UnderLockOptions,
): Promise<Pick<UnderLockEnd, "lost" | "unreleased">> {
  const deadline = timers.now() + RELEASE_PATIENCE_MS;
  for (let tries = 0; ; tries += 1) {
    const released = await desk.release(held);
    if (released.ok) return {};
    const { error: fault } = released;
    if (isLost(fault)) return { lost: fault };
    if (!isPassing(fault) || insist.aborted || timers.now() >= deadline)
      return { unreleased: fault };
    if (tries === 0) tell({ type: "trouble", fault });
    await pause(timers, Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** tries), insist);
  }
}
