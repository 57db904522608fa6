import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ChildOptions, runChild } from "../../src/open/child.ts";
import { TailBuffer } from "../../src/open/tail.ts";
import { running } from "../support/command.ts";
import { testFolder } from "../support/folder.ts";
import { until } from "../support/until.ts";

function options(argv: ChildOptions["argv"], more: Partial<ChildOptions> = {}): ChildOptions {
  return { argv, cwd: "/", environment: process.env, input: "", keepBytes: 1_000, ...more };
}

function shell(script: string, more: Partial<ChildOptions> = {}) {
  return runChild(options(["/bin/sh", "-c", script], more));
}

describe("a child", () => {
  test("reads its input and its environment, and what it writes is kept", async () => {
    const result = await shell('cat; echo "$NAME" >&2; exit 7', {
      input: "in ä",
      environment: { NAME: "out", PATH: process.env["PATH"] },
    });
    expect(result).toEqual({
      end: { kind: "exit", code: 7 },
      timedOut: false,
      stdout: { text: "in ä", bytes: 5, cut: false },
      stderr: { text: "out\n", bytes: 4, cut: false },
    });
  });

  test("gets its arguments as they are", async () => {
    const words = ["a b", "$HOME", "`id`", "*", "'", '"', "\n", "-n", ""];
    const result = await runChild(options(["/usr/bin/printf", "[%s]", ...words]));
    expect(result.stdout.text).toBe(words.map((word) => `[${word}]`).join(""));
  });

  test.each([
    ["a program that is not there", ["/nowhere/program"], "ENOENT"],
    ["a file that is no program", ["/etc/passwd"], "EACCES"],
    ["a folder", ["/"], "EACCES"],
    ["a name with a zero byte", ["a\0b"], "ERR_INVALID_ARG_VALUE"],
    ["more arguments than the system takes", ["/bin/true", "x".repeat(1_000_000)], "E2BIG"],
  ])("%s is an answer, not an error", async (_title, argv, reason) => {
    const { end } = await runChild(options(argv as [string]));
    expect(end).toEqual({ kind: "not-started", reason });
  });

  test("that does not read a large input ends as it likes", async () => {
    const { end } = await runChild(options(["/bin/true"], { input: Buffer.alloc(4_000_000) }));
    expect(end).toEqual({ kind: "exit", code: 0 });
  });

  test("that ends by a signal says which", async () => {
    expect((await shell("kill -9 $$")).end).toEqual({ kind: "signal", signal: "SIGKILL" });
  });

  test("that floods its outputs is kept the end of", async () => {
    const { stdout, stderr } = await shell(
      "head -c 30000000 /dev/zero | tr '\\0' x; echo end; head -c 5000000 /dev/zero >&2; echo err >&2",
    );
    expect(stdout).toMatchObject({ bytes: 30_000_004, cut: true });
    expect(stdout.text).toBe(`${"x".repeat(996)}end\n`);
    expect(stderr).toMatchObject({ bytes: 5_000_004, cut: true });
  });

  test("is ended when its time is up, with all that it has started", async () => {
    const folder = testFolder("mound-test-child-");
    const script = `sleep 600 & echo $! > ${folder}/grandchild; wait`;
    const { end, timedOut } = await shell(script, { timeoutMs: 500 });
    expect({ end, timedOut }).toEqual({
      end: { kind: "signal", signal: "SIGTERM" },
      timedOut: true,
    });
    const pid = readFileSync(join(folder, "grandchild"), "utf8").trim();
    expect(await running([pid])).toEqual([]);
  });

  test("that ignores SIGTERM is killed after the grace", async () => {
    const script = "trap '' TERM; echo deaf; while :; do sleep 600; done";
    const { end, stdout } = await shell(script, { timeoutMs: 300, graceMs: 100 });
    expect(end).toEqual({ kind: "signal", signal: "SIGKILL" });
    expect(stdout.text).toBe("deaf\n");
  });

  test("may use the grace to end well", async () => {
    const script = "trap 'echo tidy; exit 0' TERM; while :; do sleep 0.05; done";
    const { end, timedOut, stdout } = await shell(script, { timeoutMs: 300, graceMs: 30_000 });
    expect({ end, timedOut }).toEqual({ end: { kind: "exit", code: 0 }, timedOut: true });
    expect(stdout.text).toBe("tidy\n");
  });

  test("is ended by an abort, before it starts and while it runs", async () => {
    const stop = new AbortController();
    const started: number[] = [];
    const ended = shell("sleep 600", { signal: stop.signal, onStart: (pid) => started.push(pid) });
    expect(started).toHaveLength(1);
    stop.abort();
    expect((await ended).end).toEqual({ kind: "signal", signal: "SIGTERM" });
    expect((await shell("true", { signal: stop.signal })).end.kind).toBe("not-started");
  });

  test("that leaves a child with its pipes does not hold up who waits, and the child is ended", async () => {
    const folder = testFolder("mound-test-child-");
    const before = performance.now();
    const script = `sleep 600 & echo $! > ${folder}/left; echo over`;
    const { end, stdout } = await shell(script);
    expect(performance.now() - before).toBeLessThan(10_000);
    expect({ end, text: stdout.text }).toEqual({ end: { kind: "exit", code: 0 }, text: "over\n" });
    const pid = readFileSync(join(folder, "left"), "utf8").trim();
    await until("the end of what was left", async () => (await running([pid])).length === 0);
  });

  test("that leaves one in a session of its own does not hold up who waits either", async () => {
    const folder = testFolder("mound-test-child-");
    const script = `setsid sh -c 'while [ ! -e ${folder}/go ]; do sleep 0.05; done; touch ${folder}/gone' & echo over`;
    const { end } = await shell(script, { graceMs: 100 });
    expect(end).toEqual({ kind: "exit", code: 0 });
    await shell(`touch ${folder}/go`);
    await until("what left the group to go on", () => existsSync(join(folder, "gone")));
  });
});

test("a tail is the end of what came, whatever the pieces", () => {
  for (const size of [1, 3, 7, 100]) {
    const tail = new TailBuffer(10);
    const whole = Buffer.from("0123456789".repeat(5));
    for (let at = 0; at < whole.length; at += size) tail.add(whole.subarray(at, at + size));
    expect(tail.read()).toEqual({ text: "0123456789", bytes: 50, cut: true });
  }
  const cut = new TailBuffer(4);
  cut.add(Buffer.from("aää"));
  expect(cut.read()).toEqual({ text: "ää", bytes: 5, cut: true });
  const split = new TailBuffer(3);
  split.add(Buffer.from("ää"));
  expect(split.read()).toEqual({ text: "ä", bytes: 4, cut: true });
});
