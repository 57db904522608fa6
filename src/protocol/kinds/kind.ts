import type * as z from "zod/mini";
import type { Fault } from "../fault.ts";
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

/**
 * A kind of record: one file of code each. `judge` reads and answers; only when it answers nothing
 * is `apply` called. Records of one commit are judged one after the other, in the order of the table.
 */
export interface Kind<F extends CommonFields = CommonFields> {
  readonly name: string;
  readonly fields: z.ZodMiniObject;
  /** The path that the body's own fields give. */
  path(fields: F): string;
  /** The agent whose name the body carries as its author; undefined where any root may act. */
  actor(fields: F): AgentId | undefined;
  judge(record: Incoming<F>, context: Context): Fault | undefined;
  apply(record: Incoming<F>, context: Context): void;
  /** Looks at the state after all records of the commit have been applied. */
  settle?(context: Context): Fault | undefined;
}

/** The fields of a schema, typed. */
export type Fields<T extends z.ZodMiniObject> = z.output<T> & CommonFields;

/** Erases a kind's field type for the table: the table parses before it judges. */
export function kind<F extends CommonFields>(definition: Kind<F>): Kind {
  return definition;
}

/** The records of one kind in the commit, by the path they must have. */
export function companion(context: Context, path: string): Incoming | undefined {
  return context.incoming.find((record) => record.path === path);
}
