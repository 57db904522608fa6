import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";

export interface LineFile {
  /** Appends a line, which ends in a newline; never throws. */
  write(line: string): void;
  close(): void;
}

/** The file and the one before it: some 40,000 lines, which is weeks of a daemon that has no trouble. */
const FILE_BYTES = 4 * 1024 * 1024;
/** Only the owner may read what URLs and titles a log names. */
const MODE = 0o600;

/**
 * Appends lines to `path`; a file that is full becomes `path.1`, in place of the one before. When the
 * system refuses a line, it is dropped and counted, and the next line that it takes says how many.
 */
export function rotatingFile(path: string, maxBytes = FILE_BYTES): LineFile {
  let handle: number | undefined;
  let bytes = 0;
  let dropped = 0;
  let closed = false;

  const open = (): number => {
    mkdirSync(dirname(path), { recursive: true });
    handle = openSync(path, "a", MODE);
    bytes = fstatSync(handle).size;
    return handle;
  };
  const release = (): void => {
    const old = handle;
    handle = undefined;
    if (old !== undefined) closeSync(old);
  };
  const append = (line: string): void => {
    const size = Buffer.byteLength(line);
    let at = handle ?? open();
    if (bytes > 0 && bytes + size > maxBytes) {
      release();
      renameSync(path, `${path}.1`);
      at = open();
    }
    writeSync(at, line);
    bytes += size;
  };

  return {
    write(line) {
      if (closed) return;
      try {
        if (dropped > 0) append(`{"level":"warn","msg":"lines were dropped","count":${dropped}}\n`);
        dropped = 0;
        append(line);
      } catch {
        dropped += 1;
      }
    },
    close() {
      closed = true;
      release();
    },
  };
}
