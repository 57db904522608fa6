import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, renameSync, symlinkSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { EXIT } from "../../src/cli/exit.ts";
import { type Cli, foundedCli } from "../support/cli.ts";

const AS = "--as ant-1 --json";

interface Submitted {
  readonly draft: string;
  readonly task: string;
  readonly token: number | null;
  readonly commit: string | null;
  readonly path: string;
  readonly left: string | null;
}

interface Fault {
  readonly draft: string;
  readonly line: number | null;
  readonly message: string;
  readonly fix: string;
}

async function submit(cli: Cli, paths = "", cwd = "m") {
  const ran = await cli.run(`submit ${paths} ${AS}`, { cwd });
  const { submitted, faults } = ran.json.data as {
    submitted: readonly Submitted[];
    faults: readonly Fault[];
  };
  return { code: ran.code, submitted, faults };
}

async function tasks(cli: Cli): Promise<readonly { id: string; title: string; status: string }[]> {
  return (await cli.ok(`-C m task list ${AS}`)).json.data.tasks as never;
}

async function addTask(cli: Cli, title = "Fix it"): Promise<string> {
  return (await cli.ok(`-C m task add '${title}' ${AS}`)).json.data.task.id as string;
}

describe("mound submit", () => {
  test("makes tasks of all drafts in one push, sorted, and removes the files", async () => {
    const cli = await foundedCli();
    cli.write("m/drafts/b.yaml", "kind: task\ntitle: Second\n");
    cli.write("m/drafts/a", "kind: task\ntitle: First\npriority: 4\n");
    cli.write("m/drafts/more/c.md", "kind: task\r\ntitle: Third\r\n");
    const { code, submitted, faults } = await submit(cli);
    expect([code, faults]).toEqual([EXIT.ok, []]);
    expect(submitted.map(({ draft }) => draft)).toEqual([
      "drafts/a",
      "drafts/b.yaml",
      "drafts/more/c.md",
    ]);
    for (const { path, task, commit } of submitted) {
      expect(path).toBe(`tasks/${task.slice(0, 2)}/${task}/task.yaml`);
      expect(cli.read("m", path)).toContain("BEGIN SSH SIGNATURE");
      expect(cli.git("m", "show", "--format=", "--name-only", commit!).trim()).toBe(path);
    }
    const titles = (await tasks(cli)).map(({ title }) => title);
    expect(titles.toSorted()).toEqual(["First", "Second", "Third"]);
    expect(readdirSync(cli.path("m/drafts"))).toEqual(["more"]);
    expect(cli.git("m", "status", "--porcelain")).toBe("");
    expect(readdirSync(cli.path("m/.git/mound/drafts"))).toEqual([]);
  });

  test("says where each draft went, and what to type next", async () => {
    const cli = await foundedCli();
    cli.write("m/drafts/fix.yaml", "kind: task\ntitle: Fix the login\n");
    const { out, err } = await cli.ok("submit --as ant-1", { cwd: "m" });
    expect(out).toMatch(
      /^drafts\/fix\.yaml -> tasks\/..\/[0-9a-z]{7}-fix-the-login\/task\.yaml\n$/,
    );
    expect(err).toMatch(/^ {2}mound task show /);
  });

  test("one draft at fault fails alone, and gives the exit code", async () => {
    const cli = await foundedCli();
    cli.write("m/drafts/a.yaml", "kind: task\ntitel: Typo\n");
    cli.write("m/drafts/b.yaml", "kind: task\ntitle: Good\n");
    cli.write("m/drafts/c.yaml", "kind: task\ntitle: Waits\nneeds: x\nafter: nothere\n");
    const { code, submitted, faults } = await submit(cli);
    expect(code).toBe(EXIT.usage);
    expect(submitted.map(({ draft }) => draft)).toEqual(["drafts/b.yaml"]);
    expect(faults).toMatchObject([
      { draft: "drafts/a.yaml", line: 2, fix: "Mend line 2, then: mound submit drafts/a.yaml" },
      { draft: "drafts/c.yaml", line: 4, fix: "mound task list" },
    ]);
    expect(faults[0]!.message).toMatch(
      /^drafts\/a\.yaml, line 2: `titel` is not a field of a task/,
    );
    expect(faults[1]!.message).toMatch(/^drafts\/c\.yaml, line 4: .*nothere, which does not exist/);
    expect(readdirSync(cli.path("m/drafts"))).toEqual(["a.yaml", "c.yaml"]);
    expect(readdirSync(cli.path("m/.git/mound/drafts"))).toEqual([]);
  });

  test("claims, reports, finishes and reviews by files", async () => {
    const cli = await foundedCli();
    await cli.ok("-C m join --as ant-2");
    const id = await addTask(cli);
    const folder = `tasks/${id.slice(0, 2)}/${id}`;
    cli.write("m/drafts/1", `kind: claim\ntask: ${id.slice(0, 4)}\n`);
    cli.write("m/drafts/2", `kind: progress\ntask: ${id}\npercent: 40\nnote: half\n`);
    cli.write("m/drafts/3", `kind: progress\ntask: ${id}\ncheckpoint: go on here\n`);
    cli.write("m/drafts/4", `kind: attempt\ntask: ${id}\noutcome: done\nresult: fixed\n`);
    const worked = await cli.ok("submit --as ant-2 --json", { cwd: "m" });
    expect((worked.json.data.submitted as Submitted[]).map(({ path }) => path)).toEqual([
      `${folder}/claim.lock`,
      `${folder}/progress/1-1.yaml`,
      `${folder}/progress/1-2.yaml`,
      `${folder}/attempts/1.yaml`,
    ]);
    cli.write("m/drafts/5", `kind: review\ntask: ${id}\nverdict: accepted\n`);
    expect((await submit(cli)).submitted[0]!.path).toBe(`${folder}/reviews/1.yaml`);
    expect((await tasks(cli))[0]!.status).toBe("accepted");
    const other = await addTask(cli, "Not this");
    cli.write("m/drafts/6", `kind: cancel\ntask: ${other}\nreason: no\n`);
    expect((await submit(cli)).submitted[0]!.path).toMatch(/cancel\.yaml$/);
  });

  test("what only the line can say has the exit code that it has elsewhere", async () => {
    const cli = await foundedCli();
    await cli.ok("-C m join --as ant-2");
    const id = await addTask(cli);
    await cli.ok(`-C m claim ${id} --as ant-2`);
    cli.write("m/drafts/mine", `kind: claim\ntask: ${id}\n`);
    const { code, faults } = await submit(cli);
    expect(code).toBe(EXIT.lost);
    expect(faults[0]!.message).toMatch(/^drafts\/mine: The task .* is held by ant-2/);
    expect(existsSync(cli.path("m/drafts/mine"))).toBe(true);
  });

  test("no drafts are no fault", async () => {
    const cli = await foundedCli();
    expect(await submit(cli)).toEqual({ code: EXIT.ok, submitted: [], faults: [] });
    const { out, err } = await cli.ok("submit --as ant-1", { cwd: "m" });
    expect(out).toMatch(/There are no drafts/);
    expect(err).toMatch(/printf .* > drafts\/first\.yaml/);
  });
});

