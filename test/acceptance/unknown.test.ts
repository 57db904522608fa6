import { describe, expect, test } from "vitest";
import { git } from "../contract/clone.ts";
import { killHard, mound, type Place, startMound } from "../support/command.ts";
import {
  cutAfter,
  cutBefore,
  cuttingProxy,
  type CuttingProxy,
  cutWithin,
  type Exchange,
  type Fate,
  pass,
  status,
} from "../support/cutting-proxy.ts";
import { serveOrigin } from "../support/http-origin.ts";
import { expectVerified } from "../support/race.ts";
import { cloneFor, countCommits, foundSite, journalOf, type Site } from "../support/site.ts";

interface Scene {
  readonly site: Site;
  readonly proxy: CuttingProxy;
  readonly ant: Place;
  /** Commits on the line beyond those of the founding. */
  readonly landed: () => Promise<number>;
}

/** An agent whose way to the origin goes through a proxy. */
async function open(options: { readonly keepAlive?: boolean } = {}): Promise<Scene> {
  const site = await foundSite({ agents: ["ant", "bee"], tasks: 4 });
  const proxy = await cuttingProxy(await serveOrigin(site.origin), options);
  const ant = await cloneFor(site, "ant", proxy.url);
  return {
    site,
    proxy,
    ant,
    landed: async () => (await countCommits(site.origin)) - site.founding,
  };
}

/** How often the line says that a task was claimed. */
async function claimsOf({ site }: Scene, task: string): Promise<number> {
  const subjects = await git(site.origin, "log", "--format=%s", "main");
  return subjects.split("\n").filter((subject) => subject.startsWith(`claim ${task}`)).length;
}

describe("the answer is lost after the ref has moved", () => {
  test("and the origin can be asked: success, once, in one commit", async () => {
    const scene = await open();
    scene.proxy.next.push(cutAfter);
    const task = scene.site.tasks[0]!;
    const ran = await mound(scene.ant, "claim", task);
    expect(ran).toMatchObject({ code: 0, json: { ok: true, data: { task: { id: task } } } });
    const tip = await git(scene.site.origin, "rev-parse", "main");
    expect(ran.json?.data?.commit).toBe(tip);
    expect(scene.proxy.uploads).toBe(1);
    expect(await scene.landed()).toBe(1);
    expect(await journalOf(scene.ant)).toEqual([]);
    const next = await mound(scene.ant, "done", task);
    expect(next).toMatchObject({ code: 0, stderr: expect.not.stringContaining("interrupted") });
    await expectVerified(scene.site, "check");
  });

  test("and it stays down: exit 8, and the next command says that it had landed", async () => {
    const scene = await open();
    scene.proxy.next.push(async ({ deliver }) => {
      await deliver();
      await scene.proxy.down();
    });
    const task = scene.site.tasks[0]!;
    const lost = await mound(scene.ant, "claim", task);
    expect(lost).toMatchObject({
      code: 8,
      json: { error: { code: "outcome-unknown", fix: "mound sync" } },
    });
    expect(await journalOf(scene.ant)).toHaveLength(1);
    await scene.proxy.up();
    const next = await mound(scene.ant, "done", task);
    expect(next).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("ant (claim " + task + ") was interrupted: it had landed."),
    });
    expect(await journalOf(scene.ant)).toEqual([]);
    expect(await scene.landed()).toBe(2);
  });

  test("and the upload is sent again by the transport: refused as moved, by our own commit", async () => {
    const scene = await open({ keepAlive: true });
    scene.proxy.next.push(cutAfter);
    const ran = await mound(scene.ant, "next", "--claim");
    expect(ran).toMatchObject({ code: 0 });
    expect(scene.proxy.uploads).toBe(2);
    expect(await scene.landed()).toBe(1);
    expect(ran.json?.data?.commit).toBe(await git(scene.site.origin, "rev-parse", "main"));
  });

  test("a second time, after a push that never arrived: still one commit", async () => {
    const scene = await open();
    scene.proxy.next.push(cutBefore, cutAfter);
    expect(await mound(scene.ant, "next", "--claim")).toMatchObject({ code: 0 });
    expect(scene.proxy.uploads).toBe(2);
    expect(await scene.landed()).toBe(1);
  });
});

