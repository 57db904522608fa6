import type { Mound } from "../../open/mound.ts";
import { LOOK_MAX_MS, LOOK_MIN_MS } from "../../work/worker.ts";
import { durationOption } from "../options.ts";

/** Less than what service managers and container hosts give before they kill. */
const GRACE_MS = 10_000;

/** `--grace`, in milliseconds: how long a program may take to end when it is told to. */
export function graceOption(options: Record<string, unknown>): number {
  return durationOption(options["grace"], "--grace") ?? GRACE_MS;
}

/** Milliseconds between two looks at most: one at an origin on this machine costs next to nothing. */
export async function lookMax(mound: Mound): Promise<number> {
  return (await mound.ports.remote.peek()) === undefined ? LOOK_MAX_MS : LOOK_MIN_MS;
}
