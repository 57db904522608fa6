import type { Accepted } from "../app/request.ts";
import type { SubmitOptions } from "../open/mound.ts";
import type { AnyFault } from "../open/faults.ts";
import type { Command } from "../protocol/commands/index.ts";
import { FaultError, type Context } from "./context.ts";

/** Codes after which another task is the way on. */
const TAKE_ANOTHER = new Set([
  "held",
  "paths-overlap",
  "not-open",
  "blocked",
  "fenced",
  "not-held",
  "credits-short",
]);
/** How many other tasks a refusal names. */
const OFFERED = 3;

/** Submits one command of the acting agent; a refusal ends the command, with what to take instead. */
export async function act(
  context: Context,
  command: Command,
  options: SubmitOptions = {},
): Promise<Accepted> {
  const outcome = await context.submit(command, options);
  if (outcome.ok) return outcome.value;
  throw new FaultError(outcome.error, await instead(context, outcome.error));
}

async function instead(context: Context, fault: AnyFault): Promise<readonly string[]> {
  if (!TAKE_ANOTHER.has(fault.code)) return [];
  const mound = await context.mound();
  const { bestFor } = await import("../protocol/views/match.ts");
  const best = await mound.read((view, now) => bestFor(view, context.agent(), now, OFFERED));
  return best.map((task) => `mound claim ${task.id}`);
}
