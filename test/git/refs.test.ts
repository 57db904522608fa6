import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { gitRefs } from "../../src/git/refs.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { commit } from "../contract/build.ts";
import { git } from "../contract/clone.ts";
import { clone } from "./scratch.ts";

const LINE = "refs/mound/line";
const HEAD = "refs/heads/main";

async function open() {
  const made = await clone();
  const commits = ["a", "b"].map((text) => commit({ file: text }, [], text));
  await made.objects.write(commits.flatMap(({ objects }) => objects));
  const [a, b] = commits.map(({ oid }) => oid) as [Oid, Oid];
  return { ...made, refs: gitRefs(made.gitDir), a, b };
}

describe("gitRefs", () => {
  test("two refs move together or not at all", async () => {
    const { refs, a, b } = await open();
    expect(
      await refs.swapMany([
        { name: LINE, next: a, old: undefined },
        { name: HEAD, next: a, old: undefined },
      ]),
    ).toBe(true);
    expect(
      await refs.swapMany([
        { name: LINE, next: b, old: a },
        { name: HEAD, next: b, old: b },
      ]),
    ).toBe(false);
    expect([await refs.read(LINE), await refs.read(HEAD)]).toEqual([a, a]);
    expect(
      await refs.swapMany([
        { name: LINE, next: b, old: a },
        { name: HEAD, next: b, old: a },
      ]),
    ).toBe(true);
    expect([await refs.read(LINE), await refs.read(HEAD)]).toEqual([b, b]);
  });

  test("a symbolic ref reads as what it points at", async () => {
    const { gitDir, refs, a } = await open();
    await refs.swap(HEAD, a, undefined);
    await git(gitDir, "symbolic-ref", "refs/mound/current", HEAD);
    expect(await refs.read("refs/mound/current")).toBe(a);
  });

  test("a lock that is released in time is waited for", async () => {
    const { gitDir, refs, a, b } = await open();
    await refs.swap(LINE, a, undefined);
    const lock = join(gitDir, `${LINE}.lock`);
    await writeFile(lock, "");
    const swap = refs.swap(LINE, b, a);
    await Promise.all([swap, git(gitDir, "rev-parse", LINE).then(() => rm(lock))]);
    expect(await swap).toBe(true);
    expect(await refs.read(LINE)).toBe(b);
  });

  test("a lock that stays is a fault that names it", async () => {
    const { gitDir, a, b } = await open();
    const refs = gitRefs(gitDir, { lockPatienceMs: 200 });
    await refs.swap(LINE, a, undefined);
    await writeFile(join(gitDir, `${LINE}.lock`), "");
    const error = await refs.swap(LINE, b, a).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ fault: { code: "ref-locked", ref: LINE } });
    expect(String(error)).toContain(`${LINE}.lock`);
    expect(await refs.read(LINE)).toBe(a);
  });

  test("a commit that is not there, or a ref in the way, is a failure and not a lost race", async () => {
    const { refs, a } = await open();
    await refs.swap(LINE, a, undefined);
    const absent = "1".repeat(40) as Oid;
    await expect(refs.swap(LINE, absent, a)).rejects.toMatchObject({
      fault: { code: "git-failed" },
    });
    await expect(refs.swap(`${LINE}/below`, a, undefined)).rejects.toMatchObject({
      fault: { code: "git-failed" },
    });
  });

  test("a ref file that holds something else is not believed", async () => {
    const { gitDir, refs, a } = await open();
    await refs.swap(LINE, a, undefined);
    await writeFile(join(gitDir, LINE), "not a name\n");
    expect(await refs.read(LINE)).toBeUndefined();
    await expect(refs.swap(LINE, a, undefined)).rejects.toMatchObject({
      fault: { code: "git-failed" },
    });
    expect(await readFile(join(gitDir, LINE), "utf8")).toBe("not a name\n");
  });

  test.each([
    "HEAD",
    "main",
    "refs/",
    "refs/../HEAD",
    "refs/heads/-x y",
    "refs/heads/a.lock",
    "refs/heads//a",
    "refs/heads/a\n",
    "refs/heads/.a",
    "--all",
  ])("%j is not a ref name", async (name) => {
    const { refs, a } = await open();
    await expect(refs.read(name)).rejects.toThrow("not a ref name");
    await expect(refs.swap(name, a, undefined)).rejects.toThrow("not a ref name");
  });
});
