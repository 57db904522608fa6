/** Files with secrets: made whole or not at all, never overwritten, and not for other eyes. */
import { randomBytes } from "node:crypto";
import { link, lstat, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { KeyFault } from "../app/ports.ts";
import type { Result } from "../base/result.ts";
import { err, ok } from "../base/result.ts";

/** False when `path` exists. A crash leaves no half file under that name. */
export async function createFile(path: string, text: string): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomBytes(8).toString("hex")}.tmp`;
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    // A link, unlike a rename, refuses to replace what another process made meanwhile.
    await link(temporary, path);
    await syncFolder(dirname(path));
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** `next` takes the place of `current` in one step; what was there is kept under `old`. */
export async function replaceFile(next: string, current: string, old: string): Promise<void> {
  await rm(old, { force: true });
  try {
    await link(current, old);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
  await rename(next, current);
  await syncFolder(dirname(current));
}

export async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
}

/** undefined where there is no such file. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** The text of a private key file that only its owner can read; undefined where there is none. */
export async function readPrivate(path: string): Promise<Result<string | undefined, KeyFault>> {
  try {
    const file = await open(path, "r");
    try {
      const { mode, size } = await file.stat();
      // Windows has access lists instead, and Node shows none of them.
      if (process.platform !== "win32" && (mode & OTHERS) !== 0) {
        return err({ code: "key-exposed", path, mode: (mode & 0o777).toString(8) });
      }
      if (size > KEY_FILE_MAX) return unusable(path, "is too large for a private key file");
      return ok(await file.readFile("utf8"));
    } finally {
      await file.close();
    }
  } catch (error) {
    if (hasCode(error, "ENOENT")) return ok(undefined);
    if (hasCode(error, "EACCES")) return unusable(path, "may not be read by this user");
    if (hasCode(error, "EISDIR")) return unusable(path, "is a folder");
    throw error;
  }
}

/** The permission bits of the group and of everybody. */
const OTHERS = 0o077;

/** The largest key of OpenSSH (RSA, 16,384 bits) takes some 13 KB. */
const KEY_FILE_MAX = 64 * 1024;

function unusable(path: string, detail: string): Result<never, KeyFault> {
  return err({ code: "key-unusable", path, detail });
}

/** A new name is safe from a power cut only when its folder has reached the disk. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
