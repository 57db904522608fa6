import { expect } from "vitest";
import type { FaultCode } from "../../src/protocol/fault.ts";
import type { Verdict } from "../../src/protocol/judge.ts";
import type { CommitOptions, Ran, World } from "./world.ts";

/** Refused, by this rule and with this code. */
export function expectRefused(verdict: Verdict, rule: string, code: FaultCode): void {
  const found = verdict.accepted
    ? "accepted"
    : { rule: verdict.fault.rule, code: verdict.fault.code };
  expect(found).toEqual({ rule, code });
}

export function expectAccepted(verdict: Verdict): void {
  expect(verdict.accepted ? "accepted" : verdict.fault).toBe("accepted");
}

/** The judge refuses the one commit and takes the other, both on the same tip; the second is folded. */
export function expectTwins(world: World, twins: Twins): void {
  expectRefused(world.try(twins.illegal), twins.rule, twins.code);
  expectAccepted(world.commit(twins.legal));
}

export interface Twins {
  readonly rule: string;
  readonly code: FaultCode;
  readonly illegal: CommitOptions;
  readonly legal: CommitOptions;
}

/** A command that was decided and whose commit was accepted. */
export function expectRan(ran: Ran): void {
  expect(ran.ok ? (ran.value.verdict?.accepted ?? true) : ran.error).toBe(true);
}

/** A command that was refused before anything was written. */
export function expectDeclined(ran: Ran, rule: string, code: FaultCode): void {
  expect(ran.ok ? "ran" : { rule: ran.error.rule, code: ran.error.code }).toEqual({ rule, code });
}
