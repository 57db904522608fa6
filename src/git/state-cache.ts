/**
 * The folded state on disk: a base file with every shard behind a table of offsets, and a journal of
 * changes since. A reader takes the shards that it needs with one positioned read each. All of it may
 * be deleted at any time, and a damaged file counts as absent.
 *
 *   cache/<build>/base-<commit>.json    {tip, shards: {name: [offset, length]}} LF shard bodies
 *   cache/<build>/log-<commit>.ndjson   one {from, tip, set} a line; the last may be torn
 */
import {
  appendFile,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
  type FileHandle,
} from "node:fs/promises";
import { join } from "node:path";
import type { CachedState, StateCache } from "../app/ports.ts";
import { shardOf } from "../app/sharded-state.ts";
import type { Oid } from "../protocol/ids.ts";
import type { Delta, Key, Value } from "../protocol/state.ts";

/**
 * Every reader reads the whole journal (20 ms for 450 KB), so it stays a quarter of the base, within
 * these bounds: writing a new base then costs each command a fraction of a millisecond.
 */
const LOG_BYTES_MIN = 64 * 1024;
const LOG_BYTES_MAX = 512 * 1024;

type Pair = readonly [Key, Value | null];

interface Header {
  readonly tip: Oid;
  readonly shards: Readonly<Record<string, readonly [offset: number, length: number]>>;
}

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
      const base = await readCurrent(this.#folder);
      if (base === undefined) return undefined;
      const opened = await OpenCache.open(this.#folder, base);
      // A base that vanished between listing and opening was replaced by a newer one.
      if (opened !== undefined) return opened;
    }
    return undefined;
  }

  async replace(tip: Oid, entries: Iterable<readonly [Key, Value]>): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const before = await readCurrent(this.#folder);
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
    const temporary = join(this.#folder, `tmp-${process.pid}-${tip}`);
    await writeFile(temporary, Buffer.concat([header, ...bodies]));
    await rename(temporary, join(this.#folder, baseName(tip)));
    await writeFile(join(this.#folder, "CURRENT"), tip);
    if (before !== undefined && before !== tip) await this.#remove(before);
  }

  async append(from: Oid, tip: Oid, delta: Delta): Promise<boolean> {
    const base = await readCurrent(this.#folder);
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
      const stale = name.startsWith("tmp-") && !name.startsWith(`tmp-${process.pid}-`);
      if (stale) await rm(join(this.#folder, name), { force: true });
    }
  }
}

class OpenCache implements CachedState {
  tip: Oid;
  readonly #folder: string;
  readonly #base: FileHandle;
  readonly #header: Header;
  readonly #bodyAt: number;
  readonly #logPath: string;
  #logAt = 0;
  /** What the journal changed: it wins over the base. */
  readonly #changes = new Map<Key, Value | null>();

  private constructor(folder: string, base: FileHandle, header: Header, bodyAt: number) {
    this.#folder = folder;
    this.#base = base;
    this.#header = header;
    this.#bodyAt = bodyAt;
    this.#logPath = join(folder, logName(header.tip));
    this.tip = header.tip;
  }

  static async open(folder: string, base: string): Promise<OpenCache | undefined> {
    let handle: FileHandle | undefined;
    try {
      handle = await open(join(folder, baseName(base)), "r");
      const { text, bytes } = await readHeader(handle);
      const header = JSON.parse(text) as Header;
      if (header.tip !== base) throw new Error("the cache is of another commit");
      const opened = new OpenCache(folder, handle, header, bytes);
      await opened.#readLog();
      return opened;
    } catch {
      await handle?.close();
      return undefined;
    }
  }

  async load(shards?: readonly string[]): Promise<Iterable<readonly [Key, Value]>> {
    const wanted = shards === undefined ? undefined : new Set(shards);
    const entries = new Map<Key, Value>();
    // One read for all: a mound of some size has a thousand shards.
    for (const body of shards === undefined ? await this.#readAll() : await this.#readEach(shards)) {
      for (const [key, value] of parseShard(body)) entries.set(key, value);
    }
    for (const [key, value] of this.#changes) {
      if (wanted !== undefined && !wanted.has(shardOf(key))) continue;
      if (value === null) entries.delete(key);
      else entries.set(key, value);
    }
    return entries;
  }

  async advance(): Promise<{ readonly tip: Oid; readonly delta: Delta } | "replaced" | undefined> {
    if ((await readCurrent(this.#folder)) !== this.#header.tip) return "replaced";
    const delta = await this.#readLog();
    return delta === undefined ? undefined : { tip: this.tip, delta };
  }

  async close(): Promise<void> {
    await this.#base.close();
  }

  async #readAll(): Promise<readonly Buffer[]> {
    const places = Object.values(this.#header.shards);
    const [offset, length] = places.at(-1) ?? [0, 0];
    const all = await this.#readAt(0, offset + length);
    return places.map(([at, bytes]) => all.subarray(at, at + bytes));
  }

  async #readEach(names: readonly string[]): Promise<readonly Buffer[]> {
    const places = names.flatMap((name) => [this.#header.shards[name] ?? []]).filter((place) => place.length > 0);
    return Promise.all(places.map(([offset = 0, length = 0]) => this.#readAt(offset, length)));
  }

  /** Bytes of the bodies; a file that ends before them is damaged. */
  async #readAt(offset: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length);
    const { bytesRead } = await this.#base.read(buffer, 0, length, this.#bodyAt + offset);
    if (bytesRead < length) throw new Error("the cache ends early");
    return buffer;
  }

  /** Takes the complete lines that continue from here; a line that does not is another's duplicate. */
  async #readLog(): Promise<Delta | undefined> {
    const text = await readFrom(this.#logPath, this.#logAt);
    const whole = text.lastIndexOf("\n") + 1;
    if (whole === 0) return undefined;
    this.#logAt += Buffer.byteLength(text.slice(0, whole));
    const delta = new Map<Key, Value | undefined>();
    for (const row of text.slice(0, whole - 1).split("\n")) {
      const line = parseLine(row);
      if (line?.from !== this.tip) continue;
      for (const [key, value] of line.set) {
        delta.set(key, value ?? undefined);
        this.#changes.set(key, value);
      }
      this.tip = line.tip;
    }
    return delta.size === 0 ? undefined : delta;
  }
}

/** The tip of the newest base, which names its files. */
async function readCurrent(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, "CURRENT"), "utf8").catch(() => "");
  return /^[0-9a-f]{40}$/.test(text.trim()) ? text.trim() : undefined;
}

function baseName(tip: string): string {
  return `base-${tip}.json`;
}

function logName(tip: string): string {
  return `log-${tip}.ndjson`;
}

function parseShard(body: Buffer): readonly (readonly [Key, Value])[] {
  return JSON.parse(body.toString("utf8")) as (readonly [Key, Value])[];
}

function parseLine(row: string): LogLine | undefined {
  try {
    return JSON.parse(row) as LogLine;
  } catch {
    return undefined;
  }
}

/** The first line of a base file, which is as long as the mound has shards. */
async function readHeader(handle: FileHandle): Promise<{ text: string; bytes: number }> {
  let read = Buffer.alloc(0);
  for (;;) {
    const chunk = Buffer.allocUnsafe(64 * 1024);
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, read.length);
    read = Buffer.concat([read, chunk.subarray(0, bytesRead)]);
    const end = read.indexOf(0x0a);
    if (end >= 0) return { text: read.subarray(0, end).toString("utf8"), bytes: end + 1 };
    if (bytesRead === 0) throw new Error("the cache has no header");
  }
}

async function readFrom(path: string, offset: number): Promise<string> {
  let handle: FileHandle;
  try {
    handle = await open(path, "r");
  } catch {
    return "";
  }
  try {
    const { size } = await handle.stat();
    if (size <= offset) return "";
    const buffer = Buffer.allocUnsafe(size - offset);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
    return buffer.subarray(0, bytesRead).toString("utf8");
  } finally {
    await handle.close();
  }
}
