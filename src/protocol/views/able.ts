import type { SkillRecord } from "../capabilities-state.ts";
import type { AgentId } from "../ids.ts";
import { declaredBy, isInDate } from "../rules/able.ts";
import { isLapsing } from "../rules/broadcast.ts";
import { deedsOf } from "../rules/deeds.ts";
import type { View } from "../state.ts";

/** Evidence of one skill: what an agent has done at tasks that needed it. */
export interface Evidence extends SkillRecord {
  readonly skill: string;
  /** From 0 to 1, 0.5 where nothing is known. */
  readonly success: number;
}

/** A member that says it can do all that was asked for. */
export interface AbleAgent {
  readonly agent: AgentId;
  readonly evidence: readonly Evidence[];
  readonly load: number;
  readonly capacity: number;
  /** How many tasks it holds whose lease is not over. */
  readonly holds: number;
  /** Milliseconds; undefined: for ever. */
  readonly until: number | undefined;
  readonly lapses: "no" | "soon" | "has";
  /** Log time of its last sign of life, in milliseconds. */
  readonly last: number | undefined;
}

/**
 * Who says that it can do all of this, at log time `now`: who has shown it first, who has failed at it
 * last, and those whose broadcast has lapsed behind all others. `skills` is not empty.
 */
export function ableAgents(
  view: View,
  skills: readonly string[],
  now: number,
): readonly AbleAgent[] {
  const found = declaredBy(view, skills).map(({ agent }) => seeAgent(view, agent, skills, now));
  return found.toSorted(
    (a, b) =>
      Number(a.lapses === "has") - Number(b.lapses === "has") ||
      weakest(b) - weakest(a) ||
      known(b) - known(a) ||
      (a.agent < b.agent ? -1 : 1),
  );
}

function seeAgent(view: View, agent: AgentId, skills: readonly string[], now: number): AbleAgent {
  const { load, capacity, until } = view.get(`can/${agent}`)!;
  const at = view.get(`file/agents/${agent}/capabilities.yaml`)?.at ?? now;
  const held = Object.values(view.get(`held/${agent}`) ?? {});
  const soon = isLapsing({ until, at }, now);
  return {
    agent,
    evidence: skills.map((skill) => evidenceOf(skill, deedsOf(view, agent, skill))),
    load,
    capacity,
    holds: held.filter((end) => now < end).length,
    until,
    lapses: isInDate({ until }, now) ? (soon ? "soon" : "no") : "has",
    last: view.get(`did/${agent}`)?.last,
  };
}

/**
 * The mean of the Beta posterior with a uniform prior (Laplace's rule of succession): what went well and
 * was not rejected, against what was rejected, failed or lapsed.
 */
function evidenceOf(skill: string, record: SkillRecord): Evidence {
  const good = record.done - record.rejected;
  const bad = record.rejected + record.failed + record.lapsed;
  return { skill, ...record, success: (good + 1) / (good + bad + 2) };
}

/** Of several skills the one that is worst borne out. */
function weakest({ evidence }: AbleAgent): number {
  return Math.min(...evidence.map(({ success }) => success));
}

function known({ evidence }: AbleAgent): number {
  return evidence.reduce((sum, { done, failed, lapsed }) => sum + done + failed + lapsed, 0);
}
