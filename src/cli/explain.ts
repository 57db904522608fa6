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

export function explain(fault: AnyFault): Failure {
  const words = "rule" in fault ? explainRule(fault) : explainSystem(fault);
  const { code, ...details } = fault;
  return { code, retryable: false, ...words, details };
}
