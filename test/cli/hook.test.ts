import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { git } from "../contract/clone.ts";
import { mound, startMound } from "../support/command.ts";
import { dooredSite, push, tipOf, type Doored } from "../support/doored.ts";
import { hook } from "../support/hook.ts";
import { serveOrigin } from "../support/http-origin.ts";
import { cloneFor, environmentIn, testFolder } from "../support/site.ts";
import { foundedCli } from "../support/cli.ts";
import { bare } from "../support/repositories.ts";

describe("with a judge at the door", () => {
  test("agents work as before, over a path and over http", async () => {
    const site = await dooredSite();
    const served = await serveOrigin(site.origin);
    const bee = await cloneFor(site, "bee", served.url);
    for (const [place, task] of [
      [site.ant, site.tasks[0]],
      [bee, site.tasks[1]],
    ] as const) {
      expect(await mound(place, "claim", task!)).toMatchObject({ code: 0 });
      expect(await mound(place, "progress", task!, "--percent", "50")).toMatchObject({ code: 0 });
      expect(await mound(place, "done", task!, "--result", "done")).toMatchObject({ code: 0 });
    }
    expect(await git(site.origin, "rev-list", "--count", "main")).toBe(`${site.founding + 6}`);
  });

  test("a mound is founded through it, cloned, joined and worked on", async () => {
    const dir = await testFolder();
    mkdirSync(join(dir, "home"));
    const environment = { ...environmentIn(dir), MOUND_AGENT: "ant" };
    const origin = join(dir, "o.git");
    const place = { cwd: dir, environment };
    await git(origin, "init", "--quiet", "--bare", "--initial-branch=main", origin);
    expect(await mound(place, "hook", "install", origin)).toMatchObject({ code: 0 });
    expect(await mound(place, "init", "m", "--remote", origin)).toMatchObject({ code: 0 });
    const m = { cwd: join(dir, "m"), environment };
    expect(await mound(m, "task", "add", "one")).toMatchObject({ code: 0 });
    const other = { cwd: join(dir, "c"), environment: { ...environment, MOUND_AGENT: "bee" } };
    expect(await mound(place, "clone", origin, "c")).toMatchObject({ code: 0 });
    expect(await mound(other, "join")).toMatchObject({ code: 0 });
    expect(await mound(other, "next", "--claim")).toMatchObject({ code: 0 });
  });

  test("heartbeats pass; what is none of them, and other refs of the mound's, do not", async () => {
    const site = await dooredSite();
    const beat = await git(site.gitDir, "rev-parse", "HEAD:README.md");
    expect(await push(site, `${beat}:refs/mound/presence/ant`)).toMatchObject({ code: 0 });
    expect(await push(site, `+${beat}:refs/mound/presence/ant`)).toMatchObject({ code: 0 });
    const state = await git(site.gitDir, "rev-parse", "HEAD:.mound");
    expect(await push(site, `${state}:refs/mound/state/ant`)).toMatchObject({ code: 0 });
    const commit = await git(site.gitDir, "rev-parse", "HEAD");
    for (const [refspec, words] of [
      [`${commit}:refs/mound/presence/bee`, "it is a commit, not a file"],
      [`${beat}:refs/mound/presence/No!`, "it does not name an agent"],
      [`${beat}:refs/mound/state/bee`, "not the state's shards"],
      [`${state}:refs/mound/state/No!`, "it does not name an agent"],
      [`${commit}:refs/mound/line`, "are taken"],
      [`${commit}:refs/heads/other`, "holds the mound on main, and nothing else"],
      [`${commit}:refs/tags/v1`, "holds the mound on main, and nothing else"],
    ] as const) {
      const pushed = await push(site, refspec);
      expect(pushed.code).toBe(1);
      expect(pushed.said).toContain(words);
      const ref = refspec.split(":")[1]!;
      await expect(tipOf(site, ref)).rejects.toThrow();
    }
  });

  test("two clones that push at the same moment: one lands, the other decides again", async () => {
    const site = await dooredSite();
    const bee = await cloneFor(site, "bee");
    const [task, other] = site.tasks as [string, string];
    const ends = await Promise.all([
      startMound(site.ant, ["claim", task]).ended,
      startMound(bee, ["claim", task]).ended,
      startMound(site.ant, ["claim", other]).ended,
    ]);
    expect(ends.map(({ code }) => `${code}`).toSorted()).toEqual(["0", "0", "5"]);
    // What the loser's hook has kept is in nobody's way.
    expect(await mound(site.ant, "task", "add", "more")).toMatchObject({ code: 0 });
  });

  test("a branch that did not move after the judge had said yes: the next push is judged as if it had not been", async () => {
    const site = await dooredSite();
    await hook(site.origin, "update", "exit 1");
    expect((await mound(site.ant, "claim", site.tasks[0]!)).code).not.toBe(0);
    rmSync(join(site.origin, "hooks", "update"));
    expect(await mound(site.ant, "claim", site.tasks[1]!)).toMatchObject({ code: 0 });
    expect(await mound(site.ant, "claim", site.tasks[0]!)).toMatchObject({ code: 0 });
  });
});

