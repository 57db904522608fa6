import { closeSync, mkdtempSync, openSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { openFiles, parseLsof } from "../../src/git/open-files.ts";

const LISTED = [
  ["p100", "cnode", "fcwd", "n/home/ada", "f21", "n/home/ada/plan/.git/index.lock"],
  ["p200", "cgit", "fcwd", "n/home/ada/plan", "f0", "n/dev/null"],
  ["p300", "cgit", "fcwd", "n/home/ada/plan"],
  ["p302", "cgit", "fcwd", "n/home/ada/plan"],
  ["p301", "cgit", "fcwd", "n/home/ada/plan"],
  [`p${process.pid}`, "cnode", "fcwd", "n/home/ada", "f9", "n/home/ada/own"],
]
  .flat()
  .join("\n");
const COMMANDS = [
  "  100     1 1000 node server.js",
  "  200     1 1000 git commit -m x",
  `  300 ${process.pid} 1000 git fetch`,
  "  301   300 1000 git rev-list",
  "  302     1 1000 git --git-dir=/home/ada/plan/.git cat-file --buffer --batch",
  "  400     1    0 /usr/bin/git gc",
  "  500     1    0 cron",
].join("\n");

test("what lsof lists is read: who has a file open, which gits work where, who is hidden", () => {
  const { files, gits, hidden } = parseLsof(LISTED, COMMANDS);
  expect([...files]).toEqual([
    ["/home/ada/plan/.git/index.lock", 100],
    ["/dev/null", 200],
  ]);
  expect(gits).toEqual([{ pid: 200, cwd: "/home/ada/plan", command: "git commit -m x" }]);
  expect(hidden).toEqual([
    { pid: 400, uid: 0, git: true },
    { pid: 500, uid: 0, git: false },
  ]);
});

test("a file that a process of this machine has open is found, until it is closed", async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "mound-test-open-")));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "index.lock");
  const handle = openSync(path, "w");
  const child = spawn("cat", [], { stdio: ["pipe", handle, "ignore"] });
  closeSync(handle);
  expect((await openFiles())?.files.get(path)).toBe(child.pid);
  child.stdin!.end();
  await once(child, "exit");
  expect((await openFiles())?.files.has(path)).toBe(false);
});
