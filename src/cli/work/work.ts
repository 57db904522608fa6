import type { Mound } from "../../open/mound.ts";
import type { AgentId } from "../../protocol/ids.ts";
import { watchClone } from "../../open/watch-clone.ts";
import { broadcastCapacity } from "../../work/broadcaster.ts";
import { launcher } from "../../work/launch.ts";
import { MoundDesk } from "../../work/mound-desk.ts";
import { patienceFor } from "../../work/patience.ts";
import { sweepScratch } from "../../work/scratch.ts";
import { systemTimers } from "../../work/timers.ts";
import { work, type WorkEnd } from "../../work/worker.ts";
import type { WorkEvent } from "../../work/events.ts";
import type { Context } from "../context.ts";
import { durationOption, listOption, numberOption } from "../options.ts";
import { complain, type Report } from "../report.ts";
import { sanitise, sanitiseJson } from "../sanitise.ts";
import { taskStory } from "../tasks/show.ts";
import { UsageError } from "../usage.ts";
import { Complaints } from "./complaints.ts";
import { enlist } from "./enlist.ts";
import { exitOf } from "./exit-of.ts";
import { findProgram } from "./find-program.ts";
import { sayHere } from "./presence.ts";
import { graceOption, lookMax } from "./program-options.ts";
import { eventJson, explainWork, sayChore, sayEvent } from "./say.ts";
import { stopSignal } from "./stop-signal.ts";

/** What waits to be read on standard error is held in memory. */
const TALK_BYTES = 4 * 1024 * 1024;
/** More programs at once than any mound lets one agent hold tasks. */
const PARALLEL_MAX = 1_000;

/** `mound work -- PROGRAM ARG...`: takes tasks and runs a program on each. */
export async function workCommand(
  context: Context,
  argv: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const [name = "", ...args] = argv.map((word) => word ?? "");
  const agent = context.agent();
  const wish = readWish(options);
  const { env, dir } = context;
  const program = await findProgram(name, dir, env.environment);
  for (const note of await enlist(context, listOption(options["can"])))
    env.err(`${sanitise(note)}\n`);
  const mound = await context.mound();
  await refuseTooMany(mound, wish.parallel);
  await sweepScratch(mound.clone.commonDir);
  const stop = stopSignal(context);
  // Whoever reads more slowly than a program complains misses a part of it.
  const complaints = new Complaints((text) => {
    if (process.stderr.writableLength < TALK_BYTES) env.err(text);
  });
  const tell = teller(context, agent, complaints);
  const leave = await sayHere(mound.clone.commonDir, agent);
  const once = wish.mode === "once";
  const capacity = once ? undefined : await broadcastCapacity(mound, agent, wish.parallel);
  const lookMaxMs = await lookMax(mound);
  const desk = new MoundDesk({
    mound,
    agent,
    describe: taskStory,
    capacity,
    chore: (chore) => env.err(`${sanitise(sayChore(chore))}\n`),
    // Who takes one task and ends would be told that there is nothing.
    ...(once ? {} : { patience: patienceFor(lookMaxMs) }),
    ...(wish.lease === undefined ? {} : { lease: wish.lease }),
  });
  const end = await work({
    ...wish,
    desk,
    start: launcher({
      program,
      args,
      cwd: dir,
      environment: env.environment,
      agent,
      commonDir: mound.clone.commonDir,
      ...(options["verbose"] === true
        ? { complain: (task, text) => complaints.write(task.id, text) }
        : {}),
    }),
    timers: systemTimers,
    watch: watchClone(mound.clone),
    random: mound.ports.random,
    tell,
    lookMaxMs,
    stop,
    insist: context.untilInsisted(),
  });
  // Where the origin is away, nobody waits for what others would only like to know.
  if (end.fault === undefined) await desk.leave();
  await leave();
  // Once at the end: people look at the files when the work is done.
  await mound.project();
  return report(context, end, wish.mode, name);
}

function readWish(options: Record<string, unknown>) {
  const once = options["once"] === true;
  const untilEmpty = options["untilEmpty"] === true;
  if (once && untilEmpty)
    throw new UsageError("--once and --until-empty exclude each other.", "mound help work");
  const parallel = numberOption(options["parallel"], "--parallel", 1, PARALLEL_MAX) ?? 1;
  if (once && parallel > 1)
    throw new UsageError("--once runs one task, so --parallel has no meaning.", "mound help work");
  const lease = durationOption(options["lease"], "--lease");
  return {
    mode: once ? ("once" as const) : untilEmpty ? ("until-empty" as const) : ("forever" as const),
    parallel,
    graceMs: graceOption(options),
    ...(lease === undefined ? {} : { lease }),
  };
}

async function refuseTooMany(mound: Mound, parallel: number): Promise<void> {
  const limit = await mound.read((view) => view.get("mound")?.claimsMax ?? 0);
  if (parallel <= limit) return;
  throw new UsageError(
    `--parallel ${parallel} is more than the ${limit} tasks that one agent may hold at once in this mound (claims_max).`,
    "mound config get claims_max",
    { details: { claims_max: limit } },
  );
}

/** Tells events as they come: data on standard output, talk on standard error. */
function teller(
  { env, options }: Context,
  agent: AgentId,
  complaints: Complaints,
): (event: WorkEvent) => void {
  return (event) => {
    if (event.type !== "claimed" && event.type !== "progress" && "task" in event)
      complaints.end(event.task?.id ?? "");
    const { line, talk } = sayEvent(event, agent);
    if (options.json === true) {
      const data = eventJson(event, Date.now());
      if (data !== undefined) env.out(`${sanitiseJson(JSON.stringify(data))}\n`);
    } else if (line !== undefined) env.out(`${sanitise(line)}\n`);
    if (talk !== undefined) env.err(`${sanitise(talk)}\n`);
  };
}

function report(
  { env, options }: Context,
  end: WorkEnd,
  mode: "forever" | "until-empty" | "once",
  program: string,
): Report {
  const { fault, unstarted } = end;
  const json = options.json === true;
  if (unstarted !== undefined) {
    const said = new UsageError(
      `${program} could not be started: ${unstarted}.`,
      `ls -l ${program}`,
    );
    const { message, fix, code } = said;
    complain(env, json, { code, message, fix, retryable: false, exit: 2 });
  } else if (end.why === "nothing") {
    complain(env, json, explainWork({ rule: "CL1", code: "nothing-to-take" }));
  } else if (fault !== undefined) complain(env, json, explainWork(fault));
  return { data: undefined, text: "", streamed: true, exit: exitOf(end, mode) };
}
