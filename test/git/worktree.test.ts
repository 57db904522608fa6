import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { foundedCli } from "../support/cli.ts";

test("an index that a cut-off projection left ahead of the branch is no person's staging", async () => {
  const cli = await foundedCli();
  await cli.ok(["-C", "m", "task", "add", "one", "--as", "ant-1"]);
  const before = cli.git("m", "rev-parse", "main").trim();
  await cli.ok(["-C", "m", "task", "add", "two", "--as", "ant-1"]);
  // As a kill leaves it: files and index are at the new commit, the branch is not.
  cli.git("m", "update-ref", "refs/heads/main", before);
  await cli.ok(["-C", "m", "task", "add", "three", "--as", "ant-1"]);
  expect(cli.git("m", "status", "--porcelain")).toBe("");
  expect(cli.git("m", "rev-parse", "main")).toBe(cli.git("m", "rev-parse", "refs/mound/line"));
});

test("what a killed projection wrote goes with what it was for, and a person's own file stays", async () => {
  const cli = await foundedCli();
  await cli.ok(["-C", "m", "task", "add", "one", "--as", "ant-1"]);
  const task = (await cli.ok(["-C", "m", "next", "--as", "ant-1", "--json"])).json.data.task.id;
  const before = cli.git("m", "rev-parse", "main").trim();
  await cli.ok(["-C", "m", "claim", task, "--as", "ant-1"]);
  const claimed = cli.git("m", "rev-parse", "main").trim();
  // As a kill in the middle of it leaves it: files and its word are there, index and branch are not.
  cli.git("m", "update-ref", "refs/heads/main", before);
  cli.git("m", "read-tree", before);
  cli.write(`m/.git/mound/projecting/${claimed}`, "");
  cli.write("m/.git/mound/projecting/0000000000000000000000000000000000000000", "");
  cli.write("m/notes.txt", "mine\n");
  const lock = `tasks/${task.slice(0, 2)}/${task}/claim.lock`;
  expect(cli.git("m", "status", "--porcelain")).toContain(lock);
  await cli.ok(["-C", "m", "done", task, "--as", "ant-1", "--result", "fixed"]);
  expect(cli.git("m", "status", "--porcelain").trim()).toBe("?? notes.txt");
  expect(readdirSync(cli.path("m", ".git/mound/projecting"))).toEqual([]);
});

test("what a person has staged is held, and let go when it is gone", async () => {
  const cli = await foundedCli();
  const branch = cli.git("m", "rev-parse", "main");
  cli.write("m/notes.txt", "mine\n");
  cli.git("m", "add", "notes.txt");
  await cli.ok(["-C", "m", "task", "add", "one", "--as", "ant-1"]);
  expect(cli.git("m", "rev-parse", "main")).toBe(branch);
  expect(cli.git("m", "diff", "--cached", "--name-only").trim()).toBe("notes.txt");
  cli.git("m", "rm", "--cached", "--quiet", "notes.txt");
  await cli.ok(["-C", "m", "sync"]);
  expect(cli.git("m", "rev-parse", "main")).toBe(cli.git("m", "rev-parse", "refs/mound/line"));
  expect(cli.read("m/notes.txt")).toBe("mine\n");
});
