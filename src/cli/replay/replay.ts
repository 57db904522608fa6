import type { ReplayPoint } from "../../app/replay.ts";
import { sha256Hex } from "../../git/hash.ts";
import type { Mound } from "../../open/mound.ts";
import { resolveTask } from "../../protocol/commands/plan.ts";
import { isAgentId, type AgentId, type TaskId } from "../../protocol/ids.ts";
import { stateDigest } from "../../protocol/state-digest.ts";
import { eventJson, type MoundEvent } from "../../protocol/views/event.ts";
import { FaultError, type Context } from "../context.ts";
import { freshMound } from "../fresh.ts";
import { textOption } from "../options.ts";
import { eventLine } from "../reading/event-text.ts";
import { readMoment } from "../reading/moment.ts";
import { statusOf } from "../reading/status.ts";
import type { Report } from "../report.ts";
import { UsageError } from "../usage.ts";
import { missingThen, progressOf, replayTo, tipOf } from "./point.ts";

/** Events that are told in words; --json has them all. */
const EVENTS_TOLD = 1_000;

/** `mound replay`: the state as it was, and what had happened to a task or an agent up to there. */
export async function replayLine(
  context: Context,
  _args: readonly unknown[],
  options: Record<string, unknown>,
): Promise<Report> {
  const [to, task, agent] = ["to", "task", "agent"].map((name) => textOption(options[name]));
  if (options["step"] === true) {
    if (task !== undefined || agent !== undefined)
      throw new UsageError("--step walks along every commit: leave out --task and --agent.");
    const { stepAlong } = await import("./step.ts");
    return stepAlong(context, to);
  }
  const { mound, notes } = await freshMound(context);
  const wanted = to === undefined ? { commit: tipOf(mound) } : await readMoment(mound, to, "--to");
  const point = await replayTo(context, mound, wanted);
  const concerns = await concernOf(mound, point, task, agent);
  const events =
    concerns === undefined ? undefined : await eventsUpTo(context, mound, point, concerns);
  const read = async <T>(reader: (view: ReplayPoint["state"], now: number) => T): Promise<T> =>
    reader(point.state, point.time);
  const status = await statusOf(context, mound, { point, read });
  const digest = stateDigest(point.state.entries(), sha256Hex);
  const data = { ...(status.data as object), digest };
  const told = [status.text, ...(events === undefined ? [] : [eventLines(events)])];
  return {
    data:
      events === undefined ? data : { ...data, events: events.map((event) => eventJson(event)) },
    text: [...told, `State ${digest} at ${point.commit}.`].join("\n\n"),
    notes,
  };
}

type Concerns = (event: MoundEvent, touched: readonly string[]) => boolean;

/** What the events are to be about; undefined: nothing was asked for. */
async function concernOf(
  mound: Mound,
  point: ReplayPoint,
  reference: string | undefined,
  name: string | undefined,
): Promise<Concerns | undefined> {
  if (reference === undefined && name === undefined) return undefined;
  const task = reference === undefined ? undefined : await taskThen(mound, point, reference);
  const agent = name === undefined ? undefined : agentThen(point, name);
  return (event, touched) =>
    (task === undefined || event.task === task || touched.includes(task)) &&
    (agent === undefined || event.agent === agent || event.actor === agent);
}

async function taskThen(mound: Mound, point: ReplayPoint, reference: string): Promise<TaskId> {
  const found = resolveTask(point.state, reference);
  if (!found.ok) throw await missingThen(mound, reference, point, found.error);
  return found.value.id;
}

function agentThen({ state }: ReplayPoint, name: string): AgentId {
  if (!isAgentId(name) || state.get(`agent/${name}`) === undefined)
    throw new FaultError({ code: "agent-unknown", agent: name });
  return name;
}

async function eventsUpTo(
  context: Context,
  mound: Mound,
  point: ReplayPoint,
  concerns: Concerns,
): Promise<readonly MoundEvent[]> {
  const { retell } = await import("../../app/retell.ts");
  const found: MoundEvent[] = [];
  const touched = new Map<string, readonly string[]>();
  const told = await retell({
    ports: mound.ports,
    tip: tipOf(mound),
    wanted: { commit: point.commit },
    until: point.time,
    progress: progressOf(context, mound),
    see: (_before, { facts, verdict }) => {
      // Only what was refused says nothing of its tasks itself.
      if (!verdict.accepted)
        touched.set(
          facts.oid,
          facts.changes.map(({ path }) => path.split("/")[2] ?? ""),
        );
    },
    take: (events) => {
      for (const event of events)
        if (concerns(event, touched.get(event.commit) ?? [])) found.push(event);
      for (const { commit } of events) touched.delete(commit);
    },
  });
  if (!told.ok) throw new FaultError(told.error);
  return found;
}

function eventLines(events: readonly MoundEvent[]): string {
  if (events.length === 0) return "Nothing had happened to it.";
  const left = events.length - EVENTS_TOLD;
  return [
    "What had happened:",
    ...(left > 0 ? [`  ... ${left} earlier; see them with --json`] : []),
    ...events.slice(-EVENTS_TOLD).map((event) => `  ${eventLine(event)}`),
  ].join("\n");
}
