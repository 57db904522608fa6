import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { mound, type Place } from "../support/command.ts";
import { git } from "../contract/clone.ts";
import { type Live, live, startDaemon } from "../support/live.ts";
import { cloneFor, environmentIn, foundSite, testFolder } from "../support/site.ts";
import { until } from "../support/until.ts";

/** A mound whose origin is inside its clone. */
async function embedded(): Promise<Place> {
  const dir = await testFolder();
  const environment = environmentIn(dir);
  await mkdir(join(dir, "home"));
  const cwd = join(dir, "plan");
  const place = { cwd: dir, environment: { ...environment, MOUND_AGENT: "root" } };
  expect(await mound(place, "init", "plan", "--as", "root")).toMatchObject({ code: 0 });
  return { ...place, cwd };
}

async function add(place: Place, title: string): Promise<string> {
  const added = await mound(place, "task", "add", title);
  expect(added).toMatchObject({ code: 0 });
  return added.json!.data!.task.id;
}

function eventsOf({ lines }: Live): readonly Readonly<Record<string, unknown>>[] {
  return lines.filter(({ type }) => type !== "ready");
}

async function told(daemon: Live, type: string, task: string) {
  const find = () =>
    eventsOf(daemon).find((event) => event["type"] === type && event["task"] === task);
  await until(`${type} of ${task}`, () => find() !== undefined);
  return find()!;
}

