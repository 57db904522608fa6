import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { assert } from "../base/assert.ts";
import type { Refs } from "../app/ports.ts";
import { isOid, type Oid } from "../protocol/ids.ts";
import { GitError } from "./fault.ts";
import { readRefFile } from "./ref-file.ts";
import { classifyRefUpdate } from "./ref-update.ts";
import { gitText } from "./run.ts";
import { StaleLocks } from "./stale-lock.ts";
import { updateRef } from "./update-ref.ts";

export interface RefMove {
  readonly name: string;
  readonly next: Oid;
  /** undefined: the ref must not exist. */
  readonly old: Oid | undefined;
}

export interface RefsOptions {
  /** Milliseconds for which a busy lock is tried again. */
  readonly lockPatienceMs?: number;
  /** Milliseconds after which a lock that nobody moves is taken for left over. */
  readonly lockStaleMs?: number;
  /** `name=value` settings for git, above its own configuration. */
  readonly settings?: readonly string[];
}

export interface GitRefs extends Refs {
  /** All of the moves or, with the answer false, none of them. */
  swapMany(moves: readonly RefMove[]): Promise<boolean>;
}

/** git's way to say "no object". */
const ABSENT = "0".repeat(40);
/** A ref is locked for a millisecond or two; a lock that outlives this is not ours to break. */
const LOCK_PATIENCE_MS = 4_000;
/** A lock in a clone that nobody moves for this long is left over from a crash. */
export const LOCK_STALE_MS = 1_000;
const LOCK_RETRY_MS = 40;
const REF_NAME = /^refs\/[A-Za-z0-9][A-Za-z0-9._/-]{0,250}$/;

/**
 * The refs of a git directory (the common one), moved only by `git update-ref` with the value
 * expected. Throws GitError `ref-locked` when a lock stays busy, `git-failed` otherwise.
 */
export function gitRefs(
  gitDir: string,
  { lockPatienceMs = LOCK_PATIENCE_MS, lockStaleMs = LOCK_STALE_MS, settings }: RefsOptions = {},
): GitRefs {
  const session = updateRef(gitDir, settings);
  const swapMany = async (moves: readonly RefMove[]): Promise<boolean> => {
    for (const { name } of moves) assert(isRefName(name), `not a ref name: ${name}`);
    const input = moves
      .map(({ name, next, old }) => `update ${name} ${next} ${old ?? ABSENT}\n`)
      .join("");
    const deadline = performance.now() + lockPatienceMs;
    const stale = new StaleLocks(lockStaleMs);
    for (;;) {
      const { exitCode, stderr } = await session.transact(input);
      const outcome = exitCode === 0 ? "done" : classifyRefUpdate(stderr);
      const detail = stderr.trim();
      if (outcome === "done") return true;
      if (outcome === "lost") return false;
      if (outcome === "failed") {
        throw new GitError({ code: "git-failed", command: "update-ref", exitCode, detail });
      }
      if (performance.now() > deadline) {
        const ref = moves.map((move) => move.name).join(" ");
        throw new GitError({ code: "ref-locked", ref, detail });
      }
      // HEAD is locked along with the branch that it names.
      const names = [...moves.map((move) => move.name), "HEAD"];
      for (const name of names) await stale.met(join(gitDir, `${name}.lock`));
      await delay(LOCK_RETRY_MS * (0.5 + Math.random()));
    }
  };

  return {
    async read(name) {
      assert(isRefName(name), `not a ref name: ${name}`);
      const found = readRefFile(gitDir, name);
      return found === "symbolic" ? readAnyRef(gitDir, name) : found;
    },
    swap: (name, next, old) => swapMany([{ name, next, old }]),
    swapMany,
  };
}

async function readAnyRef(gitDir: string, name: string): Promise<Oid | undefined> {
  // The pattern also matches what lies below the name, so the full name is compared.
  const text = await gitText(["for-each-ref", "--format=%(refname) %(objectname)", "--", name], {
    gitDir,
  });
  for (const line of text.split("\n")) {
    const [found, oid = ""] = line.split(" ");
    if (found === name && isOid(oid)) return oid;
  }
  return undefined;
}

/** A full ref name that git accepts, of characters that need no quoting anywhere. */
export function isRefName(name: string): boolean {
  return REF_NAME.test(name) && !/\.\.|\/[/.-]|(\.lock|[./])(\/|$)/.test(name);
}
