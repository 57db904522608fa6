import type { Oid } from "../protocol/ids.ts";
import { isOid } from "../protocol/ids.ts";
import { gitFailed, runGit } from "./run.ts";

/** A commit as people read it. The texts are raw: whoever prints them sanitises them. */
export interface LogEntry {
  readonly commit: Oid;
  /** Commit time in milliseconds; 0 where the commit has none that a calendar knows. */
  readonly time: number;
  readonly author: string;
  /** The first line of the message, at most 300 characters of it. */
  readonly subject: string;
  /** What it touches of the path that was asked for; empty where none was. */
  readonly files: readonly string[];
}

export interface LogOptions {
  /** At most this many commits. */
  readonly limit: number;
  /** A folder: only commits that touch something in it. */
  readonly path?: string;
}

/** A stranger's subject may be as long as the object; more than this ends the listing early. */
const OUTPUT_BYTES = 16 * 1024 * 1024;
const TEXT_CHARS = 300;
const FIELDS = 4;

/** The commits up to `tip` along first parents, newest first. Throws GitError `git-failed`. */
export async function readLog(
  gitDir: string,
  tip: Oid,
  { limit, path }: LogOptions,
): Promise<readonly LogEntry[]> {
  const args = [
    "log",
    "-z",
    "--first-parent",
    `--max-count=${limit}`,
    "--format=tformat:%H%x00%ct%x00%an%x00%s",
    "--encoding=UTF-8",
    "--no-color",
    "--no-notes",
    "--no-show-signature",
    "--no-follow",
    "--no-renames",
    "--no-relative",
    path === undefined ? "--no-patch" : "--name-only",
    tip,
    "--",
    // Taken literally: a path is never a pattern here.
    ...(path === undefined ? [] : [`:(literal)${path}`]),
  ];
  const output = await runGit(args, { gitDir, maxBytes: OUTPUT_BYTES });
  if (output.exitCode !== 0 && !output.truncated) throw gitFailed(args, output);
  return parseLog(new TextDecoder().decode(output.stdout).split("\0"));
}

function parseLog(fields: readonly string[]): readonly LogEntry[] {
  const entries: (LogEntry & { readonly files: string[] })[] = [];
  for (let at = 0; at + 1 < fields.length;) {
    const [commit = "", seconds = "", author = "", subject = ""] = fields.slice(at, at + FIELDS);
    if (isOid(commit)) {
      entries.push({
        commit,
        time: timeOf(seconds),
        author: author.slice(0, TEXT_CHARS),
        subject: subject.slice(0, TEXT_CHARS),
        files: [],
      });
      at += FIELDS;
    } else {
      // A name lies in the folder that was asked for, so none of them can pass for a commit.
      const name = commit.replace(/^\n/, "");
      if (name !== "") entries.at(-1)?.files.push(name);
      at += 1;
    }
  }
  return entries;
}

/** A stranger's commit may have any number there, or none: what no `Date` can hold would end the command. */
function timeOf(seconds: string): number {
  const time = Number(seconds) * 1_000;
  return Math.abs(time) <= DATE_MAX_MS ? time : 0;
}

/** ECMA-262, "Time Values and Time Range". */
const DATE_MAX_MS = 8_640_000_000_000_000;
