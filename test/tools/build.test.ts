import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";

const repository = join(import.meta.dirname, "..", "..");

const SOURCES = {
  "package.json": '{ "name": "mound", "version": "7.8.9", "type": "module" }',
  "tsconfig.json": readFileSync(join(repository, "tsconfig.json"), "utf8"),
  "src/bin.ts": `
    declare const MOUND_VERSION: string;
    if (process.argv[2] === "--version") process.stdout.write(MOUND_VERSION);
    else await import("./cli/main.ts");`,
  "src/audit-bin.ts": 'process.stdout.write("audit");',
  "src/cli/main.ts": `
    import { shared } from "../base/shared.ts";
    const { lazy } = await import("./lazy.ts");
    process.stdout.write(shared + lazy);`,
  "src/cli/lazy.ts": 'export const lazy = "lazy";',
  "src/base/shared.ts": 'export const shared = "shared ";',
  "src/base/inner.ts": "export interface Inner { readonly inner: string }",
  "src/index.ts": `
    export { shared } from "./base/shared.ts";
    export type { Inner } from "./base/inner.ts";`,
  "src/keys/verify-worker.ts": `
    import { shared } from "../base/shared.ts";
    process.stdout.write("worker " + shared);`,
};

/** The libraries that Mound bundles, used as Mound uses them. */
const LIBRARIES = `
  import * as fs from "node:fs";
  import { hashes, sign, getPublicKey, verify } from "@noble/ed25519";
  import { Command } from "commander";
  import { createHash } from "node:crypto";
  import { execa } from "execa";
  import { readObject, writeObject } from "isomorphic-git";
  import pc from "picocolors";
  import { parse } from "yaml";
  import * as z from "zod/mini";

  const program = new Command().argument("<folder>").parse();
  const dir = program.args[0] ?? "";
  await execa("git", ["init", "--quiet", dir]);
  const gitdir = dir + "/.git";
  const object = new TextEncoder().encode("a: 1\\n");
  const { writeTree } = await import("isomorphic-git");
  const oid = await writeObject({ fs, gitdir, type: "blob", object, format: "content" });
  const tree = await writeTree({ fs, gitdir, tree: [{ mode: "100644", path: "a", oid, type: "blob" }] });
  const back = await readObject({ fs, gitdir, oid, format: "content" });
  const { stdout } = await execa("git", ["-C", dir, "cat-file", "-p", tree + ":a"]);
  hashes.sha512 = (bytes) => new Uint8Array(createHash("sha512").update(bytes).digest());
  const secret = new Uint8Array(32).fill(7);
  await using gone = { [Symbol.asyncDispose]: async () => void process.stdout.write(" disposed") };
  process.stdout.write(JSON.stringify({
    stdout,
    same: Buffer.compare(back.object as Uint8Array, object),
    value: z.strictObject({ a: z.string() }).parse(parse(stdout, { schema: "failsafe" })),
    signed: verify(sign(object, secret), object, getPublicKey(secret), { zip215: false }),
    plain: pc.createColors(false).red(typeof gone),
  }));`;

