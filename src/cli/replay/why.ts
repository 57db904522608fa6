import { retell } from "../../app/retell.ts";
import type { Mound } from "../../open/mound.ts";
import { commitTime, resolveTask } from "../../protocol/commands/plan.ts";
import type { TaskId } from "../../protocol/ids.ts";
import { AnomalyWatch } from "../../protocol/views/anomalies.ts";
import type { Anomaly } from "../../protocol/views/anomaly.ts";
import { eventJson } from "../../protocol/views/event.ts";
import { Story, type Lease, type StoryEntry } from "../../protocol/views/story.ts";
import { viewTask, type TaskView } from "../../protocol/views/task-view.ts";
import { formatInstant } from "../../protocol/time.ts";
import { FaultError, type Context } from "../context.ts";
import { freshMound } from "../fresh.ts";
import { refusalSentence } from "../reading/refusals.ts";
import type { Report } from "../report.ts";
import { taskJson } from "../shapes.ts";
import { anomalyJson } from "../anomaly-text.ts";
import { progressOf, tipOf } from "./point.ts";
import { whyText } from "./why-text.ts";

/** An entry of the story; a refusal with its sentence. */
export interface ToldEntry extends StoryEntry {
  readonly message: string | undefined;
}

/** What `mound why` says, before it is put into words. */
export interface Why {
  readonly task: TaskView;
  readonly entries: readonly ToldEntry[];
  readonly anomalies: readonly Anomaly[];
}

/** `mound why TASK`: how it came to be as it is. */
export async function why(
  context: Context,
  [reference]: readonly (string | undefined)[],
): Promise<Report> {
  const { mound, notes } = await freshMound(context);
  const found = await mound.read((view) => resolveTask(view, reference!));
  if (!found.ok) throw new FaultError(found.error);
  const told = await tellWhy(context, mound, found.value.id);
  return {
    data: {
      task: taskJson(told.task),
      story: told.entries.map(entryJson),
      anomalies: told.anomalies.map(anomalyJson),
    },
    text: whyText(told),
    notes,
  };
}

async function tellWhy(context: Context, mound: Mound, id: TaskId): Promise<Why> {
  const story = new Story(id);
  const watch = new AnomalyWatch();
  const told = await retell({
    ports: mound.ports,
    tip: tipOf(mound),
    wanted: { commit: tipOf(mound) },
    until: mound.ports.clock.now(),
    progress: progressOf(context, mound),
    see: (before, folded) => {
      story.see(before, folded);
      watch.step(before, folded);
    },
    take: (events) => story.take(events),
  });
  if (!told.ok) throw new FaultError(told.error);
  const { state } = told.value;
  const now = commitTime({ view: state, now: mound.ports.clock.now() });
  const task = viewTask(state, state.get(`task/${id}`)!, now);
  const anomalies = watch.found(state, now).filter((anomaly) => concerns(anomaly, id, story));
  const entries: ToldEntry[] = [];
  for (const entry of story.entries) {
    const { refusal } = entry;
    const message =
      refusal === undefined ? undefined : await refusalSentence({ fault: { ...refusal.fault } });
    entries.push({ ...entry, message });
  }
  return { task, entries, anomalies };
}

/** A clock that is off concerns every task on which its agent worked. */
function concerns({ code, task, agent }: Anomaly, id: TaskId, { entries }: Story): boolean {
  if (task !== undefined || code !== "clock-offset") return task === id;
  return entries.some(({ event }) => event.agent === agent || event.actor === agent);
}

function entryJson({ event, gap, lease, refusal, message }: ToldEntry) {
  return {
    ...eventJson(event),
    gap_s: gap === undefined ? null : Math.round(gap / 1_000),
    lease: leaseJson(lease),
    refusal:
      refusal === undefined
        ? null
        : {
            message,
            fault: refusal.fault,
            author: refusal.author,
            paths: refusal.paths,
            standing:
              refusal.standing === undefined
                ? null
                : { ...refusal.standing, claim: leaseJson(refusal.standing.claim) },
          },
  };
}

function leaseJson(lease: Lease | undefined) {
  if (lease === undefined) return null;
  const { agent, token, since, until } = lease;
  return { agent, token, since: formatInstant(since), until: formatInstant(until) };
}