describe("which files are drafts", () => {
  test("files of editors, hidden ones and notes of faults are not", async () => {
    const cli = await foundedCli();
    const others = [
      ".fix.yaml.swp",
      "fix.yaml~",
      "#fix.yaml#",
      ".#fix.yaml",
      "fix.tmp",
      "4913",
      ".hidden/fix.yaml",
      "fix.yaml.fault.txt",
    ];
    for (const name of others) cli.write(`m/drafts/${name}`, "kind: task\ntitle: Not this\n");
    expect((await submit(cli)).submitted).toEqual([]);
    expect(await tasks(cli)).toEqual([]);
  });

  test("a link, a pipe, a folder and a missing file are told apart", async () => {
    const cli = await foundedCli();
    cli.write("secret.yaml", "kind: task\ntitle: Secret\n");
    cli.write("m/drafts/folder/.keep", "");
    symlinkSync(cli.path("secret.yaml"), cli.path("m/drafts/link"));
    execFileSync("mkfifo", [cli.path("m/drafts/pipe")]);
    const { code, faults } = await submit(cli, "drafts/link drafts/pipe drafts/folder drafts/none");
    expect(code).toBe(EXIT.usage);
    expect(faults.map(({ message }) => message)).toEqual([
      expect.stringMatching(/link cannot be read as a draft: it is a symbolic link/),
      expect.stringMatching(/pipe cannot be read as a draft: it is no plain file/),
      expect.stringMatching(/folder cannot be read as a draft: it is a folder/),
      "There is no draft drafts/none.",
    ]);
    expect((await submit(cli)).faults.map(({ draft }) => draft)).toEqual([
      "drafts/link",
      "drafts/pipe",
    ]);
    expect((await submit(cli, "drafts/none")).code).toBe(EXIT.missing);
  });

  test("one that lies elsewhere is taken when it is named, and left where it is", async () => {
    const cli = await foundedCli();
    cli.write("wish.yaml", "kind: task\ntitle: From elsewhere\n");
    const ran = await cli.ok("-C m submit ../wish.yaml ../wish.yaml --as ant-1");
    expect(ran.err).toMatch(/wish\.yaml was left where it is: only files below drafts\//);
    expect(existsSync(cli.path("wish.yaml"))).toBe(true);
    expect((await tasks(cli)).map(({ title }) => title)).toEqual(["From elsewhere"]);
    expect(readdirSync(cli.path("m/.git/mound/drafts"))).toEqual([]);
    expect((await submit(cli, "../wish.yaml")).submitted[0]!.left).toBe("elsewhere");
  });

  test("one draft may come by standard input", async () => {
    const cli = await foundedCli();
    const good = await cli.ok(`-C m submit - ${AS}`, { input: "kind: task\ntitle: Piped\n" });
    expect(good.json.data.submitted).toMatchObject([{ draft: "-", left: null }]);
    const bad = await cli.run(`-C m submit - ${AS}`, { input: "kind: task\n" });
    expect(bad.code).toBe(EXIT.usage);
    expect(bad.json.data.faults).toMatchObject([{ draft: "-", line: 1 }]);
  });

  test("paths are those of where one stands, and names may have blanks", async () => {
    const cli = await foundedCli();
    cli.write("m/drafts/my wish.yaml", "kind: task\ntitle: Blank\n");
    const ran = await cli.ok(["submit", "my wish.yaml", "--as", "ant-1"], { cwd: "m/drafts" });
    expect(ran.out).toMatch(/^my wish\.yaml -> tasks\//);
    expect(existsSync(cli.path("m/drafts/my wish.yaml"))).toBe(false);
  });

  test("a draft of another agent, of too many bytes, of no UTF-8 and an empty one", async () => {
    const cli = await foundedCli();
    cli.write("m/drafts/1", "kind: task\ntitle: x\ncreator: ant-7\n");
    cli.write("m/drafts/2", `kind: task\ntitle: x\nbody: ${"x".repeat(20_000)}\n`);
    cli.write("m/drafts/3", Uint8Array.of(0xff, 0xfe, 0x6b));
    cli.write("m/drafts/4", "");
    const { faults } = await submit(cli);
    expect(faults.map(({ line, message }) => [line, message])).toEqual([
      [3, expect.stringMatching(/`creator` is ant-7, but it is ant-1 who submits it/)],
      [1, expect.stringMatching(/more than 16384 bytes/)],
      [1, expect.stringMatching(/not valid UTF-8/)],
      [1, expect.stringMatching(/it is empty/)],
    ]);
    expect(await tasks(cli)).toEqual([]);
  });
});

describe("a wish that is said again", () => {
  test("a new file of the same name and content is a new wish", async () => {
    const cli = await foundedCli();
    for (const _ of ["one", "two"]) {
      cli.write("m/drafts/a", "kind: task\ntitle: Again\n");
      expect((await submit(cli)).submitted).toHaveLength(1);
    }
    expect(await tasks(cli)).toHaveLength(2);
  });

  test("what lay there before the folder was made by hand does not matter", async () => {
    const cli = await foundedCli();
    cli.write("m/elsewhere/a", "kind: task\ntitle: Moved in\n");
    renameSync(cli.path("m/elsewhere"), cli.path("m/drafts"));
    expect((await submit(cli)).submitted).toHaveLength(1);
  });

  test("without an agent nothing is touched", async () => {
    const cli = await foundedCli();
    cli.write("m/drafts/a", "kind: task\ntitle: x\n");
    const ran = await cli.run("-C m submit");
    expect(ran.code).toBe(EXIT.usage);
    expect(ran.err).toMatch(/Nobody is acting/);
    expect(existsSync(cli.path("m/drafts/a"))).toBe(true);
  });

  test("an agent without a key leaves the drafts, and no mark of them", async () => {
    const cli = await foundedCli();
    cli.write("m/drafts/a", "kind: task\ntitle: x\n");
    const ran = await cli.run("-C m submit --as ant-9 --json");
    expect(ran.code).toBe(EXIT.refused);
    expect(ran.json.data.faults[0].message).toMatch(/no key of ant-9/);
    expect(readdirSync(cli.path("m/.git/mound/drafts"))).toEqual([]);
  });
});
