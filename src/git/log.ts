import type { Oid } from "../protocol/ids.ts";
import { isOid } from "../protocol/ids.ts";
import { gitFailed, runGit } from "./run.ts";

/** A commit as people read it. The texts are raw: whoever prints them sanitises them. */
export interface LogEntry {
  readonly commit: Oid;
  /** Commit time in milliseconds. */
  readonly time: number;
  readonly author: string;
  /** The first line of the message, at most 300 characters of it. */
  readonly subject: string;
}

export interface LogOptions {
  /** At most this many commits. */
  readonly limit: number;
  /** Only commits that touch this path or what lies below it. */
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
    "--no-patch",
    "--no-follow",
    tip,
    "--",
    // Taken literally: a path is never a pattern here.
    ...(path === undefined ? [] : [`:(literal)${path}`]),
  ];
  const output = await runGit(args, { gitDir, maxBytes: OUTPUT_BYTES });
  if (output.exitCode !== 0 && !output.truncated) throw gitFailed(args, output);
  const fields = new TextDecoder().decode(output.stdout).split("\0");
  const entries: LogEntry[] = [];
  for (let at = 0; at + FIELDS < fields.length; at += FIELDS) {
    const [commit = "", seconds = "", author = "", subject = ""] = fields.slice(at, at + FIELDS);
    if (!isOid(commit)) break;
    entries.push({
      commit,
      time: Number(seconds) * 1_000,
      author: author.slice(0, TEXT_CHARS),
      subject: subject.slice(0, TEXT_CHARS),
    });
  }
  return entries;
}
