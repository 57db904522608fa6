import { describe, expect, test } from "vitest";
import { encodePack } from "../../src/git/pack.ts";
import { gitText, runGit } from "../../src/git/run.ts";
import { commit, object } from "../contract/build.ts";
import { git } from "../contract/clone.ts";
import { bareRepository } from "./scratch.ts";

describe("encodePack", () => {
  test("git takes it under its strictest checks and finds every object", async () => {
    const gitDir = await bareRepository();
    const sizes = [0, 1, 15, 16, 2_047, 2_048, 262_143, 262_144];
    const blobs = sizes.map((size) => object("blob", new Uint8Array(size).fill(65)));
    const built = commit({ "a/b/c": "1", "a.b": "2", "a-b": "3", "a/b.d": "4" }, [], "first");
    const objects = [...blobs, ...built.objects];
    await gitText(["index-pack", "--stdin", "--strict"], {
      gitDir,
      input: encodePack(objects).bytes,
    });
    for (const { oid, type, bytes } of objects) {
      expect(await git(gitDir, "cat-file", "-t", oid)).toBe(type);
      expect(await git(gitDir, "cat-file", "-s", oid)).toBe(String(bytes.length));
    }
    await gitText(["fsck", "--full", "--strict"], { gitDir });
  });

  test("a pack of nothing is a pack", async () => {
    const gitDir = await bareRepository();
    expect(
      await runGit(["index-pack", "--stdin"], { gitDir, input: encodePack([]).bytes }),
    ).toMatchObject({ exitCode: 0 });
  });

  test("a flipped bit is found by git", async () => {
    const gitDir = await bareRepository();
    const pack = encodePack(commit({ a: "1" }, [], "first").objects).bytes;
    pack[20]! ^= 1;
    const output = await runGit(["index-pack", "--stdin"], { gitDir, input: pack });
    expect(output.exitCode).not.toBe(0);
  });
});