describe("the push never gets through", () => {
  test.each([
    ["cut before the upload reaches the origin", cutBefore],
    ["cut in the middle of the upload", cutWithin],
    ["answered by a server that broke down", status(500)],
  ])("%s: tried again, in exactly one commit", async (_, fate) => {
    const scene = await open();
    scene.proxy.next.push(fate);
    const task = scene.site.tasks[0]!;
    expect(await mound(scene.ant, "claim", task)).toMatchObject({ code: 0 });
    expect(scene.proxy.uploads).toBe(2);
    expect(await scene.landed()).toBe(1);
    expect(await claimsOf(scene, task)).toBe(1);
  });

  test("and another has taken the task meanwhile: held, and nothing of ours on the line", async () => {
    const scene = await open();
    const bee = await cloneFor(scene.site, "bee");
    const task = scene.site.tasks[0]!;
    scene.proxy.next.push(async ({ cut }) => {
      expect(await mound(bee, "claim", task)).toMatchObject({ code: 0 });
      cut();
    });
    const ran = await mound(scene.ant, "claim", task);
    expect(ran).toMatchObject({ code: 5, json: { error: { code: "held" } } });
    expect(ran.json?.error?.message).toContain("held by bee until");
    expect(await scene.landed()).toBe(1);
    expect(await journalOf(scene.ant)).toEqual([]);
  });

  test("and the origin is down from then on: the outcome is unknown until it is asked", async () => {
    const scene = await open();
    scene.proxy.next.push(() => scene.proxy.down());
    const lost = await mound(scene.ant, "claim", scene.site.tasks[0]!);
    expect(lost).toMatchObject({ code: 8, json: { error: { code: "outcome-unknown" } } });
    await scene.proxy.up();
    const next = await mound(scene.ant, "claim", scene.site.tasks[1]!);
    expect(next).toMatchObject({ code: 0, stderr: expect.stringContaining("it did not land.") });
    expect(await scene.landed()).toBe(1);
  });
});

describe("a push that arrives late", () => {
  test("after its command was killed: it has not landed so far, and then it had", async () => {
    const scene = await open();
    const task = scene.site.tasks[0]!;
    const late = await killInPush(scene, task);
    expect(await mound(scene.ant, "sync")).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(
        `ant (claim ${task}) was interrupted: it has not landed so far, but still may.`,
      ),
    });
    expect(await journalOf(scene.ant)).toHaveLength(1);
    await late.deliver();
    expect(await mound(scene.ant, "sync")).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("it had landed."),
    });
    expect(await journalOf(scene.ant)).toEqual([]);
    expect(await claimsOf(scene, task)).toBe(1);
  });

  test("after the next command moved the line: it did not land, and it does not", async () => {
    const scene = await open();
    const [first, second] = scene.site.tasks as [string, string];
    const late = await killInPush(scene, first);
    expect(await mound(scene.ant, "claim", second)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(`ant (claim ${first}) was interrupted: it did not land.`),
    });
    const refused = await late.deliver();
    expect(refused.body.toString()).toContain("ng refs/heads/main");
    expect(await claimsOf(scene, first)).toBe(0);
    expect(await scene.landed()).toBe(1);
  });

  test("after the origin was seen without it, and went away: exit 8, not 7", async () => {
    const scene = await open();
    const task = scene.site.tasks[0]!;
    const held = hold();
    scene.proxy.next.push(held.fate);
    const running = startMound(scene.ant, ["claim", task]);
    const late = await held.arrived;
    scene.proxy.all = (exchange) =>
      (exchange.path.includes("receive-pack") ? cutBefore : pass)(exchange);
    late.cut();
    expect(await running.ended).toMatchObject({
      code: 8,
      json: { error: { code: "outcome-unknown" } },
    });
    expect(await journalOf(scene.ant)).toHaveLength(1);
    scene.proxy.all = undefined;
    await late.deliver();
    expect(await mound(scene.ant, "done", task)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("it had landed."),
    });
    expect(await scene.landed()).toBe(2);
  });
});

/** A claim whose command, with its git, is killed while its upload is under way; answers the upload. */
async function killInPush(scene: Scene, task: string): Promise<Exchange> {
  const held = hold();
  scene.proxy.next.push(held.fate);
  const running = startMound(scene.ant, ["claim", task]);
  const late = await held.arrived;
  await killHard(running.child, "tree");
  await running.ended;
  return late;
}

describe("the trap of identical commits", () => {
  test("one agent in two clones at the same moment: one of the two has made the commit", async () => {
    const scene = await open();
    const twin: Place = {
      ...(await cloneFor(scene.site, "twin", scene.proxy.url)),
      environment: scene.ant.environment,
    };
    const meeting = rendezvous(2);
    scene.proxy.next.push(meeting, meeting);
    const task = scene.site.tasks[0]!;
    const ran = await Promise.all([mound(scene.ant, "claim", task), mound(twin, "claim", task)]);
    expect(ran.map(({ code }) => code)).toEqual([0, 0]);
    const made = ran.filter(({ json }) => json?.data?.commit !== null);
    expect(made).toHaveLength(1);
    expect(ran.filter(({ json }) => json?.data?.already === true)).toHaveLength(1);
    expect(await claimsOf(scene, task)).toBe(1);
    expect(await scene.landed()).toBe(1);
  });
});

/** A fate that keeps the exchange until the test lets it go on. */
function hold(): { readonly fate: Fate; readonly arrived: Promise<Exchange> } {
  let arrive: (exchange: Exchange) => void = () => {};
  const arrived = new Promise<Exchange>((resolve) => {
    arrive = resolve;
  });
  return { fate: async (exchange) => arrive(exchange), arrived };
}

/** A fate that lets exchanges pass only when so many have arrived. */
function rendezvous(count: number): Fate {
  const waiting: (() => void)[] = [];
  return async (exchange) => {
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      if (waiting.length === count) for (const go of waiting) go();
    });
    await pass(exchange);
  };
}
