import { constants } from "node:os";
import { watchClone } from "../../open/watch-clone.ts";
import { groupOf } from "../../protocol/lock-paths.ts";
import { campaign } from "../../work/campaign.ts";
import { startForeground } from "../../work/foreground.ts";
import { MoundLockDesk, type HeldLock } from "../../work/lock-desk.ts";
import type { Exit } from "../../work/program.ts";
import { systemTimers } from "../../work/timers.ts";
import { runUnderLock, type UnderLockEnd, type UnderLockEvent } from "../../work/under-lock.ts";
import { formatInstant } from "../../protocol/time.ts";
import { FaultError, type Context } from "../context.ts";
import { EXIT } from "../exit.ts";
import { lockWords } from "../explain-lock.ts";
import { durationOption } from "../options.ts";
import { complain, type Report } from "../report.ts";
import { sanitise } from "../sanitise.ts";
import { INTERRUPTED } from "../work/exit-of.ts";
import { findProgram } from "../work/find-program.ts";
import { graceOption, lookMax } from "../work/program-options.ts";
import { explainWork } from "../work/say.ts";
import { stopSignal } from "../work/stop-signal.ts";
import { taken } from "./lock.ts";

/** As a shell reports a process that a signal has ended: this and the signal's number. */
const BY_SIGNAL = 128;

/** Takes a lock, waiting for it where that is asked for, and runs a program under it where one is named. */
export async function takeAndRun(
  context: Context,
  name: string,
  argv: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const { env, dir } = context;
  const [typed, ...args] = argv.map((word) => word ?? "");
  const graceMs = graceOption(options);
  const program =
    typed === undefined ? undefined : await findProgram(typed, dir, env.environment, "lock");
  const mound = await context.mound();
  const agent = context.agent();
  const stop = stopSignal(context);
  const lease = durationOption(options["lease"], "--lease");
  const desk = new MoundLockDesk({
    mound,
    agent,
    name,
    ownWillDo: program === undefined,
    ...(lease === undefined ? {} : { lease }),
  });
  const held = await campaign({
    desk,
    timers: systemTimers,
    random: mound.ports.random,
    watch: watchClone(mound.clone),
    waitMs: waitOf(options),
    lookMaxMs: await lookMax(mound),
    stop,
    tell: (fault) => say(context, `${explainWork(fault).message.trimEnd()} Waiting.`),
  });
  if (stop.aborted && !held.ok) return interrupted(context, name);
  if (!held.ok) {
    if (held.error.code !== "io") throw new FaultError(held.error);
    return ended(complain(env, context.options.json === true, explainWork(held.error)));
  }
  if (program === undefined)
    return taken(context, name, {
      answer: { tasks: [], token: held.value.token },
      commit: mound.line.tip,
    });
  say(context, heldSentence(held.value));
  const end = await runUnderLock(held.value, {
    desk,
    start: ({ token }) =>
      startForeground({
        program,
        args,
        cwd: dir,
        environment: {
          ...env.environment,
          MOUND_AGENT: agent,
          MOUND_LOCK: name,
          MOUND_TOKEN: String(token),
        },
      }),
    timers: systemTimers,
    graceMs,
    stop,
    insist: context.untilInsisted(),
    tell: (event) => say(context, eventSentence(event, name)),
  });
  await mound.project();
  return ended(conclude(context, end, name, typed!, stop.aborted));
}

/** Milliseconds; without the option one try, without a value for ever. */
function waitOf({ wait }: Record<string, unknown>): number {
  if (wait === undefined) return 0;
  return wait === true ? Number.POSITIVE_INFINITY : durationOption(wait, "--wait")!;
}

function heldSentence({ name, token, until }: HeldLock): string {
  const group = groupOf(name);
  const what = group === undefined ? `The lock ${name} is yours` : `You lead ${group}`;
  return `${what} until ${formatInstant(until)} (token ${token}); it is renewed while the program runs.`;
}

function eventSentence(event: UnderLockEvent, name: string): string {
  const why = explainWork(event.fault).message.trimEnd();
  if (event.type === "trouble") return `${why}\nIt is tried again.`;
  if (event.type === "lost") return `${why}\nThe program is stopped.`;
  return `The lease on ${lockWords(name)} is over, and it could not be renewed: ${why}\nAnother may have it now. The program is stopped.`;
}

/** Says what a person must know, and answers the exit code. */
function conclude(
  context: Context,
  { exit, unstarted, lost, unreleased }: UnderLockEnd,
  name: string,
  program: string,
  stopped: boolean,
): number {
  if (unreleased !== undefined)
    say(
      context,
      `${explainWork(unreleased).message.trimEnd()}\nThe claim of ${lockWords(name)} stands until its lease is over. When the origin is back:\n  mound unlock ${name}`,
    );
  if (exit === undefined) {
    const message = `${program} could not be started: ${unstarted}.`;
    const failure = { code: "usage", message, fix: `ls -l ${program}`, retryable: false };
    return complain(context.env, context.options.json === true, { ...failure, exit: EXIT.usage });
  }
  if (lost !== undefined) return EXIT.fenced;
  const status = statusOf(exit);
  if (stopped && exit.kind === "signal") return INTERRUPTED;
  return status === EXIT.ok && unreleased !== undefined ? explainWork(unreleased).exit : status;
}

function statusOf(exit: Exit): number {
  if (exit.kind === "code") return exit.code;
  return BY_SIGNAL + (constants.signals[exit.signal as NodeJS.Signals] ?? 0);
}

function interrupted(context: Context, name: string): Report {
  say(context, `Interrupted; ${lockWords(name)} was not taken.`);
  return ended(INTERRUPTED);
}

function ended(exit: number): Report {
  return { data: undefined, text: "", streamed: true, exit };
}

/** Standard output is the program's own. */
function say({ env }: Context, text: string): void {
  env.err(`${sanitise(text)}\n`);
}
