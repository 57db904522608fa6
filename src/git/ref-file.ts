import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isOid, type Oid } from "../protocol/ids.ts";
import { localPath } from "./remote-url.ts";

const OID_LENGTH = 40;

/**
 * The value of a ref in the files format, without a process: of its own file, else among the packed
 * ones. In this order, for git packs a ref before it removes the file.
 */
export function readRefFile(gitDir: string, name: string): Oid | "symbolic" | undefined {
  const text = readIfPresent(join(gitDir, name))?.trimEnd();
  if (text !== undefined && text !== "") return isOid(text) ? text : "symbolic";
  const packed = readIfPresent(join(gitDir, "packed-refs")) ?? "";
  const at = packed.indexOf(` ${name}\n`);
  const oid = packed.slice(Math.max(0, at - OID_LENGTH), Math.max(0, at));
  return isOid(oid) ? oid : undefined;
}

/**
 * The tip of a branch of an origin that lies on this machine, looked at without a process; undefined
 * where that cannot tell. A hint only: the origin may be moving.
 */
export function peekBranch(url: string, branch: string): Oid | undefined {
  const path = localPath(url);
  if (path === undefined) return undefined;
  const ref = `refs/heads/${branch}`;
  const found = readRefFile(join(path, ".git"), ref) ?? readRefFile(path, ref);
  return found === "symbolic" ? undefined : found;
}

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return undefined;
    throw error;
  }
}
