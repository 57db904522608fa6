import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { git } from "../contract/clone.ts";
import { mound, type Place, type Ran } from "../support/command.ts";
import { byTurns } from "../support/race.ts";
import { cloneFor, countCommits, foundSite, type Site } from "../support/site.ts";
import { Vandal } from "../support/vandal.ts";

interface Scene {
  readonly site: Site;
  readonly vandal: Vandal;
  readonly ant: Place;
  readonly bee: Place;
  /** What every clone has verified. */
  readonly verified: string;
}

async function open(): Promise<Scene> {
  const site = await foundSite({ agents: ["ant", "bee"], tasks: 3 });
  const ant = await cloneFor(site, "ant");
  const bee = await cloneFor(site, "bee");
  expect(await mound(ant, "claim", site.tasks[0]!)).toMatchObject({ code: 0 });
  expect(await mound(bee, "claim", site.tasks[1]!)).toMatchObject({ code: 0 });
  expect(await mound(ant, "sync")).toMatchObject({ code: 0 });
  const vandal = await Vandal.at(site);
  await vandal.fetch();
  return { site, vandal, ant, bee, verified: await git(site.origin, "rev-parse", "main") };
}

const WAYS: readonly (readonly [
  string,
  (vandal: Vandal) => Promise<void>,
  { readonly missing: number; readonly foreign: number },
])[] = [
  [
    "rewound",
    async (vandal) => vandal.force(await vandal.git("rev-parse", "main~2")),
    { missing: 2, foreign: 0 },
  ],
  [
    "forced to another history",
    async (vandal) => {
      const first = await vandal.commit("main^{tree}", "main~2");
      await vandal.force(await vandal.commit("main^{tree}", first));
    },
    { missing: 2, foreign: 2 },
  ],
  ["deleted", (vandal) => vandal.delete(), { missing: 0, foreign: 0 }],
];

function dataOf(ran: Ran): Record<string, unknown> {
  return ran.json?.data as unknown as Record<string, unknown>;
}

test.each(byTurns(WAYS))(
  "a branch that was %s is put back as it was verified",
  async (_, harm, counts) => {
    const { site, vandal, ant, bee, verified } = await open();
    const whole = await countCommits(site.origin);
    await git(site.origin, "config", "receive.denyDeleteCurrent", "ignore");
    await harm(vandal);
    const found = await git(site.origin, "rev-parse", "--verify", "main").catch(() => null);
    const missing = found === null ? whole : counts.missing;

    const alarm = await mound(ant, "sync");
    expect(alarm).toMatchObject({ code: 6, json: { error: { fix: "mound repair --force-line" } } });
    expect(alarm.json?.error?.message).toContain(`${missing} commits from `);
    expect(alarm.json?.error?.message).toMatch(/, by .*\b(ant|bee)\b/);
    expect(await mound(ant, "repair")).toMatchObject({ code: 6 });

    const shown = await mound(ant, "repair", "--force-line");
    expect(shown).toMatchObject({ code: 6, json: { data: { forced: false, verified, found } } });
    expect(dataOf(shown)["missing"]).toMatchObject({ commits: missing, more: false, to: verified });
    const foreign = counts.foreign === 0 ? null : { commits: counts.foreign, to: found };
    if (foreign === null) expect(dataOf(shown)["foreign"]).toBeNull();
    else expect(dataOf(shown)["foreign"]).toMatchObject(foreign);
    const still = await git(site.origin, "rev-parse", "--verify", "main").catch(() => null);
    expect(still).toBe(found);

    const forced = await mound(ant, "repair", "--force-line", "--yes");
    expect(forced).toMatchObject({ code: 0, json: { data: { forced: true } } });
    expect(await git(site.origin, "rev-parse", "main")).toBe(verified);
    const { kept } = dataOf(forced) as { kept: string | null };
    expect(kept === null).toBe(counts.foreign === 0);
    if (kept !== null) expect(await git(join(ant.cwd, ".git"), "rev-parse", kept)).toBe(found);

    const cat = await cloneFor(site, "cat");
    for (const place of [ant, bee, cat])
      expect(await mound(place, "sync")).toMatchObject({
        code: 0,
        json: { data: { tip: verified } },
      });
    expect(await mound(bee, "done", site.tasks[1]!)).toMatchObject({ code: 0 });
    expect(await mound(ant, "repair", "--force-line", "--yes")).toMatchObject({
      code: 0,
      json: { data: { forced: false } },
    });
  },
);

test("an origin that refuses forced pushes: its owner is told what to type, and that mends it", async () => {
  const { site, vandal, ant, verified } = await open();
  const other = await vandal.commit("main^{tree}", "main~2");
  await vandal.force(other);
  await git(site.origin, "config", "receive.denyNonFastForwards", "true");
  const refused = await mound(ant, "repair", "--force-line", "--yes");
  const command = `git --git-dir ${site.origin} update-ref refs/heads/main ${verified} ${other}`;
  expect(refused).toMatchObject({
    code: 4,
    json: { error: { code: "force-refused", fix: command } },
  });
  expect(await git(site.origin, "rev-parse", "main")).toBe(other);

  // A hook declines before anything is taken in, and what nothing leads to was thrown away: then the
  // commits have to be brought first.
  await mkdir(join(site.origin, "hooks"), { recursive: true });
  await writeFile(join(site.origin, "hooks/pre-receive"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  await git(site.origin, "reflog", "expire", "--expire=now", "--all");
  await git(site.origin, "gc", "--quiet", "--prune=now");
  const again = await mound(ant, "repair", "--force-line", "--yes");
  const fix = again.json?.error?.fix ?? "";
  expect(fix).toMatch(/^git --git-dir \S+ fetch \S+ refs\/mound\/line && git --git-dir /);
  execFileSync("sh", ["-c", fix], { stdio: "ignore" });
  expect(await mound(ant, "sync")).toMatchObject({ code: 0, json: { data: { tip: verified } } });
});

test("nothing is forced over a branch that has gone on, or that lost refused commits alone", async () => {
  const { site, vandal, ant, bee, verified } = await open();
  expect(await mound(bee, "claim", site.tasks[2]!)).toMatchObject({ code: 0 });
  const tip = await git(site.origin, "rev-parse", "main");
  const nothing = { code: 0, json: { data: { forced: false, missing: null } } };
  expect(await mound(ant, "repair", "--force-line", "--yes")).toMatchObject(nothing);
  expect(await git(site.origin, "rev-parse", "main")).toBe(tip);

  await vandal.push([{ path: "junk.yaml", text: "junk\n" }]);
  expect(await mound(ant, "sync")).toMatchObject({ code: 0 });
  await vandal.force(tip);
  expect(await mound(ant, "repair", "--force-line", "--yes")).toMatchObject(nothing);
  expect(await git(site.origin, "rev-parse", "main")).toBe(tip);
  expect(await mound(ant, "sync")).toMatchObject({ code: 0, json: { data: { tip } } });
  expect(verified).not.toBe(tip);
});
