import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { gitObjects, PACK_FROM } from "../../src/git/objects.ts";
import { isOid, type Oid } from "../../src/protocol/ids.ts";
import { blob } from "../contract/build.ts";
import { git } from "../contract/clone.ts";
import { clone, folder, program, SRC } from "./scratch.ts";

describe("gitObjects", () => {
  test("a small batch is loose files, a large one is a single pack", async () => {
    const { gitDir, objects } = await clone();
    await objects.write(
      Array.from({ length: PACK_FROM - 1 }, (_, index) => blob(`loose ${index}`)),
    );
    expect(await counts(gitDir)).toMatchObject({ count: PACK_FROM - 1, packs: 0 });
    await objects.write(Array.from({ length: PACK_FROM }, (_, index) => blob(`packed ${index}`)));
    expect(await counts(gitDir)).toMatchObject({
      count: PACK_FROM - 1,
      packs: 1,
      "in-pack": PACK_FROM,
    });
    await git(gitDir, "fsck", "--strict", "--full");
  });

  test("what another process wrote is read, loose or packed", async () => {
    const { gitDir, objects } = await clone();
    const other = gitObjects({ gitDir });
    for (const text of ["first", "second"]) {
      await other.write([blob(text)]);
      await git(gitDir, "update-ref", `refs/keep/${text}`, blob(text).oid);
      expect((await objects.read(blob(text).oid))?.bytes).toHaveLength(text.length);
      await git(gitDir, "repack", "-a", "-d", "-q");
      await git(gitDir, "prune-packed");
    }
    expect((await gitObjects({ gitDir }).read(blob("first").oid))?.bytes).toHaveLength(5);
    await other.close();
  });

  test.each([
    ["cut short", (bytes: Buffer) => bytes.subarray(0, 8)],
    ["empty", () => Buffer.alloc(0)],
    ["another object's", async (_: Buffer, path: string) => readFile(path)],
  ])("a loose object that is %s throws, and is never taken for absent", async (_title, damage) => {
    const { gitDir, objects } = await clone();
    const [one, other] = [blob("one"), blob("other")];
    await objects.write([one, other]);
    await objects.close();
    const file = looseFile(gitDir, one.oid);
    await chmod(file, 0o644);
    await writeFile(file, await damage(await readFile(file), looseFile(gitDir, other.oid)));
    const error = await objects.read(one.oid).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ fault: { code: "object-damaged", oid: one.oid } });
    expect(await objects.read(other.oid)).toMatchObject({ type: "blob" });
  });

  test("a damaged pack throws", async () => {
    const { gitDir, objects } = await clone();
    const many = Array.from({ length: PACK_FROM }, (_, index) =>
      blob(`packed ${index} ${"x".repeat(50)}`),
    );
    await objects.write(many);
    await objects.close();
    const folderOfPacks = join(gitDir, "objects/pack");
    const name = (await readdir(folderOfPacks)).find((file) => file.endsWith(".pack")) ?? "";
    const pack = await readFile(join(folderOfPacks, name));
    await chmod(join(folderOfPacks, name), 0o644);
    await writeFile(join(folderOfPacks, name), pack.fill(0xff, 12, pack.length - 20));
    const error = await objects.read(many[3]!.oid).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ fault: { code: "object-damaged" } });
  });

  test("an annotated tag counts as absent, loose or packed", async () => {
    const { gitDir, objects } = await clone();
    await objects.write([blob("tagged")]);
    const who = ["-c", "user.name=a", "-c", "user.email=a"];
    await git(gitDir, ...who, "tag", "-a", "-m", "x", "v1", blob("tagged").oid);
    const tag = (await git(gitDir, "rev-parse", "v1")) as Oid;
    expect(await objects.read(tag)).toBeUndefined();
    await git(gitDir, "repack", "-a", "-d", "-q");
    expect(await objects.read(tag)).toBeUndefined();
  });
});

describe("several processes", () => {
  test("three that write 75 objects each at once lose none, and touch no ref and no index", async () => {
    const { gitDir, objects } = await clone();
    const before = await filesBeside(gitDir);
    const file = await writer(gitDir);
    const ended = ["a", "b", "c"].map(async (name) => {
      const child = spawn(process.execPath, [file, name, "75"], {
        stdio: ["ignore", "ignore", "inherit"],
      });
      const [exitCode] = (await once(child, "exit")) as [number | null];
      return exitCode;
    });
    expect(await Promise.all(ended)).toEqual([0, 0, 0]);
    for (const name of ["a", "b", "c", "shared"]) {
      for (let index = 0; index < 75; index += 1) {
        expect(await objects.read(blob(`${name} ${index}`).oid), `${name} ${index}`).toBeDefined();
      }
    }
    expect(await git(gitDir, "fsck", "--strict", "--full", "--no-dangling")).toBe("");
    expect(await git(gitDir, "for-each-ref")).toBe("");
    expect(await filesBeside(gitDir)).toEqual(before);
  });

  test("a writer killed at any moment leaves no truncated object", async () => {
    const { gitDir } = await clone();
    const file = await writer(gitDir);
    let found = 0;
    for (let round = 0; round < 8; round += 1) {
      const child = spawn(process.execPath, [file, `round ${round}`, "100000"], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const ended = once(child, "exit");
      // It says after each batch that it goes on: each round kills it in a later one.
      let batches = 0;
      child.stdout.on("data", (chunk: Buffer) => {
        batches += chunk.length;
        if (batches > round) child.kill("SIGKILL");
      });
      expect(await ended).toEqual([null, "SIGKILL"]);
      const names = await looseNames(gitDir);
      expect(names.length).toBeGreaterThan(found);
      found = names.length;
    }
    expect(await git(gitDir, "fsck", "--strict", "--full", "--no-dangling")).toBe("");
  });
});

/** A program that writes blobs `<name> <n>` and `shared <n>` through the real adapter, a few at a time. */
async function writer(gitDir: string): Promise<string> {
  const source = `
    import { gitObjects } from ${JSON.stringify(join(SRC, "git/objects.ts"))};
    const objects = gitObjects({ gitDir: ${JSON.stringify(gitDir)} });
    const [name, count] = process.argv.slice(2);
    const blob = (text) => {
      const bytes = Buffer.from(text);
      return { oid: objects.name("blob", bytes), type: "blob", bytes };
    };
    for (let index = 0; index < Number(count); index += 5) {
      const batch = [0, 1, 2, 3, 4].map((n) => n + index);
      await objects.write(batch.flatMap((n) => [blob(name + " " + n), blob("shared " + n)]));
      process.stdout.write(".");
    }
    await objects.close();`;
  return program(source, await folder());
}

async function looseNames(gitDir: string): Promise<string[]> {
  const files = await readdir(join(gitDir, "objects"), { recursive: true });
  return files.map((file) => file.replace("/", "")).filter(isOid);
}

/** Everything in a git directory but the objects. */
async function filesBeside(gitDir: string): Promise<string[]> {
  const files = await readdir(gitDir, { recursive: true });
  return files.filter((file) => !file.startsWith("objects/")).toSorted();
}

function looseFile(gitDir: string, oid: Oid): string {
  return join(gitDir, "objects", oid.slice(0, 2), oid.slice(2));
}

async function counts(gitDir: string): Promise<Record<string, number>> {
  const lines = (await git(gitDir, "count-objects", "-v")).split("\n");
  return Object.fromEntries(
    lines.map((line) => line.split(": ")).map(([key, value]) => [key, Number(value)]),
  );
}
