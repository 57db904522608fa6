import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { PRESENCE_REFS, type Rider } from "../app/ports.ts";
import type { Oid } from "../protocol/ids.ts";
import { readRefFile } from "./ref-file.ts";

/**
 * Heartbeats that were overwritten: a blob for each agent and minute, which no ref names any more and
 * which git would keep for two weeks as loose files (32 agents: 46,000 a day). This removes those
 * that this very process wrote. The newest but one stays, for a reader who has just read the ref.
 */
export class Superseded {
  readonly #gitDir: string;
  /** By ref: what it was last moved to, and what before that. */
  readonly #newest = new Map<string, readonly Oid[]>();

  /** `gitDir`: whose object store the riders' blobs were written to. */
  constructor(gitDir: string) {
    this.#gitDir = gitDir;
  }

  /** To be told which riders have arrived. */
  async by(riders: readonly Rider[]): Promise<void> {
    for (const { ref, oid } of riders) {
      // Folded states may be the same tree for several agents, and are few.
      if (!ref.startsWith(PRESENCE_REFS)) continue;
      const before = this.#newest.get(ref) ?? [];
      if (before.includes(oid)) continue;
      this.#newest.set(ref, [oid, ...before.slice(0, 1)]);
      const [, oldest] = before;
      // A look of this clone may have left its own ref there, which git must always find whole.
      if (oldest === undefined || readRefFile(this.#gitDir, ref) === oldest) continue;
      // Where somebody keeps logs of all refs, the log names it, and `git fsck` looks there.
      if (existsSync(join(this.#gitDir, "logs", ref))) continue;
      const path = join(this.#gitDir, "objects", oldest.slice(0, 2), oldest.slice(2));
      await rm(path, { force: true }).catch(() => undefined);
    }
  }
}
