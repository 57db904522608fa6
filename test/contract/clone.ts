import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { GitObject, History, Objects, Refs } from "../../src/app/ports.ts";
import { gitHistory } from "../../src/git/history.ts";
import { gitObjects } from "../../src/git/objects.ts";
import { gitRefs } from "../../src/git/refs.ts";
import { memoryHistory } from "../../src/memory/history.ts";
import { memoryObjects } from "../../src/memory/objects.ts";
import { memoryRefs } from "../../src/memory/refs.ts";
import type { Oid } from "../../src/protocol/ids.ts";

/** The ports of one clone, and the upkeep that its owner might do at any moment. */
export interface Clone {
  readonly objects: Objects;
  readonly refs: Refs;
  readonly history: History;
  /** Packs refs and objects, as `git gc` does; nothing where there are no files. */
  readonly maintain: () => Promise<void>;
  readonly dispose: () => Promise<void>;
}

const run = promisify(execFile);

export function memoryClone(objects: Map<Oid, GitObject> = new Map()): Clone {
  return {
    objects: memoryObjects(objects),
    refs: memoryRefs(),
    history: memoryHistory(objects),
    maintain: async () => {},
    dispose: async () => {},
  };
}

export async function gitClone(): Promise<Clone & { readonly gitDir: string }> {
  const gitDir = await mkdtemp(join(tmpdir(), "mound-test-clone-"));
  await git(
    gitDir,
    "init",
    "--quiet",
    "--bare",
    "--object-format=sha1",
    "--initial-branch=main",
    gitDir,
  );
  const objects = gitObjects({ gitDir });
  return {
    gitDir,
    objects,
    refs: gitRefs(gitDir),
    history: gitHistory({ gitDir }),
    maintain: async () => {
      await git(gitDir, "pack-refs", "--all");
      await git(gitDir, "repack", "-a", "-d", "-q");
    },
    dispose: async () => {
      await objects.close();
      await rm(gitDir, { recursive: true });
    },
  };
}

/** Runs git on a git directory as a person would, and gives its stdout without the last newline. */
export async function git(gitDir: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run("git", ["--git-dir", gitDir, ...args]);
  return stdout.trimEnd();
}
