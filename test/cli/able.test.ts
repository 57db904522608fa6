import { expect, test } from "vitest";
import { plan } from "../support/plan.ts";

/** A mound of ant-1 with two more members, and how to run commands in it. */
async function colony() {
  const cli = await plan();
  await cli.ok("-C m join --as ant-2 --can typescript");
  await cli.ok("-C m join --as liar --can typescript");
  return {
    cli,
    run: (agent: string, ...words: string[]) => cli.run(["-C", "m", ...words, "--as", agent]),
    json: async (agent: string, ...words: string[]) =>
      (await cli.ok(["-C", "m", ...words, "--as", agent, "--json"])).json.data,
  };
}

const FULL = [
  "can typescript review --tag gpu --tag node>=22 --load 1/4 --for 7d".split(" "),
  ["--name", "review: Review", "--skill-tags", "review: code quality"],
  ["--describe", "review: reads code, and says: this is wrong"],
].flat();

const REFUSED: readonly (readonly [readonly string[], number, string])[] = [
  [["--load", "5/4"], 4, "its load of 5 is above its capacity of 4"],
  [["--load", "much"], 2, "--load takes"],
  [["--for", "soon"], 2, "--for takes a duration"],
  [["--describe", "review"], 2, "--describe takes a skill, a colon and a text"],
  [["--describe", "cobol: long ago"], 4, "speaks of cobol"],
  [
    ["rust", "Ünter"],
    2,
    'mound can takes a skill, such as typescript: a-z, 0-9 and + - . _ < = >, at most 40; not "Ünter".\n  mound help can',
  ],
  [["--tag", "a\u001b[2J"], 2, "--tag takes a skill"],
  [Array.from({ length: 10_000 }, (_, n) => `s${n}`), 2, "a record has at most 16384"],
  [["--add"], 2, "--add needs"],
  [Array.from({ length: 65 }, (_, n) => `s${n}`), 2, "at most 64"],
];

test("mound can alone shows what was said; what is not said anew stays; bad input is refused", async () => {
  const { run, json } = await colony();
  expect((await run("ant-1", "can")).out).toContain("say it: mound can SKILL...");
  expect((await run("ant-2", "can")).out).toMatch(/^skill +typescript\nload +0 of 1\n/);
  expect(await run("nobody", "can")).toMatchObject({ code: 4 });
  expect(await run("ant-2", ...FULL)).toMatchObject({ code: 0 });
  const { can, already } = await json("ant-2", "can", "rust", "--add");
  expect(already).toBe(false);
  expect(can).toMatchObject({
    skills: [
      { id: "typescript", name: null, description: null, tags: [] },
      {
        id: "review",
        name: "Review",
        description: "reads code, and says: this is wrong",
        tags: ["code", "quality"],
      },
      { id: "rust" },
    ],
    tags: ["gpu", "node>=22"],
    load: 1,
    capacity: 4,
    in_date: true,
  });
  expect((await json("ant-2", "can", "rust", "--add")).already).toBe(true);
  const shown = (await run("ant-2", "agent", "show", "ant-2")).out;
  expect(shown).toMatch(/\ntags +gpu, node>=22\nload +1 of 4\nuntil +\d{4}-/);
  expect((await run("ant-2", "whoami")).out).toContain("1 of 4");
  for (const [words, code, message] of REFUSED) {
    const ran = await run("ant-2", "can", ...words);
    expect([words, ran.code, ran.out]).toEqual([words, code, ""]);
    expect(ran.err).toContain(message);
    expect(ran.err).not.toContain("\u001b");
  }
});