describe("mound watch", () => {
  test("carries out commands, tells what happens, and ends when it is told to", async () => {
    const place = await embedded();
    const daemon = await startDaemon(place);
    expect(daemon.lines[0]).toMatchObject({ v: 1, type: "ready", pid: daemon.child.pid });
    const task = await add(place, "Fix the login");
    const claimed = await mound(place, "next", "--claim");
    expect(claimed.json).toMatchObject({ ok: true, data: { task: { id: task }, token: 1 } });
    const done = await mound(place, "done", task, "--result", "fixed");
    expect(done.json).toMatchObject({ ok: true, data: { task: { id: task, status: "done" } } });
    await told(daemon, "task.done", task);
    expect(eventsOf(daemon).map(({ type }) => type)).toEqual([
      "task.added",
      "task.claimed",
      "task.done",
    ]);
    // A command that went through the daemon opened no mound of its own: it said so by its phases.
    expect(claimed.phases).toEqual(["push", "answer"]);
    const folder = `tasks/${task.slice(0, 2)}/${task}`;
    await until("the files follow", () =>
      existsSync(join(place.cwd, folder, "attempts", "1.yaml")),
    );
    expect(await daemon.stop()).toMatchObject({ code: 0, stderr: "" });
    // Without it the same commands work.
    expect(await mound(place, "task", "add", "Another")).toMatchObject({ code: 0 });
  });

  test("tells after its return what happened while it was away, each event once", async () => {
    const place = await embedded();
    const first = await startDaemon(place);
    const one = await add(place, "one");
    await told(first, "task.added", one);
    await first.kill("alone");
    const two = await add(place, "two");
    const second = await startDaemon(place);
    const three = await add(place, "three");
    await told(second, "task.added", three);
    const ids = eventsOf(second).map(({ task }) => task);
    expect(ids.slice(-2)).toEqual([two, three]);
    await second.stop();
    const third = await startDaemon(place);
    const four = await add(place, "four");
    await told(third, "task.added", four);
    expect(eventsOf(third).map(({ task }) => task)).toEqual([four]);
    await third.stop();
  });

  test("a lease that lapses is an event that time makes", async () => {
    const place = await embedded();
    const daemon = await startDaemon(place);
    const task = await add(place, "short");
    const claimed = await mound(place, "claim", task, "--lease", "2s");
    expect(claimed).toMatchObject({ code: 0 });
    expect(await told(daemon, "claim.lapsed", task)).toMatchObject({ agent: "root", token: 1 });
    await daemon.stop();
  });

  test("a second one says so and leaves", async () => {
    const place = await embedded();
    const daemon = await startDaemon(place);
    const second = await live(place, "watch").ended;
    expect(second.code).toBe(4);
    expect(await mound(place, "task", "add", "still served")).toMatchObject({ code: 0 });
    expect(await daemon.stop()).toMatchObject({ code: 0 });
  });

  test("ends when the mound is published, and the next one watches the new origin", async () => {
    const place = await embedded();
    const daemon = await startDaemon(place);
    const origin = join(place.cwd, "..", "origin.git");
    await git(place.cwd, "init", "--quiet", "--bare", "--initial-branch=main", origin);
    expect(await mound(place, "publish", origin)).toMatchObject({ code: 0 });
    expect(await daemon.ended).toMatchObject({ code: 7 });
    const next = await startDaemon(place);
    expect(next.lines[0]).toMatchObject({ origin });
    const task = await add(place, "after the move");
    await told(next, "task.added", task);
    await next.stop();
    expect(await git(origin, "log", "-1", "--format=%s", "main")).toContain("after-the-move");
  });

  test("another clone's commit is told within moments of its push", async () => {
    const site = await foundSite({ agents: ["ant-1"], tasks: 1 });
    const [here, there] = [await cloneFor(site, "here"), await cloneFor(site, "there")];
    const daemon = await startDaemon(here);
    const claimed = await mound(there, "next", "--claim", "--as", "ant-1");
    expect(claimed).toMatchObject({ code: 0 });
    await told(daemon, "task.claimed", site.tasks[0]!);
    await daemon.stop();
  });

  test("runs the user's reactions, and keeps the old ones when the file is broken", async () => {
    const place = await embedded();
    const folder = join(place.cwd, "..");
    const file = join(folder, "reactions.yaml");
    const seen = join(folder, "seen");
    const reactions = (on: string) =>
      `reactions:\n  - name: note\n    on: [${on}]\n    run: [sh, -c, 'cat >> "$1"', sh, ${seen}]\n`;
    writeFileSync(file, reactions("no.such"));
    const refused = await mound(place, "watch", "--reactions", file);
    expect(refused).toMatchObject({ code: 2, json: { error: { code: "reactions-invalid" } } });
    writeFileSync(file, reactions("task.added"));
    const daemon = await startDaemon(place, "--reactions", file);
    expect(daemon.lines[0]).toMatchObject({ reactions: 1 });
    const heard = (task: string) => existsSync(seen) && readFileSync(seen, "utf8").includes(task);
    const one = await add(place, "one");
    await until("the reaction to the first", () => heard(one));
    writeFileSync(file, "reactions: [");
    await until("the fault is said", () => daemon.talk().includes("stays so"));
    const two = await add(place, "two");
    await until("the reaction to the second", () => heard(two));
    await daemon.stop();
  });

  test("goes on when nobody reads its events any more", async () => {
    const place = await embedded();
    const daemon = await startDaemon(place);
    daemon.child.stdout!.destroy();
    for (let count = 0; count < 3; count += 1) await add(place, `task ${count}`);
    expect(daemon.child.exitCode).toBeNull();
    expect(await daemon.stop()).toMatchObject({ code: 0 });
  });

  test("says who is here while their commands come, and that they leave when it ends", async () => {
    const place = await embedded();
    const daemon = await startDaemon(place);
    await add(place, "one");
    const present = async () => {
      const { stdout } = await mound(place, "here");
      const { data } = JSON.parse(stdout) as {
        data: { agents: { agent: string; state: string; by: string }[] };
      };
      return data.agents;
    };
    expect(await present()).toMatchObject([{ agent: "root", state: "here" }]);
    await daemon.stop();
    expect(await present()).toMatchObject([{ agent: "root", state: "left", by: "heartbeat" }]);
  });

  test.each([
    [["watch", "--push-budget", "0"], 2],
    [["watch", "--submit"], 2],
    [["watch", "--service", "upstart"], 2],
    [["watch", "--reactions", "gone.yaml"], 3],
    [["watch", "--log", "."], 2],
  ])("%j is refused with a sentence", async (args, code) => {
    const { cwd, environment } = await embedded();
    const ran = await mound({ cwd, environment: { ...environment, MOUND_AGENT: "" } }, ...args);
    expect(ran).toMatchObject({ code, json: { ok: false } });
    expect(ran.json?.error?.message).toMatch(/\.$/);
  });
});
