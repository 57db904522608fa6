import { existsSync, lstatSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { mound, startMound } from "../support/command.ts";
import {
  as,
  besieged,
  expectSound,
  expectWell,
  socketOf,
  throughDaemon,
} from "../support/besieged.ts";
import { type Live, live, startDaemon } from "../support/live.ts";
import { cloneFor, countCommits, foundSite, heldTasks, journalOf } from "../support/site.ts";
import { byTurns, SCALE } from "../support/race.ts";
import { until } from "../support/until.ts";

const MEETINGS = Math.max(2, Math.round(4 * SCALE));

/** A daemon that says its phases. */
function traced(scene: { ant: { cwd: string; environment: NodeJS.ProcessEnv } }) {
  return { ...scene.ant, environment: { ...scene.ant.environment, MOUND_TRACE: "1" } };
}

describe("a daemon that is killed between the push and the answer", () => {
  test.each(byTurns(["push", "landed", "answer", "save"]))(
    "at %s: the command that waits learns the true outcome, and there is one commit",
    async (phase) => {
      const scene = await besieged({ tasks: 2 });
      const { site, ant, daemon } = scene;
      const [task] = site.tasks as [string];
      const before = daemon.talk().length;
      const claiming = startMound(ant, ["claim", task]);
      await until(
        `the phase ${phase}`,
        () => daemon.talk().slice(before).includes(`phase ${phase}\n`),
        { everyMs: 1 },
      );
      await daemon.kill("alone");
      const ran = await claiming.ended;
      expect(ran).toMatchObject({
        code: 0,
        json: { ok: true, data: { task: { id: task, status: "claimed" }, token: 1 } },
      });
      expect(await heldTasks(site.origin)).toEqual([task]);
      expect(await countCommits(site.origin)).toBe(site.founding + 1);
      // What the dead one left in its journal is settled by the next command.
      expect(await mound(ant, "sync")).toMatchObject({ code: 0 });
      await expectSound(site, ant);
      scene.daemon = await startDaemon(traced(scene));
      await expectWell(scene);
    },
  );

  test(
    "while many wait: each is told the truth, once, and goes on alone",
    { timeout: 120_000 },
    async () => {
      const scene = await besieged({ tasks: 8 });
      const { site, ant, daemon } = scene;
      const running = site.tasks.map((task, at) =>
        startMound(as(ant, at % 2 === 0 ? "ant" : "bee"), ["claim", task]),
      );
      await until("a chain that has landed", () => daemon.talk().includes("phase landed\n"), {
        everyMs: 1,
      });
      await daemon.kill("tree");
      const ran = await Promise.all(running.map(({ ended }) => ended));
      expect(ran.map(({ code }) => code)).toEqual(site.tasks.map(() => 0));
      expect(ran.map(({ json }) => json?.data?.task.id)).toEqual(site.tasks);
      expect(await countCommits(site.origin)).toBe(site.founding + site.tasks.length);
      expect(await mound(ant, "sync")).toMatchObject({ code: 0 });
      await expectSound(site, ant);
    },
  );

  test("next --claim: what is told is what has landed", async () => {
    const scene = await besieged({ tasks: 6 });
    const { site, ant, daemon } = scene;
    const taking = startMound(ant, ["next", "--claim"]);
    await until("the push", () => daemon.talk().includes("phase landed\n"), { everyMs: 1 });
    await daemon.kill("alone");
    const ran = await taking.ended;
    expect(ran).toMatchObject({ code: 0 });
    expect(await heldTasks(site.origin)).toEqual([ran.json!.data!.task.id]);
    expect(await countCommits(site.origin)).toBe(site.founding + 1);
  });
});

describe("a daemon that does not answer", () => {
  test("the socket of a dead one hinders neither commands nor the next daemon", async () => {
    const scene = await besieged();
    await scene.daemon.kill("alone");
    expect(existsSync(scene.socket)).toBe(true);
    const alone = await mound(scene.ant, "task", "add", "alone");
    expect(alone).toMatchObject({ code: 0 });
    expect(throughDaemon(alone)).toBe(false);
    scene.daemon = await startDaemon(traced(scene));
    await expectWell(scene);
  });

  test(
    "one that is stopped is given up after a bounded silence; then it goes on, exactly once",
    { timeout: 120_000 },
    async () => {
      const scene = await besieged({ tasks: 2 });
      const { site, ant, daemon } = scene;
      const [task] = site.tasks as [string];
      daemon.child.kill("SIGSTOP");
      const from = performance.now();
      const ran = await mound(ant, "claim", task);
      const waited = performance.now() - from;
      expect(ran).toMatchObject({ code: 0, json: { data: { task: { id: task }, token: 1 } } });
      // The silence that is waited for is ten seconds.
      expect(waited).toBeLessThan(25_000);
      // A second daemon does not take the place of one that may wake up.
      const second = await live(ant, "watch").ended;
      expect(second.code).toBe(4);
      daemon.child.kill("SIGCONT");
      await expectWell(scene);
      expect(await countCommits(site.origin)).toBe(site.founding + 1 + 3);
    },
  );

  test(
    "one that is stopped in the middle of its push holds up nobody for ever",
    { timeout: 180_000 },
    async () => {
      const scene = await besieged({ tasks: 3 });
      const { site, ant, daemon } = scene;
      const [one, two] = site.tasks as [string, string];
      const before = daemon.talk().length;
      const first = startMound(ant, ["claim", one]);
      await until("the push", () => daemon.talk().slice(before).includes("phase push\n"), {
        everyMs: 1,
      });
      daemon.child.kill("SIGSTOP");
      const second = mound(as(ant, "bee"), "claim", two);
      expect(await first.ended).toMatchObject({ code: 0, json: { data: { task: { id: one } } } });
      expect(await second).toMatchObject({ code: 0, json: { data: { task: { id: two } } } });
      daemon.child.kill("SIGCONT");
      await until("its turn to pass", () => daemon.talk().slice(before).includes("phase answer\n"));
      expect(new Set(await heldTasks(site.origin))).toEqual(new Set([one, two]));
      expect(await countCommits(site.origin)).toBe(site.founding + 2);
      await expectWell(scene);
    },
  );

  test(
    "what was given up and refused is not carried out later behind one's back",
    { timeout: 120_000 },
    async () => {
      const scene = await besieged({ tasks: 1 });
      const { site, ant, daemon } = scene;
      const bee = as(ant, "bee");
      const [task] = site.tasks as [string];
      expect(await mound(bee, "claim", task)).toMatchObject({ code: 0 });
      daemon.child.kill("SIGSTOP");
      const lost = mound(ant, "claim", task);
      expect(await lost).toMatchObject({ code: 5, json: { error: { code: "held" } } });
      const elsewhere = await cloneFor(site, "bee");
      expect(await mound(elsewhere, "release", task)).toMatchObject({ code: 0 });
      const before = await countCommits(site.origin);
      daemon.child.kill("SIGCONT");
      await expectWell(scene);
      expect(await countCommits(site.origin)).toBe(before + 3);
      expect(await heldTasks(site.origin)).toEqual([]);
    },
  );
});

describe("SIGTERM", () => {
  test(
    "under load: what it has taken is answered, what it has not goes on alone",
    { timeout: 120_000 },
    async () => {
      const scene = await besieged({ tasks: 10 });
      const { site, ant, daemon } = scene;
      const running = site.tasks.map((task, at) =>
        startMound(as(ant, at % 2 === 0 ? "ant" : "bee"), ["claim", task]),
      );
      await until("work", () => daemon.talk().includes("phase push\n"), { everyMs: 1 });
      const ended = await daemon.stop();
      expect(ended.code).toBe(0);
      const ran = await Promise.all(running.map((one) => one.ended));
      expect(ran.map(({ code }) => code)).toEqual(site.tasks.map(() => 0));
      expect(await countCommits(site.origin)).toBe(site.founding + site.tasks.length);
      expect(existsSync(scene.socket)).toBe(false);
      await expectSound(site, ant);
    },
  );

  test("with a client that reads nothing: it ends all the same", async () => {
    const { RawClient } = await import("../support/sockets.ts");
    const { ask } = await import("../support/besieged.ts");
    const scene = await besieged();
    const client = await RawClient.open(scene.socket);
    client.socket.pause();
    for (let id = 1; id <= 2_000; id += 1) client.send(ask(scene, id, { type: "status" }));
    const from = performance.now();
    expect(await scene.daemon.stop()).toMatchObject({ code: 0 });
    expect(performance.now() - from).toBeLessThan(20_000);
  });
});

describe("two daemons for one clone", () => {
  test("the second says who is there, and leaves", async () => {
    const scene = await besieged();
    const second = await live(scene.ant, "watch").ended;
    expect(second.code).toBe(4);
    const said = live(scene.ant, "watch");
    await said.ended;
    expect(said.lines[0]).toMatchObject({
      ok: false,
      error: {
        code: "daemon-running",
        message: expect.stringContaining(`${scene.daemon.child.pid}`),
      },
    });
    await expectWell(scene);
  });

  test(
    `started at the very same moment one stays, ${MEETINGS} times`,
    { timeout: 240_000 },
    async () => {
      const site = await foundSite({ agents: ["ant"], tasks: 1 });
      const ant = await cloneFor(site, "ant");
      for (let round = 0; round < MEETINGS; round += 1) {
        const pair = [live(ant, "watch"), live(ant, "watch")] as const;
        await until("both to have said something", () => pair.every(spoke));
        const ready = pair.filter(({ lines }) => lines[0]?.["type"] === "ready");
        expect([round, ready.length]).toEqual([round, 1]);
        const loser = pair.find((one) => one !== ready[0])!;
        expect(await loser.ended).toMatchObject({ code: 4 });
        // At every second time what the last one leaves is what a crash leaves.
        if (round % 2 === 0) await ready[0]!.kill("alone");
        else await ready[0]!.stop();
      }
      expect(await mound(ant, "claim", site.tasks[0]!)).toMatchObject({ code: 0 });
    },
  );
});

function spoke({ lines }: Live): boolean {
  return lines.length > 0;
}

describe("where it listens", () => {
  test("nobody else may come there: the folder is 0700, the socket 0600", async () => {
    const scene = await besieged();
    const mode = (path: string): string => (lstatSync(path).mode & 0o777).toString(8);
    expect([mode(dirname(scene.socket)), mode(scene.socket)]).toEqual(["700", "600"]);
    await scene.daemon.stop();
    expect(readdirSync(dirname(scene.socket)).filter((name) => name === "socket")).toEqual([]);
  });

  test("a clone whose path is too long for a socket has a daemon all the same", async () => {
    const site = await foundSite({ agents: ["x".repeat(39)], tasks: 2 });
    const long = join("y".repeat(80), "z".repeat(80));
    const { mkdirSync } = await import("node:fs");
    mkdirSync(join(site.dir, "y".repeat(80)));
    const cloned = await cloneFor(site, long);
    const ant = as(cloned, "x".repeat(39));
    const daemon = await startDaemon(ant);
    const socket = socketOf(ant);
    expect(Buffer.byteLength(socket)).toBeLessThan(104);
    expect(existsSync(socket)).toBe(true);
    const claimed = await mound(ant, "claim", site.tasks[0]!);
    expect(claimed).toMatchObject({ code: 0 });
    expect(throughDaemon(claimed)).toBe(true);
    expect((await live(ant, "watch").ended).code).toBe(4);
    expect(await daemon.stop()).toMatchObject({ code: 0 });
    expect(existsSync(socket)).toBe(false);
    expect(await mound(ant, "claim", site.tasks[1]!)).toMatchObject({ code: 0 });
    expect(await journalOf(ant)).toEqual([]);
  });
});