describe("a judge that cannot judge accepts nothing", () => {
  test.each(["node", "judge"])("the %s is gone", async (what) => {
    const site = await dooredSite();
    const before = await tipOf(site);
    const path = join(site.origin, "hooks", "pre-receive");
    const script = readFileSync(path, "utf8");
    writeFileSync(path, script.replace(new RegExp(`^${what}='.*'$`, "m"), `${what}='/gone/it'`));
    const ran = await mound(site.ant, "claim", site.tasks[0]!);
    expect(ran).toMatchObject({ code: 4, json: { error: { code: "remote-refused" } } });
    expect(ran.json?.error?.message).toContain("the judge at /gone/it is missing");
    expect(ran.json?.error?.message).toContain(`mound hook install ${site.origin}`);
    expect(await tipOf(site)).toBe(before);
    expect(
      await mound({ ...site.ant, cwd: site.dir }, "hook", "install", site.origin),
    ).toMatchObject({ code: 0 });
    expect(await mound(site.ant, "claim", site.tasks[0]!)).toMatchObject({ code: 0 });
  });

  test("it is killed", async () => {
    const site = await dooredSite();
    const before = await tipOf(site);
    const path = join(site.origin, "hooks", "pre-receive");
    const script = readFileSync(path, "utf8");
    writeFileSync(
      path,
      script.replace(/^exec .*$/m, '"$node" "$judge" hook pre-receive & kill -9 $!; wait $!'),
    );
    expect((await mound(site.ant, "claim", site.tasks[0]!)).code).toBe(4);
    expect(await tipOf(site)).toBe(before);
    writeFileSync(path, script);
    expect(await mound(site.ant, "claim", site.tasks[0]!)).toMatchObject({ code: 0 });
  });

  test("the history that it must know is damaged", async () => {
    const site = await dooredSite();
    rmSync(join(site.origin, "mound-door"), { recursive: true });
    const first = await git(site.origin, "rev-list", "--max-parents=0", "main");
    const before = await tipOf(site);
    const place = join(site.origin, "objects", first.slice(0, 2), first.slice(2));
    const packed = !existsSync(place);
    if (packed) await unpack(site);
    chmodSync(place, 0o644);
    writeFileSync(place, "damage");
    const ran = await mound(site.ant, "claim", site.tasks[0]!);
    expect(ran.code).not.toBe(0);
    expect(await tipOf(site)).toBe(before);
  });
});

