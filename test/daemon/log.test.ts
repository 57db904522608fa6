import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openLog } from "../../src/daemon/log.ts";
import { rotatingFile } from "../../src/daemon/rotating-file.ts";
import { memoryLog } from "../support/memory-log.ts";

async function folder() {
  const path = await mkdtemp(join(tmpdir(), "mound-test-log-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

async function linesOf(file: string): Promise<readonly Record<string, unknown>[]> {
  const text = await readFile(file, "utf8");
  expect(text.endsWith("\n")).toBe(true);
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("the log", () => {
  test("keeps information and above in a file that only its owner reads", async () => {
    const file = join(await folder(), "mound", "watch.log");
    const log = await openLog({ file });
    log.debug({ tip: "abc" }, "looked");
    log.info({ tip: "abc", count: 2, left: undefined }, "came in");
    log.error({ code: "remote-unreachable" }, "fetch failed");
    log.close();
    log.error({}, "after the end");
    const lines = await linesOf(file);
    expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
      ["info", "came in"],
      ["error", "fetch failed"],
    ]);
    expect(lines[0]).toEqual({
      level: "info",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
      pid: process.pid,
      tip: "abc",
      count: 2,
      msg: "came in",
    });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test("verbose, gives every line to whoever listens as well", async () => {
    const heard: string[] = [];
    const file = join(await folder(), "watch.log");
    const log = await openLog({ file, verbose: (line) => heard.push(line) });
    log.debug({}, "looked");
    log.warn({}, "slow");
    log.close();
    expect(heard.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
      "looked",
      "slow",
    ]);
    expect(await linesOf(file)).toHaveLength(1);
  });

  test("escapes hostile text, cuts what is long, and hides what a URL holds", async () => {
    const file = join(await folder(), "watch.log");
    const log = await openLog({ file });
    const title = 'a\nb\u001b[2Jc\u009bd\u202ee\u2028"\\';
    log.info({ title, url: "https://ada:s3cret@host/x.git", long: "x".repeat(1e6) }, "task");
    log.close();
    const text = await readFile(file, "utf8");
    expect(text).not.toMatch(/[\u001b\u0080-\u009f\u202e\u2028]|s3cret/);
    expect(text.length).toBeLessThan(3_000);
    const [line] = await linesOf(file);
    expect(line).toMatchObject({ title, url: "https://***@host/x.git" });
  });

  test("in memory, writes nothing and keeps everything", () => {
    const log = memoryLog();
    log.debug({ one: 1 }, "a");
    log.close();
    expect(log.entries).toEqual([{ level: "debug", fields: { one: 1 }, message: "a" }]);
  });
});

describe("the log's file", () => {
  test("never takes more than two files of its size, and loses no line at the seam", async () => {
    const home = await folder();
    const lines = rotatingFile(join(home, "log"), 100);
    for (let index = 0; index < 50; index += 1) lines.write(`{"line":${index}}\n`);
    lines.close();
    expect((await readdir(home)).toSorted()).toEqual(["log", "log.1"]);
    const kept = [...(await linesOf(join(home, "log.1"))), ...(await linesOf(join(home, "log")))];
    expect(kept.at(-1)).toEqual({ line: 49 });
    expect(kept.map(({ line }) => line)).toEqual(kept.map((_, at) => 50 - kept.length + at));
    for (const name of ["log", "log.1"])
      expect((await stat(join(home, name))).size).toBeLessThanOrEqual(100);
  });

  test("goes on with the file that it finds", async () => {
    const file = join(await folder(), "log");
    for (const line of [1, 2]) {
      const lines = rotatingFile(file);
      lines.write(`{"line":${line}}\n`);
      lines.close();
    }
    expect(await linesOf(file)).toEqual([{ line: 1 }, { line: 2 }]);
  });

  test("drops what the system refuses, and says how much once it takes lines again", async () => {
    const home = await folder();
    await writeFile(join(home, "blocked"), "");
    const lines = rotatingFile(join(home, "blocked", "log"));
    lines.write('{"line":1}\n');
    lines.write('{"line":2}\n');
    await rm(join(home, "blocked"));
    lines.write('{"line":3}\n');
    lines.close();
    expect(await linesOf(join(home, "blocked", "log"))).toEqual([
      { level: "warn", msg: "lines were dropped", count: 2 },
      { line: 3 },
    ]);
  });
});
