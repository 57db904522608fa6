import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { git } from "../contract/clone.ts";
import { hook } from "../support/hook.ts";
import { mound, type Place, type Ran, running } from "../support/command.ts";
import {
  type CuttingProxy,
  cuttingProxy,
  type Fate,
  garbage,
  hang,
  status,
} from "../support/cutting-proxy.ts";
import { serveOrigin } from "../support/http-origin.ts";
import { cloneFor, countCommits, foundSite, journalOf, type Site } from "../support/site.ts";

/** What stops a claim: the exit code, the error's code, and words that its message has. */
interface Refusal {
  readonly exit: number;
  readonly code: string;
  readonly words: string;
}

const UNREACHABLE = { exit: 7, code: "remote-unreachable" };
const REFUSED = { exit: 7, code: "remote-refused" };
const GARBAGE = { exit: 7, code: "remote-garbage" };

/** The claim ended as it should, with a whole sentence, and neither side has changed. */
async function expectUntouched(
  site: Site,
  ant: Place,
  ran: Ran,
  refusal: Refusal,
  name: string,
): Promise<void> {
  const { exit: code, code: error, words } = refusal;
  expect.soft(ran, name).toMatchObject({ code, json: { ok: false, error: { code: error } } });
  const message = ran.json?.error?.message ?? "";
  expect.soft(message, name).toContain(words);
  expect.soft(message, name).toMatch(/^[A-Z].*/s);
  expect.soft(ran.json?.error?.fix, name).not.toBe("");
  // What was perhaps sent is kept in mind.
  expect.soft(await journalOf(ant), name).toHaveLength(code === 8 ? 1 : 0);
  expect
    .soft(await git(`${ant.cwd}/.git`, "rev-list", "--count", "refs/mound/line"), name)
    .toBe(String(site.founding));
}

describe("an origin behind http", () => {
  const cases: readonly [string, (proxy: CuttingProxy) => Promise<void> | void, Refusal][] = [
    ["is down", (proxy) => proxy.down(), { ...UNREACHABLE, words: "cannot be reached" }],
    ["breaks down", all(status(500)), { ...UNREACHABLE, words: "500" }],
    ["is not there", all(status(404)), { ...UNREACHABLE, words: "not found" }],
    ["asks who this is", all(status(401)), { ...REFUSED, words: "refuses" }],
    ["forbids it", all(status(403)), { ...REFUSED, words: "403" }],
    ["answers with a sign-in page", all(garbage), { ...GARBAGE, words: "not a usable git origin" }],
    ["hangs", all(hang), { ...UNREACHABLE, words: "no answer in time" }],
  ];

  test(
    "stops a claim with a sentence, changes nothing, and works again when it is well",
    { timeout: 180_000 },
    async () => {
      const site = await foundSite({ agents: ["ant"], tasks: 2 });
      const proxy = await cuttingProxy(await serveOrigin(site.origin));
      const patient = await cloneFor(site, "ant", proxy.url);
      const hurried = { ...patient, environment: { ...patient.environment, MOUND_TIMEOUT: "2" } };
      for (const [name, fall, refusal] of cases) {
        const ant = name === "hangs" ? hurried : patient;
        await fall(proxy);
        const ran = await mound(ant, "claim", site.tasks[0]!);
        await expectUntouched(site, ant, ran, hanging(name, refusal), name);
        expect.soft(await mound(ant, "sync"), name).toMatchObject({ code: refusal.exit });
        expect.soft(await mound(ant, "status"), name).toMatchObject({ code: 0 });
        expect(await countCommits(site.origin)).toBe(site.founding);
        proxy.all = undefined;
        if (name === "is down") await proxy.up();
      }
      expect(await mound(patient, "claim", site.tasks[0]!)).toMatchObject({ code: 0 });
    },
  );

  test("lets nobody write who has no password, and says so", async () => {
    const site = await foundSite({ agents: ["ant"], tasks: 1 });
    const { url } = await serveOrigin(site.origin, { password: "termite" });
    const signedIn = url.replace("//", "//ant:termite@");
    const ant = await cloneFor(site, "ant", signedIn);
    expect(await mound(ant, "claim", site.tasks[0]!)).toMatchObject({ code: 0 });
    await git(site.origin, "config", "http.receivepack", "false");
    const readOnly = await mound(ant, "done", site.tasks[0]!);
    expect(readOnly).toMatchObject({ code: 7, json: { error: { code: "remote-refused" } } });
    const stranger = await mound({ ...ant, cwd: site.dir }, "clone", url, "stranger");
    expect(stranger).toMatchObject({ code: 7, json: { error: { code: "remote-refused" } } });
    expect(existsSync(join(site.dir, "stranger"))).toBe(false);
  });
});

