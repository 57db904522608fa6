import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PresenceMemory } from "../app/read-presence.ts";
import type { Heartbeat } from "../protocol/presence.ts";

/** Kept in Mound's folder of the clone as JSON; a file that cannot be read is an empty memory. */
export function filePresenceMemory(folder: string): PresenceMemory {
  const path = join(folder, "presence.json");
  return {
    async load() {
      try {
        const kept = JSON.parse(await readFile(path, "utf8")) as {
          readonly version: number;
          readonly heartbeats: readonly Heartbeat[];
        };
        return kept.version === VERSION ? kept.heartbeats : [];
      } catch {
        return [];
      }
    },
    async save(heartbeats) {
      const own = `${path}.${process.pid}`;
      await writeFile(own, JSON.stringify({ version: VERSION, heartbeats }));
      await rename(own, path);
    },
  };
}

/** Of the file's form. */
const VERSION = 1;
