import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { assert, defined } from "../base/assert.ts";
import { err, ok, type Result } from "../base/result.ts";
import {
  PRESENCE_REFS,
  type Carried,
  type PushOutcome,
  type Remote,
  type RemoteFault,
  type Rider,
} from "../app/ports.ts";
import type { Oid } from "../protocol/ids.ts";
import { fetchRefs } from "./fetch-refs.ts";
import { carriedRiders, isUnpackFailure, pushOutcome } from "./push-outcome.ts";
import { namePending } from "./pending.ts";
import { peekBranch } from "./ref-file.ts";
import { gitRefs, isRefName } from "./refs.ts";
import { fetchFault } from "./remote-fault.ts";
import {
  FETCH_TIMEOUT_MS,
  PUSH_TIMEOUT_MS,
  REMOTE_SETTINGS,
  type RemoteOptions,
} from "./remote-options.ts";
import { localPath, urlObjection } from "./remote-url.ts";
import {
  fetchPresence,
  fetchState,
  publishRiders,
  PUSH_ARGUMENTS,
  riderRefspecs,
} from "./riders.ts";
import { runGit } from "./run.ts";
import { needSpareFiles } from "./spare-files.ts";
import { StaleLocks } from "./stale-lock.ts";
import { Superseded } from "./superseded.ts";

/** Where the last fetch left the branch: it keeps the objects until they are judged. */
export const FETCHED_REF = "refs/mound/fetched";
/** The lock of the origin decides every race: longer than a disk may take to flush a ref. */
const ORIGIN_LOCK_STALE_MS = 30_000;

/** Milliseconds; in all a second, and then a server that cannot take objects in is believed. */
const UNPACK_RETRY_MS = 100;
const UNPACK_TRIES = 5;

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
  const superseded = new Superseded(options.gitDir);
  const refs = gitRefs(options.gitDir);
  let shunned = false;
  const pushRiding: PushRiding = async (next, old, riders) => {
    if (riders.length === 0) return pushPatiently(options, next, old, []);
    if (shunned) return { ...(await pushPatiently(options, next, old, [])), carried: [] };
    const outcome = await pushPatiently(options, next, old, riders);
    if (outcome.kind !== "failed" || outcome.fault.code !== "remote-refused") return outcome;
    // An origin that declines a push as a whole may do so for its riders: it is asked without them.
    const alone = await pushPatiently(options, next, old, []);
    shunned = alone.kind !== "failed";
    return { ...alone, carried: outcome.carried ?? [] };
  };
  return {
    url,
    fetch: async () => (forbidden === undefined ? fetch(options) : err(forbidden)),
    peek: async () => (forbidden === undefined ? peekBranch(url, branch) : undefined),
    async publish(riders) {
      if (forbidden !== undefined) return err(forbidden);
      const published = await publishRiders(options, riders);
      if (published.ok) await superseded.by(riders);
      return published;
    },
    presence: async () => (forbidden === undefined ? fetchPresence(options) : err(forbidden)),
    state: async (agent) => (forbidden === undefined ? fetchState(options, agent) : err(forbidden)),
    async push(next, old, riders = []) {
      if (forbidden !== undefined) return { kind: "failed", fault: forbidden };
      await namePending(options.gitDir, refs, next);
      for (;;) {
        const outcome = await pushRiding(next, old, riders);
        await superseded.by(riders.filter(({ ref }) => outcome.carried?.includes(ref)));
        if (outcome.kind !== "refused" || outcome.why !== "contended") return outcome;
        const met = await Promise.all(originLocks(url, branch).map((lock) => stale.met(lock)));
        if (!met.includes(true)) return outcome;
      }
    },
  };
}

type PushRiding = (
  next: Oid,
  old: Oid | undefined,
  riders: readonly Rider[],
) => Promise<PushOutcome & Carried>;

async function fetch(options: RemoteOptions): Promise<Result<Oid | undefined, RemoteFault>> {
  const started = startable(options.url);
  if (!started.ok) return started;
  const refspec = `+refs/heads/${options.branch}:${FETCHED_REF}`;
  const fetched = await fetchRefs(options, { refspec, into: FETCHED_REF, prune: false });
  if (!fetched.ok) return fetched;
  if (fetched.value === "missing") return missingBranch(options);
  const tip = await gitRefs(options.gitDir).read(FETCHED_REF);
  return ok(defined(tip, "the ref that was just fetched"));
}

/** A machine that lacks file descriptors reaches nobody, and that may pass. */
function startable(url: string): Result<undefined, RemoteFault> {
  try {
    needSpareFiles();
    return ok(undefined);
  } catch (error) {
    return err({ code: "remote-unreachable", url, detail: String(error) });
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
    settings: REMOTE_SETTINGS,
    environment,
  });
  if (output.exitCode !== 0) return err(fetchFault(url, output.stderr, output.timedOut));
  if (/packet: .*git</.test(output.stderr)) return ok(undefined);
  return err({ code: "remote-garbage", url, detail: "what answers there is not a git server" });
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

/**
 * A server whose `git gc` takes an empty folder of objects away at that moment cannot take new ones
 * in. It says so, nothing has moved, and a moment later it can; a full disk says the same, and goes on.
 */
async function pushPatiently(...args: Parameters<typeof push>): ReturnType<typeof push> {
  for (let tries = 1; ; tries += 1) {
    const outcome = await push(...args);
    if (tries === UNPACK_TRIES || !isUnpackFailure(outcome)) return outcome;
    await delay(UNPACK_RETRY_MS * tries);
  }
}

async function push(
  options: RemoteOptions,
  next: Oid,
  old: Oid | undefined,
  riders: readonly Rider[],
): Promise<PushOutcome & Carried> {
  const { gitDir, url, branch, pushTimeoutMs: timeoutMs = PUSH_TIMEOUT_MS } = options;
  const ref = `refs/heads/${branch}`;
  const started = startable(url);
  if (!started.ok) return { kind: "failed", fault: started.error };
  const args = [
    ...PUSH_ARGUMENTS,
    // An empty value after the colon means: the branch must not exist.
    `--force-with-lease=${ref}:${old ?? ""}`,
    url,
    `${next}:${ref}`,
    ...riderRefspecs(riders),
  ];
  const output = await runGit(args, { gitDir, timeoutMs, settings: REMOTE_SETTINGS });
  const stdout = new TextDecoder().decode(output.stdout);
  if (riders.length === 0) return pushOutcome({ ...output, stdout, url, ref });
  // What the server says of a rider must not pass for its word on the line.
  const words = output.stderr.split("\n").filter((line) => !line.includes(PRESENCE_REFS));
  const report = {
    ...output,
    stdout,
    stderr: words.join("\n"),
    riders: riders.map((rider) => rider.ref),
  };
  return { ...pushOutcome({ ...report, url, ref }), carried: carriedRiders(report) };
}
