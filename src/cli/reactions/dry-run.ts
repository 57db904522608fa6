import type { Cursor } from "../../app/cursor.ts";
import { Follower } from "../../app/follower.ts";
import { loadReactions } from "../../daemon/reactions/load.ts";
import { matchesReaction, type Reaction } from "../../daemon/reactions/reaction.ts";
import type { Mound } from "../../open/mound.ts";
import { type EventBatch, eventJson, type MoundEvent } from "../../protocol/views/event.ts";
import { FaultError, type Context } from "../context.ts";
import { freshMound } from "../fresh.ts";
import { textOption } from "../options.ts";
import { eventLine } from "../reading/event-text.ts";
import { readSince } from "../reading/since.ts";
import type { Report } from "../report.ts";
import { sanitise, sanitiseJson } from "../sanitise.ts";
import { reactionsFile } from "./place.ts";
import { commandText } from "./shape.ts";

/** `mound reactions test [FILE] [--since COMMIT|TIME]`: what a file would have run. Runs nothing. */
export async function testReactions(
  context: Context,
  [typed]: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const since = readSince(textOption(options["since"]));
  const signal = context.untilStopped();
  const { mound, notes } = await freshMound(context);
  const loaded = loadReactions(reactionsFile(context, typed), mound.clone.workTree);
  if (!loaded.ok) throw new FaultError(loaded.error);
  let events = 0;
  let runs = 0;
  for await (const batch of replay(mound, await since.cursor(mound))) {
    if (signal.aborted) break;
    for (const event of batch.events) {
      if (event.time < (since.time ?? 0)) continue;
      events += 1;
      const matching = loaded.value.filter((reaction) => matchesReaction(reaction, event));
      runs += matching.length;
      const json = context.options.json === true;
      const text = matching.map((reaction) => (json ? runJson : runText)(reaction, event));
      if (text.length > 0) context.env.out(text.join(""));
    }
    if ((await context.env.flush?.()) === false) break;
  }
  const said = `Over ${events} ${events === 1 ? "event" : "events"} this would have run ${runs} ${runs === 1 ? "program" : "programs"}; nothing was run.`;
  return { data: undefined, text: "", notes: [...notes, said], streamed: true };
}

/** What history has after a place, as far as it is known here. */
async function* replay(mound: Mound, from: Cursor | undefined): AsyncGenerator<EventBatch> {
  const { line, ports } = mound;
  const opened = await Follower.open({ line, ports, from: from ?? "start" });
  if (!opened.ok) throw new FaultError(opened.error);
  yield* opened.value.catchUp();
  const age = await mound.age();
  yield* opened.value.take(age === undefined ? 0 : ports.clock.now() - age);
}

function runText({ name, run }: Reaction, event: MoundEvent): string {
  return sanitise(`${name}: ${commandText(run)}\n    ${eventLine(event)}\n`);
}

function runJson({ name, run }: Reaction, event: MoundEvent): string {
  const line = { v: 1, reaction: name, run, event: eventJson(event) };
  return `${sanitiseJson(JSON.stringify(line))}\n`;
}
