import { describe, expect, test } from "vitest";
import { type Cli, foundedCli } from "../support/cli.ts";

interface Fault {
  readonly line: number;
  readonly entry?: number;
  readonly field?: string;
  readonly message: string;
}

async function world(): Promise<Cli> {
  const cli = await foundedCli();
  return cli;
}

/** Imports what must be refused; nothing is added, and every fault has its line. */
async function faultsOf(cli: Cli, input: string): Promise<readonly Fault[]> {
  const ran = await cli.run("-C m task import - --as ant-1 --json", { input });
  expect([input, ran.code, ran.json.error.code]).toEqual([input, 2, "import-invalid"]);
  return ran.json.error.details.faults as readonly Fault[];
}

async function expectFault(cli: Cli, input: string, line: number, message: RegExp): Promise<void> {
  const faults = await faultsOf(cli, input);
  const found = faults.map((fault) => `${fault.line}: ${fault.message}`);
  expect(
    faults.some((fault) => fault.line === line && message.test(fault.message)),
    `${input}\n${found.join("\n")}`,
  ).toBe(true);
}

const LIST = `# a plan
- label: cause
  title: Find the cause
  priority: 4
- title: Fix it
  label: fix
  after: [cause]
  needs: [typescript]
  body: |
    In two
    lines.
  deadline: 2026-12-01
  lease: 30m
- {title: Ship it, after: [fix, cause], parent: cause}
`;

