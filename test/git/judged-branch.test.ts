import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { judgedBranch } from "../../src/git/judged-branch.ts";
import { git } from "../contract/clone.ts";
import { bareRepository } from "./scratch.ts";

test("the branch that HEAD names, and nothing beside it", async () => {
  const gitDir = await bareRepository();
  expect(await judgedBranch(gitDir)).toEqual({ branch: "main", beside: false });
  await git(gitDir, "symbolic-ref", "HEAD", "refs/heads/team/plan");
  expect(await judgedBranch(gitDir)).toEqual({ branch: "team/plan", beside: false });
  writeFileSync(join(gitDir, "HEAD"), `${"1".repeat(40)}\n`);
  await expect(judgedBranch(gitDir)).rejects.toThrow("names no branch");
});

test("the branch of the settings, however git lets them be written", async () => {
  const gitDir = await bareRepository();
  await git(gitDir, "config", "mound.branch", "plan");
  expect(await judgedBranch(gitDir)).toEqual({ branch: "plan", beside: true });
  await git(gitDir, "config", "mound.branch", "other");
  expect(await judgedBranch(gitDir)).toEqual({ branch: "other", beside: true });
  await git(gitDir, "config", "--unset", "mound.branch");
  expect(await judgedBranch(gitDir)).toEqual({ branch: "main", beside: false });
  for (const text of [
    '\n[Mound] Branch = "a-b" ; a comment\n',
    "\n[mound]\n# a comment\n\tbranch=a-b\n",
    `\n[include]\n\tpath = ${join(gitDir, "more")}\n`,
  ]) {
    const other = await bareRepository();
    writeFileSync(join(gitDir, "more"), "[mound]\nbranch = a-b\n");
    appendFileSync(join(other, "config"), text);
    expect(await judgedBranch(other)).toEqual({ branch: "a-b", beside: true });
  }
});

test("settings that git cannot read name no branch at all", async () => {
  const gitDir = await bareRepository();
  appendFileSync(join(gitDir, "config"), '\n[mound]\n\tbranch = "x\n');
  await expect(judgedBranch(gitDir)).rejects.toThrow("cannot read the settings");
});
