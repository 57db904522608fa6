/**
 * The states that the judge at the door of a bare repository goes by: layers (the whole state, and one
 * of what changed since) and a log of what each push changed. All of it may be deleted at any time.
 *
 *   mound-door/<build>/CURRENT       {layers, log}: the files that count, replaced by a rename
 *   mound-door/<build>/layer-<n>     see door-layer.ts
 *   mound-door/<build>/log-<n>       see door-log.ts
 *
 * A push reads the table of each layer, the shards it asks for, and the log, and appends one line. The
 * log is put into the upper layer, and that one now and then into the lower, by a process of its own.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { DoorStates } from "../app/door-state.ts";
import type { CachedState } from "../app/ports.ts";
import type { Oid } from "../protocol/ids.ts";
import { shardOf } from "../protocol/shards.ts";
import type { Delta, Key, Value } from "../protocol/state.ts";
import { decodeShard, encodeShard, Layer, type Pair, writeLayer } from "./door-layer.ts";
import { appendLog, chainTo, type LogLine, readLog } from "./door-log.ts";
import { ownName } from "./own-name.ts";

export interface Current {
  /** Lowest first. */
  readonly layers: readonly string[];
  readonly log: string;
}

/** Read whole by every push, at some 10 MB/s: this is 10 ms, and about a hundred pushes. */
const LOG_BYTES = 128 * 1024;

export class FileDoorStates implements DoorStates {
  readonly folder: string;
  readonly #gitDir: string;
  #logBytes = 0;

  /** `build`: what made the states; those of another build are never read. */
  constructor(gitDir: string, build: string) {
    this.#gitDir = gitDir;
    this.folder = join(gitDir, "mound-door", build);
  }

  /** Whether the log had better be put into the layers. */
  get full(): boolean {
    return this.#logBytes > LOG_BYTES;
  }

  async openAt(tip: Oid): Promise<CachedState | undefined> {
    for (let tries = 0; tries < 3; tries += 1) {
      const current = readCurrent(this.folder);
      if (current === undefined) return undefined;
      try {
        return openStates(this.folder, current, tip);
      } catch (error) {
        // Files that vanished between the look and the opening were replaced by newer ones.
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") return undefined;
      }
    }
    return undefined;
  }

  async tips(): Promise<readonly Oid[]> {
    const current = readCurrent(this.folder);
    if (current === undefined) return [];
    const lines = readLog(join(this.folder, current.log));
    const last = lines.slice(-2).map(({ tip }) => tip);
    const layers = current.layers.flatMap((name) => tipOf(join(this.folder, name)) ?? []);
    return [...new Set([...last.toReversed(), ...layers.toReversed()])];
  }

  async keep(from: Oid | undefined, tip: Oid, delta: Delta): Promise<void> {
    try {
      if (from === undefined) this.#found(tip, delta);
      else this.#append(from, tip, delta);
    } catch {
      // A disk that is full, or a folder that is another user's, makes pushes slower and no worse.
    }
  }

  async discard(): Promise<void> {
    try {
      rmSync(join(this.folder, "CURRENT"), { force: true });
    } catch {
      // As above; then the next push meets the same.
    }
  }

  /** A whole state, in place of all that was kept, by whatever build. */
  #found(tip: Oid, delta: Delta): void {
    const { file, folder } = modes(this.#gitDir);
    makeFolder(this.folder, folder);
    const shards = new Map<string, Pair[]>();
    for (const [key, value] of delta) {
      if (value === undefined) continue;
      const name = shardOf(key);
      const shard = shards.get(name);
      if (shard === undefined) shards.set(name, [[key, value]]);
      else shard.push([key, value]);
    }
    const bodies = new Map([...shards].map(([name, pairs]) => [name, encodeShard(pairs)]));
    const id = fileId();
    writeLayer(join(this.folder, `layer-${id}`), tip, bodies, file);
    writeCurrent(this.folder, { layers: [`layer-${id}`], log: `log-${id}` }, file);
  }

