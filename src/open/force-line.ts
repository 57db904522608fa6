/** An origin whose branch was rewritten, rolled back or deleted, and the verified line that belongs there. */
import { join } from "node:path";
import { shellWord } from "../base/shell-quote.ts";
import { err, ok, type Result } from "../base/result.ts";
import { findMissing, type Missing } from "../app/missing.ts";
import { objectStore } from "../git/clone.ts";
import { readLog, type LogEntry } from "../git/log.ts";
import { gitRefs } from "../git/refs.ts";
import { localPath } from "../git/remote-url.ts";
import { runGit } from "../git/run.ts";
import type { Oid } from "../protocol/ids.ts";
import type { AnyFault, ForceRefused } from "./faults.ts";
import type { Mound } from "./mound.ts";

export interface Rewritten {
  readonly verified: Oid;
  /** Where the branch is now; undefined: it is gone. */
  readonly found: Oid | undefined;
  /** What was verified here and is not there. */
  readonly missing: Missing | undefined;
  /** What is only there; `commits` names the newest of them. */
  readonly foreign: (Missing & { readonly newest: readonly LogEntry[] }) | undefined;
  /**
   * Nothing is missing, and yet nobody gets on: the branch goes on with a commit that is dated ahead of
   * this clock, in milliseconds. All of `foreign` waits with it.
   */
  readonly deferred?: { readonly commit: Oid; readonly time: number };
}

/** Foreign commits that are named one by one. */
const NAMED = 20;
/** git's way to say "no object". */
const ABSENT = "0".repeat(40);

/** How the branch at the origin differs; undefined where it goes on from what was verified here, and can be read. */
export async function findRewritten(
  mound: Mound,
): Promise<Result<Rewritten | undefined, AnyFault>> {
  const { line, ports, clone } = mound;
  await line.catchUp();
  const fetched = await ports.remote.fetch();
  if (!fetched.ok) return fetched;
  const found = fetched.value;
  const standing = await line.standing();
  const verified = line.tip;
  if (standing === undefined || verified === undefined)
    return err({ code: "line-missing", url: ports.remote.url, branch: clone.settings.branch });
  const { history } = ports;
  if (found !== undefined) {
    const { accepted } = standing.line;
    // What was refused at the end of the line may be forced away: whoever syncs follows that.
    if ((await history.contains(verified, found)) || (await history.contains(accepted, found)))
      return findWaiting(mound, found);
  }
  const missing = await findMissing(history, verified, found);
  const foreign = found === undefined ? undefined : await onlyThere(mound, found, verified);
  return ok({ verified, found, missing, foreign });
}

/** Who dates a commit years ahead stops the line without rewriting it. */
async function findWaiting(
  mound: Mound,
  found: Oid,
): Promise<Result<Rewritten | undefined, AnyFault>> {
  const synced = await mound.line.sync();
  if (!synced.ok) return synced;
  const { deferred, tip: verified } = synced.value;
  if (deferred === undefined || verified === found) return ok(undefined);
  const foreign = await onlyThere(mound, found, verified);
  return ok({ verified, found, missing: undefined, foreign, deferred });
}

async function onlyThere(mound: Mound, found: Oid, verified: Oid): Promise<Rewritten["foreign"]> {
  const counted = await findMissing(mound.ports.history, found, verified);
  if (counted === undefined) return undefined;
  const limit = Math.min(NAMED, counted.commits);
  return { ...counted, newest: await readLog(objectStore(mound.clone), found, { limit }) };
}

export interface Forced {
  /** The ref of this clone that keeps what was only at the origin; undefined: nothing was. */
  readonly kept: string | undefined;
}

/** Pushes the verified line back over exactly what was found, and keeps that here. */
export async function forceLine(
  mound: Mound,
  { verified, found, foreign }: Rewritten,
): Promise<Result<Forced, AnyFault>> {
  const { ports } = mound;
  const pass = await ports.queue.turn();
  try {
    const kept = foreign === undefined ? undefined : await keepLost(mound, foreign.to);
    ports.trace?.("push");
    const started = ports.clock.now();
    const outcome = await ports.remote.push(verified, found);
    if (outcome.kind === "failed") {
      if (outcome.fault.code !== "remote-refused") return err(outcome.fault);
      return err(await refusal(mound, verified, found, outcome.fault.detail));
    }
    if (outcome.kind === "refused")
      return err({ code: "contended", tries: 1, waited: ports.clock.now() - started });
    if (outcome.kind === "unknown") {
      const again = await ports.remote.fetch();
      const landed =
        again.ok &&
        again.value !== undefined &&
        (await ports.history.contains(verified, again.value));
      if (!landed) return err({ code: "outcome-unknown", nonces: [], detail: outcome.detail });
    }
    return ok({ kept });
  } finally {
    await pass();
  }
}

/** A ref of its own for each time, in every store that could otherwise lose the commits. */
async function keepLost(mound: Mound, tip: Oid): Promise<string> {
  const stamp = new Date(mound.ports.clock.now()).toISOString().replace(/[-:]|\.\d+/g, "");
  const name = `refs/mound/lost/${stamp}-${tip.slice(0, 7)}`;
  for (const gitDir of new Set([mound.clone.commonDir, objectStore(mound.clone)])) {
    const refs = gitRefs(gitDir);
    await refs.swap(name, tip, await refs.read(name));
  }
  return name;
}

async function refusal(
  mound: Mound,
  verified: Oid,
  found: Oid | undefined,
  detail: string,
): Promise<ForceRefused> {
  const { url } = mound.ports.remote;
  const path = localPath(url);
  const gitDir = path === undefined ? undefined : await gitDirOf(path);
  if (gitDir === undefined) return { code: "force-refused", url, command: undefined, detail };
  const at = `git --git-dir ${shellWord(gitDir)}`;
  const ref = `refs/heads/${mound.clone.settings.branch}`;
  const move = `${at} update-ref ${ref} ${verified} ${found ?? ABSENT}`;
  const there = await runGit(["cat-file", "-e", verified], { gitDir });
  // An upkeep of the origin may have thrown away what no ref led to any more.
  const bring = `${at} fetch ${shellWord(mound.clone.commonDir)} refs/mound/line`;
  const command = there.exitCode === 0 ? move : `${bring} && ${move}`;
  return { code: "force-refused", url, command, detail };
}

/** The repository at a path, bare or with a working tree. */
async function gitDirOf(path: string): Promise<string | undefined> {
  for (const gitDir of [path, join(path, ".git")]) {
    const { exitCode } = await runGit(["rev-parse", "--git-dir"], { gitDir });
    if (exitCode === 0) return gitDir;
  }
  return undefined;
}

/** For a shell, where it needs it. */
