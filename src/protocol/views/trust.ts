/** How far agents are trusted, in the eyes of the whole mound or of one of them. */
import type { AgentId } from "../ids.ts";
import { BAD_WEIGHT, PRIOR } from "../rules/trust/constants.ts";
import {
  computeTrust,
  trustForIn,
  trustIn,
  trustTable,
  type Trust,
  type TrustTable,
} from "../rules/trust/table.ts";
import { WHOLE_SHARE } from "../share.ts";
import type { View } from "../state.ts";

/** Whose view, and trust for what; nothing said: the mound's, for whatever work. */
export interface TrustAsked {
  /** A member that counts as a root besides those of the mound, and with a veto. */
  readonly from?: AgentId;
  readonly skill?: string;
}

export interface Trusted extends Trust {
  readonly agent: AgentId;
  /** How far the roots' trust reaches it, in thousandths. */
  readonly reach: number;
  /** How far what it says of others agrees with what others say, in thousandths. */
  readonly credibility: number;
  /** What the asker's own experience leaves at most, in thousandths; undefined where that is all of it. */
  readonly veto: number | undefined;
}

/** Faded deeds that one member has seen of another. */
export interface Experience {
  readonly good: number;
  readonly bad: number;
}

/** All that is asked of one state. */
export interface TrustReading {
  readonly view: View;
  /** Log time in milliseconds. */
  readonly now: number;
  readonly asked: TrustAsked;
  readonly table: TrustTable;
  /** What the asker knows at first hand, by agent. */
  readonly own: ReadonlyMap<string, Experience>;
}

/** At the log time of the state itself, so that whoever has the same tip reads the same. */
export function readTrust(view: View, asked: TrustAsked): TrustReading {
  return asked.from === undefined
    ? readingOf(view, asked, trustTable(view, logTime(view)))
    : readTrustAnew(view, asked);
}

/** The same of a state on which something was changed and not noted. */
export function readTrustAnew(view: View, asked: TrustAsked): TrustReading {
  return readingOf(view, asked, computeTrust(view, logTime(view), asked.from));
}

/** Every member in force, the most trusted first. */
export function trustOfAll(reading: TrustReading): readonly Trusted[] {
  return reading.table.agents
    .map((agent) => trustOfOne(reading, agent))
    .toSorted(
      (a, b) => b.score - a.score || b.confidence - a.confidence || (a.agent < b.agent ? -1 : 1),
    );
}

export function trustOfOne(reading: TrustReading, agent: AgentId): Trusted {
  const { view, now, table, asked } = reading;
  const { skill } = asked;
  const trust =
    skill === undefined ? trustIn(table, agent) : trustForIn(table, view, agent, skill, now);
  const veto = vetoOf(reading, agent);
  const number = table.numbers.get(agent);
  const share = (of: Float64Array) =>
    Math.floor((number === undefined ? 0 : of[number]!) * WHOLE_SHARE);
  return {
    agent,
    score: Math.min(trust.score, veto ?? WHOLE_SHARE),
    confidence: trust.confidence,
    ...(trust.bySkill === undefined ? {} : { bySkill: trust.bySkill }),
    reach: share(table.scores.reach),
    credibility: share(table.scores.credibility),
    veto,
  };
}

/** The roots by whose trust all is measured, sorted; the asker is one. */
export function rootsOf({ table }: TrustReading): readonly AgentId[] {
  return table.ratings.roots.map((root) => table.agents[root]!);
}

/**
 * One's own bad experience overrides all that others say: the score is at most what it would be by one's own
 * experience alone, from a full prior. Whom one denounces, one trusts no more.
 */
function vetoOf({ view, asked, own }: TrustReading, agent: AgentId): number | undefined {
  const { from } = asked;
  if (from === undefined || from === agent) return undefined;
  const denounced = view.get(`denounced/${agent}`);
  if (denounced !== undefined && Object.hasOwn(denounced, from)) return 0;
  const { good, bad } = own.get(agent) ?? NOTHING;
  if (bad === 0) return undefined;
  return Math.floor(((PRIOR + good) / (PRIOR + good + BAD_WEIGHT * bad)) * WHOLE_SHARE);
}

const NOTHING: Experience = { good: 0, bad: 0 };

function readingOf(view: View, asked: TrustAsked, table: TrustTable): TrustReading {
  const own = new Map<string, Experience>();
  const { agents, numbers, ratings } = table;
  const rater = asked.from === undefined ? undefined : numbers.get(asked.from);
  if (rater !== undefined)
    ratings.from.forEach((from, pair) => {
      if (from !== rater) return;
      const [good, bad] = [ratings.good[pair]!, ratings.bad[pair]!];
      // A vouch alone is no experience.
      if (good + bad > 0) own.set(agents[ratings.to[pair]!]!, { good, bad });
    });
  return { view, now: logTime(view), asked, table, own };
}

function logTime(view: View): number {
  return view.get("line")!.time;
}
