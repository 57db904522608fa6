import { mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A folder that a build left behind because it was killed. */
const ABANDONED_MS = 10 * 60_000;

/**
 * Moves the files of `next` into `dist` while processes of the last build may still run. Each file
 * is renamed into place, the entries last. The chunks of the last build stay until the next one,
 * because a running process may not have loaded them yet. All files of one build carry the same
 * time of change, which tells the builds apart.
 */
export async function place(next, dist) {
  const before = await filesOf(dist);
  const last = await changed(join(dist, "mound.js"));
  const built = (await filesOf(next)).toSorted(entriesLast);
  const now = new Date(Math.floor(Date.now() / 1000) * 1000);
  for (const file of built) {
    await utimes(join(next, file), now, now);
    await mkdir(dirname(join(dist, file)), { recursive: true });
    await rename(join(next, file), join(dist, file));
  }
  const kept = new Set(built);
  for (const file of before) {
    if (!kept.has(file) && (await isStale(join(dist, file), file, last))) {
      await rm(join(dist, file), { force: true });
    }
  }
  await removeAbandoned(dist);
}

/** The files below `folder`, but not those of builds that are under way: these come and go. */
async function filesOf(folder) {
  const found = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isFile()) found.push(entry.name);
    else if (!entry.name.startsWith(".next-")) {
      const inner = await filesOf(join(folder, entry.name));
      found.push(...inner.map((file) => join(entry.name, file)));
    }
  }
  return found;
}

async function removeAbandoned(dist) {
  const names = (await readdir(dist)).filter((name) => name.startsWith(".next-"));
  for (const path of names.map((name) => join(dist, name))) {
    const time = (await changed(path)) ?? Date.now();
    if (Date.now() - time > ABANDONED_MS) await rm(path, { recursive: true, force: true });
  }
}

function entriesLast(one, other) {
  return rank(one) - rank(other) || (one < other ? -1 : 1);
}

function rank(file) {
  return ["verify-worker.js", "index.js", "mound.js"].indexOf(file);
}

async function isStale(path, file, last) {
  const time = await changed(path);
  if (time === undefined) return false;
  // A package must not hold what an earlier build left.
  if (["pack", "publish"].includes(process.env.npm_command)) return true;
  return time !== last || file.endsWith(".d.ts");
}

async function changed(path) {
  const found = await stat(path).catch(() => undefined);
  return found?.mtimeMs;
}
