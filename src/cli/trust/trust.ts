import { readTrust, rootsOf, trustOfAll, type TrustReading } from "../../protocol/views/trust.ts";
import { trustStory } from "../../protocol/views/trust-story.ts";
import { FaultError, type Context } from "../context.ts";
import { freshMound, readerAt } from "../fresh.ts";
import { grid } from "../matching/grid.ts";
import { agentArgument } from "../members/cosigners.ts";
import type { Report } from "../report.ts";
import { sanitiseLine } from "../sanitise.ts";
import { pointJson } from "../shapes.ts";
import { askedOptions, expectSeer } from "./asked.ts";
import { weakness } from "./few-roots.ts";
import { readingJson, share, storyJson, trustedJson } from "./shape.ts";
import { storyText } from "./story-text.ts";

/** `mound trust [AGENT]`: all scores, or how that of one agent comes about. */
export async function trust(
  context: Context,
  [typed]: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const agent = typed === undefined ? undefined : agentArgument(typed, "The name");
  const asked = askedOptions(context, options);
  const { mound, notes } = await freshMound(context);
  const { point, read } = await readerAt(context, mound, options["at"]);
  return read((view): Report => {
    if (asked.from !== undefined) expectSeer(view, asked.from);
    if (agent !== undefined && view.get(`agent/${agent}`) === undefined)
      throw new FaultError({ code: "agent-unknown", agent });
    const reading = readTrust(view, asked);
    const head = {
      ...(point === undefined ? {} : { at: pointJson(point) }),
      ...readingJson(reading),
    };
    const weak = weakness(rootsOf(reading));
    const talk = weak === undefined ? notes : [...notes, weak];
    if (agent === undefined) return tableReport(reading, head, talk);
    const story = trustStory(reading, agent);
    return {
      data: { ...head, ...storyJson(story) },
      text: storyText(reading, story),
      notes: talk,
    };
  });
}

function tableReport(
  reading: TrustReading,
  head: ReturnType<typeof readingJson>,
  notes: readonly string[],
): Report {
  const all = trustOfAll(reading);
  const { skill } = reading.asked;
  const rows = all.map(({ agent, score, confidence, reach, credibility, veto, bySkill }) => [
    agent,
    share(score),
    share(confidence),
    share(reach),
    share(credibility),
    [
      ...(bySkill === false ? ["by all its work"] : []),
      ...(veto === undefined ? [] : [`vetoed: at most ${share(veto)}`]),
    ].join(", "),
  ]);
  const lines = grid([["agent", "trust", "confidence", "reach", "credibility"], ...rows]);
  return {
    data: { ...head, agents: all.map(trustedJson) },
    text: [...(skill === undefined ? [] : [`For ${sanitiseLine(skill)}:`]), ...lines].join("\n"),
    notes,
    next: [`mound trust ${all[0]!.agent}`],
  };
}
