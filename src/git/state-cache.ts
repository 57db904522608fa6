/**
 * The folded state on disk: a base file with every shard behind a table of offsets, and a journal of
 * changes since. A reader takes the shards that it needs with one positioned read each. All of it may
 * be deleted at any time, and a damaged file counts as absent. Reads are synchronous: these are a few
 * small files, and each trip to a thread costs a command that is just starting more than the read.
 *
 *   cache/<build>/base-<commit>.json    {tip, shards: {name: [offset, length]}} LF shard bodies
 *   cache/<build>/log-<commit>.ndjson   one {from, tip, set} a line; the last may be torn
 */
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { appendFile, mkdir, open, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { defined } from "../base/assert.ts";
import type { CachedState, CachedStep, StateCache } from "../app/ports.ts";
import { shardOf } from "../protocol/shards.ts";
import type { Oid } from "../protocol/ids.ts";
import type { Delta, Key, Value } from "../protocol/state.ts";
import { ownName } from "./own-name.ts";
import { readFrom, readHeader } from "./state-files.ts";

/**
 * Every reader reads the whole journal (20 ms for 450 KB), so it stays a quarter of the base, within
 * these bounds: writing a new base then costs each command a fraction of a millisecond.
 */
const LOG_BYTES_MIN = 64 * 1024;
const LOG_BYTES_MAX = 512 * 1024;

/** A file that nobody has written to for so long was left by a process that died. */
const LEFT_OVER_MS = 60_000;

/** More shards than these are read faster as one piece. */
const READS_MAX = 16;

type Pair = readonly [Key, Value | null];

interface Header {
  readonly tip: Oid;
  readonly shards: Readonly<Record<string, Place>>;
}

type Place = readonly [offset: number, length: number];

interface LogLine {
  readonly from: Oid;
  readonly tip: Oid;
  readonly set: readonly Pair[];
}

export class FileStateCache implements StateCache {
  readonly #folder: string;

  /** `folder`: inside the git directory; its name carries the protocol and the build. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  async open(): Promise<CachedState | undefined> {
    for (let tries = 0; tries < 3; tries++) {
      const base = readCurrent(this.#folder);
      if (base === undefined) return undefined;
      const opened = OpenCache.open(this.#folder, base);
      // A base that vanished between listing and opening was replaced by a newer one.
      if (opened !== undefined) return opened;
    }
    return undefined;
  }

  async replace(tip: Oid, entries: Iterable<readonly [Key, Value]>): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const before = readCurrent(this.#folder);
    const shards = new Map<string, (readonly [Key, Value])[]>();
    for (const entry of entries) {
      const name = shardOf(entry[0]);
      const shard = shards.get(name);
      if (shard === undefined) shards.set(name, [entry]);
      else shard.push(entry);
    }
    const bodies: Buffer[] = [];
    const table: Record<string, [number, number]> = {};
    let offset = 0;
    for (const [name, shard] of shards) {
      const body = Buffer.from(`${JSON.stringify(shard)}\n`);
      table[name] = [offset, body.length];
      offset += body.length;
      bodies.push(body);
    }
    const header = Buffer.from(`${JSON.stringify({ tip, shards: table } satisfies Header)}\n`);
    const temporary = join(this.#folder, `tmp-${ownName()}-${tip}`);
    await writeFile(temporary, Buffer.concat([header, ...bodies]));
    // A journal beside a base of the same commit leads to commits that were forced away since.
    if (before === tip) await rm(join(this.#folder, logName(tip)), { force: true });
    await rename(temporary, join(this.#folder, baseName(tip)));
    await writeFile(join(this.#folder, "CURRENT"), tip);
    if (before !== undefined && before !== tip) await this.#remove(before);
  }

  async append(from: Oid, tip: Oid, delta: Delta): Promise<boolean> {
    const base = readCurrent(this.#folder);
    if (base === undefined) return false;
    const line: LogLine = {
      from,
      tip,
      set: [...delta].map(([key, value]): Pair => [key, value ?? null]),
    };
    const path = join(this.#folder, logName(base));
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    try {
      const { size: whole } = await stat(join(this.#folder, baseName(base)));
      const limit = Math.min(LOG_BYTES_MAX, Math.max(LOG_BYTES_MIN, whole / 4));
      const handle = await open(path, "a");
      try {
        const { size } = await handle.stat();
        if (size + bytes.length > limit) return false;
        // One write of one line: appends of several processes do not tear each other.
        await appendFile(handle, bytes);
        return true;
      } finally {
        await handle.close();
      }
    } catch {
      return false;
    }
  }

  async #remove(base: string): Promise<void> {
    await rm(join(this.#folder, baseName(base)), { force: true });
    await rm(join(this.#folder, logName(base)), { force: true });
    for (const name of await readdir(this.#folder)) {
      if (!name.startsWith("tmp-")) continue;
      const path = join(this.#folder, name);
      // A younger one is perhaps being written by another process at this moment.
      const written = await stat(path).catch(() => undefined);
      if (written !== undefined && Date.now() - written.mtimeMs > LEFT_OVER_MS)
        await rm(path, { force: true });
    }
  }
}

class OpenCache implements CachedState {
  tip: Oid;
  readonly #folder: string;
  /** A file descriptor, while it is open. */
  #base: number | undefined;
  readonly #header: Header;
  readonly #bodyAt: number;
  readonly #logPath: string;
  #logAt = 0;
  /** What the journal changed: it wins over the base. */
  readonly #changes = new Map<Key, Value | null>();

  private constructor(folder: string, base: number, header: Header, bodyAt: number) {
    this.#folder = folder;
    this.#base = base;
    this.#header = header;
    this.#bodyAt = bodyAt;
    this.#logPath = join(folder, logName(header.tip));
    this.tip = header.tip;
  }

  static open(folder: string, base: string): OpenCache | undefined {
    let file: number | undefined;
    try {
      file = openSync(join(folder, baseName(base)), "r");
      const { text, bytes } = readHeader(file);
      const header = JSON.parse(text) as Header;
      if (header.tip !== base) throw new Error("the cache is of another commit");
      const opened = new OpenCache(folder, file, header, bytes);
      opened.#readLog();
      return opened;
    } catch {
      if (file !== undefined) closeSync(file);
      return undefined;
    }
  }

  async load(shards?: readonly string[]): Promise<Iterable<readonly [Key, Value]>> {
    const wanted = shards === undefined ? undefined : new Set(shards);
    const places =
      wanted === undefined
        ? Object.values(this.#header.shards)
        : [...wanted].flatMap((name) => this.#placeOf(name));
    const kept = parseShards(this.#readBodies(places));
    if (this.#changes.size === 0) return kept;
    const entries = new Map<Key, Value>(kept);
    for (const [key, value] of this.#changes) {
      if (wanted !== undefined && !wanted.has(shardOf(key))) continue;
      if (value === null) entries.delete(key);
      else entries.set(key, value);
    }
    return entries;
  }

  async advance(): Promise<readonly CachedStep[] | "replaced"> {
    return readCurrent(this.#folder) === this.#header.tip ? this.#readLog() : "replaced";
  }

  async close(): Promise<void> {
    if (this.#base !== undefined) closeSync(this.#base);
    this.#base = undefined;
  }

  #placeOf(name: string): readonly Place[] {
    const place = this.#header.shards[name];
    return place === undefined ? [] : [place];
  }

  /** A mound of some size has a thousand shards: many of them are cut out of one read of all. */
  #readBodies(places: readonly Place[]): readonly Buffer[] {
    if (places.length <= READS_MAX) return places.map(([at, bytes]) => this.#readAt(at, bytes));
    const [last, length] = Object.values(this.#header.shards).at(-1) ?? [0, 0];
    const all = this.#readAt(0, last + length);
    return places.map(([at, bytes]) => all.subarray(at, at + bytes));
  }

  /** Bytes of the bodies; a file that ends before them is damaged. */
  #readAt(offset: number, length: number): Buffer {
    const buffer = Buffer.allocUnsafe(length);
    const file = defined(this.#base, "the file of a cache that is open");
    const read = readSync(file, buffer, 0, length, this.#bodyAt + offset);
    if (read < length) throw new Error("the cache ends early");
    return buffer;
  }

  /** Takes the complete lines that continue from here; a line that does not is another's duplicate. */
  #readLog(): readonly CachedStep[] {
    const text = readFrom(this.#logPath, this.#logAt);
    const whole = text.lastIndexOf("\n") + 1;
    if (whole === 0) return [];
    this.#logAt += Buffer.byteLength(text.slice(0, whole));
    const steps: CachedStep[] = [];
    for (const row of text.slice(0, whole - 1).split("\n")) {
      const line = parseLine(row);
      if (line?.from !== this.tip) continue;
      for (const [key, value] of line.set) this.#changes.set(key, value);
      this.tip = line.tip;
      const delta = new Map(line.set.map(([key, value]) => [key, value ?? undefined]));
      steps.push({ tip: line.tip, delta });
    }
    return steps;
  }
}

/** The tip of the newest base, which names its files. */
function readCurrent(folder: string): string | undefined {
  try {
    const text = readFileSync(join(folder, "CURRENT"), "utf8").trim();
    return /^[0-9a-f]{40}$/.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

function baseName(tip: string): string {
  return `base-${tip}.json`;
}

function logName(tip: string): string {
  return `log-${tip}.ndjson`;
}

/** In one go: a thousand small documents take twice as long as one. */
function parseShards(bodies: readonly Buffer[]): readonly (readonly [Key, Value])[] {
  const text = bodies.map((body) => body.toString("utf8")).join(",");
  return (JSON.parse(`[${text}]`) as (readonly [Key, Value])[][]).flat();
}

function parseLine(row: string): LogLine | undefined {
  try {
    return JSON.parse(row) as LogLine;
  } catch {
    return undefined;
  }
}
