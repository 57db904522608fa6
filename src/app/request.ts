/** What is asked of the line, and what it answers. */
import type { Result } from "../base/result.ts";
import type { Command } from "../protocol/commands/index.ts";
import type { Answer } from "../protocol/commands/plan.ts";
import type { AgentId, Nonce, Oid } from "../protocol/ids.ts";
import type { SignedFile } from "./build.ts";
import type { AppFault } from "./faults.ts";
import type { LinePorts } from "./line.ts";
import type { Journal, Queue, Random, Signer } from "./ports.ts";

export interface SubmitPorts extends LinePorts {
  readonly random: Random;
  readonly journal: Journal;
  readonly queue: Queue;
  /** Told the name of each phase as it begins: for progress lines and for tests of crashes. */
  readonly trace?: (phase: Phase) => void;
}

export type Phase =
  | "turn"
  | "journal"
  | "decide"
  | "write"
  | "push"
  | "landed"
  | "save"
  | "unsaved"
  | "sync"
  | "backoff"
  | "answer";

export interface Request {
  readonly agent: AgentId;
  readonly command: Command;
  readonly signer: Signer;
  /** Further signers at hand: other roots, an operator, a new key. */
  readonly cosigners?: readonly Signer[];
  /**
   * Names the operation where the asker has named it already, so that it can find out what became of
   * it, and may ask again under the same name. A new one unless said.
   */
  readonly nonce?: Nonce;
  /**
   * It was handed over before, under `nonce`, to somebody who has not answered and may yet carry it
   * out: what fails now leaves its outcome unknown.
   */
  readonly sent?: boolean;
  /** Whether anybody still waits for the answer: what nobody waits for is not begun. */
  readonly wanted?: () => boolean;
  /** The agent has decided and signed already; `signer` is then the committer's. */
  readonly ordered?: Ordered;
}

/** A decision with its signatures: a person may have touched a token to make them. */
export interface SignedDecision {
  readonly message: string;
  readonly files: readonly SignedFile[];
  readonly answer: Answer;
  /** What stood at the paths of `files`, in order, when it was decided. */
  readonly stood: readonly (Oid | undefined)[];
}

export interface Ordered {
  readonly decision: SignedDecision;
  /** A member whose key is at hand here: it vouches for the order, not for what is signed. */
  readonly committer: AgentId;
}

export interface Accepted {
  readonly answer: Answer;
  /** undefined when nothing had to be written. */
  readonly commit: Oid | undefined;
}

export type Outcome = Result<Accepted, AppFault>;
