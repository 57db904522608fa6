/**
 * Whether checkpoints are true: whoever folds up to a commit knows what the state was there. The judge
 * cannot ask that of each commit, so a false checkpoint is legal, and found here.
 */
import type { CheckpointState } from "../protocol/checkpoint-state.ts";
import type { AgentId, Oid } from "../protocol/ids.ts";
import type { Folded } from "./line.ts";

/** An agent has signed another state than the one that folding gives. */
export interface FalseCheckpoint {
  readonly agent: AgentId;
  /** The commit that the checkpoint speaks of, and its number on the line. */
  readonly commit: Oid;
  readonly number: number;
  /** The commit that brought the checkpoint, and its time in milliseconds. */
  readonly record: Oid;
  readonly time: number;
  /** Digests of the state. */
  readonly said: string;
  readonly found: string;
}

/** JSON of what was compared so far. */
export interface KeptCheckpoints {
  readonly digests: readonly (readonly [Oid, string])[];
  readonly compared: number;
  readonly unknown: number;
  readonly lies: readonly FalseCheckpoint[];
}

/** Lies that are told one by one: an agent that lies a thousand times is known by then. */
const LIES_KEPT = 1_000;

/**
 * Goes along with a fold. Digests cost some milliseconds each, so they are taken where checkpoints
 * speak of only, and those commits have to be known before: `wants` says when to `note` one.
 */
export class CheckpointCheck {
  readonly #named: ReadonlySet<Oid>;
  readonly #digests: Map<Oid, string>;
  readonly #lies: FalseCheckpoint[];
  #compared: number;
  #unknown: number;

  /** `named`: the commits that checkpoints in this history may speak of. */
  constructor(named: ReadonlySet<Oid>, kept?: KeptCheckpoints) {
    this.#named = named;
    this.#digests = new Map(kept?.digests);
    this.#lies = [...(kept?.lies ?? [])];
    this.#compared = kept?.compared ?? 0;
    this.#unknown = kept?.unknown ?? 0;
  }

  /** Whether the digest of the state after this commit is needed. */
  wants(commit: Oid): boolean {
    return this.#named.has(commit);
  }

  note(commit: Oid, digest: string): void {
    this.#digests.set(commit, digest);
  }

  /** Compares the checkpoints that a commit brings. */
  step({ facts, verdict }: Folded): void {
    if (!verdict.accepted) return;
    for (const record of verdict.records) {
      if (record.kind !== "checkpoint") continue;
      const { agent, commit, number, digest } = record.fields as unknown as CheckpointState;
      const found = this.#digests.get(commit);
      if (found === undefined) this.#unknown += 1;
      else this.#compared += 1;
      if (found === undefined || found === digest || this.#lies.length >= LIES_KEPT) continue;
      const { time } = verdict;
      this.#lies.push({ agent, commit, number, record: facts.oid, time, said: digest, found });
    }
  }

  get lies(): readonly FalseCheckpoint[] {
    return this.#lies;
  }

  /** How many checkpoints were compared, and how many spoke of a commit that nobody had named. */
  get counts(): { readonly compared: number; readonly unknown: number } {
    return { compared: this.#compared, unknown: this.#unknown };
  }

  keep(): KeptCheckpoints {
    return {
      digests: [...this.#digests],
      compared: this.#compared,
      unknown: this.#unknown,
      lies: this.#lies,
    };
  }
}
