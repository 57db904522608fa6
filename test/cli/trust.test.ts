import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { COMMAND, mound, type Place } from "../support/command.ts";
import { cloneFor, foundSite } from "../support/site.ts";

interface Said {
  readonly out: string;
  readonly err: string;
}

/** The built command, for people. */
async function say({ cwd, environment }: Place, ...args: readonly string[]): Promise<Said> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [COMMAND, ...args], {
    cwd,
    env: environment,
  });
  return { out: stdout, err: stderr };
}

/** What `--json` answers; its shape is what the test holds. */
// oxlint-disable-next-line typescript/no-explicit-any
async function data(place: Place, ...args: readonly string[]): Promise<any> {
  const ran = await mound(place, ...args);
  expect([args, ran.code, ran.stderr.replaceAll(/^phase .*\n/gm, "")]).toEqual([
    args,
    0,
    expect.any(String),
  ]);
  return ran.json!.data;
}

/** ant-1 has done one task that was accepted and one that was rejected, diff (so it is called) one. */
async function site(): Promise<Place> {
  const found = await foundSite({ agents: ["ant-1", "diff", "constructor"], tasks: 3 });
  const place = await cloneFor(found, "ant-1");
  const [one, two, three] = found.tasks as [string, string, string];
  const steps = [
    ["claim", one, "--as", "ant-1"],
    ["done", one, "--as", "ant-1"],
    ["task", "review", one, "--accept", "--as", "root"],
    ["claim", two, "--as", "ant-1"],
    ["done", two, "--as", "ant-1"],
    ["task", "review", two, "--reject", "--reason", "it fails", "--as", "root"],
    ["claim", three, "--as", "diff"],
    ["done", three, "--as", "diff"],
  ];
  for (const step of steps) expect([step, (await mound(place, ...step)).code]).toEqual([step, 0]);
  return place;
}

test(
  "mound trust tells all scores, one score's story, one's own view, and where two views differ",
  { timeout: 120_000 },
  async () => {
    const place = await site();
    const { agents, roots, from, time } = await data(place, "trust");
    expect([roots, from]).toEqual([["root"], null]);
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT/);
    const scores = agents.map(({ score }: { score: number }) => score);
    expect(scores).toEqual(scores.toSorted((a: number, b: number) => b - a));
    const of = (name: string) => agents.find(({ agent }: { agent: string }) => agent === name);
    expect(of("constructor")).toEqual({
      agent: "constructor",
      score: 0,
      confidence: 0,
      reach: 0,
      credibility: expect.any(Number),
      veto: null,
      by_skill: null,
    });
    expect(of("ant-1").score).toBeLessThan(of("diff").score);

    const table = await say(place, "trust");
    expect(table.out).toMatch(/^agent +trust +confidence +reach +credibility\n/);
    expect(table.err).toContain("All trust comes from one root, root");
    expect(table.err).toContain("mound root add");

    const story = await data(place, "trust", "ant-1");
    expect(story).toMatchObject({ agent: "ant-1", score: of("ant-1").score, own: null });
    expect(story.did).toMatchObject({ done: 2, accepted: 1, rejected: 1 });
    // What root has seen of it is as bad as good: root's trust is not carried there.
    expect(story.paths).toEqual([{ root: "root", path: [], carried: 0, reached: 0 }]);
    const adds = story.facts.map(({ kind, by, good, adds: by_ }: Record<string, unknown>) => [
      kind,
      by,
      good,
      Math.sign(by_ as number),
    ]);
    expect(adds).toEqual(
      expect.arrayContaining([
        ["deeds", "root", true, 1],
        ["deeds", "root", false, -1],
      ]),
    );
    const told = await say(place, "trust", "ant-1", "--for", "go");
    expect(told.out).toContain("ant-1 is trusted 0.");
    expect(told.out).toContain("Too little is known of its work for go: all its work counts");
    expect((await say(place, "trust", "--for", "go")).out).toMatch(/^ant-1 .* by all its work$/m);
    expect(told.out).toContain("No root's trust reaches it.");
    expect(told.out).toMatch(/\+0\.\d+ +\S+ good deeds? seen by root in the week of \d{4}-/);
    expect(told.out).toMatch(/-0\.\d+ +\S+ bad deeds? seen by root .* until \d{4}-\d\d-\d\d\n/);
    expect(told.out).toContain("all of it will have faded by ");
    expect(told.out).not.toContain("\u001b");
    expect((await say(place, "trust", "constructor")).out).toContain("Nothing is said of it");

    const own = await data(place, "trust", "ant-1", "--from", "me", "--as", "root");
    expect(own).toMatchObject({ from: "root", own: { bad: expect.any(Number) } });
    expect(own.veto).toBeLessThan(1);
    // An agent may be called as the command is.
    expect(await data(place, "trust", "diff")).toMatchObject({
      agent: "diff",
      paths: [{ path: ["root", "diff"] }],
    });
    expect((await say(place, "trust", "diff")).out).toMatch(
      /^ {2}root > diff +carries \d+\.\d % of what root starts with$/m,
    );
    const apart = await data(place, "trust", "diff", "root", "constructor");
    expect(apart.equal).toBe(false);
    expect(apart.roots).toEqual({ root: ["root"], constructor: ["constructor", "root"] });
    expect(apart.differences.map(([a]: [{ agent: string }]) => a.agent)).toContain("constructor");
    const same = await data(place, "trust", "diff", "diff", "diff");
    expect(same).toMatchObject({ equal: true, differences: [] });
    expect((await say(place, "trust", "diff", "diff", "diff")).out).toContain(
      "see all 4 members alike",
    );

    for (const [words, code, message] of [
      [["trust", "nobody"], 3, "There is no agent nobody"],
      [["trust", "A b"], 2, "cannot be an agent's name"],
      [["trust", "__proto__"], 2, "cannot be an agent's name"],
      [["trust", "--from", "nobody"], 3, "There is no agent nobody"],
      [["trust", "--from", "-x"], 2, "cannot be an agent's name"],
      [["trust", "--for", ""], 2, "--for takes a skill"],
      [["trust", "--for", "go\u001b[2J"], 2, 'not "go'],
      [["trust", "diff", "diff", "root", "--for", "Two Words"], 2, "--for takes a skill"],
      [["trust", "diff", "ant-1"], 2, "Name two members"],
      [["trust", "diff", "ant-1", "nobody"], 3, "There is no agent nobody"],
      [["trust", "ant-1", "diff", "x"], 2, "Too many arguments"],
      [["trust", "--at", "yesterday"], 2, "--at takes"],
    ] as const) {
      const ran = await mound(place, ...words);
      expect([words, ran.code]).toEqual([words, code]);
      expect([words, ran.json?.error?.message]).toEqual([words, expect.stringContaining(message)]);
    }
  },
);
