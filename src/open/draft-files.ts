/** Drafts as files: where they lie, which of the names in a folder are drafts, and how one is read. */
import { constants } from "node:fs";
import { lstat, open, readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { err, ok, type Result } from "../base/result.ts";
import { RECORD_BYTES } from "../protocol/limits.ts";
import type { DraftFault } from "./faults.ts";

/** In the working tree; ignored by git. */
export const DRAFTS_FOLDER = "drafts";

/** What is said beside a draft at fault: `fix-login.yaml.fault.txt`. */
export const FAULT_SUFFIX = ".fault.txt";

/** A file that somebody named, or that lies in the folder of drafts. */
export interface DraftFile {
  /** Absolute. */
  readonly path: string;
  /** As people are told of it. */
  readonly name: string;
}

/** Folders in folders below drafts/: deeper than anybody sorts wishes, and an end to any mistake. */
const DEPTH_MAX = 8;
/** Read in one go; the limit of a record is what is judged, by whoever reads the bytes. */
const READ_BYTES = RECORD_BYTES + 1;

/** Everything below a folder that could be a draft, sorted by path; none where there is no folder. */
export async function listDrafts(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  const look = async (at: string, depth: number): Promise<void> => {
    const entries = await readdir(at, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (!isDraftName(entry.name)) continue;
      const path = join(at, entry.name);
      if (!entry.isDirectory()) found.push(path);
      else if (depth < DEPTH_MAX) await look(path, depth + 1);
    }
  };
  await look(folder, 0);
  return found.toSorted();
}

/** Whether a name is none of those that editors, and Mound itself, give to files beside a draft. */
function isDraftName(name: string): boolean {
  return !TEMPORARY.test(name) && !name.endsWith(FAULT_SUFFIX);
}

/** `.x.swp` and all else that is hidden, `x~`, `#x#`, vim's probe `4913`, and what is half written. */
const TEMPORARY = /^\.|~$|^#.*#$|^4913$|\.(tmp|temp|part|crdownload|swp|swx|bak|orig)$/i;

/** Whether a path lies below a folder. */
export function isInside(folder: string, path: string): boolean {
  const inside = relative(folder, path);
  return inside !== "" && inside !== ".." && !inside.startsWith(`..${sep}`);
}

/** Not every system has all of these flags: one that is missing counts as none. */
const READ_ONLY = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** The bytes of a draft, of a file too large only the beginning; links, folders and pipes are refused. */
export async function readDraftFile({
  path,
  name,
}: DraftFile): Promise<Result<Uint8Array, DraftFault>> {
  const refuse = (detail: string): Result<never, DraftFault> =>
    err({ code: "draft-unreadable", draft: name, detail });
  try {
    const kind = await lstat(path);
    if (kind.isSymbolicLink()) return refuse("it is a symbolic link, and a draft is a plain file");
    if (kind.isDirectory()) return refuse("it is a folder; name the files in it");
    if (!kind.isFile()) return refuse("it is no plain file");
    // It may have been replaced by a link or a pipe since: neither is followed or waited for.
    const file = await open(path, READ_ONLY);
    try {
      if (!(await file.stat()).isFile()) return refuse("it is no plain file");
      const { buffer, bytesRead } = await file.read(new Uint8Array(READ_BYTES), 0, READ_BYTES, 0);
      return ok(buffer.subarray(0, bytesRead));
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return err({ code: "draft-missing", draft: name });
    if (code === "ELOOP") return refuse("it is a symbolic link, and a draft is a plain file");
    if (code === undefined) throw error;
    return refuse(message);
  }
}
