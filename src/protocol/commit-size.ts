import { fault, type Fault } from "./fault.ts";
import {
  COMMIT_BYTES,
  COMMIT_PATHS,
  IMPORT_BYTES,
  IMPORT_PATHS,
  RECORD_BYTES,
  RESTORE_PATHS,
} from "./limits.ts";
import { FILE_MODE } from "./objects.ts";
import { isFurniture } from "./paths.ts";

interface SizedChange {
  readonly path: string;
  readonly mode: string | undefined;
  /** Bytes; 0 where nobody asked for them. */
  readonly size: number;
}

/**
 * [LN7] Whether a commit is too large to be read at all. It is asked before any record is parsed, for
 * a hostile one takes its time; the records that are too large by themselves are not parsed anyway.
 * `isRestored`: whether a change puts back what the state has. Who reads files without a state leaves it
 * out, and then leaves a commit unparsed that only restores, which is right: it brings no records.
 */
export function refuseSize<C extends SizedChange>(
  changes: readonly C[],
  isRestored: (change: C) => boolean = () => false,
): Fault | undefined {
  const importing = changes.every(
    ({ path, mode }) => mode !== undefined && path.endsWith("/task.yaml"),
  );
  const paths = importing ? IMPORT_PATHS : COMMIT_PATHS;
  const bytes = changes.reduce((sum, change) => sum + bytesToRead(change), 0);
  const limit = importing ? IMPORT_BYTES : COMMIT_BYTES;
  if (changes.length <= paths && bytes <= limit) return undefined;
  // Looked at only where it matters: the state is read at every path.
  if (changes.length <= RESTORE_PATHS && changes.every(isRestored)) return undefined;
  return changes.length > paths
    ? tooLarge("changed paths", changes.length, paths)
    : tooLarge("bytes of records", bytes, limit);
}

function bytesToRead({ path, mode, size }: SizedChange): number {
  return mode === FILE_MODE && size <= RECORD_BYTES && !isFurniture(path) ? size : 0;
}

function tooLarge(what: string, found: number, limit: number): Fault {
  return fault("LN7", { code: "commit-too-large", what, found, limit });
}
