import { replay, type ReplayPoint, type Wanted } from "../../app/replay.ts";
import type { Mound } from "../../open/mound.ts";
import { resolveTask } from "../../protocol/commands/plan.ts";
import type { Fault } from "../../protocol/fault.ts";
import type { Oid } from "../../protocol/ids.ts";
import { FaultError, type Context } from "../context.ts";
import { readMoment } from "../reading/moment.ts";

/** Milliseconds between two words about how far a replay has come. */
const TELL_EVERY_MS = 2_000;

/** The state as it was at a commit or a time that was typed. `name`: of the option or argument. */
export async function pointAt(
  context: Context,
  mound: Mound,
  text: string,
  name: string,
): Promise<ReplayPoint> {
  return replayTo(context, mound, await readMoment(mound, text, name));
}

export async function replayTo(
  context: Context,
  mound: Mound,
  wanted: Wanted,
  from?: ReplayPoint,
): Promise<ReplayPoint> {
  const reached = await replay({
    ports: mound.ports,
    tip: tipOf(mound),
    wanted,
    progress: progressOf(context, mound),
    ...(from === undefined ? {} : { from }),
  });
  if (!reached.ok) throw new FaultError(reached.error);
  return reached.value;
}

/** The verified tip; a line that is not there is a fault. */
export function tipOf(mound: Mound): Oid {
  const { tip } = mound.line;
  if (tip !== undefined) return tip;
  const { branch } = mound.clone.settings;
  throw new FaultError({ code: "line-missing", url: mound.ports.remote.url, branch });
}

/** Says now and then, on standard error, how far a replay has come. */
export function progressOf(context: Context, mound: Mound): (commits: number) => void {
  const { clock } = mound.ports;
  let told = clock.now();
  return (commits) => {
    if (clock.now() - told < TELL_EVERY_MS) return;
    told = clock.now();
    context.env.err(`${commits} commits are replayed.\n`);
  };
}

/** Why a task that was not found in a state of the past is not there: perhaps it was added later. */
export async function missingThen(
  mound: Mound,
  reference: string,
  { time }: Pick<ReplayPoint, "time">,
  found: Fault,
): Promise<FaultError> {
  if (found.code !== "task-missing") return new FaultError(found);
  const now = await mound.read((view) => resolveTask(view, reference));
  if (!now.ok) return new FaultError(now.error);
  const { id, created } = now.value;
  return new FaultError({ code: "task-not-yet", task: id, created, at: time });
}
