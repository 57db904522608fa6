import { describe, expect, test } from "vitest";
import type { PushOutcome } from "../../src/app/ports.ts";
import { carriedRiders, pushOutcome, remoteWords } from "../../src/git/push-outcome.ts";

const LINE = (flag: string, summary: string) =>
  `To x\n${flag}\tabc:refs/heads/main\t${summary}\nDone\n`;

describe("outcomes by git's words", () => {
  test.each<
    [
      string,
      { exitCode?: number; out?: string; err?: string },
      PushOutcome["kind"] | "moved" | "contended",
    ]
  >([
    ["new branch", { exitCode: 0, out: LINE("*", "[new branch]") }, "done"],
    ["forced update", { exitCode: 0, out: LINE("+", "a...b (forced update)") }, "done"],
    ["updated, yet git failed", { exitCode: 1, out: LINE(" ", "a..b") }, "unknown"],
    [
      "another ref's line",
      { exitCode: 0, out: LINE("*", "[new branch]").replace("main", "other") },
      "unknown",
    ],
    ["no line at all", { exitCode: 0 }, "unknown"],
    ["up to date", { exitCode: 0, out: LINE("=", "[up to date]") }, "unknown"],
    ["stale info", { out: LINE("!", "[rejected] (stale info)") }, "moved"],
    ["fetch first", { out: LINE("!", "[rejected] (fetch first)") }, "moved"],
    [
      "non-fast-forward, by the client",
      { out: LINE("!", "[rejected] (non-fast-forward)") },
      "moved",
    ],
    [
      "non-fast-forward, by the server",
      { out: LINE("!", "[remote rejected] (non-fast-forward)") },
      "failed",
    ],
    [
      "the server's hook",
      { out: LINE("!", "[remote rejected] (pre-receive hook declined)"), err: "remote: no\n" },
      "failed",
    ],
    [
      "the judge at the door: another came first",
      {
        out: LINE("!", "[remote rejected] (pre-receive hook declined)"),
        err: "remote: mound: refused: mound-moved: refs/heads/main has moved on\n",
      },
      "moved",
    ],
    [
      "a hook's word is not git's",
      { out: LINE("!", "[remote rejected] (other)"), err: "remote: mound-moved: it has\n" },
      "failed",
    ],
    [
      "git 2.51: old value",
      { out: LINE("!", "[remote rejected] (incorrect old value provided)") },
      "moved",
    ],
    [
      "git 2.51: exists",
      { out: LINE("!", "[remote rejected] (reference already exists)") },
      "moved",
    ],
    [
      "git 2.51: is gone",
      { out: LINE("!", "[remote rejected] (reference does not exist)") },
      "moved",
    ],
    [
      "is at",
      {
        out: LINE("!", "[remote rejected] (failed to update ref)"),
        err: `remote: error: cannot lock ref 'refs/heads/main': is at ${"1".repeat(40)} but expected ${"2".repeat(40)}        \n`,
      },
      "moved",
    ],
    [
      "lock file",
      {
        out: LINE("!", "[remote rejected] (failed to update ref)"),
        err: "remote: error: cannot lock ref 'refs/heads/main': Unable to create '/o/refs/heads/main.lock': File exists.\n",
      },
      "contended",
    ],
    [
      "transaction",
      { out: LINE("!", "[remote rejected] (transaction failed to start)") },
      "contended",
    ],
    [
      "another server's lock",
      { out: LINE("!", "[remote rejected] (failed to lock)") },
      "contended",
    ],
    ["hook", { out: LINE("!", "[remote rejected] (pre-receive hook declined)") }, "failed"],
    [
      "protected branch",
      { out: LINE("!", "[remote rejected] (protected branch hook declined)") },
      "failed",
    ],
    [
      "checked out",
      { out: LINE("!", "[remote rejected] (branch is currently checked out)") },
      "failed",
    ],
    ["unpacker", { out: LINE("!", "[remote rejected] (unpacker error)") }, "failed"],
    ["shallow", { out: LINE("!", "[remote rejected] (shallow update not allowed)") }, "failed"],
    [
      "no report",
      { out: LINE("!", "[remote failure] (remote failed to report status)") },
      "unknown",
    ],
    [
      "cut after sending",
      {
        exitCode: 128,
        err: "Read from remote host x: Connection reset by peer\nfatal: the remote end hung up unexpectedly\n",
      },
      "unknown",
    ],
    [
      "http 500 to the upload",
      {
        exitCode: 1,
        err: "error: RPC failed; HTTP 500 curl 22 The requested URL returned error: 500\nfatal: the remote end hung up unexpectedly\n",
      },
      "unknown",
    ],
    [
      "http 429 to the upload",
      {
        exitCode: 1,
        err: "error: RPC failed; HTTP 429 curl 22 The requested URL returned error: 429\nfatal: the remote end hung up unexpectedly\n",
      },
      "unknown",
    ],
    [
      "http 403 to the upload",
      {
        exitCode: 1,
        err: "error: RPC failed; HTTP 403 curl 22 The requested URL returned error: 403\nfatal: the remote end hung up unexpectedly\n",
      },
      "failed",
    ],
    [
      "http 503 to the first question",
      {
        exitCode: 128,
        err: "fatal: unable to access 'http://x/': The requested URL returned error: 503\n",
      },
      "failed",
    ],
    [
      "no credentials",
      {
        exitCode: 128,
        err: "fatal: could not read Username for 'http://x': terminal prompts disabled\n",
      },
      "failed",
    ],
    [
      "ssh key refused",
      {
        exitCode: 128,
        err: "git@x: Permission denied (publickey).\nfatal: Could not read from remote repository.\n",
      },
      "failed",
    ],
    ["words nobody knows", { exitCode: 128, err: "fatal: Das ist neu\n" }, "unknown"],
  ])("%s", (_title, { exitCode = 1, out = "", err = "" }, expected) => {
    const outcome = pushOutcome({
      url: "http://x/",
      ref: "refs/heads/main",
      exitCode,
      stdout: out,
      stderr: err,
      timedOut: false,
    });
    expect(outcome.kind === "refused" ? outcome.why : outcome.kind).toBe(expected);
  });

  test("a signal or a time-out is unknown, whatever was printed before", () => {
    const report = {
      url: "x",
      ref: "refs/heads/main",
      stdout: LINE("!", "[rejected] (stale info)"),
      stderr: "",
    };
    expect(pushOutcome({ ...report, exitCode: undefined, timedOut: false })).toMatchObject({
      kind: "unknown",
    });
    expect(pushOutcome({ ...report, exitCode: 1, timedOut: true })).toMatchObject({
      kind: "unknown",
    });
  });

  test("the server's words come without git's prefix", () => {
    expect(remoteWords("remote: one        \nremote: \nerror: two\nremote: three\n")).toBe(
      "one\nthree",
    );
  });
});

