import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { git } from "../contract/clone.ts";
import { mound, type Place, type Ran } from "../support/command.ts";
import { cloneFor, countCommits, foundSite, journalOf, type Site } from "../support/site.ts";

const CLOCK = pathToFileURL(join(import.meta.dirname, "../support/shifted-clock.mjs")).href;

interface Scene {
  readonly site: Site;
  readonly ant: Place;
  readonly gitDir: string;
  /** The last commit that the clone has verified. */
  readonly verified: string;
}

/** An agent that has claimed a task, and whose administrator may now do as they like. */
async function open(): Promise<Scene> {
  const site = await foundSite({ agents: ["ant"], tasks: 3 });
  const ant = await cloneFor(site, "ant");
  const gitDir = join(ant.cwd, ".git");
  expect(await mound(ant, "claim", site.tasks[0]!)).toMatchObject({ code: 0 });
  return { site, ant, gitDir, verified: await git(gitDir, "rev-parse", "refs/mound/line") };
}

function expectAlarm(ran: Ran): void {
  expect(ran).toMatchObject({ code: 6, json: { error: { code: "history-rewritten" } } });
  expect(ran.json?.error?.message).toMatch(/was rewritten.*both are kept/);
}

describe("a line that an administrator forced back", () => {
  const ways: readonly [string, (origin: string) => Promise<string>][] = [
    ["to an older tip", (origin) => git(origin, "rev-parse", "main~1")],
    [
      "to another history",
      (origin) =>
        git(origin, ...AS_ADMIN, "commit-tree", "main^{tree}", "-p", "main~2", "-m", "other"),
    ],
  ];

  test.each(ways)("%s: exit 6, both are kept, and nothing is pushed", async (_, choose) => {
    const { site, ant, gitDir, verified } = await open();
    const forced = await choose(site.origin);
    await git(site.origin, "update-ref", "refs/heads/main", forced);
    expectAlarm(await mound(ant, "done", site.tasks[0]!));
    expectAlarm(await mound(ant, "claim", site.tasks[1]!));
    expectAlarm(await mound(ant, "sync"));
    expect(await git(site.origin, "rev-parse", "main")).toBe(forced);
    expect(await git(gitDir, "rev-parse", "refs/mound/line", "refs/mound/fetched")).toBe(
      `${verified}\n${forced}`,
    );
    expect(await git(gitDir, "cat-file", "-t", verified)).toBe("commit");
    expect(await journalOf(ant)).toEqual([]);
    await git(site.origin, "update-ref", "refs/heads/main", verified);
    expect(await mound(ant, "done", site.tasks[0]!)).toMatchObject({ code: 0 });
  });

  test("and the branch is deleted: the same", async () => {
    const { site, ant, gitDir, verified } = await open();
    await git(site.origin, "update-ref", "-d", "refs/heads/main");
    expectAlarm(await mound(ant, "sync"));
    expectAlarm(await mound(ant, "claim", site.tasks[1]!));
    expect(await git(site.origin, "for-each-ref")).toBe("");
    expect(await git(gitDir, "rev-parse", "refs/mound/line")).toBe(verified);
  });
});

test("commits that were refused may be built on, and be forced away, without an alarm", async () => {
  const { site, ant, verified } = await open();
  const refused = await git(
    site.origin,
    ...AS_ADMIN,
    "commit-tree",
    "main^{tree}",
    "-p",
    "main",
    "-m",
    "unsigned",
  );
  await git(site.origin, "update-ref", "refs/heads/main", refused);
  const synced = await mound(ant, "sync");
  expect(synced).toMatchObject({
    code: 0,
    json: { data: { tip: refused, refused: [{ commit: refused }] } },
  });
  await git(site.origin, "update-ref", "refs/heads/main", verified);
  expect(await mound(ant, "claim", site.tasks[1]!)).toMatchObject({ code: 0 });
  expect(await countCommits(site.origin)).toBe(site.founding + 2);

  const other = await git(
    site.origin,
    ...AS_ADMIN,
    "commit-tree",
    "main^{tree}",
    "-p",
    "main",
    "-m",
    "unsigned",
  );
  await git(site.origin, "update-ref", "refs/heads/main", other);
  const built = await mound(ant, "done", site.tasks[1]!);
  expect(built).toMatchObject({ code: 0 });
  expect(await git(site.origin, "rev-parse", `${built.json?.data?.commit}~1`)).toBe(other);
});

test("a commit from the future waits, is said, and is taken when the clock gets there", async () => {
  const site = await foundSite({ agents: ["ant", "bee"], tasks: 2, set: { skew: "10s" } });
  const fast = ahead(await cloneFor(site, "ant"));
  const bee = await cloneFor(site, "bee");
  expect(await mound(fast, "claim", site.tasks[0]!)).toMatchObject({ code: 0 });
  const commit = await git(site.origin, "rev-parse", "main");

  const waits = await mound(bee, "sync");
  expect(waits).toMatchObject({ code: 0, json: { data: { deferred: { commit } } } });
  const stopped = await mound(bee, "claim", site.tasks[1]!);
  expect(stopped).toMatchObject({ code: 7, json: { error: { code: "line-deferred" } } });
  expect(stopped.json?.error?.message).toContain("ahead of this clock");
  expect(await git(site.origin, "rev-parse", "main")).toBe(commit);

  const later = ahead(bee);
  expect(await mound(later, "claim", site.tasks[0]!)).toMatchObject({
    code: 5,
    json: { error: { code: "held" } },
  });
  expect(await mound(later, "claim", site.tasks[1]!)).toMatchObject({ code: 0 });
});

/** The same place with a clock that is a minute ahead. */
function ahead({ cwd, environment }: Place): Place {
  return {
    cwd,
    environment: {
      ...environment,
      NODE_OPTIONS: `--import ${CLOCK}`,
      MOUND_TEST_SHIFT_MS: "60000",
    },
  };
}

const AS_ADMIN = ["-c", "user.name=admin", "-c", "user.email=admin@example.invalid"];
