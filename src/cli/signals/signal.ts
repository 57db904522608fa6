import { resolveTopic } from "../../protocol/commands/resolve-topic.ts";
import { HALF_LIFE_MAX_MS, HALF_LIFE_MIN_MS, STRENGTH_MAX } from "../../protocol/limits.ts";
import { standingSignals } from "../../protocol/views/standing-signals.ts";
import { act } from "../act.ts";
import type { Context } from "../context.ts";
import { durationOption, numberOption, textOption } from "../options.ts";
import type { Report } from "../report.ts";
import { sanitiseLine } from "../sanitise.ts";
import { UsageError } from "../usage.ts";
import { kindOption } from "./options.ts";
import { signalJson, signalLine } from "./shown.ts";

/** Three of these are as much as an agent can leave, so that it can say it louder twice. */
const STRENGTH_DEFAULT = 3;

/** A word that may have been meant for a task. */
const MAY_BE_TASK = /^[0-9a-hjkmnp-tv-z]{4,7}(-[a-z0-9]+)*$/;

/** `mound signal TOPIC`: leaves a signal, or takes one back. */
export async function signal(
  context: Context,
  [typed]: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const agent = context.agent();
  const mark = kindOption(options) ?? "need";
  const strength = numberOption(options["strength"], "--strength", 0, STRENGTH_MAX);
  const halfLife = durationOption(options["halfLife"], "--half-life");
  if (halfLife !== undefined && (halfLife < HALF_LIFE_MIN_MS || halfLife > HALF_LIFE_MAX_MS))
    throw new UsageError("--half-life takes from 10s to 30d.", "mound help signal");
  const note = textOption(options["note"]);
  const accepted = await act(context, {
    type: "signal",
    topic: typed!,
    mark,
    strength: strength ?? STRENGTH_DEFAULT,
    ...(halfLife === undefined ? {} : { halfLife }),
    ...(note === undefined ? {} : { note }),
  });
  const mound = await context.mound();
  const { topic, found } = await mound.read((view, now) => {
    const resolved = resolveTopic(view, typed!);
    const about = resolved.ok ? resolved.value : typed!;
    const all = standingSignals(view, now, about);
    return { topic: about, found: all.find((one) => one.topic === about && one.agent === agent) };
  });
  return {
    data: {
      topic,
      signal: found === undefined ? null : signalJson(found),
      commit: accepted.commit ?? null,
      already: accepted.answer.already === true,
    },
    text:
      found === undefined
        ? `Nothing is left of ${agent} on ${sanitiseLine(topic)}.`
        : signalLine(found),
    notes:
      topic === typed && MAY_BE_TASK.test(topic)
        ? [`No task's id begins with ${topic}: this is about that word.`]
        : [],
    next: found === undefined ? [] : [`mound signals ${topic}`],
  };
}
