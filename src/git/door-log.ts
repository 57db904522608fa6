/**
 * What pushes changed since the newest layer, one line for each. The lines fork: a push is judged before
 * its branch moves, and may fail to move it. Who wants the state at a commit follows the lines to it.
 *
 *   FROM TIP CRC32 [[key, value or null], ...] LF      40, 40 and 8 hexadecimal digits
 *
 * Each line begins with a newline of its own, which ends what a killed writer may have left.
 */
import { appendFileSync, readFileSync } from "node:fs";
import type { Oid } from "../protocol/ids.ts";
import type { Delta } from "../protocol/state.ts";
import { checksum, decodeShard, encodeShard, type Pair } from "./door-layer.ts";

export interface LogLine {
  readonly from: Oid;
  readonly tip: Oid;
  /** As it stands in the log, for whoever copies it. */
  readonly row: Buffer;
}

const BODY_AT = 40 + 1 + 40 + 1 + 8 + 1;
const LF = 0x0a;

/** The lines that are whole. What is torn or damaged is left out. */
export function readLog(path: string): readonly LogLine[] {
  const bytes = readIfPresent(path);
  const lines: LogLine[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(LF, at);
    if (end < 0) break;
    const row = bytes.subarray(at, end);
    at = end + 1;
    if (row.length <= BODY_AT) continue;
    const head = row.toString("latin1", 0, BODY_AT);
    if (!/^[0-9a-f]{40} [0-9a-f]{40} [0-9a-f]{8} $/.test(head)) continue;
    lines.push({ from: head.slice(0, 40) as Oid, tip: head.slice(41, 81) as Oid, row });
  }
  return lines;
}

/** What a line changes; undefined where it is damaged. */
function changesOf({ row }: LogLine): readonly Pair[] | undefined {
  const body = row.subarray(BODY_AT);
  return checksum(body) === row.toString("latin1", 82, 90) ? decodeShard(body) : undefined;
}

/** In one write: lines of several processes do not tear each other. Answers its bytes. */
export function appendLog(
  path: string,
  { from, tip, delta }: { readonly from: Oid; readonly tip: Oid; readonly delta: Delta },
  mode: number,
): number {
  const pairs = [...delta].map(([key, value]): Pair => [key, value ?? null]);
  const body = encodeShard(pairs);
  // Without its own newline at the end, which is no part of what the checksum covers.
  const sum = checksum(body.subarray(0, -1));
  const line = Buffer.concat([Buffer.from(`\n${from} ${tip} ${sum} `), body]);
  appendFileSync(path, line, { mode });
  return line.length;
}

/**
 * The lines that lead from one of these commits to `tip`, oldest first; undefined where none do. A
 * damaged line leads nowhere.
 */
export function chainTo(
  lines: readonly LogLine[],
  tip: Oid,
  bases: ReadonlySet<Oid>,
): { readonly base: Oid; readonly changes: readonly (readonly Pair[])[] } | undefined {
  const into = new Map<Oid, LogLine[]>();
  for (const line of lines) into.set(line.tip, [...(into.get(line.tip) ?? []), line]);
  const tried = new Set<LogLine>();
  const path: { readonly at: Oid; readonly changes: readonly Pair[] }[] = [];
  for (let at = tip; ;) {
    if (bases.has(at))
      return { base: at, changes: path.map(({ changes }) => changes).toReversed() };
    const line = into.get(at)?.find((one) => !tried.has(one));
    if (line === undefined) {
      const back = path.pop();
      if (back === undefined) return undefined;
      at = back.at;
      continue;
    }
    tried.add(line);
    const changes = changesOf(line);
    if (changes === undefined) continue;
    path.push({ at, changes });
    at = line.from;
  }
}

function readIfPresent(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return Buffer.alloc(0);
    throw error;
  }
}
