import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { err, ok, type Result } from "../base/result.ts";
import type { RemoteFault } from "../app/ports.ts";
import { classifyRefUpdate } from "./ref-update.ts";
import { LOCK_STALE_MS } from "./refs.ts";
import { fetchFault, isLocalFailure } from "./remote-fault.ts";
import { FETCH_TIMEOUT_MS, REMOTE_SETTINGS, type RemoteOptions } from "./remote-options.ts";
import { gitFailed, runGit } from "./run.ts";
import { StaleLocks } from "./stale-lock.ts";

export interface FetchWish {
  readonly refspec: string;
  /** What the refs that are written in the clone begin with. */
  readonly into: string;
  /** Removes refs of `into` that the origin does not have. */
  readonly prune: boolean;
}

/** Several processes that fetch into one clone disturb each other for the time of a ref update. */
const FETCH_TRIES = 20;
const FETCH_RETRY_MS = 50;

/**
 * Fetches by one refspec into the clone's refs, and touches none but those. `missing`: the origin has
 * no such ref, or is no git server at all. Throws GitError `git-failed` where the clone is at fault.
 */
export async function fetchRefs(
  options: RemoteOptions,
  { refspec, into, prune }: FetchWish,
): Promise<Result<"fetched" | "missing", RemoteFault>> {
  const { gitDir, url, fetchTimeoutMs: timeoutMs = FETCH_TIMEOUT_MS } = options;
  const args = [
    "fetch",
    "--quiet",
    "--no-tags",
    prune ? "--prune" : "--no-prune",
    "--no-write-fetch-head",
    "--no-recurse-submodules",
    "--no-auto-maintenance",
    url,
    refspec,
  ];
  const stale = new StaleLocks(LOCK_STALE_MS);
  for (let tries = 1; ; tries += 1) {
    const output = await runGit(args, { gitDir, timeoutMs, settings: REMOTE_SETTINGS });
    if (output.exitCode === 0) return ok("fetched");
    if (/couldn't find remote ref/.test(output.stderr)) return ok("missing");
    if (isLocalFailure(output.stderr)) throw gitFailed(args, output);
    // Another process moved or locked one of these refs at the same moment.
    const disturbed = output.stderr.includes(into) && classifyRefUpdate(output.stderr) !== "failed";
    if (!disturbed || tries >= FETCH_TRIES)
      return err(fetchFault(url, output.stderr, output.timedOut));
    for (const lock of locksIn(output.stderr, into)) await stale.met(join(gitDir, lock));
    await delay(FETCH_RETRY_MS * Math.random());
  }
}

/** The lock files below `into` that git says to have met. */
function locksIn(stderr: string, into: string): readonly string[] {
  const found = [...stderr.matchAll(/cannot lock ref '([A-Za-z0-9._/-]+)'/g)];
  return found.flatMap(([, name = ""]) =>
    name.startsWith(into) && !name.includes("..") ? [`${name}.lock`] : [],
  );
}
