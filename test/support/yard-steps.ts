import fc from "fast-check";
import type { LockIntent } from "./locking.ts";
import { HOUR, MINUTE } from "./world.ts";

export const AGENTS = ["root", "ant-1", "ant-2", "ant-3"] as const;

export interface Step {
  readonly agent: (typeof AGENTS)[number];
  readonly intent: Intent;
  /** Picks a task, a path or a file out of those there are. */
  readonly pick: number;
  /** Milliseconds by which the clock jumps before the step; it may go back. */
  readonly jump: number;
  /** honest: decided and committed at once. stale: committed after the next step. partial: with files left out. */
  readonly manner: "honest" | "stale" | "partial";
}

export type Intent =
  | "add"
  | "add-after"
  | "import"
  | "claim"
  | "next"
  | "renew"
  | "progress"
  | "done"
  | "failed"
  | "released"
  | "cancel"
  | LockIntent
  | "accept"
  | "reject"
  | "edit"
  | "skills"
  | "decline"
  | "vouch"
  | "denounce"
  | "leave"
  | "rotate"
  | "revoke"
  | "limit"
  | "grant"
  | "signal"
  | "remove"
  | "garble"
  | "restore";

const intents: readonly (readonly [number, Intent])[] = [
  [6, "add"],
  [3, "add-after"],
  [1, "import"],
  [14, "claim"],
  [10, "next"],
  [6, "renew"],
  [6, "progress"],
  [8, "done"],
  [4, "failed"],
  [3, "released"],
  [2, "cancel"],
  [8, "lock"],
  [4, "renew-lock"],
  [4, "unlock"],
  [3, "accept"],
  [3, "reject"],
  [3, "edit"],
  [4, "skills"],
  [3, "decline"],
  [4, "vouch"],
  [3, "denounce"],
  [1, "leave"],
  [2, "rotate"],
  [1, "revoke"],
  [1, "limit"],
  [8, "grant"],
  [5, "signal"],
  [3, "remove"],
  [2, "garble"],
  [2, "restore"],
];

export const oneStep: fc.Arbitrary<Step> = fc.record({
  agent: fc.constantFrom(...AGENTS),
  intent: fc.oneof(
    ...intents.map(([weight, intent]) => ({ weight, arbitrary: fc.constant(intent) })),
  ),
  pick: fc.nat(1_000),
  jump: fc.constantFrom(0, 1, 500, 1_000, 30_000, 10 * MINUTE, HOUR, 9 * HOUR, -MINUTE, -HOUR),
  manner: fc.constantFrom("honest", "honest", "honest", "stale", "stale", "partial"),
});

export const steps: fc.Arbitrary<readonly Step[]> = fc.array(oneStep, {
  minLength: 20,
  maxLength: 60,
  size: "max",
});
