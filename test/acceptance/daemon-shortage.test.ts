import { execFileSync } from "node:child_process";
import { cpSync, readdirSync } from "node:fs";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { mound } from "../support/command.ts";
import { as, ask, besieged, expectWell, throughDaemon } from "../support/besieged.ts";
import { cuttingProxy, hang } from "../support/cutting-proxy.ts";
import { serveOrigin } from "../support/http-origin.ts";
import { liveUnder } from "../support/live.ts";
import { cloneFor, countCommits, foundSite, heldTasks } from "../support/site.ts";
import { fill, noSmallDisk, smallDisk } from "../support/small-disk.ts";
import { RawClient } from "../support/sockets.ts";

describe.skipIf(noSmallDisk !== undefined)("a full disk", () => {
  test("under the clone: nothing is done and nothing claimed to be; with room again all goes on", async () => {
    const scene = await besieged({
      prepare: async (site) => (smallDisk(join(site.dir, "ant"), 12), site),
    });
    const { site, ant } = scene;
    await expectWell(scene);
    const before = await countCommits(site.origin);
    const makeRoom = fill(ant.cwd);
    const ran = await Promise.all(site.tasks.map((task) => mound(ant, "claim", task)));
    const held = await heldTasks(site.origin);
    for (const [at, { code, json }] of ran.entries()) {
      expect([0, 1, 7, 8]).toContain(code);
      if (code === 8) continue;
      // What is called done is done, and what is called undone is not.
      expect([at, held.includes(site.tasks[at]!)]).toEqual([at, code === 0]);
      if (code !== 0) expect(json?.error?.message).toMatch(/^[A-Z].*/);
    }
    expect(await countCommits(site.origin)).toBe(before + held.length);
    makeRoom();
    await expectWell(scene);
    for (const [at, task] of site.tasks.entries())
      if (ran[at]!.code !== 0) expect(await mound(ant, "claim", task)).toMatchObject({ code: 0 });
    expect(new Set(await heldTasks(site.origin))).toEqual(new Set(site.tasks));
  });

  test("under the origin: nothing is done and nothing claimed to be; with room again all goes on", async () => {
    const scene = await besieged({
      prepare: async (site) => {
        const disk = join(site.dir, "disk");
        smallDisk(disk, 12);
        cpSync(site.origin, join(disk, "origin.git"), { recursive: true });
        return { ...site, origin: join(disk, "origin.git") };
      },
    });
    const { site, ant } = scene;
    await expectWell(scene);
    const before = await countCommits(site.origin);
    const makeRoom = fill(join(site.dir, "disk"));
    const ran = await Promise.all(site.tasks.map((task) => mound(ant, "claim", task)));
    for (const { code, json } of ran) {
      expect([1, 7, 8]).toContain(code);
      expect(json?.error?.message).toMatch(/^[A-Z].*/);
    }
    expect(await countCommits(site.origin)).toBe(before);
    makeRoom();
    await expectWell(scene);
    const again = await Promise.all(site.tasks.map((task) => mound(ant, "claim", task)));
    expect(again.map(({ code }) => code)).toEqual(site.tasks.map(() => 0));
  });
});

/** Sets how many files a process may have open. */
function limitFiles(pid: number, files: number): void {
  execFileSync("prlimit", [`--pid=${pid}`, `--nofile=${files}:4096`]);
}

