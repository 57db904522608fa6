import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { add, plan, status } from "../support/plan.ts";

describe("a cache that is gone or damaged", () => {
  test.each([
    ["deleted", (folder: string) => rmSync(folder, { recursive: true })],
    [
      "cut in the middle",
      (folder: string) =>
        damage(folder, "base-", (path, size) => truncateSync(path, Math.floor(size / 2))),
    ],
    [
      "garbage",
      (folder: string) =>
        damage(folder, "base-", (path) => writeFileSync(path, "garbage\n".repeat(500))),
    ],
    [
      "garbage behind a good header",
      (folder: string) =>
        damage(folder, "base-", (path, size, head) =>
          writeFileSync(path, Buffer.concat([head, Buffer.alloc(size - head.length, "x")])),
        ),
    ],
    ["without its log", (folder: string) => damage(folder, "log-", (path) => rmSync(path))],
    [
      "with a torn log",
      (folder: string) =>
        damage(folder, "log-", (path, size) => truncateSync(path, Math.floor(size * 0.7))),
    ],
    ["named by nothing", (folder: string) => writeFileSync(join(folder, "CURRENT"), "nothing")],
  ] as const)("%s is built again from history", async (_how, harm) => {
    const cli = await plan();
    const task = await add(cli, "Fix");
    await cli.ok(`-C m claim ${task} --as ant-1`);
    const before = await status(cli);
    const caches = cli.path("m", ".git", "mound", "cache");
    harm(join(caches, readdirSync(caches)[0]!));
    expect(await status(cli)).toEqual({
      ...before,
      origin: { ...before.origin, age_s: expect.any(Number) },
    });
    expect(
      (await cli.ok(`-C m done ${task} --result ok --as ant-1 --json`)).json.data.task.status,
    ).toBe("done");
    expect((await status(cli)).tasks).toMatchObject({ total: 1, done: 1 });
  });

  function damage(
    folder: string,
    prefix: string,
    harm: (path: string, size: number, head: Buffer) => void,
  ): void {
    const names = readdirSync(folder).filter((name) => name.startsWith(prefix));
    expect(names).not.toEqual([]);
    for (const name of names) {
      const bytes = readFileSync(join(folder, name));
      harm(join(folder, name), bytes.length, bytes.subarray(0, bytes.indexOf(0x0a) + 1));
    }
  }
});
