import type { AgentId, Oid } from "./ids.ts";

/** What an agent has signed of the state at a commit. */
export interface CheckpointState {
  readonly agent: AgentId;
  readonly commit: Oid;
  /** How many commits the line had there, that one included. */
  readonly number: number;
  /** See state-digest.ts. */
  readonly digest: string;
  /** Log time of the commit that brought it, in milliseconds. */
  readonly at: number;
  /** Milliseconds: when the next one is due; undefined where nothing was promised. */
  readonly until: number | undefined;
}

/** The newest of anybody: that of the latest commit. */
export interface NewestCheckpoint extends CheckpointState {
  /** How many have signed a checkpoint of that commit, whatever its digest. */
  readonly signed: number;
}
