/**
 * What agents are known to have done, kept for each ordered pair of who says it and of whom, by skill and by
 * epoch, in whole quarters of a deed.
 */
import type { AgentId } from "../../ids.ts";
import type { Overlay } from "../../state.ts";
import { ANY_SKILL } from "../deeds.ts";
import { epochOf, EPOCHS_KEPT } from "./epochs.ts";

/** What counts as one deed. */
export const DEED = 4;

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
  const all = { ...state.get(`evidence/${subject}`) };
  const before = all[rater];
  const next = Object.create(null) as Record<string, readonly number[]>;
  for (const skill of Object.keys(before ?? {})) next[skill] = before![skill]!;
  for (const skill of new Set([ANY_SKILL, ...skills]))
    next[skill] = added(next[skill] ?? [], deed, epochOf(time));
  state.set(`evidence/${subject}`, { ...all, [rater]: next });
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

function added(numbers: readonly number[], { good, bad }: Deed, epoch: number): readonly number[] {
  const kept = [...numbers];
  while (kept.length > 0 && kept[0]! <= epoch - EPOCHS_KEPT) kept.splice(0, 3);
  if (kept.at(-3) !== epoch) kept.push(epoch, 0, 0);
  kept[kept.length - 2]! += good;
  kept[kept.length - 1]! += bad;
  return kept;
}