describe.skipIf(process.platform !== "linux" || process.getuid?.() !== 0)(
  "no file descriptors",
  () => {
    test("at the start: it says so and leaves, and the commands go on alone", async () => {
      const site = await foundSite({ agents: ["ant"], tasks: 1 });
      const ant = await cloneFor(site, "ant");
      const starter = ["bash", "-c", 'ulimit -n 24; exec "$@"', "bash"];
      const { code, stderr } = await liveUnder(starter, ant, "watch").ended;
      expect(code).toBe(1);
      expect(stderr).not.toMatch(/^ +at /m);
      expect(await mound(ant, "claim", site.tasks[0]!)).toMatchObject({ code: 0 });
    });

    test(
      "while it runs: commands are answered or refused, and it recovers",
      { timeout: 120_000 },
      async () => {
        const scene = await besieged({ tasks: 8 });
        const { site, ant, daemon } = scene;
        const pid = daemon.child.pid!;
        await expectWell(scene);
        for (const spare of [32, 8, 4, 2, 1, 0]) {
          limitFiles(pid, readdirSync(`/proc/${pid}/fd`).length + spare);
          const task = site.tasks[spare % 8]!;
          const before = await countCommits(site.origin);
          const ran = await mound(ant, "claim", task);
          expect([spare, daemon.child.exitCode]).toEqual([spare, null]);
          const landed = (await countCommits(site.origin)) - before;
          if (ran.code === 0) expect([spare, landed <= 1]).toEqual([spare, true]);
          else {
            // Where it is git that cannot start, the origin is out of reach; where the daemon itself
            // opens no file, the system refused.
            const [exit, code] = [ran.code, ran.json?.error?.code];
            expect([spare, exit, landed]).toEqual([spare, code === "io" ? 1 : 7, 0]);
          }
        }
        limitFiles(pid, 1_024);
        await expectWell(scene);
      },
    );

    test("taken up by clients who only connect: the others go on, through it or alone", async () => {
      const scene = await besieged({ tasks: 3 });
      const { site, ant, daemon, socket } = scene;
      const pid = daemon.child.pid!;
      limitFiles(pid, readdirSync(`/proc/${pid}/fd`).length + 24);
      const idle = await Promise.all(Array.from({ length: 64 }, () => RawClient.open(socket)));
      for (const task of site.tasks)
        expect([0, 7]).toContain((await mound(ant, "claim", task)).code);
      for (const client of idle) client.socket.destroy();
      await expectWell(scene);
    });
  },
);

describe("a remote that hangs", () => {
  test(
    "is given up in time, hinders nobody for ever, and is used again when it is back",
    { timeout: 120_000 },
    async () => {
      const site = await foundSite({ agents: ["ant", "bee"], tasks: 4 });
      const proxy = await cuttingProxy(await serveOrigin(site.origin));
      const scene = await besieged({
        url: proxy.url,
        prepare: async () => site,
        environment: { MOUND_TIMEOUT: "2" },
      });
      const { ant } = scene;
      await expectWell(scene);
      const before = await countCommits(site.origin);
      proxy.all = hang;
      const from = performance.now();
      const ran = await Promise.all(
        site.tasks.map((task, at) => mound(as(ant, at % 2 === 0 ? "ant" : "bee"), "claim", task)),
      );
      expect(performance.now() - from).toBeLessThan(60_000);
      for (const { code } of ran) expect([7, 8]).toContain(code);
      // What needs no origin is answered meanwhile.
      expect(await mound(ant, "status")).toMatchObject({ code: 0 });
      const status = await RawClient.open(scene.socket);
      status.send(ask(scene, 1, { type: "status" }));
      expect(await status.answer(1)).toMatchObject({ ok: true });
      expect(await countCommits(site.origin)).toBe(before);
      proxy.all = undefined;
      await expectWell(scene);
      const again = await mound(ant, "claim", site.tasks[0]!);
      expect(again).toMatchObject({ code: 0 });
      expect(throughDaemon(again)).toBe(true);
    },
  );

  test(
    "from the start does not keep the daemon from being ready, nor from ending",
    { timeout: 120_000 },
    async () => {
      const site = await foundSite({ agents: ["ant"], tasks: 1 });
      const proxy = await cuttingProxy(await serveOrigin(site.origin));
      const scene = await besieged({
        url: proxy.url,
        prepare: async () => site,
        environment: { MOUND_TIMEOUT: "2" },
      });
      expect(await scene.daemon.stop()).toMatchObject({ code: 0 });
      // Whoever listens there accepts, and says nothing.
      await proxy.down();
      const open: Socket[] = [];
      const server = createServer((socket) => void open.push(socket));
      server.listen(Number(new URL(proxy.url).port));
      await once(server, "listening");
      expect((server.address() as AddressInfo).port).toBe(Number(new URL(proxy.url).port));
      onTestFinished(async () => {
        for (const socket of open) socket.destroy();
        server.close();
        await once(server, "close");
      });
      const { startDaemon } = await import("../support/live.ts");
      const environment = { ...scene.ant.environment, MOUND_TIMEOUT: "2" };
      const daemon = await startDaemon({ ...scene.ant, environment });
      const from = performance.now();
      const ran = await mound({ ...scene.ant, environment }, "claim", site.tasks[0]!);
      expect([7, 8]).toContain(ran.code);
      expect(await daemon.stop()).toMatchObject({ code: 0 });
      expect(performance.now() - from).toBeLessThan(60_000);
    },
  );
});
