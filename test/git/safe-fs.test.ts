import { readdir, readFile, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { safeFs } from "../../src/git/safe-fs.ts";
import { bareRepository } from "./scratch.ts";

const NAME = "objects/ab/" + "c".repeat(38);

describe("safeFs", () => {
  test("an object appears whole, read-only, and leaves nothing beside it", async () => {
    const gitDir = await bareRepository();
    const { promises: fs } = safeFs(gitDir);
    await fs.mkdir(join(gitDir, "objects/ab"));
    await fs.writeFile(join(gitDir, NAME), Buffer.from("content"));
    expect(await readFile(join(gitDir, NAME), "utf8")).toBe("content");
    expect((await stat(join(gitDir, NAME))).mode & 0o777).toBe(0o444);
    expect(await readdir(join(gitDir, "objects/ab"))).toEqual(["c".repeat(38)]);
  });

  test("a folder that git gc has taken away is made again, but no object store", async () => {
    const gitDir = await bareRepository();
    const { promises: fs } = safeFs(gitDir);
    await fs.writeFile(join(gitDir, NAME), Buffer.from("content"));
    expect(await readFile(join(gitDir, NAME), "utf8")).toBe("content");
    await rename(join(gitDir, "objects"), join(gitDir, "away"));
    await expect(fs.writeFile(join(gitDir, NAME), Buffer.from("x"))).rejects.toThrow("ENOENT");
    expect(await readdir(gitDir)).not.toContain("objects");
  });

  test.each([
    "refs/heads/main",
    "HEAD",
    "index",
    "config",
    "packed-refs",
    "objects/../index",
    "objects/info/alternates",
    "objects/pack/pack-1.pack",
    `objects/ab/${"c".repeat(37)}`,
    `objects/ab/${"C".repeat(38)}`,
    "objects/ab",
  ])("%s cannot be written", async (name) => {
    const gitDir = await bareRepository();
    const { promises: fs } = safeFs(gitDir);
    const before = await readFile(join(gitDir, name)).catch(() => undefined);
    await expect(fs.writeFile(join(gitDir, name), Buffer.from("x"))).rejects.toThrow(
      /not (a loose object|in the object store)/,
    );
    expect(await readFile(join(gitDir, name)).catch(() => undefined)).toEqual(before);
  });

  test("text is never an object", async () => {
    const gitDir = await bareRepository();
    await expect(safeFs(gitDir).promises.writeFile(join(gitDir, NAME), "x")).rejects.toThrow(
      "not a loose object",
    );
  });

  test("a failed write leaves no temporary file", async () => {
    const gitDir = await bareRepository();
    const { promises: fs } = safeFs(gitDir);
    await fs.mkdir(join(gitDir, "objects/ab"));
    // A folder under the final name makes the rename fail.
    await fs.mkdir(join(gitDir, NAME));
    await expect(fs.writeFile(join(gitDir, NAME), Buffer.from("x"))).rejects.toThrow();
    expect(await readdir(join(gitDir, "objects/ab"))).toEqual(["c".repeat(38)]);
  });

  test("nothing can be removed, linked or made outside the object store, and packs are hidden", async () => {
    const gitDir = await bareRepository();
    const { promises: fs } = safeFs(gitDir);
    for (const call of [fs.unlink, fs.rmdir, fs.rm, fs.symlink, fs.readlink]) {
      await expect(call(join(gitDir, "HEAD"))).rejects.toThrow("only ever added");
    }
    await expect(fs.mkdir(join(gitDir, "refs/heads/x"))).rejects.toThrow("not in the object store");
    await expect(fs.readFile(join(gitDir, "config"))).rejects.toThrow("not in the object store");
    expect(await fs.readdir(join(gitDir, "objects/pack"))).toEqual([]);
  });
});
