import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isOid, type Oid } from "../protocol/ids.ts";
import { localPath } from "./remote-url.ts";

const OID_LENGTH = 40;

/**
 * The value of a ref in the files format, without a process: of its own file, else among the packed
 * ones. In this order, for git packs a ref before it removes the file.
 */
export async function readRefFile(
  gitDir: string,
  name: string,
): Promise<Oid | "symbolic" | undefined> {
  const text = (await readIfPresent(join(gitDir, name)))?.trimEnd();
  if (text !== undefined && text !== "") return isOid(text) ? text : "symbolic";
  const packed = (await readIfPresent(join(gitDir, "packed-refs"))) ?? "";
  const at = packed.indexOf(` ${name}\n`);
  const oid = packed.slice(Math.max(0, at - OID_LENGTH), Math.max(0, at));
  return isOid(oid) ? oid : undefined;
}

/**
 * The tip of a branch of an origin that lies on this machine, looked at without a process; undefined
 * where that cannot tell. A hint only: the origin may be moving.
 */
export async function peekBranch(url: string, branch: string): Promise<Oid | undefined> {
  const path = localPath(url);
  if (path === undefined) return undefined;
  const ref = `refs/heads/${branch}`;
  const found = (await readRefFile(join(path, ".git"), ref)) ?? (await readRefFile(path, ref));
  return found === "symbolic" ? undefined : found;
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "latin1");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return undefined;
    throw error;
  }
}
