import { decodeName } from "../protocol/objects.ts";
import { isOid, type Oid } from "../protocol/ids.ts";

/** One commit as `git log --raw` lists it: its changes, without sizes or contents. */
export interface LoggedCommit {
  readonly oid: Oid;
  readonly changes: LoggedChange[];
}

export interface LoggedChange {
  readonly path: string;
  /** undefined: the path was removed. */
  readonly mode: string | undefined;
  readonly oid: Oid | undefined;
}

/** Arguments of the log that `parseRawLog` reads; they overrule every setting of the user's. */
export const RAW_LOG = [
  "log",
  "--first-parent",
  "--reverse",
  "--format=%H",
  "--raw",
  "-z",
  "--root",
  "--diff-merges=first-parent",
  "--no-renames",
  "--no-abbrev",
  "--no-color",
  "--no-notes",
  "--no-show-signature",
  "--no-ext-diff",
  "--no-textconv",
  "--no-relative",
  "--ignore-submodules=none",
  "-O/dev/null",
];

const META = /^\n?:\d{6} (\d{6}) [0-9a-f]{40} ([0-9a-f]{40}) ([A-Z])/;

/**
 * The commits in a stream of `git log` output, in its order. It holds one commit at a time. A path
 * that is not UTF-8 comes as `decodeName` gives it; changes beyond `maxChanges` are left out.
 */
export async function* parseRawLog(
  chunks: AsyncIterable<Uint8Array>,
  maxChanges: number,
): AsyncGenerator<LoggedCommit> {
  let commit: LoggedCommit | undefined;
  let meta: RegExpExecArray | undefined;
  for await (const token of splitAtNul(chunks)) {
    if (meta !== undefined) {
      const [, mode = "", oid = "", status] = meta;
      const gone = status === "D";
      const change = gone ? { mode: undefined, oid: undefined } : { mode, oid: oid as Oid };
      if (commit !== undefined && commit.changes.length < maxChanges) {
        commit.changes.push({ path: decodeName(token), ...change });
      }
      meta = undefined;
      continue;
    }
    const text = latin1(token);
    const found = META.exec(text);
    if (found !== null) {
      meta = found;
    } else if (isOid(text)) {
      if (commit !== undefined) yield commit;
      commit = { oid: text, changes: [] };
    } else {
      throw new Error(`unexpected line of git log: ${text.slice(0, 200)}`);
    }
  }
  if (commit !== undefined) yield commit;
}

async function* splitAtNul(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array(0);
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    for (let nul = bytes.indexOf(0); nul >= 0; nul = bytes.indexOf(0, at)) {
      yield bytes.subarray(at, nul);
      at = nul + 1;
    }
    rest = bytes.subarray(at);
  }
  if (rest.length > 0) yield rest;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
