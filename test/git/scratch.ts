import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import { git, gitClone } from "../contract/clone.ts";

/** A folder that is gone when the test is over. */
export async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "mound-test-git-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A bare repository that is gone when the test is over. */
export async function bareRepository(format = "sha1"): Promise<string> {
  const path = await folder();
  await git(
    path,
    "init",
    "--quiet",
    "--bare",
    `--object-format=${format}`,
    "--initial-branch=main",
    path,
  );
  return path;
}

export async function clone() {
  const made = await gitClone();
  onTestFinished(() => made.dispose());
  return made;
}

/** Puts a shell script into a repository's hooks. */
export async function hook(gitDir: string, name: string, script: string): Promise<void> {
  const path = join(gitDir, "hooks", name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
}

/** Sets variables of this process until the test is over; undefined takes one away. */
export function setEnvironment(variables: Readonly<Record<string, string | undefined>>): void {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  const apply = (entries: readonly (readonly [string, string | undefined])[]): void => {
    for (const [name, value] of entries) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
  apply(Object.entries(variables));
  onTestFinished(() => apply(before));
}

/** Bundles a program that imports from `src`, so that plain node can run it; gives its path. */
export async function program(source: string, into: string): Promise<string> {
  const entry = join(into, "program.ts");
  const file = join(into, "program.mjs");
  await writeFile(entry, source);
  // In a process of its own: the bundler takes some 300 MiB, which every later fork would copy the tables of.
  await promisify(execFile)(process.execPath, [BUNDLE, entry, file, MODULES]);
  return file;
}

const ROOT = join(import.meta.dirname, "../..");
const BUNDLE = join(ROOT, "test/support/bundle-program.mjs");
const MODULES = join(ROOT, "node_modules");
/** Where a program's imports start. */
export const SRC = join(ROOT, "src");
