import { pathTopic, resolveTopic } from "../../protocol/commands/resolve-topic.ts";
import type { View } from "../../protocol/state.ts";
import { standingSignals } from "../../protocol/views/standing-signals.ts";
import { FaultError, type Context } from "../context.ts";
import { freshMound, readerAt } from "../fresh.ts";
import { limitOption } from "../options.ts";
import type { Report } from "../report.ts";
import { sanitiseLine } from "../sanitise.ts";
import { pointJson } from "../shapes.ts";
import { kindOption } from "./options.ts";
import { signalJson, signalLine } from "./shown.ts";

const LIMIT = 50;

/** `mound signals [TOPIC]`: what is left, by whom, since when and until when. */
export async function signals(
  context: Context,
  [typed]: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const kind = kindOption(options);
  const limit = limitOption(options, LIMIT);
  const { mound, notes } = await freshMound(context);
  const { point, read } = await readerAt(context, mound, options["at"]);
  const { topic, all } = await read((view, now) => {
    const wanted = wantedTopic(view, typed);
    return { topic: wanted, all: standingSignals(view, now, wanted) };
  });
  const found = kind === undefined ? all : all.filter(({ signal }) => signal.kind === kind);
  const shown = found.slice(0, limit);
  const lines = shown.map(signalLine);
  if (found.length > shown.length)
    lines.push(
      `... and ${found.length - shown.length} more: mound signals --limit ${found.length}`,
    );
  const on = topic === "" ? "" : ` on ${sanitiseLine(topic)}`;
  return {
    data: {
      ...(point === undefined ? {} : { at: pointJson(point) }),
      topic: topic === "" ? null : topic,
      total: found.length,
      signals: shown.map(signalJson),
    },
    text: lines.length === 0 ? `Nothing is left of any signal${on}.` : lines.join("\n"),
    notes,
  };
}

/** A topic, or the beginning of topics; `""`: all. */
function wantedTopic(view: View, typed: string | undefined): string {
  if (typed === undefined) return "";
  const family = /^(task|path)\/*$/.exec(typed)?.[1];
  if (family !== undefined) return family;
  if (typed.startsWith("path/") && pathTopic(typed) === "path/") return "path";
  const found = resolveTopic(view, typed);
  if (!found.ok) throw new FaultError(found.error);
  return found.value;
}
