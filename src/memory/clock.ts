import type { Clock } from "../app/ports.ts";

export interface VirtualClock extends Clock {
  /** Moves time on and wakes, in order of their time, the sleepers whose time has come. */
  advance(ms: number): Promise<void>;
  /** How many sleep at the moment. */
  sleeping(): number;
}

export interface VirtualClockOptions {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly start?: number;
  /** `jump`: a sleeper moves time on itself and never waits. `wait`: it sleeps until `advance`. */
  readonly sleep?: "jump" | "wait";
}

/** A start at which a test can see at once that a time is virtual: 2026-01-01T00:00:00Z. */
const START = 1_767_225_600_000;

/** Time that passes only when it is told to. */
export function virtualClock({
  start = START,
  sleep = "jump",
}: VirtualClockOptions = {}): VirtualClock {
  let now = start;
  let sleepers: { readonly until: number; readonly wake: () => void }[] = [];

  const advance = async (ms: number): Promise<void> => {
    const end = now + ms;
    for (;;) {
      // One that is woken may go to sleep again within the same stretch, so look anew each time.
      const next = sleepers.reduce<(typeof sleepers)[number] | undefined>(
        (first, one) =>
          one.until <= end && (first === undefined || one.until < first.until) ? one : first,
        undefined,
      );
      if (next === undefined) break;
      sleepers = sleepers.filter((one) => one !== next);
      now = Math.max(now, next.until);
      next.wake();
      await settled();
    }
    now = end;
  };

  return {
    now: () => now,
    async sleep(ms) {
      if (sleep === "jump") {
        now += Math.max(0, ms);
        return;
      }
      await new Promise<void>((wake) => sleepers.push({ until: now + Math.max(0, ms), wake }));
    },
    advance,
    sleeping: () => sleepers.length,
  };
}

/** After a macrotask all that the woken sleeper does without waiting has been done. */
async function settled(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}
