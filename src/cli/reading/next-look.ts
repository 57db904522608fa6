import { setTimeout as pause } from "node:timers/promises";
import type { Mound } from "../../open/mound.ts";

/** Milliseconds between two looks at an origin on this machine, which cost nothing, and at another. */
const LOCAL_MS = 2_000;
const REMOTE_MS = 10_000;

/** Waits until the origin is to be looked at again: after a while, when time makes an event, or at the end. */
export async function nextLook(
  mound: Mound,
  signal: AbortSignal,
  due: number | undefined,
): Promise<void> {
  const local = (await mound.ports.remote.peek()) !== undefined;
  // Half of it is drawn, so that the readers of one origin do not all come at once.
  const wait = local ? LOCAL_MS : REMOTE_MS * (0.75 + mound.ports.random.fraction() / 2);
  const left = due === undefined ? wait : due - mound.ports.clock.now();
  await pause(Math.max(1, Math.min(wait, left)), undefined, { signal }).catch(() => undefined);
}
