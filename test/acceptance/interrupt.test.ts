import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { mound, type Place, startMound } from "../support/command.ts";
import { type CuttingProxy, cuttingProxy, type Exchange } from "../support/cutting-proxy.ts";
import { serveOrigin } from "../support/http-origin.ts";
import { cloneFor, countCommits, foundSite, journalOf, type Site } from "../support/site.ts";

interface Scene {
  readonly site: Site;
  readonly proxy: CuttingProxy;
  readonly ant: Place;
  readonly task: string;
}

async function open(): Promise<Scene> {
  const site = await foundSite({ agents: ["ant"], tasks: 1 });
  const proxy = await cuttingProxy(await serveOrigin(site.origin));
  return { site, proxy, ant: await cloneFor(site, "ant", proxy.url), task: site.tasks[0]! };
}

/** Interrupts a claim whose upload is at the proxy; answers the upload, and what the command said. */
async function interruptPush({ proxy, ant, task }: Scene, signal: NodeJS.Signals) {
  const arrived = new Promise<Exchange>((resolve) => {
    proxy.next.push(async (exchange) => resolve(exchange));
  });
  const running = startMound(ant, ["claim", task]);
  const upload = await arrived;
  running.child.kill(signal);
  return { upload, ran: await running.ended };
}

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s in the middle of a push that arrives: exit 8, and it had landed",
  async (signal) => {
    const scene = await open();
    const { upload, ran } = await interruptPush(scene, signal);
    expect(ran).toMatchObject({
      code: 8,
      json: { error: { code: "outcome-unknown", fix: "mound sync" } },
    });
    expect(ran.json?.error?.message).toContain("whether it landed is not known");
    expect(await journalOf(scene.ant)).toHaveLength(1);
    await upload.deliver();
    const synced = await mound(scene.ant, "sync");
    expect(synced).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("interrupted: it had landed."),
    });
    expect(await mound(scene.ant, "done", scene.task)).toMatchObject({ code: 0 });
  },
);

test("SIGINT in the middle of a push that never arrives: exit 8, and the next command says so", async () => {
  const scene = await open();
  const { upload, ran } = await interruptPush(scene, "SIGINT");
  expect(ran).toMatchObject({ code: 8 });
  upload.cut();
  const again = await mound(scene.ant, "claim", scene.task);
  expect(again).toMatchObject({
    code: 0,
    stderr: expect.stringContaining("interrupted: it did not land."),
  });
  expect(await countCommits(scene.site.origin)).toBe(scene.site.founding + 1);
});

test("SIGINT while the command waits for its turn: exit 130, and nothing is sent or left behind", async () => {
  const { site, proxy, ant, task } = await open();
  // A living process, this one, is at work in the clone.
  const queue = join(ant.cwd, ".git/mound/queue");
  const ticket = join(queue, `000000000000001-${String(process.pid).padStart(10, "0")}-1`);
  await mkdir(queue, { recursive: true });
  await writeFile(ticket, "");
  const running = startMound(ant, ["claim", task]);
  await running.phase("turn");
  running.child.kill("SIGINT");
  const ran = await running.ended;
  expect(ran).toMatchObject({ code: 130, json: { error: { code: "interrupted" } } });
  expect(ran.json?.error?.message).toContain("nothing was sent");
  expect(ran.phases).toEqual(["turn"]);
  expect(proxy.uploads).toBe(0);
  expect(await journalOf(ant)).toEqual([]);
  await rm(ticket);
  const next = await mound(ant, "claim", task);
  expect(next).toMatchObject({ code: 0, stderr: expect.not.stringContaining("interrupted") });
  expect(await countCommits(site.origin)).toBe(site.founding + 1);
});
