/** Time as a worker needs it: a clock, and calls to come that can be taken back. */
export interface Timers {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /** Calls `run` once after so many milliseconds; call the answer to take it back. */
  after(ms: number, run: () => void): () => void;
}

/** Node fires a timer of more than 2^31 - 1 ms at once; nothing here waits for longer than a day. */
const TIMER_MAX_MS = 24 * 60 * 60_000;

export const systemTimers: Timers = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(Math.max(0, ms), TIMER_MAX_MS));
    return () => clearTimeout(timer);
  },
};

/** Resolves after so many milliseconds, or as soon as one of the signals is aborted. */
export function pause(
  timers: Timers,
  ms: number,
  ...signals: readonly AbortSignal[]
): Promise<void> {
  return new Promise((resolve) => {
    if (signals.some((signal) => signal.aborted)) return resolve();
    const cancel = timers.after(ms, end);
    for (const signal of signals) signal.addEventListener("abort", end);
    function end(): void {
      cancel();
      for (const signal of signals) signal.removeEventListener("abort", end);
      resolve();
    }
  });
}
