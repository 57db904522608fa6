import { chmodSync, linkSync, mkdirSync, symlinkSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Reactions, startReactions } from "../../src/daemon/reactions/reactions.ts";
import type { Tried } from "../../src/daemon/reactions/run.ts";
import { systemClock } from "../../src/git/clock.ts";
import { systemRandom } from "../../src/git/random.ts";
import { type Cli, foundedCli, testCli } from "../support/cli.ts";
import { batch, event } from "../support/reactions.ts";
import { until } from "../support/until.ts";

const FILE = `reactions:
  - name: tell
    on: [task.added, task.done]
    where: { needs: typescript, priority: ">=3" }
    run: [notify-send, "a task; of $MOUND"]
  - name: all
    on: "*"
    run: [./all.sh]
    retries: 0
`;
const OWN = ".home-config/mound/reactions.yaml";

/** A daemon's reactions in this process, whose programs all fail, or all go well. */
async function daemon(cli: Cli, tried: Tried): Promise<Reactions> {
  const started = await startReactions({
    folder: cli.path("m/.git/mound/reactions"),
    file: cli.path(OWN),
    named: false,
    workTree: cli.path("m"),
    clock: systemClock,
    random: systemRandom,
    environment: {},
    note: () => undefined,
    signal: new AbortController().signal,
    run: async ({ onStart }) => {
      onStart(process.pid);
      return tried;
    },
  });
  if (!started.ok) throw new Error(JSON.stringify(started.error));
  onTestFinished(() => started.value.close());
  return started.value;
}

const FAILED: Tried = {
  why: { kind: "exit", code: 9 },
  stdout: "",
  stderr: "no \u001b[31mbus\nat all\n",
};