describe("what the judge has kept may be deleted at any time", () => {
  test.each([
    ["all of it", (at: string) => rmSync(at, { recursive: true })],
    ["the name of what counts", (at: string) => eachFile(at, /CURRENT$/, (path) => rmSync(path))],
    ["the layers", (at: string) => eachFile(at, /layer-/, (path) => rmSync(path))],
    ["the log", (at: string) => eachFile(at, /log-/, (path) => rmSync(path))],
    ["half of each file", (at: string) => eachFile(at, /./, halve)],
  ])("%s", async (_what, damage) => {
    const site = await dooredSite();
    expect(await mound(site.ant, "claim", site.tasks[0]!)).toMatchObject({ code: 0 });
    damage(join(site.origin, "mound-door"));
    expect(await mound(site.ant, "claim", site.tasks[1]!)).toMatchObject({ code: 0 });
    expect(await mound(site.ant, "done", site.tasks[0]!)).toMatchObject({ code: 0 });
    expect(readdirSync(join(site.origin, "mound-door"))).toHaveLength(1);
  });
});

describe("an origin inside a clone", () => {
  test("has its judge, which folds what the clone itself has moved meanwhile", async () => {
    const dir = await testFolder();
    mkdirSync(join(dir, "home"));
    const environment = { ...environmentIn(dir), MOUND_AGENT: "ant" };
    const m = { cwd: join(dir, "m"), environment };
    expect(await mound({ cwd: dir, environment }, "init", "m")).toMatchObject({ code: 0 });
    const origin = join(dir, "m/.git/mound/origin.git");
    const bee = { cwd: join(dir, "bee"), environment: { ...environment, MOUND_AGENT: "bee" } };
    expect(await mound({ cwd: dir, environment }, "clone", origin, "bee")).toMatchObject({
      code: 0,
    });
    expect(await mound(bee, "join")).toMatchObject({ code: 0 });
    for (const title of ["one", "two", "three"])
      expect(await mound(m, "task", "add", title)).toMatchObject({ code: 0 });
    expect(await mound(bee, "next", "--claim")).toMatchObject({ code: 0 });
    // Past the judge the clone of the origin moves it as it likes; others do not.
    const blob = await git(join(bee.cwd, ".git"), "hash-object", "-w", join(dir, "m/README.md"));
    const site = {
      dir,
      origin,
      environment,
      ant: bee,
      gitDir: join(bee.cwd, ".git"),
      tasks: [],
      founding: 0,
    };
    expect((await push(site as Doored, `+${blob}:refs/mound/other`)).code).toBe(1);
    const looked = await mound(m, "doctor");
    expect(looked.stdout).toContain("judged before it is taken");
  });

  test("frozen, it refuses as a frozen one; thawed, it judges again", async () => {
    const cli = await foundedCli();
    const origin = cli.path("m/.git/mound/origin.git");
    const judge = readFileSync(join(origin, "hooks/pre-receive"), "utf8");
    // What cannot be moved stays where it is, and is judged as before.
    const ran = await cli.run(`-C m publish ${cli.path("nowhere.git")} --as ant-1`);
    expect(ran.code).not.toBe(0);
    expect(readFileSync(join(origin, "hooks/pre-receive"), "utf8")).toBe(judge);
    bare(cli, "o.git");
    await cli.ok(`-C m publish ${cli.path("o.git")} --as ant-1`);
    expect(readFileSync(join(origin, "hooks/pre-receive"), "utf8")).toContain("mound-frozen");
    expect(readFileSync(join(origin, "hooks/pre-receive.before-freeze"), "utf8")).toBe(judge);
  });
});

async function unpack({ origin }: Doored): Promise<void> {
  const folder = join(origin, "objects", "pack");
  for (const name of readdirSync(folder).filter((one) => one.endsWith(".pack"))) {
    const bytes = readFileSync(join(folder, name));
    rmSync(join(folder, name));
    rmSync(join(folder, name.replace(/pack$/, "idx")));
    const { execFileSync } = await import("node:child_process");
    execFileSync("git", ["--git-dir", origin, "unpack-objects", "-q"], { input: bytes });
  }
}

function eachFile(at: string, name: RegExp, work: (path: string) => void): void {
  for (const found of readdirSync(at, { recursive: true, withFileTypes: true })) {
    if (found.isFile() && name.test(found.name)) work(join(found.parentPath, found.name));
  }
}

function halve(path: string): void {
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.subarray(0, bytes.length / 2));
}
