import type { Fault } from "../fault.ts";
import type { Oid } from "../ids.ts";

/**
 * One commit that the judge refused. `repaired`: the commit since which nothing is left of it (its own,
 * where it left nothing behind); undefined while the tree still holds what it did.
 */
export interface Finding {
  readonly commit: Oid;
  /** Milliseconds: the committer's time. */
  readonly time: number;
  /** The author's name as it stands in the commit: untrusted. */
  readonly author: string;
  /** The path that the fault is about; undefined: the commit as a whole. */
  readonly path: string | undefined;
  /** Every path that the commit left astray. */
  readonly paths: readonly string[];
  readonly fault: Fault;
  readonly repaired: Oid | undefined;
}
