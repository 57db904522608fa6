import type { Cursor } from "../../app/cursor.ts";
import type { Mound } from "../../open/mound.ts";
import type { Oid } from "../../protocol/ids.ts";
import { FaultError } from "../context.ts";
import { UsageError } from "../usage.ts";

/** Where `--since` says to begin. */
export interface Since {
  readonly given: boolean;
  /** Milliseconds: what is earlier is left out. */
  readonly time: number | undefined;
  /** The place after the commit that was named, where it was a commit. */
  cursor(mound: Mound): Promise<Cursor | undefined>;
}

/** Any prefix that git itself would take. */
const COMMIT = /^[0-9a-f]{4,40}$/;
const TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;

/** Reads a commit, or a time in RFC 3339. */
export function readSince(text: string | undefined): Since {
  const none = async (): Promise<undefined> => undefined;
  if (text === undefined) return { given: false, time: undefined, cursor: none };
  if (COMMIT.test(text))
    return { given: true, time: undefined, cursor: (mound) => resolve(mound, text) };
  const time = TIME.test(text) ? Date.parse(text) : Number.NaN;
  // A 30 February is read as 2 March, so the day has to come back as it was written.
  const days = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  const real = !Number.isNaN(days.getTime()) && days.toISOString().startsWith(text.slice(0, 10));
  if (!Number.isNaN(time) && real) return { given: true, time, cursor: none };
  throw new UsageError(
    `--since takes a commit of the line (at least 4 digits of its name) or a time such as 2026-11-21T09:30:00Z, not "${text}".`,
    "mound log",
  );
}

async function resolve(mound: Mound, prefix: string): Promise<Cursor> {
  const found = await mound.read((view) =>
    prefix.length === 40
      ? view.get(`commit/${prefix}`) === undefined
        ? []
        : [`commit/${prefix}`]
      : view.keys(`commit/${prefix}`),
  );
  const [first] = found;
  if (first === undefined || found.length > 1)
    throw new FaultError({ code: "commit-unknown", commit: prefix, matches: found.length });
  return { commit: first.slice("commit/".length) as Oid, time: undefined };
}
