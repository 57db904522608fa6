import { FACT_CHARS, FACT_ITEMS } from "./limits.ts";
import type { LockFaultFacts } from "./lock-fault.ts";
import type { TrustFaultFacts } from "./trust-fault.ts";

/**
 * Why a commit or a command is not legal: a code, the rule (its id in SPEC.md) and facts. No text:
 * cli/explain.ts turns a fault into a sentence, a hint and an exit code.
 */
export type Fault = { readonly rule: string } & FaultFacts;

export type FaultFacts =
  | LockFaultFacts
  | TrustFaultFacts
  // The record and its file.
  | { readonly code: "record-too-large"; readonly path: string; readonly size: number }
  | {
      readonly code: "record-malformed";
      readonly path: string;
      readonly line: number;
      readonly detail: string;
    }
  | { readonly code: "kind-unknown"; readonly path: string; readonly kind: string }
  | {
      readonly code: "field-invalid";
      readonly path: string;
      readonly field: string;
      readonly detail: string;
    }
  | { readonly code: "path-wrong"; readonly path: string; readonly expected: string }
  | { readonly code: "path-illegal"; readonly path: string; readonly detail: string }
  | { readonly code: "removal-illegal"; readonly path: string }
  | { readonly code: "removal-missing"; readonly path: string }
  | { readonly code: "furniture"; readonly path: string; readonly agent: string }
  // Signatures and names.
  | { readonly code: "unsigned"; readonly path: string }
  | { readonly code: "signature-invalid"; readonly path: string; readonly detail: string }
  | { readonly code: "signer-wrong"; readonly path: string; readonly needed: string }
  | {
      readonly code: "signers-too-few";
      readonly path: string;
      readonly needed: number;
      readonly found: number;
    }
  | { readonly code: "nonce-used"; readonly path: string; readonly nonce: string }
  | {
      readonly code: "time-not-later";
      readonly path: string;
      readonly at: number;
      readonly before: number;
    }
  | { readonly code: "seen-unknown"; readonly path: string; readonly seen: string }
  | { readonly code: "decline-held"; readonly task: string; readonly token: number }
  | { readonly code: "decline-wrong"; readonly task: string; readonly detail: string }
  | { readonly code: "checkpoint-wrong"; readonly path: string; readonly detail: string }
  // The commit.
  | { readonly code: "lineage"; readonly detail: string }
  | { readonly code: "time-backwards"; readonly time: number; readonly before: number }
  | {
      readonly code: "clock-skew";
      readonly path: string;
      readonly at: number;
      readonly time: number;
      readonly skew: number;
    }
  | { readonly code: "commit-signature"; readonly detail: string }
  | {
      readonly code: "author-wrong";
      readonly path: string;
      readonly author: string;
      readonly expected: string;
    }
  | { readonly code: "trailer-false"; readonly trailer: string; readonly value: string }
  | {
      readonly code: "commit-too-large";
      readonly what: string;
      readonly found: number;
      readonly limit: number;
    }
  | { readonly code: "commit-empty" }
  | { readonly code: "protocol-unknown"; readonly found: number }
  // Members.
  | { readonly code: "not-a-member"; readonly agent: string }
  | { readonly code: "agent-revoked"; readonly agent: string; readonly status: string }
  | { readonly code: "agent-exists"; readonly agent: string }
  /** The agent acts with another key than the one in force, whose fingerprint this is. */
  | { readonly code: "key-replaced"; readonly agent: string; readonly fingerprint: string }
  | { readonly code: "key-taken"; readonly agent: string; readonly by: string }
  | { readonly code: "not-invited"; readonly agent: string; readonly fingerprint: string }
  | { readonly code: "not-a-root"; readonly agent: string }
  | { readonly code: "config-invalid"; readonly detail: string }
  | { readonly code: "capabilities-invalid"; readonly agent: string; readonly detail: string }
  | {
      readonly code: "cap-reached";
      readonly agent: string;
      readonly what: string;
      readonly limit: number;
    }
  // Tasks and claims.
  | { readonly code: "task-missing"; readonly task: string }
  | { readonly code: "task-ambiguous"; readonly task: string; readonly matches: readonly string[] }
  | { readonly code: "task-exists"; readonly task: string }
  | { readonly code: "dependency-missing"; readonly task: string; readonly after: string }
  | { readonly code: "dependency-cycle"; readonly task: string; readonly cycle: readonly string[] }
  | { readonly code: "not-the-creator"; readonly task: string; readonly creator: string }
  | { readonly code: "not-a-reviewer"; readonly task: string; readonly reviewer: string }
  | {
      readonly code: "edit-frozen";
      readonly task: string;
      readonly status: string;
      readonly field: string;
    }
  | {
      readonly code: "held";
      readonly task: string;
      readonly by: string;
      readonly until: number;
      readonly token: number;
    }
  /** `other` is claimed by `by` until then (milliseconds); `glob` is of the task, `theirs` of the other. */
  | {
      readonly code: "paths-overlap";
      readonly task: string;
      readonly glob: string;
      readonly other: string;
      readonly theirs: string;
      readonly by: string;
      readonly until: number;
    }
  | { readonly code: "not-open"; readonly task: string; readonly status: string }
  | {
      readonly code: "blocked";
      readonly task: string;
      /** All that it waits for. */
      readonly by: readonly string[];
      /** Those of them of which one is enough; absent: it waits for each. */
      readonly any?: readonly string[];
    }
  | { readonly code: "skill-missing"; readonly task: string; readonly missing: readonly string[] }
  | {
      readonly code: "token-wrong";
      readonly task: string;
      readonly token: number;
      readonly expected: number;
    }
  | { readonly code: "lease-invalid"; readonly task: string; readonly detail: string }
  | {
      readonly code: "limit-reached";
      readonly agent: string;
      readonly held: number;
      readonly limit: number;
      /** Where more trust allows more: how many at most. */
      readonly most?: number;
    }
  | {
      readonly code: "fenced";
      readonly task: string;
      readonly token: number;
      readonly current: number | undefined;
      readonly by: string | undefined;
      readonly status: string;
    }
  | { readonly code: "not-held"; readonly task: string; readonly status: string }
  | { readonly code: "topic-invalid"; readonly topic: string; readonly detail: string }
  | { readonly code: "companion-missing"; readonly path: string; readonly detail: string }
  /** With `open`: there are so many tasks, and `idle` agents that could do the one that would be taken. */
  | { readonly code: "nothing-to-take"; readonly open?: number; readonly idle?: number }
  | { readonly code: "nothing-to-change"; readonly what: string }
  /** Several faults of one command, each with the number of its entry, counted from 0. */
  | {
      readonly code: "entries-invalid";
      readonly faults: readonly { readonly entry: number; readonly fault: Fault }[];
    };

export type FaultCode = Fault["code"];

export function fault<F extends FaultFacts>(rule: string, facts: F): Fault {
  return { rule, ...facts };
}

/** The same fault with its texts and lists cut, for a place where faults of strangers are kept. */
export function clipFault(found: Fault): Fault {
  return Object.fromEntries(
    Object.entries(found).map(([name, fact]) => [name, clip(fact)]),
  ) as Fault;
}

function clip(fact: unknown): unknown {
  if (typeof fact === "string") return fact.slice(0, FACT_CHARS);
  return Array.isArray(fact) ? fact.slice(0, FACT_ITEMS).map(clip) : fact;
}
