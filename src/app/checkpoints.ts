/**
 * Whether checkpoints are true: whoever folds up to a commit knows what the state was there. The judge
 * cannot ask that of each commit, so a false checkpoint is legal, and found here.
 */
import type { CheckpointState } from "../protocol/checkpoint-state.ts";
import type { AgentId, Oid } from "../protocol/ids.ts";
import type { Sha256 } from "../protocol/state-digest.ts";
import type { Key, Value, View } from "../protocol/state.ts";
import type { Folded } from "./line.ts";
import { RunningDigest } from "./running-digest.ts";

/** An agent has signed another state than the one that folding gives. */
export interface FalseCheckpoint {
  readonly agent: AgentId;
  /** The commit that the checkpoint speaks of, and its number on the line. */
  readonly commit: Oid;
  readonly number: number;
  /** The commit that brought the checkpoint. */
  readonly record: Oid;
  /** Digests of the state. */
  readonly said: string;
  readonly found: string;
}

export interface CheckpointAuditOptions {
  /** The commits that checkpoints speak of, in the history that is folded: see `namedCommits`. */
  readonly named: ReadonlySet<Oid>;
  readonly sha256: Sha256;
  /** The state before the first `step`; that before the first commit unless said. */
  readonly entries?: Iterable<readonly [Key, Value]>;
  /** What `keep` answered at that state. */
  readonly kept?: unknown;
}

/**
 * Goes along with a fold, and compares each checkpoint with the state at its commit:
 *
 *   const audit = new CheckpointAudit({ named: namedCommits(state at the end), sha256 });
 *   for each commit, in order: findings.push(...audit.step({ facts, verdict }));
 *
 * Digests are taken at the named commits only, each of what has changed since the last. A checkpoint
 * of a commit before the first step is compared where `kept` has its digest.
 */
export class CheckpointAudit {
  readonly #named: ReadonlySet<Oid>;
  readonly #running: RunningDigest;
  readonly #digests: Map<Oid, string>;
  #checked = 0;

  constructor({ named, sha256, entries, kept }: CheckpointAuditOptions) {
    this.#named = named;
    this.#running = new RunningDigest(sha256, entries);
    this.#digests = new Map(readKept(kept));
  }

  /** Takes the next commit; answers the checkpoints in it that are false. */
  step({ facts, verdict }: Folded): readonly FalseCheckpoint[] {
    this.#running.apply(verdict.delta);
    if (this.#named.has(facts.oid)) this.#digests.set(facts.oid, this.#running.digest());
    const records = verdict.accepted ? verdict.records : [];
    return records.flatMap((record): FalseCheckpoint[] => {
      if (record.kind !== "checkpoint") return [];
      const { agent, commit, number, digest } = record.fields as unknown as CheckpointState;
      const found = this.#digests.get(commit);
      if (found === undefined) return [];
      this.#checked += 1;
      return found === digest
        ? []
        : [{ agent, commit, number, record: facts.oid, said: digest, found }];
    });
  }

  /** How many checkpoints were compared. */
  get checked(): number {
    return this.#checked;
  }

  /** The digest of the state after the last step. */
  digest(): string {
    return this.#running.digest();
  }

  /** JSON from which another one goes on, given the state of this moment. */
  keep(): unknown {
    return [...this.#digests];
  }
}

/** The commits that accepted checkpoints speak of, by a state that has taken them. */
export function namedCommits(view: View): ReadonlySet<Oid> {
  const prefix = "file/checkpoints/";
  return new Set(view.keys(prefix).map((key) => key.slice(prefix.length).split("/")[0] as Oid));
}

function readKept(kept: unknown): readonly (readonly [Oid, string])[] {
  return Array.isArray(kept) ? (kept as readonly (readonly [Oid, string])[]) : [];
}
