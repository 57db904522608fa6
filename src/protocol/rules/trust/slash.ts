/** What a proven cheat costs: standing and stakes, and a part of the stakes of whoever vouched. */
import type { AgentId } from "../../ids.ts";
import type { Overlay } from "../../state.ts";
import type { SlashState } from "../../trust-state.ts";
import { forfeitAll, PARTS } from "../ledger.ts";
import { noteTrust } from "./evidence.ts";
import { VOUCHER_SHARE } from "./slashed.ts";
import { liveVouches, subjectOf } from "./vouches.ts";

/** A slash is in quarters. */
const QUARTER = PARTS / 4;

/** The words for how much is taken. */
export const SEVERITIES = ["quarter", "half", "whole"] as const;
export type Severity = (typeof SEVERITIES)[number];
export const QUARTERS: Readonly<Record<Severity, SlashState["quarters"]>> = {
  quarter: 1,
  half: 2,
  whole: 4,
};

/**
 * Takes `quarters` of what the subject has locked, and a quarter of that share from each of `vouchers` and of
 * those whose vouch counts at log time `time` (milliseconds). Goes no further up: nobody vouches for a voucher's judgement.
 */
export function slash(
  state: Overlay,
  subject: AgentId,
  { quarters, proof }: Pick<SlashState, "quarters" | "proof">,
  vouchers: readonly AgentId[],
  time: number,
): void {
  const before = state.get(`slashed/${subject}`) ?? [];
  state.set(`slashed/${subject}`, [...before, { at: time, quarters, proof }]);
  forfeitAll(state, subject, quarters * QUARTER);
  const known = subjectOf(state, subject);
  const live = known === undefined ? [] : liveVouches(state, known, time).map(([issuer]) => issuer);
  for (const voucher of [...new Set([...vouchers, ...live])].toSorted())
    if (voucher !== subject) forfeitAll(state, voucher, quarters * QUARTER * VOUCHER_SHARE);
  noteTrust(state);
}
