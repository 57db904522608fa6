import { existsSync } from "node:fs";
import { join } from "node:path";
import { originUrl } from "../../git/clone.ts";
import { findLocks, type FoundLock } from "../../git/left-locks.ts";
import { localPath } from "../../git/remote-url.ts";
import { formatAge } from "../fresh.ts";
import { type ClonePatient, fine, type Found, type Said } from "./finding.ts";
import { shell } from "./shell.ts";

/**
 * git holds a lock for milliseconds, and for minutes while it packs a large repository. What is older
 * and has no living owner was left by one that was killed.
 */
const OLD_MS = 10 * 60_000;

/** Lock files in the clone and in an origin on this machine. */
export async function locks({ clone, mound, fetch }: ClonePatient): Promise<Found> {
  // The doctor's own fetch takes locks, which are nobody's fault.
  await Promise.allSettled([mound(), fetch()]);
  const path = localPath(originUrl(clone));
  const origin =
    path === undefined
      ? []
      : [path, join(path, ".git")].filter((dir) => existsSync(join(dir, "objects")));
  const gitDirs = [clone.commonDir, clone.gitDir, ...origin];
  const found = await findLocks(gitDirs, [clone.workTree], Date.now());
  return found.length > 0 ? found.map(describe) : fine("No lock was left behind");
}

function describe(lock: FoundLock): Said {
  const { path, age, owner } = lock;
  const place = `The lock ${path} is ${formatAge(age)} old`;
  switch (owner.kind) {
    case "process":
      return {
        level: "note",
        message: `${place}, and process ${owner.pid} ${owner.what}: it is left alone.`,
        fix: shell("ps", "-p", String(owner.pid)),
      };
    case "unknown":
      return {
        level: age > OLD_MS ? "warn" : "note",
        message: `${place}, and whether its owner lives cannot be told, for ${owner.detail}: it is left alone.`,
        fix: shell("ls", "-l", path),
      };
    default:
      if (age <= OLD_MS)
        return { level: "note", message: `${place}: too young to be judged.`, fix: "mound doctor" };
      return {
        level: "fail",
        message: `${place}, and no process owns it: git commands fail until it is gone.`,
        fix: shell("rm", path),
        mend: async () => {
          if (!(await lock.remove())) throw new Error("it changed or went away meanwhile");
        },
      };
  }
}