describe("npm run build", () => {
  test("makes a command, a library and a worker that run", () => {
    const root = project();
    expect(build(root)).toMatchObject({ status: 0, stderr: "" });
    expect(run(root, "dist/mound.js", "--version")).toBe("7.8.9");
    expect(run(root, "dist/mound.js")).toBe("shared lazy");
    expect(run(root, "dist/verify-worker.js")).toBe("worker shared ");
    expect(statSync(join(root, "dist/mound.js")).mode & 0o777).toBe(0o755);
    expect(
      readdirSync(join(root, "dist"), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name),
    ).toEqual(["types"]);
  });

  test("declares the types that the index reaches, and no others", () => {
    const root = project();
    build(root);
    const types = readdirSync(join(root, "dist/types"), { recursive: true, encoding: "utf8" });
    expect(types.toSorted()).toEqual(["base", "base/inner.d.ts", "base/shared.d.ts", "index.d.ts"]);
  });

  test("bundles the libraries so that they run without node_modules", () => {
    const root = project({ "src/cli/main.ts": LIBRARIES });
    expect(build(root)).toMatchObject({ status: 0, stderr: "" });
    rmSync(join(root, "node_modules"));
    const output = run(root, "dist/mound.js", join(root, "objects"));
    expect(output).toMatch(/ disposed$/);
    expect(JSON.parse(output.replace(/ disposed$/, ""))).toEqual({
      stdout: "a: 1",
      same: 0,
      value: { a: "1" },
      signed: true,
      plain: "object",
    });
    const notices = readFileSync(join(root, "dist/THIRD-PARTY.txt"), "utf8");
    for (const name of ["@noble/ed25519", "isomorphic-git", "yaml", "zod"])
      expect(notices).toContain(`== ${name} `);
  });

  test("lets a process of the last build load its chunks, and drops those of older builds", () => {
    const root = project();
    const first = chunks(root);
    writeFileSync(join(root, "src/cli/lazy.ts"), 'export const lazy = "second";');
    const second = chunks(root);
    writeFileSync(join(root, "src/cli/lazy.ts"), 'export const lazy = "third";');
    const third = chunks(root);
    const changed = first.filter((file) => !second.includes(file));
    expect(changed).toEqual([]);
    expect(first.filter((file) => !third.includes(file))).not.toEqual([]);
    expect(second.filter((file) => !third.includes(file) && !first.includes(file))).toEqual([]);
    expect(run(root, "dist/mound.js")).toBe("shared third");
  });

  test("leaves no chunk of an earlier build in a package", () => {
    const root = project();
    const first = chunks(root);
    writeFileSync(join(root, "src/cli/lazy.ts"), 'export const lazy = "second";');
    build(root, { npm_command: "pack" });
    const left = readdirSync(join(root, "dist"));
    expect(first.filter((file) => !left.includes(file))).not.toEqual([]);
    expect(left).toHaveLength(first.length);
  });

  test("runs beside another build, and removes the folder of one that was killed", async () => {
    const root = project();
    build(root);
    const abandoned = join(root, "dist", ".next-0");
    mkdirSync(abandoned);
    age(join(root, "dist"), 3_600_000);
    const both = await Promise.all([building(root), building(root)]);
    expect(both).toEqual([0, 0]);
    expect(existsSync(abandoned)).toBe(false);
    expect(run(root, "dist/mound.js")).toBe("shared lazy");
  });

  test.each([
    [
      "a static import in the command",
      { "src/bin.ts": 'import "./cli/main.ts";' },
      "src/bin.ts loads",
    ],
    [
      "a package that is not there",
      { "src/cli/lazy.ts": 'export { lazy } from "nowhere";' },
      "nowhere",
    ],
    [
      "a name that is not exported",
      { "src/cli/lazy.ts": 'export { lazy } from "../base/shared.ts";' },
      "lazy",
    ],
  ])("refuses %s and keeps the last build", (_name, sources, message) => {
    const root = project();
    build(root);
    write(root, sources);
    expect(build(root)).toMatchObject({ status: 1, stderr: expect.stringContaining(message) });
    expect(run(root, "dist/mound.js")).toBe("shared lazy");
  });

  test("fails on a type error, with the bundle in place for trying", () => {
    const root = project();
    write(root, { "src/cli/lazy.ts": 'export const lazy: number = "typo";' });
    expect(build(root)).toMatchObject({ status: 1, stderr: expect.stringContaining("TS2322") });
    expect(run(root, "dist/mound.js")).toBe("shared typo");
  });
});

function project(sources: Readonly<Record<string, string>> = {}): string {
  const root = mkdtempSync(join(tmpdir(), "mound-build-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
  write(root, { ...SOURCES, ...sources });
  return root;
}

function write(root: string, sources: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(sources)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

function build(root: string, env: Readonly<Record<string, string>> = {}) {
  const script = join(repository, "test/tools/build.mjs");
  return spawnSync(process.execPath, [script, root], {
    encoding: "utf8",
    env: { ...process.env, npm_command: "run", ...env },
  });
}

async function building(root: string): Promise<unknown> {
  const child = spawn(process.execPath, [join(repository, "test/tools/build.mjs"), root]);
  const [status] = await once(child, "exit");
  return status;
}

/** Builds as if some minutes had gone by since the last time, and lists the files of dist/. */
function chunks(root: string): readonly string[] {
  const dist = join(root, "dist");
  if (existsSync(dist)) age(dist, 300_000);
  build(root);
  return readdirSync(dist);
}

function age(dist: string, ms: number): void {
  for (const file of readdirSync(dist)) {
    const then = new Date(statSync(join(dist, file)).mtimeMs - ms);
    utimesSync(join(dist, file), then, then);
  }
}

function run(root: string, file: string, ...args: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(root, file), ...args], {
    encoding: "utf8",
  });
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  return stdout;
}
