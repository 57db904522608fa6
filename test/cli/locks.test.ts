import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { killHard, mound, type Place, startMound } from "../support/command.ts";
import { cloneFor, foundSite, type Site } from "../support/site.ts";
import { until } from "../support/until.ts";

let site: Site;
let one: Place;
let two: Place;

beforeEach(async () => {
  site = await foundSite({ agents: ["ant-1", "ant-2"], tasks: 1 });
  one = await cloneFor(site, "ant-1");
  two = await cloneFor(site, "ant-2");
});

/** What a command answers: its exit code and its data, or the code of its failure. */
async function ask(place: Place, ...args: readonly string[]) {
  const { code, json, stderr } = await mound(place, ...args);
  const data = json?.data as unknown as Record<string, unknown> | undefined;
  return { code, data, error: json?.error, stderr };
}

function program(name: string, text: string): string {
  const path = join(site.dir, name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return path;
}

describe("mound lock", () => {
  test(
    "has one holder, tokens that rise, and a fence for scripts",
    { timeout: 240_000 },
    async () => {
      expect(await ask(one, "lock", "deploy")).toMatchObject({
        code: 0,
        data: { token: 1, already: false, lock: { name: "deploy", status: "held" } },
      });
      expect(await ask(one, "lock", "deploy")).toMatchObject({ code: 0, data: { already: true } });
      expect(await ask(two, "lock", "deploy")).toMatchObject({
        code: 5,
        error: { code: "lock-held", fix: "mound lock deploy --wait" },
      });
      expect(await ask(two, "fence", "deploy", "1")).toMatchObject({
        code: 0,
        data: { lock: "deploy", current: true, worth: "current" },
      });
      expect(await ask(one, "lock", "deploy", "--renew", "--lease", "2h")).toMatchObject({
        code: 0,
        data: { token: 1 },
      });
      expect(await ask(two, "unlock", "deploy")).toMatchObject({ code: 5 });
      expect(await ask(one, "unlock", "deploy", "--token", "1")).toMatchObject({
        code: 0,
        data: { lock: { status: "free", last: { outcome: "released" } } },
      });
      expect(await ask(two, "fence", "deploy", "1")).toMatchObject({
        code: 9,
        data: { current: false, worth: "stale" },
      });
      expect(await ask(two, "lock", "deploy", "--lease", "1s")).toMatchObject({
        code: 0,
        data: { token: 2 },
      });
      const lapsed = () => ask(one, "fence", "deploy", "2");
      await until("the lease is over", async () => (await lapsed()).data?.["worth"] === "lapsed");
      expect(await lapsed()).toMatchObject({ code: 9, data: { current: false } });
      expect(await ask(one, "lock", "deploy")).toMatchObject({ code: 0, data: { token: 3 } });
      expect(await ask(two, "unlock", "deploy", "--token", "2")).toMatchObject({
        code: 9,
        error: { code: "lock-fenced" },
      });
      expect((await ask(two, "locks", "--held")).data).toMatchObject({
        locks: [{ name: "deploy", claim: { agent: "ant-1", token: 3 } }],
      });
      const status = await ask(two, "status");
      expect(status.data).toMatchObject({ locks: [{ name: "deploy", status: "held" }] });
    },
  );

  test("fence says what it does not know, and is never fooled by a name", async () => {
    expect(await ask(two, "fence", "nothing", "1")).toMatchObject({ code: 3 });
    expect(await ask(two, "fence", "--lock", "nothing", "1")).toMatchObject({
      code: 3,
      error: { code: "lock-missing" },
    });
    const [task] = site.tasks as [string];
    await ask(one, "claim", task);
    expect(await ask(two, "fence", task.slice(0, 6), "1")).toMatchObject({
      code: 0,
      data: { task, current: true },
    });
    expect(await ask(two, "fence", task, "2")).toMatchObject({ code: 9 });
    // Somebody names a lock like the task.
    expect(await ask(two, "lock", task)).toMatchObject({ code: 0 });
    expect(await ask(two, "fence", task, "1")).toMatchObject({
      code: 2,
      error: { code: "fence-ambiguous" },
    });
    expect(await ask(two, "fence", "--task", task, "1")).toMatchObject({ code: 0 });
    for (const token of ["0", "x", "-1", "1.5", "99999999"])
      expect(await ask(two, "fence", "--lock", task, "--", token)).toMatchObject({ code: 2 });
    renameSync(site.origin, `${site.origin}-gone`);
    expect(await ask(two, "fence", "--task", task, "1")).toMatchObject({ code: 7 });
    const old = await ask(two, "fence", "--task", task, "1", "--offline");
    expect(old).toMatchObject({ code: 0, data: { current: true } });
    expect(old.stderr).toMatch(/The origin was heard \d+ \w+ ago\./);
  });

  test("is taken by no name that is a path trick", async () => {
    for (const name of ["../x", "a/b/c/d", "a/attempts", ".git", "a//b", "claim.lock", "CON", ""])
      expect([name, await ask(one, "lock", "--", name)]).toMatchObject([
        name,
        { code: 2, error: { code: "lock-name-illegal" } },
      ]);
  });
});

describe("mound lock -- PROGRAM", () => {
  test("runs it under the lock, ends with its status, and gives the lock back", async () => {
    const seen = join(site.dir, "seen");
    const run = program("run", `echo "$MOUND_AGENT $MOUND_LOCK $MOUND_TOKEN" > "${seen}"; exit 7`);
    expect(await ask(one, "lock", "build/web", "--", run)).toMatchObject({ code: 7 });
    expect(readFileSync(seen, "utf8")).toBe("ant-1 build/web 1\n");
    expect(await ask(one, "lock", "build/web", "--", join(site.dir, "nothing"))).toMatchObject({
      code: 2,
      error: { code: "program-missing" },
    });
    expect((await ask(two, "locks")).data).toMatchObject({
      locks: [{ name: "build/web", status: "free", token: 1 }],
    });
  });

  test("excludes another process of the same agent, which waits where it is told to", async () => {
    const [begun, go] = [join(site.dir, "begun"), join(site.dir, "go")];
    const first = program("first", `: > "${begun}"; while [ ! -e "${go}" ]; do sleep 0.1; done`);
    const running = startMound(one, ["lock", "deploy", "--lease", "3s", "--", first]);
    await until("the program runs", () => existsSync(begun));
    expect(await ask(one, "lock", "deploy", "--", "true")).toMatchObject({
      code: 5,
      error: { code: "lock-held" },
    });
    const waiting = startMound(one, ["lock", "deploy", "--wait", "1m", "--", "true"]);
    const end = (await holder("deploy"))?.["until"];
    await until("the lease is renewed", async () => (await holder("deploy"))?.["until"] !== end);
    writeFileSync(go, "");
    expect((await running.ended).code).toBe(0);
    expect((await waiting.ended).code).toBe(0);
    const { data } = await ask(two, "locks");
    expect(data).toMatchObject({ locks: [{ status: "free", token: 2 }] });
  });

  test("is stopped when another takes the lock, and gives it back on Ctrl-C", async () => {
    const ready = join(site.dir, "ready");
    const wait = program("wait", `: > "${ready}"; trap 'exit 3' TERM; while :; do sleep 0.1; done`);
    const frozen = startMound(one, ["lock", "deploy", "--lease", "2s", "--", wait]);
    await until("the program runs", () => existsSync(ready));
    frozen.child.kill("SIGSTOP");
    const taken = startMound(two, ["lock", "deploy", "--wait", "30s", "--lease", "1m"]);
    expect((await taken.ended).json).toMatchObject({ ok: true, data: { token: 2 } });
    frozen.child.kill("SIGCONT");
    expect(await frozen.ended).toMatchObject({
      code: 9,
      stderr: expect.stringContaining("The program is stopped."),
    });
    const other = startMound(one, ["lock", "other", "--", wait]);
    await until("it holds the other", async () => (await holder("other")) !== undefined);
    await until("the program traps", async () => other.phase("landed").then(() => true));
    other.child.kill("SIGINT");
    expect([3, 130]).toContain((await other.ended).code);
    expect(await holder("other")).toBeUndefined();
    await killHard(frozen.child, "tree");
  });
});

async function holder(name: string): Promise<Record<string, unknown> | undefined> {
  const { data } = await ask(two, "locks");
  const locks = data?.["locks"] as readonly {
    name: string;
    claim: Record<string, unknown> | null;
  }[];
  return locks.find((lock) => lock.name === name)?.claim ?? undefined;
}