describe("riders in git's words", () => {
  const RIDER = "refs/mound/presence/ant-1";
  const two = (line: string, rider: string, end = "Done\n") =>
    `To x\n${line}\tabc:refs/heads/main\ta..b\n${rider}\tdef:${RIDER}\tx\n${end}`;
  const outcome = (stdout: string, riders?: readonly string[]) => {
    const report = { url: "x", ref: "refs/heads/main", exitCode: 1, stderr: "", timedOut: false };
    return pushOutcome({ ...report, stdout, ...(riders === undefined ? {} : { riders }) }).kind;
  };

  test("git fails for a rider, and the line is done all the same", () => {
    expect(outcome(two(" ", "!"), [RIDER])).toBe("done");
    expect(outcome(two("*", "!"), [RIDER])).toBe("done");
  });

  test("what a rider does not explain stays unknown", () => {
    expect(outcome(two(" ", "!"))).toBe("unknown");
    expect(outcome(two(" ", "+"), [RIDER])).toBe("unknown");
    expect(outcome(two(" ", "!", ""), [RIDER])).toBe("unknown");
    expect(outcome(two("=", "!"), [RIDER])).toBe("unknown");
  });

  test("those are carried of which a whole report says so", () => {
    const carried = (stdout: string, timedOut = false) =>
      carriedRiders({ stdout, timedOut, riders: [RIDER] });
    for (const flag of [" ", "*", "+", "="]) expect(carried(two("!", flag))).toEqual([RIDER]);
    expect(carried(two(" ", "!"))).toEqual([]);
    expect(carried(two(" ", "+", ""))).toEqual([]);
    expect(carried(two(" ", "+"), true)).toEqual([]);
    expect(carried(two(" ", "+").replace("ant-1", "ant-12"))).toEqual([]);
  });
});
