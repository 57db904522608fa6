/** From a fault to a sentence, what to type next, whether to try again, and the exit code. */
import type { AnyFault } from "../open/faults.ts";
import { explainRule } from "./explain-rule.ts";
import { explainSystem } from "./explain-system.ts";

export interface Failure {
  readonly code: string;
  readonly message: string;
  /** A runnable command, or a short instruction. */
  readonly fix: string;
  readonly retryable: boolean;
  readonly exit: number;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The words for one fault, as `explainRule` and `explainSystem` give them. */
export interface Words {
  readonly message: string;
  readonly fix: string;
  readonly exit: number;
  readonly retryable?: boolean;
}

/** Exit codes, as `mound help exit-codes` lists them. */
export const EXIT = {
  ok: 0,
  bug: 1,
  usage: 2,
  missing: 3,
  refused: 4,
  lost: 5,
  finding: 6,
  unreachable: 7,
  unknown: 8,
  fenced: 9,
} as const;

export function explain(fault: AnyFault): Failure {
  const words = "rule" in fault ? explainRule(fault) : explainSystem(fault);
  const { code, ...details } = fault;
  return { code, retryable: false, ...words, details };
}
