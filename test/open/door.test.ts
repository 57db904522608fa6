import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { judgeReceive } from "../../src/open/door.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { git } from "../contract/clone.ts";
import { foundedCli } from "../support/cli.ts";

async function moves(gitDir: string) {
  const [next, old] = await Promise.all(
    ["main", "main~1"].map((name) => git(gitDir, "rev-parse", name) as Promise<Oid>),
  );
  await git(gitDir, "update-ref", "refs/heads/main", old!);
  return [{ ref: "refs/heads/main", old: old!, next: next! }];
}

test("time that is up, a folder that is no repository, and a git that is gone are refusals", async () => {
  const cli = await foundedCli();
  await cli.ok("-C m task add one --as ant-1");
  const gitDir = cli.path("m/.git/mound/origin.git");
  const moved = await moves(gitDir);
  const judged = async (limitMs?: number, at = gitDir) => {
    const limit = limitMs === undefined ? {} : { limitMs };
    return (await judgeReceive(moved, { gitDir: at, environment: {}, ...limit })).answer;
  };
  expect(await judged()).toEqual({ accepted: true });
  expect(await judged(-1)).toMatchObject({
    accepted: false,
    fault: { code: "door-late", behind: false },
  });
  rmSync(join(gitDir, "mound-door"), { recursive: true });
  expect(await judged(-1)).toMatchObject({
    accepted: false,
    fault: { code: "door-late", behind: true },
  });
  expect(await judged(undefined, cli.folder)).toMatchObject({
    accepted: false,
    fault: { code: "door-broken" },
  });
  const { PATH } = process.env;
  process.env["PATH"] = cli.folder;
  try {
    const answer = await judged();
    expect(answer).toMatchObject({ accepted: false, fault: { code: "door-broken" } });
    expect(JSON.stringify(answer)).toContain("git-missing");
  } finally {
    process.env["PATH"] = PATH;
  }
  expect(await judged()).toEqual({ accepted: true });
});
