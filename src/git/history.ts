import { spawn } from "node:child_process";
import { defined } from "../base/assert.ts";
import {
  HISTORY_CHANGES,
  HISTORY_CONTENTS,
  HISTORY_COMMIT_BYTES,
  type History,
  type RawChange,
  type RawCommit,
} from "../app/ports.ts";
import { isOid, type Oid } from "../protocol/ids.ts";
import type { BatchAnswer } from "./batch-parser.ts";
import { type CatFile, catFile } from "./cat-file.ts";
import { gitEnvironment, gitPrefix } from "./environment.ts";
import { GitError } from "./fault.ts";
import { type LoggedCommit, parseRawLog, RAW_LOG } from "./raw-log.ts";
import { runGit } from "./run.ts";
import { containsShort, readShort } from "./short-history.ts";
import { needSpareFiles } from "./spare-files.ts";

export interface HistoryOptions {
  readonly gitDir: string;
  /** git's quarantine variables, in a hook. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Large enough to hide the round trip to two processes, small enough to hold a few of at once. */
const WINDOW_COMMITS = 128;
const WINDOW_CHANGES = 1_000;
/** One window is with the reader, the others are on their way: more only takes memory. */
const WINDOWS_AHEAD = 2;
/**
 * Reads history with three pipelined git processes: the log, the sizes of blobs, and the contents; a
 * few loose commits it reads in process.
 * Memory is bounded by a few windows of commits, whatever the length. Throws GitError `git-failed`
 * for an unknown commit or a damaged repository.
 */
export function gitHistory(options: HistoryOptions): History {
  return {
    async *commits(from, to, maxBytes) {
      const short = from === undefined ? undefined : readShort(options.gitDir, from, to, maxBytes);
      yield* short ?? readCommits(options, from, to, maxBytes);
    },
    async contains(ancestor, tip) {
      if (containsShort(options.gitDir, ancestor, tip) === true) return true;
      return liesBelow(ancestor, tip, options);
    },
  };
}

/**
 * `merge-base --is-ancestor` would follow every parent. What lies between the two along first parents,
 * but not below the ancestor, is counted: that far below the tip is the ancestor, or it is not on the way.
 */
async function liesBelow(ancestor: Oid, tip: Oid, options: HistoryOptions): Promise<boolean> {
  const count = ["rev-list", "--first-parent", "--count", tip, `^${ancestor}`, "--"];
  const between = await runGit(count, options);
  if (between.exitCode !== 0) return false;
  const place = `${tip}~${new TextDecoder().decode(between.stdout).trim()}`;
  const found = await runGit(["rev-parse", "--verify", "--quiet", place], options);
  return new TextDecoder().decode(found.stdout).trim() === ancestor;
}

async function* readCommits(
  options: HistoryOptions,
  from: Oid | undefined,
  to: Oid,
  maxBytes: number,
): AsyncGenerator<RawCommit> {
  const { gitDir, environment } = options;
  const sizes = catFile({ gitDir, mode: "--batch-check", maxBytes: 0, environment });
  const contents = catFile({
    gitDir,
    mode: "--batch",
    maxBytes: Math.max(maxBytes, HISTORY_COMMIT_BYTES),
    environment,
  });
  const log = windows(logCommits(options, from, to));
  const underway: Promise<RawCommit[]>[] = [];
  try {
    for (let more = true; more || underway.length > 0;) {
      while (more && underway.length <= WINDOWS_AHEAD) {
        const next = await log.next();
        if (next.done === true) more = false;
        else underway.push(quietly(fill(next.value, sizes, contents, maxBytes)));
      }
      const window = underway.shift();
      if (window !== undefined) yield* await window;
    }
  } finally {
    sizes.close();
    contents.close();
    await log.return(undefined);
  }
}

async function* windows(
  commits: AsyncGenerator<LoggedCommit>,
): AsyncGenerator<LoggedCommit[], undefined> {
  let window: LoggedCommit[] = [];
  let changes = 0;
  for await (const commit of commits) {
    window.push(commit);
    changes += commit.changes.length;
    if (window.length < WINDOW_COMMITS && changes < WINDOW_CHANGES) continue;
    yield window;
    window = [];
    changes = 0;
  }
  if (window.length > 0) yield window;
  return undefined;
}

async function* logCommits(
  options: HistoryOptions,
  from: Oid | undefined,
  to: Oid,
): AsyncGenerator<LoggedCommit> {
  const range = from === undefined ? [to] : [to, `^${from}`];
  const args = [...gitPrefix(options.gitDir), ...RAW_LOG, ...range, "--"];
  needSpareFiles();
  const child = spawn("git", args, {
    env: gitEnvironment(options.environment),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("close", resolve);
    child.on("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "ENOENT" ? new GitError({ code: "git-missing" }) : error);
    });
  });
  ended.catch(() => undefined);
  let stderr = "";
  child.stderr.on("data", (chunk: Uint8Array) => {
    stderr = (stderr + new TextDecoder().decode(chunk)).slice(-4_000);
  });
  try {
    yield* parseRawLog(child.stdout, HISTORY_CHANGES);
    const exitCode = await ended;
    if (exitCode !== 0) {
      throw new GitError({
        code: "git-failed",
        command: "log",
        exitCode: exitCode ?? undefined,
        detail: stderr.trim(),
      });
    }
  } finally {
    child.kill("SIGKILL");
  }
}

