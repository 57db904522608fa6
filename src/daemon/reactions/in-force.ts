import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive } from "../../git/process-alive.ts";
import type { ReactionsFault } from "../../open/faults.ts";
import type { Reaction } from "./reaction.ts";

/** What a running daemon goes by, for the commands that show it. */
export interface InForce {
  readonly pid: number;
  /** The reactions file. */
  readonly path: string;
  readonly reactions: readonly Reaction[];
  /** Why the file as it is now is not what is in force. */
  readonly fault?: ReactionsFault;
}

const NAME = "in-force.json";

/** Tells what is in force. A hint for people: where it cannot be written, nothing else fails. */
export function writeInForce(folder: string, inForce: InForce): void {
  const path = join(folder, NAME);
  try {
    writeFileSync(`${path}.tmp`, JSON.stringify(inForce), { mode: 0o600 });
    renameSync(`${path}.tmp`, path);
  } catch {
    removeInForce(folder);
  }
}

export function removeInForce(folder: string): void {
  rmSync(join(folder, NAME), { force: true });
}

/** What the daemon of this clone goes by; undefined where none runs. */
export function readInForce(folder: string): InForce | undefined {
  try {
    const inForce = JSON.parse(readFileSync(join(folder, NAME), "utf8")) as InForce;
    return isAlive(inForce.pid) ? inForce : undefined;
  } catch {
    return undefined;
  }
}