  #append(from: Oid, tip: Oid, delta: Delta): void {
    const current = readCurrent(this.folder);
    if (current === undefined) return;
    const path = join(this.folder, current.log);
    appendLog(path, { from, tip, delta }, modes(this.#gitDir).file);
    this.#logBytes = statSync(path).size;
  }
}

/** Throws where a file is gone or damaged; undefined where nothing leads to the commit. */
function openStates(folder: string, current: Current, tip: Oid): CachedState | undefined {
  const layers: Layer[] = [];
  try {
    for (const name of current.layers) layers.push(Layer.open(join(folder, name)));
    const lines: readonly LogLine[] = readLog(join(folder, current.log));
    const chain = chainTo(lines, tip, new Set(layers.map((layer) => layer.tip)));
    if (chain === undefined) {
      for (const layer of layers) layer.close();
      return undefined;
    }
    const below = layers.findIndex((layer) => layer.tip === chain.base) + 1;
    return new StateAt(tip, layers.slice(0, below), chain.changes.flat());
  } catch (error) {
    for (const layer of layers) layer.close();
    throw error;
  }
}

class StateAt implements CachedState {
  readonly tip: Oid;
  readonly #layers: readonly Layer[];
  /** By shard, what the log changed: it wins over the layers. */
  readonly #changes = new Map<string, Map<Key, Value | null>>();

  constructor(tip: Oid, layers: readonly Layer[], changes: readonly Pair[]) {
    this.tip = tip;
    this.#layers = layers;
    for (const [key, value] of changes) {
      const name = shardOf(key);
      const shard = this.#changes.get(name) ?? new Map<Key, Value | null>();
      this.#changes.set(name, shard.set(key, value));
    }
  }

  async load(shards?: readonly string[]): Promise<Iterable<readonly [Key, Value]>> {
    const names = shards ?? [
      ...new Set([...this.#layers.flatMap((layer) => layer.shards()), ...this.#changes.keys()]),
    ];
    return names.flatMap((name) => [...this.#shard(name)]);
  }

  async advance(): Promise<readonly []> {
    return [];
  }

  async close(): Promise<void> {
    for (const layer of this.#layers) layer.close();
  }

  *#shard(name: string): Iterable<readonly [Key, Value]> {
    const bodies = this.#layers.flatMap((layer) => layer.body(name) ?? []);
    const entries = new Map<Key, Value | null>(bodies.flatMap((body) => decodeShard(body)));
    for (const [key, value] of this.#changes.get(name) ?? []) entries.set(key, value);
    for (const [key, value] of entries) if (value !== null) yield [key, value];
  }
}

export function readCurrent(folder: string): Current | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, "CURRENT"), "utf8")) as Current;
  } catch {
    return undefined;
  }
}

export function writeCurrent(folder: string, current: Current, mode: number): void {
  const temporary = join(folder, `CURRENT.tmp-${process.pid}`);
  writeFileSync(temporary, JSON.stringify(current), { mode });
  renameSync(temporary, join(folder, "CURRENT"));
}

/** Of files that stay: a later process may have the number of this one. */
export function fileId(): string {
  return `${Date.now().toString(36)}-${ownName()}`;
}

/** Where several users push to one repository, git lets the group write, and so does the judge. */
export function modes(gitDir: string): { readonly file: number; readonly folder: number } {
  const shared = (statSync(join(gitDir, "objects")).mode & 0o020) !== 0;
  return shared ? { file: 0o664, folder: 0o2775 } : { file: 0o644, folder: 0o755 };
}

function makeFolder(folder: string, mode: number): void {
  mkdirSync(dirname(folder), { recursive: true, mode });
  mkdirSync(folder, { recursive: true, mode });
}

function tipOf(path: string): Oid | undefined {
  try {
    const layer = Layer.open(path);
    layer.close();
    return layer.tip;
  } catch {
    return undefined;
  }
}
