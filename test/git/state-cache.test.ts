import { mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { FileStateCache } from "../../src/git/state-cache.ts";
import type { Oid } from "../../src/protocol/ids.ts";

test("a new base clears away what a dead process left, and nothing that is being written", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mound-test-cache-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const cache = new FileStateCache(folder);
  const tip = (digit: string): Oid => digit.repeat(40) as Oid;
  await cache.replace(tip("1"), [["nonce/aa", 1]]);
  const [young, old] = [`tmp-1-${tip("2")}`, `tmp-1-${tip("3")}`];
  await writeFile(join(folder, young), "half");
  await writeFile(join(folder, old), "half");
  const before = new Date(Date.now() - 10 * 60_000);
  await utimes(join(folder, old), before, before);
  await cache.replace(tip("4"), [["nonce/bb", 1]]);
  const names = ["CURRENT", `base-${tip("4")}.json`, young];
  expect((await readdir(folder)).toSorted()).toEqual(names);
});
