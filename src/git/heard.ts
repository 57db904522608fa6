import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Notes when this clone last heard from its origin, for every process that reads the clone. */
export async function markHeard(folder: string, now: number): Promise<void> {
  await writeFile(join(folder, "heard"), String(now)).catch(() => undefined);
}

/** Milliseconds since the epoch; undefined: never, as far as is known. */
export function lastHeard(folder: string): number | undefined {
  try {
    const text = readFileSync(join(folder, "heard"), "utf8");
    return /^\d{10,16}$/.test(text) ? Number(text) : undefined;
  } catch {
    return undefined;
  }
}
