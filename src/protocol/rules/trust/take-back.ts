import type { AgentId } from "../../ids.ts";
import type { Overlay } from "../../state.ts";
import { ANY_SKILL } from "../deeds.ts";
import { epochOf } from "./epochs.ts";
import { noteTrust } from "./evidence.ts";

/** Takes good quarters away that `rate` has added at log time `time`; those of forgotten weeks are gone already. */
export function takeBack(
  state: Overlay,
  { rater, subject, skills }: Praised,
  good: number,
  time: number,
): void {
  const all = state.get(`evidence/${subject}`) ?? {};
  if (good === 0 || !Object.hasOwn(all, rater)) return;
  const next = Object.create(null) as Record<string, readonly number[]>;
  for (const skill of Object.keys(all[rater]!)) next[skill] = all[rater]![skill]!;
  for (const skill of new Set([ANY_SKILL, ...skills])) {
    const numbers = next[skill];
    if (numbers !== undefined) next[skill] = without(numbers, good, epochOf(time));
  }
  state.set(`evidence/${subject}`, { ...all, [rater]: next });
  noteTrust(state);
}

interface Praised {
  readonly rater: AgentId;
  readonly subject: AgentId;
  readonly skills: readonly string[];
}

function without(numbers: readonly number[], good: number, epoch: number): readonly number[] {
  return numbers.map((number, at) =>
    at % 3 === 1 && numbers[at - 1] === epoch ? Math.max(0, number - good) : number,
  );
}
