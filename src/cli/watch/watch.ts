import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { ok, type Result } from "../../base/result.ts";
import type { Sink } from "../../daemon/pump.ts";
import { openLog, type Log } from "../../daemon/log.ts";
import { CHECKPOINT_EVERY } from "../../app/checkpoint-schedule.ts";
import type { CheckpointWish } from "../../daemon/checkpoints.ts";
import { Daemon, type DaemonOptions } from "../../daemon/daemon.ts";
import { logReactions } from "../../daemon/reactions/log-notes.ts";
import { startReactions, type Reactions } from "../../daemon/reactions/reactions.ts";
import { moundFolder, originUrl, type Clone } from "../../git/clone.ts";
import { systemClock } from "../../git/clock.ts";
import { systemRandom } from "../../git/random.ts";
import { localPath } from "../../git/remote-url.ts";
import type { ReactionsFault } from "../../open/faults.ts";
import { watchClone } from "../../open/watch-clone.ts";
import { FaultError, type Context } from "../context.ts";
import { followDrafts } from "../drafts/follow.ts";
import { numberOption, textOption } from "../options.ts";
import { deliveriesFolder, reactionsFile } from "../reactions/place.ts";
import { eventsText } from "../reading/event-text.ts";
import type { Report } from "../report.ts";
import { sanitise, sanitiseJson } from "../sanitise.ts";
import { UsageError } from "../usage.ts";
import { explain } from "../explain.ts";
import { noteText } from "./note-text.ts";
import { printService } from "./service.ts";

/** A host that minds would ask for fewer; one that does not needs no number. */
const BUDGET_MAX = 100_000;

/** `mound watch`: the daemon of this clone, until it is told to stop. */
export async function watch(
  context: Context,
  _args: readonly unknown[],
  options: Record<string, unknown>,
): Promise<Report> {
  const budget = numberOption(options["pushBudget"], "--push-budget", 1, BUDGET_MAX);
  if (options["service"] !== undefined) return printService(context, options);
  const submitting = options["submit"] === true ? context.agent() : undefined;
  const repairAs = options["repair"] === true ? context.agent() : undefined;
  const checkpoints = checkpointOptions(context, options);
  const clone = context.clone();
  const log = await logOf(context, clone, options);
  const leaving = new AbortController();
  const stop = AbortSignal.any([context.untilStopped(), leaving.signal]);
  let reactions: Reactions | undefined;
  let lost: Parameters<DaemonOptions["onLost"]>[0] | undefined;
  const ready = new Gate();
  const started = await Daemon.start({
    clone,
    environment: context.env.environment,
    watch: watchClone(clone, (trouble) => log.warn({ ...trouble }, "watching")),
    local: localPath(originUrl(clone)) !== undefined,
    repairAs,
    pushBudget: budget ?? Number.POSITIVE_INFINITY,
    sinks: async () => {
      const begun = await reactionsOf(context, clone, options, log, stop);
      if (!begun.ok) return begun;
      const { value } = begun;
      reactions = value;
      return ok([(batch) => value.deliver(batch), printer(context, ready)]);
    },
    log,
    ...(checkpoints === undefined ? {} : { checkpoints }),
    onTrouble: (fault) => context.env.err(sanitise(`${explain(fault).message}\n`)),
    trace: (phase) => context.trace(phase),
    onLost: (fault) => {
      lost = fault;
      leaving.abort();
    },
  });
  if (!started.ok) {
    leaving.abort();
    await reactions?.close();
    log.close();
    throw new FaultError(started.error);
  }
  const daemon = started.value;
  sayReady(context, clone, daemon, reactions?.status().reactions.length ?? 0);
  ready.open();
  log.info({ origin: originUrl(clone) }, "watching");
  const drafts = submitting === undefined ? undefined : followDrafts(context, log, stop);
  await aborted(stop);
  await drafts;
  await daemon.stop();
  await reactions?.close();
  log.info({}, "stopped");
  log.close();
  if (lost !== undefined) throw new FaultError(lost);
  return { data: undefined, text: "", streamed: true };
}

function checkpointOptions(
  context: Context,
  options: Record<string, unknown>,
): CheckpointWish | undefined {
  const every = numberOption(options["checkpointEvery"], "--checkpoint-every", 1, EVERY_MAX);
  if (options["checkpoint"] !== true && every === undefined) return undefined;
  return { agent: context.agent(), every: every ?? CHECKPOINT_EVERY };
}

/** A clone that has so many commits left to judge has not gained much. */
const EVERY_MAX = 1_000_000;

function logOf(context: Context, clone: Clone, options: Record<string, unknown>): Promise<Log> {
  const named = textOption(options["log"]);
  const file =
    named === undefined ? join(moundFolder(clone.commonDir), "watch.log") : context.path(named);
  if (named !== undefined) refuseLog(file, named);
  const verbose = options["verbose"] === true;
  return openLog({
    file,
    ...(verbose ? { verbose: (line: string) => context.env.err(line) } : {}),
  });
}

/** The log itself never fails: a file that was named and cannot be written is found out before. */
function refuseLog(file: string, named: string): void {
  try {
    closeSync(openSync(file, "a", 0o600));
  } catch (error) {
    throw new UsageError(
      `The log ${named} cannot be written: ${(error as Error).message}.`,
      "mound watch --log FILE",
    );
  }
}

async function reactionsOf(
  context: Context,
  clone: Clone,
  options: Record<string, unknown>,
  log: Log,
  signal: AbortSignal,
): Promise<Result<Reactions, ReactionsFault>> {
  const named = textOption(options["reactions"]);
  const logged = logReactions(log);
  return startReactions({
    folder: deliveriesFolder(clone),
    file: reactionsFile(context, named),
    named: named !== undefined,
    workTree: clone.workTree,
    clock: systemClock,
    random: systemRandom,
    environment: context.env.environment,
    note: (note) => {
      logged(note);
      const text = noteText(note);
      if (text !== undefined) context.env.err(sanitise(`${text}\n`));
    },
    signal,
  });
}

/** Holds events back until the line is out that comes first. */
class Gate {
  readonly passed: Promise<void>;
  open: () => void = () => undefined;

  constructor() {
    this.passed = new Promise((resolve) => {
      this.open = resolve;
    });
  }
}

/** Puts events out; when nobody reads them any more the daemon goes on without. */
function printer(context: Context, ready: Gate): Sink {
  const { env, options } = context;
  let read = true;
  return async ({ events, cursor }) => {
    await ready.passed;
    if (!read) return true;
    env.out(eventsText(events, cursor, options.json === true));
    read = (await env.flush?.()) ?? true;
    return true;
  };
}

function sayReady(context: Context, clone: Clone, daemon: Daemon, reactions: number): void {
  const { pid, tip } = daemon.status();
  const origin = originUrl(clone);
  if (context.options.json === true) {
    const ready = { v: 1, type: "ready", pid, tip: tip ?? null, origin, reactions };
    context.env.out(`${sanitiseJson(JSON.stringify(ready))}\n`);
    return;
  }
  const also = reactions === 0 ? "" : `, with ${reactions} reaction${reactions === 1 ? "" : "s"}`;
  context.env.out(sanitise(`Ready: process ${pid} watches ${origin}${also}.\n`));
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