describe("an origin at a path", () => {
  const cases: readonly [string, (origin: string) => Promise<void>, Refusal][] = [
    ["is gone", async () => {}, { ...UNREACHABLE, words: "cannot be reached" }],
    [
      "is an empty folder",
      (origin) => mkdir(origin),
      { ...GARBAGE, words: "not a usable git origin" },
    ],
    [
      "names objects by sha256",
      (origin) => bare(origin, "sha256"),
      { ...GARBAGE, words: "sha256" },
    ],
    [
      "was made anew, and is empty",
      (origin) => bare(origin, "sha1"),
      { exit: 6, code: "history-rewritten", words: "rewritten" },
    ],
  ];

  test("stops a claim with a sentence, changes nothing, and works again when it is back", async () => {
    const site = await foundSite({ agents: ["ant"], tasks: 1 });
    const ant = await cloneFor(site, "ant");
    for (const [name, replace, refusal] of cases) {
      await rename(site.origin, `${site.origin}.away`);
      await replace(site.origin);
      const ran = await mound(ant, "claim", site.tasks[0]!);
      await expectUntouched(site, ant, ran, refusal, name);
      await rm(site.origin, { recursive: true, force: true });
      await rename(`${site.origin}.away`, site.origin);
    }
    expect(await mound(ant, "claim", site.tasks[0]!)).toMatchObject({ code: 0 });
  });

  test("declines by its hook, whose words are passed on", async () => {
    const site = await foundSite({ agents: ["ant"], tasks: 1 });
    const ant = await cloneFor(site, "ant");
    await hook(site.origin, "pre-receive", "echo 'closed for the winter' >&2; exit 1");
    const ran = await mound(ant, "claim", site.tasks[0]!);
    await expectUntouched(
      site,
      ant,
      ran,
      { ...REFUSED, exit: 4, words: "closed for the winter" },
      "declined",
    );
    expect(await countCommits(site.origin)).toBe(site.founding);
  });

  test("hangs in its hook: the outcome is unknown, in time, and nothing of git's is left running", async () => {
    const site = await foundSite({ agents: ["ant"], tasks: 1 });
    const { cwd, environment } = await cloneFor(site, "ant");
    const ant = { cwd, environment: { ...environment, MOUND_TIMEOUT: "0.5" } };
    const pids = join(site.dir, "pids");
    await hook(site.origin, "pre-receive", `echo $$ >> '${pids}'; exec sleep 300`);
    const ran = await mound(ant, "claim", site.tasks[0]!);
    expect(ran).toMatchObject({ code: 8, json: { error: { code: "outcome-unknown" } } });
    expect(ran.json?.error?.message).toContain("no answer in time");
    const hung = (await readFile(pids, "utf8")).trim().split("\n");
    expect(hung.length).toBeGreaterThan(0);
    expect(await running(hung)).toEqual([]);
    expect(await countCommits(site.origin)).toBe(site.founding);
    await hook(site.origin, "pre-receive", "exit 0");
    const again = await mound({ cwd, environment }, "claim", site.tasks[0]!);
    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining("it did not land.") });
  });
});

function all(fate: Fate): (proxy: CuttingProxy) => void {
  return (proxy) => {
    proxy.all = fate;
  };
}

/** A push that was never answered may have arrived, even where nothing else is answered either. */
function hanging(name: string, refusal: Refusal): Refusal {
  return name === "hangs" ? { ...refusal, exit: 8, code: "outcome-unknown" } : refusal;
}

async function bare(path: string, format: string): Promise<void> {
  await git(
    path,
    "init",
    "--quiet",
    "--bare",
    `--object-format=${format}`,
    "--initial-branch=main",
    path,
  );
}
