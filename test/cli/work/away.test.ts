import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { git } from "../../contract/clone.ts";
import { mound, type Place } from "../../support/command.ts";
import { cuttingProxy, type CuttingProxy } from "../../support/cutting-proxy.ts";
import { serveOrigin } from "../../support/http-origin.ts";
import { cloneFor, foundSite, heldTasks, type Site } from "../../support/site.ts";
import { until } from "../../support/until.ts";
import { startWork } from "../../support/worker.ts";

interface Scene {
  readonly site: Site;
  readonly task: string;
  readonly proxy: CuttingProxy;
  /** Its way to the origin goes through the proxy. */
  readonly ant: Place;
  readonly bee: Place;
  /** A program that runs until the file `go` is there, and then says `mine`. */
  readonly program: string;
  readonly at: (name: string) => string;
}

async function open(): Promise<Scene> {
  const site = await foundSite({ agents: ["ant", "bee"], tasks: 1 });
  const proxy = await cuttingProxy(await serveOrigin(site.origin));
  const at = (name: string): string => join(site.dir, name);
  const body = `#!/bin/sh\n: > ${at("started")}\nuntil [ -e ${at("go")} ]; do sleep 0.05; done\necho mine\n`;
  writeFileSync(at("program"), body);
  chmodSync(at("program"), 0o755);
  return {
    site,
    task: site.tasks[0]!,
    proxy,
    ant: await cloneFor(site, "ant", proxy.url),
    bee: await cloneFor(site, "bee"),
    program: at("program"),
    at,
  };
}

async function statusOf({ bee, task }: Scene): Promise<string | undefined> {
  return (await mound(bee, "task", "show", task)).json?.data?.task.status;
}

test("a lease that runs out while the origin is away ends no work: the result counts when it is back", async () => {
  const scene = await open();
  const working = startWork(scene.ant, ["--lease", "2s", "--once", "--", scene.program]);
  await until("the program to run", () => existsSync(scene.at("started")));
  await scene.proxy.down();
  await until("the lapse to be said", () => working.err().includes("The lease on"));
  expect(working.err()).toMatch(/cannot be reached[^]*It is tried again/);
  writeFileSync(scene.at("go"), "");
  await scene.proxy.up();
  expect(await working.ended).toBe(0);
  expect(await statusOf(scene)).toBe("done");
});

test("who takes over meanwhile has the task: the result is refused as fenced, and kept in a file", async () => {
  const scene = await open();
  const working = startWork(scene.ant, ["--lease", "2s", "--once", "--", scene.program]);
  await until("the program to run", () => existsSync(scene.at("started")));
  await scene.proxy.down();
  await until("the lease to lapse", async () => (await statusOf(scene)) === "lapsed");
  expect(await mound(scene.bee, "claim", scene.task)).toMatchObject({ code: 0 });
  writeFileSync(scene.at("go"), "");
  await scene.proxy.up();
  expect(await working.ended).toBe(9);
  const lost = working.events().at(-1) as unknown as { file: string; fault: { message: string } };
  expect(lost).toMatchObject({ type: "lost", fault: { code: "fenced" } });
  expect(lost.fault.message).toContain("bee holds token 2");
  expect(readFileSync(lost.file, "utf8")).toBe("mine\n");
  const done = await mound(scene.bee, "done", scene.task, "--result", "theirs");
  expect(done.json?.data).toMatchObject({ token: 2, task: { result: { text: "theirs" } } });
});

test("a worker that cannot give its task back says so, keeps the result, and exits 7", async () => {
  const scene = await open();
  const working = startWork(scene.ant, ["--", scene.program]);
  await until("the program to run", () => existsSync(scene.at("started")));
  await scene.proxy.down();
  working.child.kill("SIGTERM");
  expect(await working.ended).toBe(7);
  const lines = working
    .out()
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.at(-2)).toMatchObject({ type: "unsent", outcome: "released", task: scene.task });
  expect(lines.at(-1)).toMatchObject({ ok: false, error: { code: "remote-unreachable" } });
  const again = /mound (release \S+ --token 1)/.exec(working.err())?.[1];
  await scene.proxy.up();
  expect(await mound(scene.ant, ...again!.split(" "))).toMatchObject({ code: 0 });
  expect(await heldTasks(scene.site.origin)).toEqual([]);
});

test("a claim of which it was not heard whether it landed is found and run, and is the only one", async () => {
  const scene = await open();
  scene.proxy.next.push(async ({ deliver }) => {
    await deliver();
    await scene.proxy.down();
  });
  const working = startWork(scene.ant, ["--until-empty", "--", scene.program]);
  await until("the worker to say that it does not know", () =>
    working.err().includes("Whether this landed is not known"),
  );
  writeFileSync(scene.at("go"), "");
  await scene.proxy.up();
  expect(await working.ended).toBe(0);
  expect(working.events().map(({ type, token }) => [type, token])).toEqual([
    ["claimed", 1],
    ["done", 1],
  ]);
  const subjects = await git(scene.site.origin, "log", "--format=%s", "main");
  expect(subjects.match(/^claim/gm)).toHaveLength(1);
});