test("mound who puts who has shown it first, and shows a false broadcast", async () => {
  const { cli, run, json } = await colony();
  await run("ant-2", ...FULL);
  for (const [agent, end] of [
    ["ant-2", "done"],
    ["liar", "fail"],
  ] as const) {
    const task = (await json("ant-1", "task", "add", "Port it", "--needs", "typescript")).task.id;
    await cli.ok(["-C", "m", "claim", task, "--as", agent]);
    await cli.ok([
      "-C",
      "m",
      end,
      task,
      "--as",
      agent,
      ...(end === "fail" ? ["--reason", "x"] : []),
    ]);
    if (end === "done")
      await cli.ok(["-C", "m", "task", "review", task, "--accept", "--as", "ant-1"]);
  }
  const { agents, lapsed } = await json("ant-1", "who", "typescript");
  expect(lapsed).toEqual([]);
  expect(agents).toMatchObject([
    {
      agent: "ant-2",
      load: 1,
      capacity: 4,
      holds: 0,
      lapses: "no",
      evidence: [{ skill: "typescript", done: 1, accepted: 1, failed: 0, success: 0.667 }],
    },
    { agent: "liar", evidence: [{ done: 0, failed: 1, success: 0.333 }] },
  ]);
  const { out } = await run("ant-1", "who", "typescript", "gpu");
  expect(out).toMatch(/^ant-2 {2}says it is at 1 of 4, holds 0/);
  expect(out).toContain("  typescript: done 1, accepted 1\n  gpu: nothing shown yet");
  expect(out).not.toContain("liar");
  const nobody = await run("ant-1", "who", "cobol");
  expect(nobody).toMatchObject({ code: 3, out: "" });
  expect(nobody.err).toContain("No member says that it can do cobol.");
  for (const word of ["", "TypeScript", "two words"])
    expect(await run("ant-1", "who", word)).toMatchObject({
      code: 2,
      err: expect.stringContaining(`not "${word}"`),
    });
});

test("mound agent card is an A2A card of what is true", async () => {
  const { run } = await colony();
  await run("ant-2", ...FULL);
  const { out } = await run("ant-1", "agent", "card", "ant-2");
  const card = JSON.parse(out) as Record<string, unknown>;
  expect(card).toMatchObject({
    name: "ant-2",
    supportedInterfaces: [],
    capabilities: { streaming: false, pushNotifications: false },
    defaultInputModes: ["text/plain"],
    defaultOutputModes: ["text/plain"],
  });
  const skills = card["skills"] as Record<string, unknown>[];
  for (const skill of skills)
    expect(Object.keys(skill)).toEqual(["id", "name", "description", "tags"]);
  expect(skills[1]).toEqual({
    id: "review",
    name: "Review",
    description: "reads code, and says: this is wrong",
    tags: ["code", "quality", "gpu", "node>=22"],
  });
  expect(Object.keys(card)).not.toContain("url");
  expect(await run("ant-1", "agent", "card", "ghost")).toMatchObject({ code: 3 });
});

test("a need that nobody can meet is said when it is added, in the status, and in the events", async () => {
  const { cli, run, json } = await colony();
  const added = await run("ant-1", "task", "add", "Old code", "--needs", "cobol");
  expect(added.code).toBe(0);
  expect(added.err).toContain("No member says that it can do cobol");
  const { unmatched } = await json("ant-1", "status");
  expect(unmatched).toMatchObject([{ title: "Old code", unmatched: ["cobol"] }]);
  expect((await run("ant-1", "status")).out).toContain("needs cobol  Old code");
  const shown = await run("ant-1", "task", "show", unmatched[0].id);
  expect(shown.out).toContain("Unmatched: No member says that it can do cobol");
  const events = await run("ant-1", "events", "--on", "task.unmatched");
  expect(events.out.trim().split("\n")).toHaveLength(1);
  expect(events.out).toContain("Old code");
  await cli.ok("-C m can cobol --add --as liar");
  expect((await json("ant-1", "status")).unmatched).toEqual([]);
  await cli.ok("-C m leave --as liar");
  const { out } = await run("ant-1", "events", "--on", "task.unmatched");
  expect(out.trim().split("\n")).toHaveLength(2);
});
