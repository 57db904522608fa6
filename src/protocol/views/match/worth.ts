/**
 * What trust has to do with which task an agent takes. Each task asks for as much trust as it says. Beyond
 * that, what is worth more than others is for those who are known to do well, and a newcomer begins with
 * what is worth little: whoever comes back under a new name is there again.
 */
import type { AgentId } from "../../ids.ts";
import type { View } from "../../state.ts";
import type { TodoState } from "../../todo-state.ts";
import { recentTrust } from "../recent-trust.ts";

/** A newcomer draws what is valuable so much less readily, and steps back as often where others could do all. */
export const PROBATION = 0.1;
/** Who is trusted wholly draws what is valuable so many times more readily, and one more. */
const TRUSTED = 3;

/** An agent as those see it who know what it has done. */
export interface Standing {
  /** In thousandths. */
  readonly score: number;
  /** From 0 to 1; undefined: a newcomer. */
  readonly standing: number | undefined;
  /** Whether anybody in the mound is known; where nobody is, all agents are alike. */
  readonly known: boolean;
}

export function standingFor(view: View, agent: AgentId, now: number): Standing {
  const trust = recentTrust(view, now);
  const { score } = trust.of(agent);
  return { score, standing: trust.standing(agent), known: trust.known };
}

/** What of a task trust is compared with. */
export interface Terms {
  readonly trust: number;
  /** Its value as a power of two; 0: none is said. */
  readonly size: number;
}

/** Of a task that says neither it is always this one. */
export const ANY_TERMS: Terms = { trust: 0, size: 0 };

export function termsOf({ terms }: Pick<TodoState, "terms">): Terms {
  return terms === undefined ? ANY_TERMS : { trust: terms.trust, size: sizeOf(terms.value) };
}

/** How many binary digits a value has. */
export function sizeOf(value: number): number {
  return 32 - Math.clz32(Math.min(0x7fff_ffff, value));
}

/** Whether trust makes any difference to a task. */
export function isOfTrust({ trust, size }: Terms): boolean {
  return trust > 0 || size > 0;
}

/**
 * The factor of a task's weight that trust makes; 0: it asks for more. `usual`: the size of the mean value of
 * what is open, above which a task is valuable.
 */
export function trustFactor(standing: Standing, { trust, size }: Terms, usual: number): number {
  if (standing.score < trust) return 0;
  if (size <= usual || !standing.known) return 1;
  return standing.standing === undefined ? PROBATION : 1 + TRUSTED * standing.standing;
}
