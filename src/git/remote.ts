import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { assert, defined } from "../base/assert.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { PushOutcome, Remote, RemoteFault } from "../app/ports.ts";
import type { Oid } from "../protocol/ids.ts";
import { pushOutcome } from "./push-outcome.ts";
import { classifyRefUpdate } from "./ref-update.ts";
import { peekBranch } from "./ref-file.ts";
import { gitRefs, isRefName, LOCK_STALE_MS } from "./refs.ts";
import { fetchFault, isLocalFailure } from "./remote-fault.ts";
import { localPath, urlObjection } from "./remote-url.ts";
import { type GitOutput, gitFailed, runGit } from "./run.ts";
import { StaleLocks } from "./stale-lock.ts";

export interface RemoteOptions {
  /** The clone's common git directory. */
  readonly gitDir: string;
  /** A URL or an absolute path, as git understands it; never the name of a configured remote. */
  readonly url: string;
  readonly branch: string;
  readonly fetchTimeoutMs?: number;
  readonly pushTimeoutMs?: number;
  /** After this long a lock of an origin on this machine, always the same one, counts as left over. */
  readonly originLockStaleMs?: number;
}

/** Where the last fetch left the branch: it keeps the objects until they are judged. */
export const FETCHED_REF = "refs/mound/fetched";
/** A first fetch may bring a long history over a slow line. */
const FETCH_TIMEOUT_MS = limitOr(10 * 60_000);
/** A push carries a few kilobytes; a server that takes longer will not answer. */
const PUSH_TIMEOUT_MS = limitOr(2 * 60_000);
/** Several processes that fetch into one clone disturb each other for the time of a ref update. */
const FETCH_TRIES = 20;
const FETCH_RETRY_MS = 50;
/** The lock of the origin decides every race: longer than a disk may take to flush a ref. */
const ORIGIN_LOCK_STALE_MS = 30_000;
const SETTINGS = [
  // Fewer than 1,000 bytes in 30 seconds: nobody is there any more.
  "http.lowSpeedLimit=1000",
  "http.lowSpeedTime=30",
  "core.filesRefLockTimeout=500",
  "push.pushOption=",
];

/**
 * One branch of an origin, reached by the git CLI over whatever transport its URL names. Throws
 * GitError `git-missing`, and `git-failed` where the clone itself is at fault (a full disk).
 */
export function gitRemote(options: RemoteOptions): Remote {
  const { url, branch } = options;
  assert(isRefName(`refs/heads/${branch}`), `not a branch name: ${branch}`);
  const objection = urlObjection(url);
  const forbidden: RemoteFault | undefined =
    objection === undefined ? undefined : { code: "remote-refused", url, detail: objection };
  const stale = new StaleLocks(options.originLockStaleMs ?? ORIGIN_LOCK_STALE_MS);
  return {
    url,
    fetch: async () => (forbidden === undefined ? fetch(options) : err(forbidden)),
    peek: async () => (forbidden === undefined ? peekBranch(url, branch) : undefined),
    async push(next, old) {
      if (forbidden !== undefined) return { kind: "failed", fault: forbidden };
      for (;;) {
        const outcome = await push(options, next, old);
        if (outcome.kind !== "refused" || outcome.why !== "contended") return outcome;
        const met = await Promise.all(originLocks(url, branch).map((lock) => stale.met(lock)));
        if (!met.includes(true)) return outcome;
      }
    },
  };
}

/** `MOUND_TIMEOUT`, in seconds, for whoever knows how long their origin takes. */
function limitOr(usualMs: number): number {
  const seconds = Number(process.env["MOUND_TIMEOUT"]);
  return seconds > 0 && seconds <= 86_400 ? seconds * 1_000 : usualMs;
}

async function fetch(options: RemoteOptions): Promise<Result<Oid | undefined, RemoteFault>> {
  const { gitDir, url, branch, fetchTimeoutMs: timeoutMs = FETCH_TIMEOUT_MS } = options;
  const args = [
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-prune",
    "--no-write-fetch-head",
    "--no-recurse-submodules",
    "--no-auto-maintenance",
    url,
    `+refs/heads/${branch}:${FETCHED_REF}`,
  ];
  const stale = new StaleLocks(LOCK_STALE_MS);
  for (let tries = 1; ; tries += 1) {
    const output = await runGit(args, { gitDir, timeoutMs, settings: SETTINGS });
    if (output.exitCode === 0) {
      return ok(defined(await gitRefs(gitDir).read(FETCHED_REF), "the ref that was just fetched"));
    }
    if (/couldn't find remote ref/.test(output.stderr)) return missingBranch(options);
    if (isLocalFailure(output.stderr)) throw gitFailed(args, output);
    if (!isDisturbed(output) || tries >= FETCH_TRIES)
      return err(fetchFault(url, output.stderr, output.timedOut));
    await stale.met(join(gitDir, `${FETCHED_REF}.lock`));
    await delay(FETCH_RETRY_MS * Math.random());
  }
}

/**
 * Over http git takes any page at all for an origin without branches (the "dumb" protocol), and a
 * sign-in page of some network must not pass for an empty mound: a real server sends packets.
 */
async function missingBranch(options: RemoteOptions): Promise<Result<undefined, RemoteFault>> {
  const { url, gitDir, fetchTimeoutMs: timeoutMs = FETCH_TIMEOUT_MS } = options;
  if (!/^https?:/i.test(url)) return ok(undefined);
  const environment = { GIT_TRACE_PACKET: "2" };
  const output = await runGit(["ls-remote", "--heads", url], {
    gitDir,
    timeoutMs,
    settings: SETTINGS,
    environment,
  });
  if (output.exitCode !== 0) return err(fetchFault(url, output.stderr, output.timedOut));
  if (/packet: .*git</.test(output.stderr)) return ok(undefined);
  return err({ code: "remote-garbage", url, detail: "what answers there is not a git server" });
}

/** Another process moved or locked `FETCHED_REF` at the same moment. */
function isDisturbed(output: GitOutput): boolean {
  return output.stderr.includes(FETCHED_REF) && classifyRefUpdate(output.stderr) !== "failed";
}

/** Locks that stop a push to an origin on this machine, when its git was killed while it held them. */
function originLocks(url: string, branch: string): readonly string[] {
  const path = localPath(url);
  if (path === undefined) return [];
  return [path, join(path, ".git")].flatMap((gitDir) => [
    join(gitDir, "refs/heads", `${branch}.lock`),
    join(gitDir, "HEAD.lock"),
  ]);
}

async function push(options: RemoteOptions, next: Oid, old: Oid | undefined): Promise<PushOutcome> {
  const { gitDir, url, branch, pushTimeoutMs: timeoutMs = PUSH_TIMEOUT_MS } = options;
  const ref = `refs/heads/${branch}`;
  const args = [
    "push",
    "--porcelain",
    "--no-verify",
    "--no-follow-tags",
    "--no-signed",
    "--recurse-submodules=no",
    // An empty value after the colon means: the branch must not exist.
    `--force-with-lease=${ref}:${old ?? ""}`,
    url,
    `${next}:${ref}`,
  ];
  const output = await runGit(args, { gitDir, timeoutMs, settings: SETTINGS });
  const stdout = new TextDecoder().decode(output.stdout);
  return pushOutcome({ ...output, stdout, url, ref });
}
