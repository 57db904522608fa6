import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { statusOf } from "../../../src/daemon/reactions/status.ts";
import { readLedger } from "../../../src/daemon/reactions/store.ts";
import { killHard, running } from "../../support/command.ts";
import { batch, event } from "../../support/reactions.ts";
import { until } from "../../support/until.ts";
import { bundleReactor, Reactor } from "./reactor.ts";

const built = mkdtempSync(join(tmpdir(), "mound-test-reactor-"));
let program = "";
beforeAll(async () => {
  program = await bundleReactor(built);
});
afterAll(() => rmSync(built, { recursive: true }));

const TASK = "k3f9qz1-a";

function entry(name: string, run: readonly string[], more = ""): string {
  return `  - {name: ${name}, on: "*", run: ${JSON.stringify(run)}, retries: 0, ${more}}\n`;
}

test("a program gets the event on its input and in its environment, its own words, and the file's folder", async () => {
  const run = ["./tell.sh", "$MOUND_TASK", "; touch hacked", "a b"];
  const reactor = new Reactor(program, `reactions:\n${entry("tell", run)}`, [
    batch(event("e-1", TASK, { title: "`touch hacked` $(touch hacked)\n; touch hacked" })),
    batch(event("e-2")),
  ]);
  reactor.write(
    "tell.sh",
    '#!/bin/sh\n{ pwd; printf "%s|" "$@" "$MOUND_EVENT_ID" "$MOUND_EVENT_TYPE" "$MOUND_REACTION" "${MOUND_TASK-none}"; echo; cat; } >> told\n',
  );
  chmodSync(reactor.path("tell.sh"), 0o755);
  expect(await reactor.start().ended).toMatchObject({ code: 0 });
  const [where, words, json, , others] = readFileSync(reactor.path("told"), "utf8").split("\n");
  expect(where).toBe(reactor.folder);
  expect(words).toBe(`$MOUND_TASK|; touch hacked|a b|e-1|task.added|tell|${TASK}|`);
  expect(JSON.parse(json!)).toMatchObject({
    v: 1,
    id: "e-1",
    type: "task.added",
    task: TASK,
    time: "2026-01-01T00:00:00.000Z",
    title: "`touch hacked` $(touch hacked)\n; touch hacked",
    cursor: "after e-1",
  });
  expect(others).toContain("|e-2|task.added|tell|none|");
  expect(existsSync(reactor.path("hacked"))).toBe(false);
});

test("every way to fail ends in a dead letter that says it, with the end of what was written", async () => {
  const reactor = new Reactor(
    program,
    `reactions:\n${[
      entry("absent", ["no-such-program"]),
      entry("failing", ["/bin/sh", "-c", "echo said; echo why >&2; exit 9"]),
      entry("killed", ["/bin/sh", "-c", "kill -SEGV $$"]),
      entry("slow", ["/bin/sh", "-c", "trap '' TERM; sleep 600 & wait; sleep 600"], "timeout: 1s"),
      entry("flood", ["/bin/sh", "-c", "yes xxxxxxx | head -c 20000000; echo end; exit 1"]),
      entry("well", ["/bin/true"]),
    ].join("")}`,
    [batch(event("e-1", TASK))],
  );
  expect(await reactor.start().ended).toMatchObject({ code: 0 });
  const { dead, waiting, retrying } = statusOf(readLedger(reactor.path("state")).ledger);
  expect([...waiting, ...retrying]).toEqual([]);
  const failures = new Map(dead.map(({ reaction, failure }) => [reaction, failure]));
  expect([...failures.keys()].toSorted()).toEqual(["absent", "failing", "flood", "killed", "slow"]);
  expect(failures.get("absent")?.why).toEqual({ kind: "not-started", reason: "ENOENT" });
  expect(failures.get("failing")).toMatchObject({
    why: { kind: "exit", code: 9 },
    stdout: "said\n",
    stderr: "why\n",
  });
  expect(failures.get("killed")?.why).toEqual({ kind: "signal", signal: "SIGSEGV" });
  expect(failures.get("slow")?.why).toEqual({ kind: "timeout", after: 1_000 });
  const flood = failures.get("flood")!.stdout;
  expect([flood.length, flood.slice(-12)]).toEqual([4 * 1_024, "xxxxxxx\nend\n"]);
});

test("what runs is ended when the daemon ends, and runs again at the next start", async () => {
  const script = "echo begin $$ >> runs; if [ -e go ]; then exit 0; fi; sleep 600";
  const reactor = new Reactor(program, `reactions:\n${entry("long", ["/bin/sh", "-c", script])}`, [
    batch(event("e-1", TASK)),
  ]);
  const first = reactor.start();
  const [, pid] = await until("the program to run", () => reactor.lines("runs")[0]);
  first.child.kill("SIGTERM");
  expect(await first.ended).toMatchObject({ code: 0, signal: null });
  expect(await running([pid!])).toEqual([]);
  expect(readLedger(reactor.path("state")).ledger.waiting()).toMatchObject([{ tries: 0 }]);
  reactor.write("go", "");
  expect(await reactor.start().ended).toMatchObject({ code: 0 });
  expect(reactor.lines("runs")).toHaveLength(2);
});

test.runIf(process.platform === "linux")(
  "what a killed daemon has left running is ended before it is tried again",
  async () => {
    const script =
      "echo begin $$ >> runs; if [ -e go ]; then exit 0; fi; sleep 600; echo late >> runs";
    const reactor = new Reactor(
      program,
      `reactions:\n${entry("long", ["/bin/sh", "-c", script])}`,
      [batch(event("e-1", TASK))],
    );
    const first = reactor.start();
    const [, pid] = await until("the program to run", () => reactor.lines("runs")[0]);
    await until("its process to be on disk", () => {
      const [delivery] = readLedger(reactor.path("state")).ledger.waiting();
      return delivery?.pid === Number(pid);
    });
    await killHard(first.child, "alone");
    await first.ended;
    expect(await running([pid!])).toEqual([pid]);
    reactor.write("go", "");
    const { code, out } = await reactor.start().ended;
    expect(code).toBe(0);
    expect(out).toContain(`{"code":"orphan-ended","reaction":"long","pid":${pid}}`);
    expect(await running([pid!])).toEqual([]);
    expect(reactor.lines("runs").map(([word]) => word)).toEqual(["begin", "begin"]);
  },
);
