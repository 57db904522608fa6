import type { Oid } from "./ids.ts";

/** The file last accepted at a path: what a later commit's tree is compared with. */
export interface FileState {
  readonly oid: Oid;
  /** `at` of the record, or 0 for files without one. */
  readonly at: number;
}

/** What the tree holds at a path where a refused commit left it astray; null: it was removed. */
export interface AstrayState {
  readonly oid: Oid | null;
}
