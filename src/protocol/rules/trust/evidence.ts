/**
 * What agents are known to have done, kept for each ordered pair of who says it and of whom, by skill and by
 * epoch, in whole quarters of a deed. What has faded is dropped when the next deed is added, so that an entry
 * holds the raters of half a year, and of each its epochs and some skills.
 */
import { defined } from "../../../base/assert.ts";
import type { AgentId } from "../../ids.ts";
import type { Overlay } from "../../state.ts";
import type { Ratings } from "../../trust-state.ts";
import { ANY_SKILL } from "../deeds.ts";
import { epochOf, EPOCHS_KEPT } from "./epochs.ts";

/** What counts as one deed. */
export const DEED = 4;

/** One member rates another at few skills; of more, the one with the fewest deeds is forgotten. */
export const PAIR_SKILLS = 8;

export interface Deed {
  /** Quarters of a good deed. */
  readonly good: number;
  /** Quarters of a bad one. */
  readonly bad: number;
}

/** Adds what `rater` says of `subject` by a fact of the log; nothing where the two are one. */
export function rate(
  state: Overlay,
  rater: AgentId,
  subject: AgentId,
  skills: readonly string[],
  deed: Deed,
  time: number,
): void {
  if (rater === subject) return;
  const epoch = epochOf(time);
  // Without a prototype, as an agent and a skill may be called `constructor`.
  const all = Object.create(null) as Record<string, Ratings>;
  const before = state.get(`evidence/${subject}`) ?? {};
  for (const name of Object.keys(before))
    if (!isFaded(before[name]!, epoch)) all[name] = before[name]!;
  all[rater] = withDeed(all[rater], skills, deed, epoch);
  state.set(`evidence/${subject}`, all);
  noteTrust(state);
}

/** Adds a bad deed of which the log itself is the witness, in quarters. */
export function prove(state: Overlay, subject: AgentId, bad: number, time: number): void {
  const epoch = epochOf(time);
  const kept = [...(state.get(`proven/${subject}`) ?? [])];
  while (kept.length > 0 && kept[0]! <= epoch - EPOCHS_KEPT) kept.splice(0, 2);
  if (kept.at(-2) === epoch) kept[kept.length - 1]! += bad;
  else kept.push(epoch, bad);
  state.set(`proven/${subject}`, kept);
  noteTrust(state);
}

/** To be called wherever an entry changes from which trust is computed. */
export function noteTrust(state: Overlay): void {
  state.set("trust", { count: (state.get("trust")?.count ?? 0) + 1 });
}

/** The newest epoch stands under `*`, where every deed is. */
function isFaded(ratings: Ratings, epoch: number): boolean {
  return defined(ratings[ANY_SKILL]?.at(-3), "a rating has an epoch") <= epoch - EPOCHS_KEPT;
}

function withDeed(
  before: Ratings | undefined,
  skills: readonly string[],
  deed: Deed,
  epoch: number,
): Ratings {
  const next = Object.create(null) as Record<string, readonly number[]>;
  for (const skill of Object.keys(before ?? {})) next[skill] = before![skill]!;
  for (const skill of new Set([ANY_SKILL, ...skills])) {
    if (next[skill] === undefined && skill !== ANY_SKILL) makeRoom(next);
    next[skill] = added(next[skill] ?? [], deed, epoch);
  }
  return next;
}

/** Forgets the skill with the fewest deeds, of equals the first in order of name. */
function makeRoom(ratings: Record<string, readonly number[]>): void {
  const names = Object.keys(ratings).filter((name) => name !== ANY_SKILL);
  if (names.length < PAIR_SKILLS) return;
  const [least] = names.toSorted(
    (a, b) => deedsIn(ratings[a]!) - deedsIn(ratings[b]!) || (a < b ? -1 : 1),
  );
  delete ratings[least!];
}

function deedsIn(numbers: readonly number[]): number {
  return numbers.reduce((sum, number, at) => (at % 3 === 0 ? sum : sum + number), 0);
}

function added(numbers: readonly number[], { good, bad }: Deed, epoch: number): readonly number[] {
  const kept = [...numbers];
  while (kept.length > 0 && kept[0]! <= epoch - EPOCHS_KEPT) kept.splice(0, 3);
  if (kept.at(-3) !== epoch) kept.push(epoch, 0, 0);
  kept[kept.length - 2]! += good;
  kept[kept.length - 1]! += bad;
  return kept;
}