/** Adds the commit objects, the sizes and the contents to a window of logged commits. */
async function fill(
  window: LoggedCommit[],
  sizes: CatFile,
  contents: CatFile,
  maxBytes: number,
): Promise<RawCommit[]> {
  const asked = quietly(contents.ask(window.map((commit) => commit.oid)));
  const blobs = [
    ...new Set(
      window
        .filter(isModest)
        .flatMap((commit) => commit.changes.flatMap((change) => blobOf(change) ?? [])),
    ),
  ];
  const sizeOf = new Map<Oid, number>();
  for (const found of await sizes.ask(blobs)) {
    if (found?.type === "blob") sizeOf.set(found.oid, found.size);
  }
  const wanted = blobs.filter((oid) => (sizeOf.get(oid) ?? Infinity) <= maxBytes);
  const bytesOf = new Map<Oid, Uint8Array>();
  for (const found of await contents.ask(wanted)) {
    if (found?.bytes !== undefined) bytesOf.set(found.oid, found.bytes);
  }
  const objects = await asked;
  return window.map((commit, index) => ({
    oid: commit.oid,
    bytes: commitBytes(commit.oid, objects[index]),
    changes: commit.changes.map((change) => {
      return isModest(commit)
        ? complete(change, sizeOf, bytesOf)
        : { ...change, size: 0, bytes: undefined };
    }),
  }));
}

/** Whether the judge may accept it, as far as the number of its changes goes. */
function isModest(commit: LoggedCommit): boolean {
  return commit.changes.length <= HISTORY_CONTENTS;
}

function complete(
  change: LoggedCommit["changes"][number],
  sizeOf: ReadonlyMap<Oid, number>,
  bytesOf: ReadonlyMap<Oid, Uint8Array>,
): RawChange {
  const blob = blobOf(change);
  if (blob === undefined) return { ...change, size: 0, bytes: undefined };
  const size = sizeOf.get(blob);
  if (size === undefined) {
    throw new GitError({
      code: "object-damaged",
      oid: blob,
      detail: "a commit names it, and it is missing",
    });
  }
  return { ...change, size, bytes: bytesOf.get(blob) };
}

/** Symbolic links and submodules carry nothing that is wanted: `size` 0, no content. */
function blobOf(change: {
  readonly mode: string | undefined;
  readonly oid: Oid | undefined;
}): Oid | undefined {
  return change.mode?.startsWith("100") === true && isOid(change.oid ?? "")
    ? change.oid
    : undefined;
}

function commitBytes(oid: Oid, found: BatchAnswer | undefined): Uint8Array {
  const bytes = defined(found?.bytes, `commit ${oid}, which git log listed,`);
  return bytes.subarray(0, HISTORY_COMMIT_BYTES);
}

/** A promise that fails while an earlier one is being read must wait for its turn to say so. */
function quietly<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