describe("task import", () => {
  test.each([
    ["a list", LIST],
    [
      "documents",
      LIST.replace("# a plan\n", "")
        .split(/^- /m)
        .filter((part) => part !== "")
        .map((part) => `---\n${part.replaceAll(/^ {2}/gm, "")}`)
        .join(""),
    ],
    [
      "lines of JSON",
      [
        { label: "cause", title: "Find the cause", priority: 4 },
        {
          title: "Fix it",
          label: "fix",
          after: ["cause"],
          needs: ["typescript"],
          body: "In two\nlines.\n",
          deadline: "2026-12-01",
          lease: "30m",
        },
        { title: "Ship it", after: ["fix", "cause"], parent: "cause" },
      ]
        .map((entry) => JSON.stringify(entry))
        .join("\n"),
    ],
  ])("takes %s, all in one commit, with labels turned into ids", async (_what, input) => {
    const cli = await world();
    cli.write("plan.txt", input);
    const before = Number(cli.git("m", "rev-list", "--count", "main"));
    const { data } = (await cli.ok("-C m task import ../plan.txt --as ant-1 --json")).json;
    expect(Number(cli.git("m", "rev-list", "--count", "main"))).toBe(before + 1);
    const [cause, fix, ship] = data.tasks;
    expect([cause.label, fix.label, ship.label]).toEqual(["cause", "fix", null]);
    expect(cause).toMatchObject({ title: "Find the cause", status: "open", priority: 4 });
    expect(fix).toMatchObject({ status: "blocked", after: [cause.id], needs: ["typescript"] });
    expect(ship).toMatchObject({ after: [fix.id, cause.id] });
    const shown = (await cli.ok(`-C m task show ${fix.id} --json`)).json.data.task;
    expect(shown).toMatchObject({
      body: "In two\nlines.\n",
      deadline: "2026-12-01T00:00:00.000Z",
      lease: "30m",
    });
  });

  test("names older tasks by id or prefix", async () => {
    const cli = await world();
    const { id } = (await cli.ok("-C m task add First --as ant-1 --json")).json.data.task;
    const { data } = (
      await cli.ok("-C m task import - --as ant-1 --json", {
        input: `- title: Then\n  after: [${id.slice(0, 5)}]\n`,
      })
    ).json;
    expect(data.tasks[0].after).toEqual([id]);
  });

  test("finds every fault, each at its line, and adds nothing", async () => {
    const cli = await world();
    const faults = await faultsOf(
      cli,
      [
        "- title: Fine",
        "  label: a",
        "- titel: Typo",
        "  label: a",
        "- title: Both",
        "  priority: 9",
        "  after: [nowhere]",
        "- title: [not, a, text]",
        "  needs: just-one",
        "- title: Late",
        "  deadline: soon",
        "  reviewer: ghost",
        "  lease: 900h",
      ].join("\n"),
    );
    expect(faults.map(({ line, entry, field }) => [line, entry, field])).toEqual([
      [3, 1, "titel"],
      [3, 1, "title"],
      [4, 1, "label"],
      [6, 2, "priority"],
      [7, 2, "after"],
      [8, 3, "title"],
      [9, 3, "needs"],
      [11, 4, "deadline"],
      [12, 4, "reviewer"],
      [13, 4, "lease"],
    ]);
    const ran = await cli.run("-C m task import - --as ant-1", {
      input: "- title: x\n  color: red\n",
    });
    expect(ran.err).toContain(
      "Nothing was added, because there is a fault in standard input:\n  line 2: There is no field `color` in a task.",
    );
    expect((await cli.ok("-C m task list --json")).json.data.total).toBe(0);
  });

  test("refuses what YAML or JSON may be, and a task is not", async () => {
    const cli = await world();
    await expectFault(cli, "- title: a\n  title: b\n", 2, /`title` is there twice/);
    await expectFault(cli, '{"title":"a","title":"b"}', 1, /there twice/);
    await expectFault(cli, "- title: a\n\tbody: b\n", 2, /cannot be read/);
    await expectFault(cli, "- title: &x a\n  body: b\n", 1, /must be a text/);
    await expectFault(cli, "- title: a\n  body: *x\n", 2, /must be a text|cannot be read/);
    await expectFault(cli, "- title: !!str a\n", 1, /must be a text/);
    await expectFault(
      cli,
      "<<<<<<< HEAD\n- title: a\n=======\n- title: b\n>>>>>>> x\n",
      1,
      /cannot be read/,
    );
    await expectFault(cli, "- title: a\n- just a text\n", 2, /must be a map/);
    await expectFault(cli, "- title: a\n  body: {x: y}\n", 2, /must be a text/);
    await expectFault(cli, '{"title":"a"}\n{"title":\n', 2, /not a JSON object/);
    await expectFault(cli, '{"title":"a"}\n{"title":7}\n', 2, /must be a text/);
    await expectFault(cli, '{"title":null}\n', 1, /must be a text/);
    await expectFault(cli, "- title: a\n  label: two words\n", 2, /one word/);
    await expectFault(cli, "- title: a\n  label: k3f9qz7-x\n", 2, /could be the id/);
    await expectFault(
      cli,
      `- title: a\n  body: "${"\u{1f41c}".repeat(4_000)}"\n`,
      2,
      /a record has at most 16384/,
    );
  });

  test("refuses circles, also of one", async () => {
    const cli = await world();
    await expectFault(
      cli,
      "- {title: a, label: a, after: [a]}\n",
      1,
      /`a` would wait for itself: a -> a/,
    );
    const circle =
      "- {title: a, label: a, after: [b]}\n- {title: b, label: b, after: [c]}\n- {title: c, label: c, after: [a]}\n";
    await expectFault(cli, circle, 1, /a -> b -> c -> a/);
    await expectFault(cli, "- {title: a, label: a, parent: a}\n", 1, /`a` would be part of itself/);
  });

  test("says when there is nothing to import, or no such file", async () => {
    const cli = await world();
    for (const [input, message] of [
      ["", "no tasks"],
      ["# only a comment\n---\n", "no tasks"],
    ] as const) {
      const ran = await cli.run("-C m task import - --as ant-1", { input });
      expect(ran.code).toBe(2);
      expect(ran.err).toContain(message);
    }
    const missing = await cli.run("-C m task import nowhere.yaml --as ant-1");
    expect(missing.code).toBe(2);
    expect(missing.err).toContain("nowhere.yaml cannot be read");
  });

  test("takes 5,000 tasks and not one more", async () => {
    const cli = await world();
    const lines = (count: number): string =>
      Array.from({ length: count }, (_, index) =>
        JSON.stringify({ title: `Number ${index}` }),
      ).join("\n");
    const [fault] = await faultsOf(cli, lines(5_001));
    expect(fault).toMatchObject({ line: 5_001, entry: 5_000 });
    expect(
      (await cli.ok("-C m task import - --as ant-1 --json", { input: lines(5_000) })).json.data
        .tasks,
    ).toHaveLength(5_000);
    expect((await cli.ok("-C m status --json")).json.data.tasks).toMatchObject({
      total: 5_000,
      open: 5_000,
    });
  });
});
