import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { gitRemote } from "../../src/git/remote.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { commit } from "../contract/build.ts";
import { git } from "../contract/clone.ts";
import { bareRepository, clone, folder, hook } from "./scratch.ts";

/** An origin at `a`, and a clone that holds `a`, its child `b`, and a stranger `x`. */
async function open() {
  const origin = await bareRepository();
  const made = await clone();
  const a = commit({ f: "a" }, [], "a");
  const b = commit({ f: "b" }, [a.oid], "b");
  const c = commit({ f: "c" }, [a.oid], "c");
  const x = commit({ f: "x" }, [], "x");
  for (const { objects } of [a, b, c, x]) await made.objects.write(objects);
  const push = (
    next: Oid,
    old: Oid | undefined,
    url = origin,
    branch = "main",
    pushTimeoutMs = 20_000,
  ) => gitRemote({ gitDir: made.gitDir, url, branch, pushTimeoutMs }).push(next, old);
  expect(await push(a.oid, undefined)).toEqual({ kind: "done" });
  const tip = () => git(origin, "rev-parse", "refs/heads/main");
  return { origin, push, tip, a: a.oid, b: b.oid, c: c.oid, x: x.oid };
}

describe("a push, by what real git says", () => {
  test("up to date is unknown, an update is done, a stale lease is moved", async () => {
    const { push, tip, a, b, c } = await open();
    expect(await push(a, undefined)).toMatchObject({ kind: "unknown" });
    expect(await push(b, a)).toEqual({ kind: "done" });
    expect(await push(b, a)).toMatchObject({ kind: "unknown" });
    expect(await push(c, a)).toMatchObject({ kind: "refused", why: "moved" });
    expect(await tip()).toBe(b);
  });

  test("a hook that declines fails, with the hook's words", async () => {
    const { origin, push, tip, a, b } = await open();
    await hook(origin, "pre-receive", "echo 'the claim is held by ant-3' >&2; exit 1");
    const fault = {
      code: "remote-refused",
      url: origin,
      detail: expect.stringContaining("held by ant-3"),
    };
    expect(await push(b, a)).toEqual({ kind: "failed", fault });
    await hook(origin, "pre-receive", "exit 0");
    await hook(origin, "update", "exit 1");
    expect(await push(b, a)).toMatchObject({ kind: "failed", fault: { code: "remote-refused" } });
    expect(await tip()).toBe(a);
  });

  test("a hook's words cannot pass for git's own", async () => {
    const { origin, push, a, b } = await open();
    const words = [
      "cannot lock ref: is at",
      "fatal: the remote end hung up unexpectedly",
      "*\\tx:refs/heads/main\\tdone",
    ];
    await hook(
      origin,
      "pre-receive",
      `${words.map((line) => `printf '${line}\\n' >&2`).join("\n")}\nexit 1`,
    );
    expect(await push(b, a)).toMatchObject({ kind: "failed", fault: { code: "remote-refused" } });
  });

  test("a lock on the ref is contended", async () => {
    const { origin, push, tip, a, b } = await open();
    await writeFile(join(origin, "refs/heads/main.lock"), "");
    expect(await push(b, a)).toMatchObject({ kind: "refused", why: "contended" });
    expect(await tip()).toBe(a);
  });

  test("a ref that moves while the server looks at the push is moved", async () => {
    const { origin, push, tip, a, b, c } = await open();
    expect(await push(c, undefined, origin, "other")).toEqual({ kind: "done" });
    await hook(
      origin,
      "pre-receive",
      `unset GIT_QUARANTINE_PATH; git update-ref refs/heads/main ${c} ${a}`,
    );
    expect(await push(b, a)).toMatchObject({
      kind: "refused",
      why: "moved",
      detail: expect.stringContaining(c),
    });
    expect(await tip()).toBe(c);
  });

  test("a rewrite that the server forbids fails for good", async () => {
    const { origin, push, tip, a, x } = await open();
    await git(origin, "config", "receive.denyNonFastForwards", "true");
    expect(await push(x, a)).toMatchObject({ kind: "failed", fault: { code: "remote-refused" } });
    expect(await tip()).toBe(a);
  });

  test("a server that dies before or after the ref moved is unknown", async () => {
    const { origin, push, tip, a, b, c } = await open();
    await hook(origin, "pre-receive", "kill -9 $PPID");
    expect(await push(b, a)).toMatchObject({ kind: "unknown" });
    expect(await tip()).toBe(a);
    await hook(origin, "pre-receive", "exit 0");
    await hook(origin, "reference-transaction", '[ "$1" != committed ] || kill -9 $PPID');
    expect(await push(b, a)).toMatchObject({ kind: "unknown" });
    expect(await tip()).toBe(b);
    await hook(origin, "reference-transaction", '[ "$1" != prepared ]');
    expect(await push(c, b)).toMatchObject({ kind: "unknown" });
    expect(await tip()).toBe(b);
  });

  test("a server that never answers is unknown", async () => {
    const { origin, push, tip, a, b } = await open();
    await hook(origin, "pre-receive", "exec sleep 300");
    expect(await push(b, a, origin, "main", 500)).toEqual({
      kind: "unknown",
      detail: "no answer in time",
    });
    expect(await tip()).toBe(a);
  });

  test("what was never reached has failed", async () => {
    const { push, a, b } = await open();
    const port = await closedPort();
    const unreachable: [string, string][] = [
      [`http://127.0.0.1:${port}/x.git`, "remote-unreachable"],
      ["http://nowhere.invalid/x.git", "remote-unreachable"],
      [join(await folder(), "gone"), "remote-unreachable"],
      [await folder(), "remote-garbage"],
      [await bareRepository("sha256"), "remote-garbage"],
    ];
    for (const [url, code] of unreachable) {
      expect(await push(b, a, url)).toMatchObject({ kind: "failed", fault: { code, url } });
    }
  });

  test("a server without room or rights fails with its words", async () => {
    const { origin, push, a, b } = await open();
    await git(origin, "config", "receive.maxInputSize", "10");
    const outcome = await push(b, a);
    expect(outcome).toMatchObject({ kind: "failed", fault: { code: "remote-refused" } });
  });
});

/** A port that was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.on("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
