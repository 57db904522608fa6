/**
 * Trust for what is an agent's own to decide, or to show: scores that may be a little old. To compute all of
 * them takes tens of milliseconds in a large mound, and evidence changes with every task that is done; a
 * daemon decides hundreds of choices a second. What the judge asks it asks of the state itself.
 */
import type { AgentId } from "../ids.ts";
import { effectiveRoots } from "../rules/members.ts";
import { epochOf } from "../rules/trust/epochs.ts";
import { trustOf, type Trust } from "../rules/trust/table.ts";
import { WHOLE_SHARE } from "../share.ts";
import { Overlay, type MoundState, type View } from "../state.ts";

/** Below this confidence (thousandths) nobody knows what an agent is worth: one deed of which a root speaks is as much. */
const NEWCOMER = 200;
/** Scores are computed anew when so much of the evidence has changed: a small mound sees each change. */
const CHANGED_SHARE = 64;
/** Or when they are so old: with this, well under a hundredth of the time goes into them. Milliseconds. */
const AGE_MIN_MS = 60_000;
const AGE_MS_EACH = 2;

export interface RecentTrust {
  of(agent: string): Trust;
  /** In thousandths: how far its word counts. A root's counts fully: others' count by what roots say of them. */
  voice(agent: string): number;
  /** From 0 to 1: how far it is trusted, by as much of that as is evidence; undefined: it is a newcomer. */
  standing(agent: string): number | undefined;
  /** Whether it is known by what it has done or by vouches. */
  isKnown(agent: string): boolean;
  /** Whether anybody is. */
  readonly known: boolean;
}

/** Trust as it was lately, at log time `now` (milliseconds). */
export function recentTrust(view: View, now: number): RecentTrust {
  const ground = view instanceof Overlay ? view.ground : view;
  const kept = KEPT.get(ground);
  if (kept !== undefined && isRecent(ground, kept, now)) return kept.trust;
  const trust = read(ground, now);
  const { mound, marker } = versionOf(ground);
  KEPT.set(ground, { mound, marker, now, trust });
  return trust;
}

interface Kept {
  readonly mound: MoundState;
  readonly marker: { readonly count: number } | undefined;
  readonly now: number;
  readonly trust: RecentTrust;
}

const KEPT = new WeakMap<View, Kept>();

function versionOf(view: View): Pick<Kept, "mound" | "marker"> {
  return { mound: view.get("mound")!, marker: view.get("trust") };
}

function isRecent(view: View, kept: Kept, now: number): boolean {
  const { mound, marker } = versionOf(view);
  const count = kept.marker?.count ?? 0;
  const age = now - kept.now;
  if (mound !== kept.mound || epochOf(now) !== epochOf(kept.now)) return false;
  if (age < 0 || age >= Math.max(AGE_MIN_MS, AGE_MS_EACH * count)) return false;
  // A count that fell is of another history: there, as many changes may be quite different ones.
  const changed = (marker?.count ?? 0) - count;
  return marker === kept.marker || (changed > 0 && changed * CHANGED_SHARE < count);
}

function read(view: View, now: number): RecentTrust {
  const roots = new Set<string>(effectiveRoots(view).map(({ agent }) => agent));
  const scores = new Map<string, Trust>();
  for (const key of view.keys("agent/")) {
    const agent = key.slice("agent/".length) as AgentId;
    scores.set(agent, trustOf(view, agent, now));
  }
  const of = (agent: string): Trust => scores.get(agent) ?? NOBODY;
  const voice = (agent: string): number => (roots.has(agent) ? WHOLE_SHARE : of(agent).score);
  const isKnown = (agent: string): boolean => of(agent).confidence >= NEWCOMER;
  const standing = (agent: string): number | undefined => {
    const { score, confidence } = of(agent);
    if (roots.has(agent)) return 1;
    return isKnown(agent) ? (score * confidence) / (WHOLE_SHARE * WHOLE_SHARE) : undefined;
  };
  return { of, voice, standing, isKnown, known: [...scores.keys()].some(isKnown) };
}

const NOBODY: Trust = { score: 0, confidence: 0 };
