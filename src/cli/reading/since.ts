import type { Cursor } from "../../app/cursor.ts";
import type { Mound } from "../../open/mound.ts";
import { UsageError } from "../usage.ts";
import { findCommit, namesCommit, readTime } from "./moment.ts";

/** Where `--since` says to begin. */
export interface Since {
  readonly given: boolean;
  /** Milliseconds: what is earlier is left out. */
  readonly time: number | undefined;
  /** The place after the commit that was named, where it was a commit. */
  cursor(mound: Mound): Promise<Cursor | undefined>;
}

/** Reads a commit, or a time in RFC 3339. */
export function readSince(text: string | undefined): Since {
  const none = async (): Promise<undefined> => undefined;
  if (text === undefined) return { given: false, time: undefined, cursor: none };
  if (namesCommit(text))
    return { given: true, time: undefined, cursor: (mound) => resolve(mound, text) };
  const time = readTime(text);
  if (time !== undefined) return { given: true, time, cursor: none };
  throw new UsageError(
    `--since takes a commit of the line (at least 4 digits of its name) or a time such as 2026-11-21T09:30:00Z, not "${text}".`,
    "mound log",
  );
}

async function resolve(mound: Mound, prefix: string): Promise<Cursor> {
  return { commit: await findCommit(mound, prefix), time: undefined };
}
