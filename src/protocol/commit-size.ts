import { fault, type Fault } from "./fault.ts";
import { COMMIT_BYTES, COMMIT_PATHS, IMPORT_BYTES, IMPORT_PATHS, RECORD_BYTES } from "./limits.ts";
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
 */
export function refuseSize(changes: readonly SizedChange[]): Fault | undefined {
  const importing = changes.every(
    ({ path, mode }) => mode !== undefined && path.endsWith("/task.yaml"),
  );
  const paths = importing ? IMPORT_PATHS : COMMIT_PATHS;
  if (changes.length > paths) return tooLarge("changed paths", changes.length, paths);
  const bytes = changes.reduce((sum, change) => sum + bytesToRead(change), 0);
  const limit = importing ? IMPORT_BYTES : COMMIT_BYTES;
  return bytes > limit ? tooLarge("bytes of records", bytes, limit) : undefined;
}

function bytesToRead({ path, mode, size }: SizedChange): number {
  return mode === FILE_MODE && size <= RECORD_BYTES && !isFurniture(path) ? size : 0;
}

function tooLarge(what: string, found: number, limit: number): Fault {
  return fault("LN7", { code: "commit-too-large", what, found, limit });
}
