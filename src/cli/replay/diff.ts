import type { ReplayPoint, Wanted } from "../../app/replay.ts";
import type { Mound } from "../../open/mound.ts";
import { diffStates, isEmpty } from "../../protocol/views/state-diff.ts";
import { formatInstant } from "../../protocol/time.ts";
import type { Context } from "../context.ts";
import { freshMound } from "../fresh.ts";
import { readMoment } from "../reading/moment.ts";
import type { Report } from "../report.ts";
import { pointJson } from "../shapes.ts";
import { diffLines } from "./diff-text.ts";
import { replayTo, tipOf } from "./point.ts";

/** `mound diff A [B]`: what is different between two states of the line. */
export async function diff(
  context: Context,
  [from, to]: readonly (string | undefined)[],
): Promise<Report> {
  const { mound, notes } = await freshMound(context);
  const wanted = {
    before: await readMoment(mound, from!, "The first argument"),
    after:
      to === undefined
        ? { commit: tipOf(mound) }
        : await readMoment(mound, to, "The second argument"),
  };
  const before = await replayTo(context, mound, wanted.before);
  // Going on from the earlier of the two folds the line once, and not twice.
  const follows = await isAfter(mound, before, wanted.before, wanted.after);
  const reached = await replayTo(context, mound, wanted.after, follows ? before : undefined);
  // The newest state is the one of now.
  const time = to === undefined ? await mound.read((_view, now) => now) : 0;
  const after = { ...reached, time: Math.max(reached.time, time) };
  const found = diffStates(before, after);
  const head = `From ${placeText(before)}\nto   ${placeText(after)}:`;
  const body = isEmpty(found) ? ["Nothing is different."] : diffLines(found);
  return {
    data: { from: pointJson(before), to: pointJson(after), ...found },
    text: [head, ...body].join("\n"),
    notes,
  };
}

async function isAfter(
  mound: Mound,
  { commit }: ReplayPoint,
  before: Wanted,
  after: Wanted,
): Promise<boolean> {
  if ("commit" in after) return mound.ports.history.contains(commit, after.commit);
  return "time" in before && after.time >= before.time;
}

function placeText({ commit, number, time }: ReplayPoint): string {
  return `commit ${number}, ${commit.slice(0, 12)}, as it was at ${formatInstant(time)}`;
}
