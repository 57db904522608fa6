import { join } from "node:path";
import { TREE_BYTES, type DoorObject, type DoorObjects } from "../app/door-commit.ts";
import type { Oid } from "../protocol/ids.ts";
import type { BatchAnswer } from "./batch-parser.ts";
import type { CatFile } from "./cat-file.ts";
import { GitError } from "./fault.ts";
import { readObjectFile } from "./object-file.ts";

export interface DoorObjectsOptions {
  readonly gitDir: string;
  /** git's quarantine variables; without them the repository itself is read. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The trees and commits of a few hundred commits; each is asked for twice, as the new one and as the old. */
const CACHE_BYTES = 32 * 1024 * 1024;
/** Above it the size is asked for first: what is small enough is rarely worth a process of its own. */
const UNSEEN_BYTES = 1024 * 1024;
/** An ordinary push has fewer commits, and its objects lie in files of their own. */
const WALK_MAX = 64;
const COMMIT_BYTES = 1024 * 1024;

/**
 * Reads what is being pushed out of git's quarantine, and what was there before. git keeps the objects
 * of a small push in files of their own, which are read in process; for all others one
 * `git cat-file --batch` is started, and one more where sizes must be known before contents.
 */
export function doorObjects(options: DoorObjectsOptions): DoorObjects {
  return new QuarantinedObjects(options);
}

class QuarantinedObjects implements DoorObjects {
  readonly #options: DoorObjectsOptions;
  readonly #folders: readonly string[];
  /** Trees and commits that were read. */
  #known = new Map<Oid, DoorObject>();
  #held = 0;
  readonly #processes = new Map<string, CatFile>();

  constructor(options: DoorObjectsOptions) {
    const own = join(options.gitDir, "objects");
    const quarantine = options.environment["GIT_OBJECT_DIRECTORY"];
    this.#options = options;
    this.#folders = quarantine === undefined ? [own] : [quarantine, own];
  }

  async read(oids: readonly Oid[], maxBytes: number): Promise<readonly DoorObject[]> {
    const found = new Map<Oid, DoorObject>();
    const packed: Oid[] = [];
    for (const oid of oids) {
      const here = this.#known.get(oid) ?? this.#readLoose(oid, maxBytes);
      if (here === undefined) packed.push(oid);
      else found.set(oid, here);
    }
    const unpacked = packed.length === 0 ? [] : await this.#readPacked(packed, maxBytes);
    packed.forEach((oid, at) => found.set(oid, unpacked[at]!));
    for (const [oid, object] of found) this.#remember(oid, object);
    return oids.map((oid) => found.get(oid)!);
  }

  async lineage(old: Oid | undefined, next: Oid): Promise<readonly Oid[] | undefined> {
    return (await walk(this, old, next)) ?? listFirstParents(this.#options, old, next);
  }

  close(): void {
    for (const process of this.#processes.values()) process.close();
  }

  #readLoose(oid: Oid, maxBytes: number): DoorObject | undefined {
    for (const folder of this.#folders) {
      const found = readObjectFile(folder, oid, maxBytes);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async #readPacked(oids: readonly Oid[], maxBytes: number): Promise<readonly DoorObject[]> {
    const sizes =
      maxBytes < UNSEEN_BYTES ? present(oids, await this.#ask("--batch-check", oids)) : undefined;
    const wanted = oids.filter((_, at) => sizes === undefined || sizes[at]!.size <= maxBytes);
    const contents = present(wanted, await this.#ask("--batch", wanted));
    const byName = new Map(wanted.map((oid, at) => [oid, contents[at]!]));
    return oids.map((oid, at) => {
      const { type, size, bytes } = byName.get(oid) ?? sizes![at]!;
      return { type, size, bytes: size <= maxBytes ? bytes : undefined };
    });
  }

  async #ask(
    mode: "--batch" | "--batch-check",
    oids: readonly Oid[],
  ): Promise<readonly (BatchAnswer | undefined)[]> {
    if (oids.length === 0) return [];
    const { catFile } = await import("./cat-file.ts");
    const process =
      this.#processes.get(mode) ?? catFile({ ...this.#options, mode, maxBytes: TREE_BYTES });
    this.#processes.set(mode, process);
    return process.ask(oids);
  }

  #remember(oid: Oid, found: DoorObject): void {
    // What came without its bytes may be asked for again, with a higher limit.
    if (found.type === "blob" || found.bytes === undefined || this.#known.has(oid)) return;
    this.#held += found.bytes.length;
    if (this.#held > CACHE_BYTES) {
      this.#known = new Map();
      this.#held = found.bytes.length;
    }
    this.#known.set(oid, found);
  }
}

function present(
  oids: readonly Oid[],
  answers: readonly (BatchAnswer | undefined)[],
): readonly BatchAnswer[] {
  return answers.map((answer, at) => {
    if (answer !== undefined) return answer;
    throw new GitError({ code: "object-damaged", oid: oids[at]!, detail: "it is missing" });
  });
}

const PARENT = /^tree [0-9a-f]{40}\n(?:parent ([0-9a-f]{40})\n)?/;

/** From the one after `old` to `next`; undefined where that is a longer way. */
async function walk(
  objects: DoorObjects,
  old: Oid | undefined,
  next: Oid,
): Promise<readonly Oid[] | undefined> {
  const line: Oid[] = [];
  for (let at: Oid | undefined = next; at !== old;) {
    if (at === undefined || line.length >= WALK_MAX) return undefined;
    const [found]: readonly DoorObject[] = await objects.read([at], COMMIT_BYTES);
    const links = PARENT.exec(Buffer.from(found?.bytes?.subarray(0, 96) ?? "").toString("latin1"));
    if (found?.type !== "commit" || links === null) return undefined;
    line.push(at);
    at = links[1] as Oid | undefined;
  }
  return line.toReversed();
}

/** The same by git; undefined where `old` is not on the way. */
async function listFirstParents(
  options: DoorObjectsOptions,
  old: Oid | undefined,
  next: Oid,
): Promise<readonly Oid[] | undefined> {
  const { gitText } = await import("./run.ts");
  const range = old === undefined ? [next] : [next, `^${old}`];
  const args = ["rev-list", "--first-parent", "--reverse", "--parents", ...range, "--"];
  const text = await gitText(args, options);
  const rows = text.split("\n").filter((row) => row !== "");
  const [, parent] = rows[0]?.split(" ") ?? [];
  return parent === old ? rows.map((row) => row.slice(0, 40) as Oid) : undefined;
}
