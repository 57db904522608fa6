/**
 * Where more agents are idle than there are tasks for them, some step back, so that not all race for the same few.
 * Counted are the rivals, who could do the task too: a specialist makes way for nobody who cannot do its work.
 */
import type { AgentId } from "../../ids.ts";
import { declaredBy, isInDate } from "../../rules/able.ts";
import type { LineState, TaskState, View } from "../../state.ts";
import { recentTrust } from "../recent-trust.ts";
import { landed } from "./board.ts";
import type { Crowd } from "./crowd.ts";
import { drawAt, fractionOf, seedOf } from "./draw.ts";
import { PROBATION } from "./worth.ts";

/** Who steps back asks again after so long, and then may be let through. */
const GATE_MS = 10_000;
/** In a burst an agent without a task of its own tries this much less: each has its taker. */
const UNMATCHED = 0.25;
/** So few are let through whatever there is: their races cost less than the waiting would. */
const GATE_LEAST = 8;

/** What an agent is about to take at log time `now` (milliseconds), and how many such tasks there are for it. */
export interface Approach {
  readonly task: TaskState;
  readonly doable: number;
  readonly crowd: Crowd;
  /** Each idle agent knows of a task of its own; see burst.ts. */
  readonly burst: boolean;
}

/** How many are idle that could do the task, where the agent steps back; undefined: it goes on. */
export function stepsBackFrom(
  view: View,
  agent: AgentId,
  now: number,
  { task, doable, crowd, burst }: Approach,
): number | undefined {
  if (crowd.idle.length <= Math.min(GATE_LEAST, doable)) return undefined;
  const rivals = rivalsFor(view, crowd, task, now);
  const room = Math.max(doable * (burst ? UNMATCHED : 1), GATE_LEAST);
  const chance = isHeldBack(view, agent, now, rivals, doable) ? PROBATION : room / rivals.length;
  const draw = drawAt(seedOf(agent, "gate"), Math.floor(now / GATE_MS));
  return fractionOf(draw) > chance ? rivals.length : undefined;
}

/** Whether an agent is a newcomer among such as are known. */
export function isOnProbation(view: View, agent: AgentId, now: number): boolean {
  const trust = recentTrust(view, now);
  return trust.known && trust.standing(agent) === undefined;
}

/**
 * Whether a newcomer leaves what there is to those who are known, as these are enough for all of it. One time in
 * ten it is let through, so that it may become known: the part of downloads that EigenTrust (Kamvar, Schlosser and
 * Garcia-Molina, 2003) gives to peers without a score.
 */
function isHeldBack(
  view: View,
  agent: AgentId,
  now: number,
  rivals: readonly AgentId[],
  doable: number,
): boolean {
  if (!isOnProbation(view, agent, now)) return false;
  const trust = recentTrust(view, now);
  return rivals.filter((one) => trust.isKnown(one)).length >= doable;
}

/** By the newest commit, and by what is needed: many agents look at tasks of one kind on one tip. */
const KNOWN = new WeakMap<LineState, Map<string, readonly AgentId[]>>();

/** The idle agents that have declared what the task needs, and are trusted as far as it asks. */
function rivalsFor(
  view: View,
  { idle }: Crowd,
  { needs, trust }: TaskState,
  now: number,
): readonly AgentId[] {
  if (needs.length === 0 && trust === 0) return idle;
  const ground = landed(view);
  const line = ground.get("line")!;
  const known = KNOWN.get(line) ?? new Map<string, readonly AgentId[]>();
  KNOWN.set(line, known);
  const name = `${trust} ${needs.join(" ")}`;
  let rivals = known.get(name);
  if (rivals === undefined) {
    rivals = idle;
    if (needs.length > 0) {
      const able = declaredBy(ground, needs).filter((one) => isInDate(one, line.time));
      const names = new Set(able.map((one) => one.agent));
      rivals = rivals.filter((one) => names.has(one));
    }
    if (trust > 0) rivals = rivals.filter((one) => recentTrust(ground, now).of(one).score >= trust);
    known.set(name, rivals);
  }
  return rivals;
}
