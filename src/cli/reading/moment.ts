import type { Wanted } from "../../app/replay.ts";
import type { Mound } from "../../open/mound.ts";
import type { Oid } from "../../protocol/ids.ts";
import { formatInstant, parseDuration } from "../../protocol/time.ts";
import { FaultError } from "../context.ts";
import { UsageError } from "../usage.ts";

/** Any prefix that git itself would take. */
const COMMIT = /^[0-9a-f]{4,40}$/;
const TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;

/** Whether a text may name a commit: nothing is looked up. */
export function namesCommit(text: string): boolean {
  return COMMIT.test(text);
}

/** A time in RFC 3339, in milliseconds; undefined where it is none. */
export function readTime(text: string): number | undefined {
  const time = TIME.test(text) ? Date.parse(text) : Number.NaN;
  // A 30 February is read as 2 March, so the day has to come back as it was written.
  const days = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  const real = !Number.isNaN(days.getTime()) && days.toISOString().startsWith(text.slice(0, 10));
  return !Number.isNaN(time) && real ? time : undefined;
}

/** The commit of the line that a name, or the beginning of one, means. */
export async function findCommit(mound: Mound, prefix: string): Promise<Oid> {
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
  return first.slice("commit/".length) as Oid;
}

/** A commit of the line, a time, or a length of time ago. `name`: of the option or argument, for people. */
export async function readMoment(mound: Mound, text: string, name: string): Promise<Wanted> {
  if (namesCommit(text)) return { commit: await findCommit(mound, text) };
  const now = mound.ports.clock.now();
  const ago = parseDuration(text);
  const time = ago === undefined ? readTime(text) : now - ago;
  if (time === undefined)
    throw new UsageError(
      `${name} takes a commit of the line (at least 4 digits of its name), a time such as 2026-11-21T09:30:00Z, or how long ago, such as 2h; not "${text}".`,
      "mound log",
    );
  const latest = await mound.read((_view, logTime) => Math.max(now, logTime));
  if (time > latest)
    throw new UsageError(`${formatInstant(time)} has not come yet.`, "mound status");
  return { time };
}
