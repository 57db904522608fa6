import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { isAlive } from "./process-alive.ts";
import type { Oid } from "../protocol/ids.ts";
import { shardOf } from "../protocol/shards.ts";
import type { Key, Value } from "../protocol/state.ts";
import { decodeShard, encodeShard, Layer, type Pair, writeLayer } from "./door-layer.ts";
import { chainTo, type LogLine, readLog } from "./door-log.ts";
import { fileId, type FileDoorStates, modes, readCurrent, writeCurrent } from "./door-states.ts";

/** The upper layer is written anew each time: up to a megabyte, and an eighth of what lies below it. */
const UPPER_BYTES = 1024 * 1024;
const UPPER_SHARE = 8;
/** A file that nothing names was left by a process that died, or is still being written. */
const LEFT_MS = 60 * 60_000;

/**
 * Puts what the log has up to `tip` into the layers, and begins a new log. `tip` is on the branch for
 * good. Another process that appends meanwhile loses its line, and the next push folds a few commits.
 */
export function compactStates(states: FileDoorStates, gitDir: string, tip: Oid): void {
  const { folder } = states;
  const release = lock(join(folder, "compact.lock"));
  if (release === undefined) return;
  try {
    const current = readCurrent(folder);
    if (current === undefined) return;
    const layers = current.layers.map((name) => Layer.open(join(folder, name)));
    try {
      const lines = readLog(join(folder, current.log));
      const chain = chainTo(lines, tip, new Set([layers.at(-1)!.tip]));
      if (chain === undefined || chain.changes.length === 0) return;
      const { file } = modes(gitDir);
      const id = fileId();
      const [lower, upper] = layers as [Layer, Layer | undefined];
      const limit = Math.max(UPPER_BYTES, lower.size / UPPER_SHARE);
      const merged = chain.changes.flat();
      const small = (upper?.size ?? 0) < limit && upper !== lower;
      const below = small ? (upper === undefined ? [] : [upper]) : layers;
      writeLayer(join(folder, `layer-${id}`), tip, merge(below, merged, !small), file);
      writeFileSync(join(folder, `log-${id}`), rest(lines, tip), { mode: file });
      const kept = small ? [current.layers[0]!, `layer-${id}`] : [`layer-${id}`];
      writeCurrent(folder, { layers: kept, log: `log-${id}` }, file);
      sweep(
        folder,
        new Set([...current.layers.filter((name) => !kept.includes(name)), current.log]),
      );
    } finally {
      for (const layer of layers) layer.close();
    }
  } finally {
    release();
  }
}

/** Shard by shard; what nothing has changed is copied unread. `whole`: removed keys leave no trace. */
function merge(
  layers: readonly Layer[],
  changes: readonly Pair[],
  whole: boolean,
): ReadonlyMap<string, Buffer> {
  const changed = new Map<string, Pair[]>();
  for (const pair of changes) {
    const name = shardOf(pair[0]);
    const shard = changed.get(name);
    if (shard === undefined) changed.set(name, [pair]);
    else shard.push(pair);
  }
  const names = new Set([...layers.flatMap((layer) => layer.shards()), ...changed.keys()]);
  const bodies = new Map<string, Buffer>();
  for (const name of names) {
    const stored = layers.flatMap((layer) => layer.body(name) ?? []);
    const fresh = changed.get(name) ?? [];
    if (stored.length === 1 && fresh.length === 0) {
      bodies.set(name, stored[0]!);
      continue;
    }
    const entries = new Map<Key, Value | null>(stored.flatMap((body) => decodeShard(body)));
    for (const [key, value] of fresh) entries.set(key, value);
    bodies.set(name, encodeShard([...entries].filter(([, value]) => !whole || value !== null)));
  }
  return bodies;
}

/** The lines that go on from `tip`; those that led to it are in the layers now. */
function rest(lines: readonly LogLine[], tip: Oid): Buffer {
  const after = new Set<Oid>([tip]);
  const kept: LogLine[] = [];
  for (const line of lines) {
    if (!after.has(line.from)) continue;
    after.add(line.tip);
    kept.push(line);
  }
  return Buffer.concat(kept.flatMap(({ row }) => [Buffer.from("\n"), row, Buffer.from("\n")]));
}

function sweep(folder: string, replaced: ReadonlySet<string>): void {
  const current = readCurrent(folder);
  const used = new Set(["CURRENT", ...(current?.layers ?? []), current?.log]);
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const stale = (): boolean =>
      /^(layer|log|CURRENT\.tmp)-/.test(name) &&
      !used.has(name) &&
      Date.now() - statSync(path).mtimeMs > LEFT_MS;
    if (replaced.has(name) || stale()) rmSync(path, { force: true });
  }
}

/** Taken by one process at a time; of one that died it is taken over. */
function lock(path: string): (() => void) | undefined {
  for (let tries = 0; tries < 2; tries += 1) {
    try {
      const file = openSync(path, "wx");
      writeFileSync(file, `${process.pid}`);
      closeSync(file);
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || !isLeft(path)) return undefined;
      rmSync(path, { force: true });
    }
  }
  return undefined;
}

function isLeft(path: string): boolean {
  try {
    const pid = Number(readFileSync(path, "utf8"));
    return Date.now() - statSync(path).mtimeMs > LEFT_MS || (pid > 0 && !isAlive(pid));
  } catch {
    return false;
  }
}
