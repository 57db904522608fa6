import { formatInstant } from "../../protocol/time.ts";
import { ableAgents, type AbleAgent, type Evidence } from "../../protocol/views/able.ts";
import { FaultError, type Context } from "../context.ts";
import { formatAge, freshMound } from "../fresh.ts";
import type { Report } from "../report.ts";
import { skillArgument } from "./skill.ts";
import { loadText } from "./shape.ts";

/** `mound who SKILL...`: who says it can do all of this, and what bears it out. */
export async function who(
  context: Context,
  words: readonly (string | undefined)[],
): Promise<Report> {
  const typed = words.flatMap((word) => (word === undefined ? [] : [word]));
  const skills = [...new Set(typed.map((word) => skillArgument(word, "mound who")))];
  const { mound, notes } = await freshMound(context);
  const { found, now } = await mound.read((view, at) => ({
    found: ableAgents(view, skills, at),
    now: at,
  }));
  const able = found.filter(({ lapses }) => lapses !== "has");
  const lapsed = found.filter(({ lapses }) => lapses === "has");
  if (able.length === 0) {
    const were = lapsed.map(({ agent, until }) => ({ agent, until: formatInstant(until!) }));
    throw new FaultError({ code: "nobody-able", skills, lapsed: were });
  }
  const blocks = [
    able.flatMap((agent) => agentLines(agent, now)),
    lapsed.length === 0
      ? []
      : [
          "Said so, and what they said has lapsed:",
          ...lapsed.flatMap((one) => agentLines(one, now)),
        ],
  ];
  return {
    data: { skills, agents: able.map(ableJson), lapsed: lapsed.map(ableJson) },
    text: blocks
      .filter((lines) => lines.length > 0)
      .map((lines) => lines.join("\n"))
      .join("\n\n"),
    next: [`mound agent card ${able[0]!.agent}`],
    notes,
  };
}

function agentLines({ agent, evidence, holds, lapses, last, ...said }: AbleAgent, now: number) {
  const facts = [
    `says it is at ${loadText(said)}, holds ${holds}`,
    lapses === "no"
      ? undefined
      : `${lapses === "soon" ? "lapses" : "lapsed"} ${formatInstant(said.until!)}`,
    last === undefined ? undefined : `last seen ${formatAge(Math.max(0, now - last))} ago`,
  ];
  return [
    `${agent}  ${facts.filter((fact) => fact !== undefined).join(", ")}`,
    ...evidence.map((one) => `  ${one.skill}: ${evidenceText(one)}`),
  ];
}

function evidenceText({ done, accepted, rejected, failed, lapsed }: Evidence): string {
  if (done + failed + lapsed === 0) return "nothing shown yet";
  const counts = [
    `done ${done}`,
    accepted === 0 ? undefined : `accepted ${accepted}`,
    rejected === 0 ? undefined : `rejected ${rejected}`,
    failed === 0 ? undefined : `failed ${failed}`,
    lapsed === 0 ? undefined : `lapsed ${lapsed}`,
  ];
  return counts.filter((count) => count !== undefined).join(", ");
}

function ableJson({ until, last, evidence, ...agent }: AbleAgent) {
  return {
    ...agent,
    until: until === undefined ? null : formatInstant(until),
    last: last === undefined ? null : formatInstant(last),
    evidence: evidence.map(({ success, ...counts }) => ({
      ...counts,
      success: Math.round(success * 1_000) / 1_000,
    })),
  };
}