describe("mound reactions", () => {
  test("says where the file would be when there is none", async () => {
    const cli = await foundedCli();
    const ran = await cli.ok("-C m reactions");
    expect(ran.out).toBe(
      `No mound watch runs here, so nothing is tried. There is no reactions file: ${cli.path(OWN)}\n`,
    );
    const { json } = await cli.ok("-C m reactions --json");
    expect(json.data).toMatchObject({ file: cli.path(OWN), daemon: null, reactions: [], dead: [] });
  });

  test("shows the file, and its fault where it has one", async () => {
    const cli = await foundedCli();
    cli.write(OWN, FILE);
    const ran = await cli.ok("-C m reactions");
    expect(ran.out).toContain(
      '  tell  on task.added, task.done  where needs: typescript, priority: >=3  runs notify-send "a task; of $MOUND"\n',
    );
    const { json } = await cli.ok("-C m reactions --json");
    expect(json.data.reactions[0]).toEqual({
      name: "tell",
      on: ["task.added", "task.done"],
      where: { needs: ["typescript"], priority: [">=3"] },
      run: ["notify-send", "a task; of $MOUND"],
      timeout_s: 60,
      retries: 5,
      concurrency: 1,
    });
    cli.write(OWN, `${FILE}    retires: 3\n`);
    const flawed = await cli.ok("-C m reactions");
    expect(flawed.err).toMatch(/line 10: There is no field `retires` here/);
    expect(flawed.err).toContain("Nothing of it counts until that is mended.");
  });

  test("shows what waits, what is retried and what was given up, with the end of its output, harmless", async () => {
    const cli = await foundedCli();
    cli.write(OWN, FILE);
    const reactions = await daemon(cli, FAILED);
    const wanted = event("e-1", "k3f9qz1-fix", { needs: ["typescript"], priority: 4 });
    await reactions.deliver(batch(wanted));
    await until("a dead letter", () => reactions.status().dead.length === 1);
    const ran = await cli.ok("-C m reactions");
    expect(ran.out).toContain(`2 reactions in ${cli.path(OWN)}\n`);
    expect(ran.out).toMatch(
      /Retried: 1\n {2}1 {2}tell {2}task\.added {2}k3f9qz1-fix {2}failed 1 time: it ended with code 9; again at/,
    );
    expect(ran.out).toMatch(
      /Dead letters: 1\n {2}2 {2}all .* given up after 1 try at .*: it ended with code 9\n {6}no \\x1b\[31mbus\n {6}at all\n/,
    );
    expect(ran.err).toContain("mound reactions retry 2");
    const { json } = await cli.ok("-C m reactions --json");
    expect(json.data).toMatchObject({
      daemon: process.pid,
      retrying: [{ number: 1, reaction: "tell", tries: 1 }],
      dead: [{ number: 2, event: { id: "e-1" }, failure: { why: { kind: "exit", code: 9 } } }],
    });
  });
});

describe("mound reactions retry and drop", () => {
  test("reach a daemon that runs", async () => {
    const cli = await foundedCli();
    cli.write(OWN, FILE);
    const reactions = await daemon(cli, FAILED);
    await reactions.deliver(batch(event("e-1"), event("e-2"), event("e-3")));
    await until("the dead letters", () => reactions.status().dead.length === 3);
    const ran = await cli.ok("-C m reactions drop 1");
    expect(ran.out).toBe("1 will be dropped by the daemon, within a second.\n");
    await until("the drop", () => reactions.status().dead.length === 2);
    const before = reactions.status().dead[0]!.failure!.at;
    await cli.ok("-C m reactions retry --all");
    await until("another try", () => (reactions.status().dead[0]?.failure?.at ?? 0) > before);
  });

  test("are kept for the next daemon where none runs", async () => {
    const cli = await foundedCli();
    cli.write(OWN, FILE);
    const first = await daemon(cli, FAILED);
    await first.deliver(batch(event("e-1")));
    await until("a dead letter", () => first.status().dead.length === 1);
    await first.close();
    const ran = await cli.ok("-C m reactions retry 1 --json");
    expect(ran.json.data).toEqual({ action: "retry", requested: [1] });
    expect((await cli.ok("-C m reactions --json")).json.data.requests).toBe(1);
    const second = await daemon(cli, undefined);
    await until("the end of all", () => {
      const { waiting, retrying, dead } = second.status();
      return waiting.length + retrying.length + dead.length === 0;
    });
  });

  test("ask for numbers that there are", async () => {
    const cli = await foundedCli();
    expect((await cli.run("-C m reactions retry")).code).toBe(2);
    expect((await cli.run("-C m reactions drop 1 --all")).code).toBe(2);
    expect((await cli.run("-C m reactions retry --all")).code).toBe(3);
    const unknown = await cli.run("-C m reactions drop 17");
    expect([unknown.code, unknown.err]).toEqual([
      3,
      "mound: There is no dead letter with the number 17.\n  mound reactions\n",
    ]);
    expect((await cli.run("-C m reactions drop ../x --json")).json.error.code).toBe(
      "delivery-unknown",
    );
  });
});

describe("mound reactions check", () => {
  test("says that a file is in order, or its faults with their lines; no mound is needed", async () => {
    const cli = testCli();
    cli.write("r.yaml", FILE);
    expect((await cli.ok("reactions check r.yaml")).out).toContain(
      "r.yaml is in order; reactions: 2",
    );
    cli.write("r.yaml", FILE.replace("task.done", "task.dun").replace("retries: 0", "retries: x"));
    const ran = await cli.run("reactions check r.yaml");
    expect(ran.code).toBe(2);
    expect(ran.err).toMatch(
      /^mound: There are 2 faults in .*r\.yaml:\n {2}line 3: .*task\.dun.*\n {2}line 9: /,
    );
    const { json } = await cli.run("reactions check r.yaml --json");
    expect(json.error).toMatchObject({
      code: "reactions-invalid",
      details: {
        flaws: [
          { line: 3, reaction: "tell", field: "on" },
          { line: 9, reaction: "all" },
        ],
      },
    });
  });

  test("refuses one that cannot be read, or that others could have written", async () => {
    const cli = await foundedCli();
    mkdirSync(cli.path("folder"));
    await cli.ok("init other --as ant-1");
    cli.git(".", "clone", "--quiet", "m/.git/mound/origin.git", "plain");
    for (const at of ["m", "m/tasks/x", "m/.git", "plain", "other"])
      cli.write(`${at}/reactions.yaml`, FILE);
    cli.write("latin.yaml", Buffer.from("reactions: [] # \xe4", "latin1"));
    chmodSync(cli.write("open.yaml", FILE), 0o646);
    symlinkSync(cli.path("m/reactions.yaml"), cli.path("link.yaml"));
    symlinkSync(cli.path("m/tasks"), cli.path("tasks"));
    const refused = [
      ["absent.yaml", 3, "reactions-missing"],
      ["folder", 1, "reactions-unreadable"],
      ["latin.yaml", 1, "reactions-unreadable"],
      ["open.yaml", 4, "reactions-exposed"],
      ["m/reactions.yaml", 4, "reactions-misplaced"],
      ["m/tasks/x/reactions.yaml", 4, "reactions-misplaced"],
      ["m/.git/reactions.yaml", 4, "reactions-misplaced"],
      ["link.yaml", 4, "reactions-misplaced"],
      ["tasks/x/reactions.yaml", 4, "reactions-misplaced"],
      // What stock git made of the line, and the files of another mound.
      ["plain/reactions.yaml", 4, "reactions-misplaced"],
      ["other/reactions.yaml", 4, "reactions-misplaced"],
    ] as const;
    for (const [path, code, fault] of refused) {
      for (const dir of ["m", "."]) {
        const ran = await cli.run(["-C", dir, "reactions", "check", cli.path(path), "--json"]);
        expect([path, ran.code, ran.json.error.code]).toEqual([path, code, fault]);
      }
    }
    const { err } = await cli.run(["reactions", "check", cli.path("link.yaml")]);
    expect(err).toContain(
      `lies in ${cli.path("m")}, the files of a mound, which others can write.`,
    );
  });

  test("takes a link to a file that is the user's own", async () => {
    const cli = await foundedCli();
    cli.write("dotfiles/reactions.yaml", FILE);
    linkSync(cli.path("dotfiles/reactions.yaml"), cli.path("hard.yaml"));
    symlinkSync(cli.path("hard.yaml"), cli.path("soft.yaml"));
    expect((await cli.run(["-C", "m", "reactions", "check", cli.path("soft.yaml")])).code).toBe(0);
  });
});

describe("mound reactions test", () => {
  async function withHistory(): Promise<{ cli: Cli; task: string; commit: string }> {
    const cli = await foundedCli();
    cli.write("r.yaml", FILE);
    await cli.ok("-C m join --can typescript --as ant-1");
    const add = "-C m task add 'Fix the login' --needs typescript --priority 4 --as ant-1 --json";
    const { json } = await cli.ok(add);
    const task = json.data.task.id as string;
    await cli.ok(`-C m claim ${task} --as ant-1`);
    await cli.ok(`-C m done ${task} --result fixed --as ant-1`);
    return { cli, task, commit: json.data.commit as string };
  }

  test("prints what would have run, and runs nothing", async () => {
    const { cli, task } = await withHistory();
    cli.write("all.sh", "#!/bin/sh\ntouch ran\n");
    const ran = await cli.ok(["-C", "m", "reactions", "test", cli.path("r.yaml")]);
    const told = ran.out.split("\n").filter((line) => line.startsWith("tell:"));
    expect(told).toEqual(Array(2).fill('tell: notify-send "a task; of $MOUND"'));
    expect(ran.out).toMatch(new RegExp(`^    \\S+Z  [0-9a-f]{9}  task\\.done  ${task}`, "m"));
    expect(ran.err).toMatch(
      /^Over \d+ events this would have run \d+ programs; nothing was run\.$/m,
    );
    expect(cli.git(".", "-C", "m", "status", "--porcelain")).toBe("");
    expect(() => cli.read("ran")).toThrow(/ENOENT/);
  });

  test("with --since begins after that commit; with --json a document for each run", async () => {
    const { cli, task, commit } = await withHistory();
    const argv = [
      "-C",
      "m",
      "reactions",
      "test",
      cli.path("r.yaml"),
      "--since",
      commit.slice(0, 12),
    ];
    const ran = await cli.ok([...argv, "--json"]);
    const runs = ran.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const of = (name: string): unknown[] =>
      runs.filter(({ reaction }) => reaction === name).map(({ event: { type } }) => type);
    expect(of("all")).toEqual(["task.claimed", "task.done"]);
    expect(of("tell")).toEqual(["task.done"]);
    expect(runs[0]).toMatchObject({ v: 1, run: ["./all.sh"], event: { task } });
    const unknown = await cli.run([...argv.slice(0, -1), "0123456789"]);
    expect(unknown.code).toBe(3);
    cli.write("r.yaml", "reactions:\n  - name: x\n");
    expect((await cli.run(argv)).code).toBe(2);
  });
});
