import type { AgentId, Nonce, Oid, PublicKey } from "../ids.ts";
import type { Overlay, View } from "../state.ts";
import type { Instant } from "../time.ts";

/** What the judge knows of every record, whatever its kind. */
export interface CommonFields {
  readonly at: Instant;
  readonly seen?: Oid | undefined;
  readonly nonce: Nonce;
}

/** A record of the commit under judgement, typed by its kind, its signatures already found valid. */
export interface Incoming<F extends CommonFields = CommonFields> {
  readonly kind: string;
  readonly path: string;
  readonly oid: Oid;
  readonly fields: F;
  readonly signers: readonly PublicKey[];
  /** The body's digest names a mound; see kinds/mound.ts. */
  readonly signed: Uint8Array;
}

/** What a kind's rules may look at and change. */
export interface Context {
  /** The state before the commit: keys in force come from here. */
  readonly before: View;
  /** The state with the records applied so far; effects are written to it. */
  readonly state: Overlay;
  readonly commit: Oid;
  /** Commit time in milliseconds: log time. */
  readonly time: number;
  /** The one acting agent of the commit. */
  readonly author: AgentId;
  /** Every record of the commit, in the order of judgement. */
  readonly incoming: readonly Incoming[];
  /** Says that a removal of `path` in this commit is legal, and due. */
  readonly license: (path: string) => void;
}

/** The records of one kind in the commit, by the path they must have. */
export function companion(context: Context, path: string): Incoming | undefined {
  return context.incoming.find((record) => record.path === path);
}
