import { existsSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { FileStateCache } from "../../git/state-cache.ts";
import { cacheFolder } from "../../open/ports.ts";
import { formatAge } from "../fresh.ts";
import { type ClonePatient, fine, type Found, type Said } from "./finding.ts";
import { shell } from "./shell.ts";

/** Two versions may be in use side by side while one is being rolled out. */
const OLD_MS = 7 * 24 * 60 * 60_000;

/** The folded state on disk: it is only a shortcut, so whatever is wrong with it may be removed. */
export async function cache({ clone }: ClonePatient): Promise<Found> {
  const folder = cacheFolder(clone.commonDir);
  const said: Said[] = [];
  const harm = await damageOf(folder);
  if (harm !== undefined) {
    const message = `The cached state is damaged (${harm}); without it all of history is judged again, once.`;
    said.push({ level: "warn", message, ...removal(folder) });
  }
  const others = await readdir(dirname(folder)).catch(() => []);
  for (const name of others.filter((one) => one !== basename(folder))) {
    const path = join(dirname(folder), name);
    const age = Date.now() - (await lastUse(path));
    if (age < OLD_MS) continue;
    const message = `The cache of another version of Mound has not been used for ${formatAge(age)}: ${path}.`;
    said.push({ level: "note", message, ...removal(path) });
  }
  return said.length > 0
    ? said
    : fine(existsSync(folder) ? "The cached state can be read" : "No state is cached yet");
}

async function damageOf(folder: string): Promise<string | undefined> {
  if (!existsSync(join(folder, "CURRENT"))) return undefined;
  const opened = await new FileStateCache(folder).open();
  if (opened === undefined) return "its base cannot be read";
  try {
    await opened.load();
    return undefined;
  } catch (error) {
    return (error as Error).message.slice(0, 80);
  } finally {
    await opened.close();
  }
}

function removal(path: string): Pick<Said, "fix" | "mend"> {
  return { fix: shell("rm", "-r", path), mend: () => rm(path, { recursive: true }) };
}

/** Milliseconds since the epoch: when something was last written there. */
async function lastUse(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const times = await Promise.all(
    [folder, ...names.map((name) => join(folder, name))].map((path) =>
      stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  return Math.max(...times);
}
