import type { Prng } from "../../src/base/prng.ts";
import type { Live } from "./live.ts";

/** What is killed, and started again each time. */
export interface Victim {
  readonly name: string;
  readonly start: () => Live;
  live: Live;
}

/** At most so many milliseconds lie between two kills, and between a kill and the next start. */
const PAUSE_MS = 600;
const DOWN_MS = 400;

export function victim(name: string, start: () => Live): Victim {
  return { name, start, live: start() };
}

/**
 * Kills one process after another until it is over, with SIGKILL, and starts each again a moment later,
 * whatever the others are doing just then. Answers whom it has killed, in order; one that had ended by
 * itself is started again too.
 */
export async function mayhem(
  victims: readonly Victim[],
  random: Prng,
  over: AbortSignal,
): Promise<readonly string[]> {
  const killed: string[] = [];
  const share = (): number => random() / 2 ** 32;
  while (!over.aborted) {
    await moment(share() * PAUSE_MS);
    const one = victims[Math.floor(share() * victims.length)]!;
    const kind = share() < 0.5 ? "alone" : "tree";
    const { code } = await one.live.kill(kind);
    if (code === undefined) killed.push(`${one.name} ${kind}`);
    await moment(share() * DOWN_MS);
    one.live = one.start();
  }
  return killed;
}

/** A moment and not a wait: any will do, and nothing that follows relies on it. */
function moment(ms: number): Promise<void> {
  return new Promise((resolve) => {
    AbortSignal.timeout(Math.round(ms)).addEventListener("abort", () => resolve());
  });
}
