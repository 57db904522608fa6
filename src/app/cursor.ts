import { isOid, type Oid } from "../protocol/ids.ts";

/** A place in the stream of events: after a commit, and after what time made up to a moment. */
export interface Cursor {
  readonly commit: Oid;
  /** Milliseconds; undefined: the commit's own time. */
  readonly time: number | undefined;
}

/** The whole numbers up to this many digits are exact. */
const SPELLING = /^([0-9a-f]{40})@(0|[1-9]\d{0,14})$/;

/** Opaque to consumers, who only keep it and give it back. */
export function formatCursor(commit: Oid, time: number): string {
  return `${commit}@${time}`;
}

/** Reads what `formatCursor` wrote; undefined for anything else. */
export function parseCursor(text: string): Cursor | undefined {
  const [, commit = "", time] = SPELLING.exec(text) ?? [];
  return isOid(commit) ? { commit, time: Number(time) } : undefined;
}
