import { expect, test } from "vitest";
import { join } from "node:path";
import { namedBlock, shellBlocks } from "../support/document.ts";
import { Machine } from "../support/shell.ts";

interface ListedTask {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly result: { readonly agent: string; readonly text: string } | null;
}

test("the start: from an empty folder to a finished task", async () => {
  using machine = new Machine({ withMound: true });
  const script = block("start").replaceAll(
    /\bTASK\b/g,
    '"$(mound task list --json | sed -n \'s/.*"id":"\\([^"]*\\)".*/\\1/p\')"',
  );
  const result = await machine.run(script);
  expect(result).toMatchObject({ code: 0 });
  expect(result.out).toContain("done");
  const [task] = await listTasks(machine, join(machine.folder, "plan"));
  expect(task).toMatchObject({
    title: "Fix the login",
    status: "done",
    result: { agent: "ant-1" },
  });
});

// Some seventy commands, each a process: a minute is not always enough where others are at work too.
test(
  "two machines, ten agents: twenty tasks, each done exactly once",
  { timeout: 180_000 },
  async () => {
    using left = new Machine({ withMound: true });
    using right = new Machine({ withMound: true });
    const env = { SHARED: left.folder };
    for (const [machine, name] of [
      [left, "server"],
      [left, "first"],
      [right, "second"],
    ] as const) {
      expect(await machine.run(block(`two-machines/${name}`), { env })).toMatchObject({ code: 0 });
    }
    const agents = [1, 2, 3, 4, 5].flatMap(
      (n) =>
        [
          [left, `left-${n}`],
          [right, `right-${n}`],
        ] as const,
    );
    const runs = agents.map(([machine, AGENT]) =>
      machine.run(block("two-machines/agent"), {
        cwd: join(machine.folder, "plan"),
        env: { AGENT },
      }),
    );
    for (const result of await Promise.all(runs))
      expect(result.err).not.toMatch(/assertion|undefined|TypeError/);
    const end = await right.run(block("two-machines/end"), { cwd: join(right.folder, "plan") });
    expect(end).toMatchObject({ code: 0 });
    const tasks = await listTasks(right, join(right.folder, "plan"));
    expect(tasks).toHaveLength(20);
    for (const task of tasks) {
      expect(task.status).toBe("done");
      expect(task.result?.text).toBe(`written by ${task.result?.agent}`);
    }
    const log = await right.run("git log --format=%s refs/mound/line", {
      cwd: join(right.folder, "plan"),
    });
    const claims = log.out.split("\n").filter((line) => line.startsWith("claim "));
    expect(claims).toHaveLength(20);
    // Keys stay on the machine where they were made.
    const keys = await right.run('ls "$HOME"/.config/mound/keys/*');
    expect(keys.out.split("\n").filter((line) => line.startsWith("left"))).toEqual([]);
  },
);

test("a daemon, a program as an agent, and files alone", async () => {
  using machine = new Machine({ withMound: true });
  const founded = await machine.run("mound init plan --as ant-1");
  expect(founded).toMatchObject({ code: 0 });
  const cwd = join(machine.folder, "plan");
  const result = await machine.run(block("daemon"), { cwd });
  expect(result).toMatchObject({ code: 0 });
  expect(result.out).toContain("Ready: process");
  const told = result.out.slice(result.out.indexOf("Ready: process"));
  expect(told).toMatch(/task\.done .*Count these words/);
  const submitted = await machine.run(block("drafts"), { cwd });
  expect(submitted).toMatchObject({ code: 0 });
  const tasks = await listTasks(machine, cwd);
  expect(tasks.map(({ title, status }) => `${status}: ${title}`).toSorted()).toEqual([
    "done: Count these words: many hands make light work",
    "open: Fix the login",
  ]);
  expect(tasks.find(({ status }) => status === "done")).toMatchObject({
    result: { agent: "ant-2" },
  });
});

test("who does what: skills, signals, what waits, paths, locks and leaders", async () => {
  using machine = new Machine({ withMound: true });
  const env = { MOUND_AGENT: "ant-1" };
  expect(await machine.run("mound init plan", { env })).toMatchObject({ code: 0 });
  const cwd = join(machine.folder, "plan");
  const id =
    '"$(mound task list --json | sed -n \'s/.*"id":"\\([0-9a-z]*-port[^"]*\\)".*/\\1/p\')"';
  const run = async (name: string, at = cwd) => {
    const result = await machine.run(block(`who/${name}`).replaceAll(/\bTASK\b/g, id), {
      cwd: at,
      env,
    });
    expect(result, result.err).toMatchObject({ code: 0 });
    return result.out;
  };
  expect(await run("skills")).toContain("Port the parser");
  expect(await run("signals")).toContain("the tests hang");
  expect(await run("graph")).toContain("Ship it");
  await run("guard", machine.folder);
  const locked = await run("locks");
  expect(locked).toContain("deployed");
  expect(locked).toContain("leader.elected");
});

test("whom to trust: vouches, scores, settings, and an auction", async () => {
  using machine = new Machine({ withMound: true });
  const env = { MOUND_AGENT: "ant-1" };
  const founded = "mound init plan && cd plan && mound join --as ant-2 && mound join --as ant-3";
  expect(await machine.run(founded, { env })).toMatchObject({ code: 0 });
  const cwd = join(machine.folder, "plan");
  const run = async (name: string, word: string) => {
    const id = `"$(mound task list --json | sed -n 's/.*"id":"\\([0-9a-z]*-${word}[^"]*\\)".*/\\1/p')"`;
    const result = await machine.run(block(`trust/${name}`).replaceAll(/\bTASK\b/g, id), {
      cwd,
      env,
    });
    expect(result, result.err).toMatchObject({ code: 0 });
    return result.out;
  };
  const scored = await run("score", "touch");
  expect(scored).toContain("refused with 4");
  expect(scored).toContain("Accepted");
  await run("settings", "none");
  const auctioned = await run("auction", "port");
  expect(auctioned).toContain("sealed");
  expect(auctioned).toContain("locked");
});

test("the history proves itself: looked at, tampered with, repaired, guarded, and by an outsider", async () => {
  using machine = new Machine({ withMound: true });
  const env = { SHARED: machine.folder, MOUND_AGENT: "lead" };
  const made = await machine.run(
    `${block("two-machines/server")}\nmound init plan --remote ./plan.git\ncd plan\nmound task add 'Prove it'\nmound next --claim`,
    { env },
  );
  expect(made).toMatchObject({ code: 0 });
  const cwd = join(machine.folder, "plan");
  const run = (name: string, script = block(name)) => machine.run(script, { cwd, env });
  const [task] = await listTasks(machine, cwd);
  const commit = (await machine.run("git rev-parse HEAD~1", { cwd })).out.trim();
  const look = block("proof/look").replaceAll("TASK", task!.id).replaceAll("COMMIT", commit);
  const looked = await run("proof/look", look);
  expect(looked).toMatchObject({ code: 0 });
  expect(looked.out).toMatch(/^state [0-9a-f]{64} at [0-9a-f]{40}$/m);
  const tampered = await run("proof/tamper");
  expect(tampered, tampered.err).toMatchObject({ code: 0 });
  expect(tampered.out).toContain("the audit ends with 6");
  const guarded = await run("proof/door");
  expect(guarded, guarded.err).toMatchObject({ code: 0 });
  expect(guarded.out).toContain("refused");
  expect(guarded.err).toMatch(/remote: .*\bRE\d|remote: .*signature/);
  const checked = await run("proof/outsider");
  expect(checked, checked.err).toMatchObject({ code: 0 });
  expect((await machine.run("git -C ../plan.git log --format=%s", { cwd })).out).not.toContain(
    "and again",
  );
});

test("with git alone: join, claim, finish and verify with stock tools only", async () => {
  using host = new Machine({ withMound: true });
  using outsider = new Machine({ withMound: false });
  const made = await host.run(
    "git init -q --bare -b main plan.git\nmound init plan --as lead --remote ./plan.git\ncd plan\nmound task add 'By hand' --as lead",
  );
  expect(made).toMatchObject({ code: 0 });
  const plan = join(host.folder, "plan");
  const [task] = await listTasks(host, plan);
  const key = join(outsider.home, "key");
  expect(await outsider.run(`ssh-keygen -q -t ed25519 -N '' -f '${key}'`)).toMatchObject({
    code: 0,
  });
  const steps = ["clone", "words", "join", "claim", "done", "verify"].map((name) =>
    block(`git-alone/${name}`),
  );
  const env = { ORIGIN: join(host.folder, "plan.git"), ME: "by-hand", KEY: key, TASK: task!.id };
  expect((await outsider.run("command -v mound || echo none")).out.trim()).toBe("none");
  const result = await outsider.run(steps.join("\n"), { env });
  expect(result).toMatchObject({ code: 0 });
  expect(result.out).not.toContain("BAD");
  const marks = result.out
    .split("\n")
    .flatMap((line) => /^[0-9a-f]{7,} (\S) /.exec(line)?.[1] ?? []);
  expect(marks.length).toBeGreaterThanOrEqual(5);
  expect(new Set(marks)).toEqual(new Set(["G"]));
  const synced = await host.run("mound sync --json", { cwd: plan });
  expect(synced).toMatchObject({ code: 0 });
  const status = await host.run("mound status --json", { cwd: plan });
  expect(JSON.parse(status.out)).toMatchObject({ ok: true, data: { refusals: [] } });
  expect(await listTasks(host, plan)).toMatchObject([
    { id: task!.id, status: "done", result: { agent: "by-hand", text: "written with an editor" } },
  ]);
});

test("AGENTS.md: its loop runs as written, and it is short", async () => {
  using machine = new Machine({ withMound: true });
  expect(
    await machine.run("mound init plan --as lead\nmound -C plan task add 'Try me' --as lead"),
  ).toMatchObject({ code: 0 });
  const [join_, loop] = shellBlocks("templates/AGENTS.md");
  const id = '"$(mound status --json | sed -n \'s/.*"holding":\\[{"id":"\\([^"]*\\)".*/\\1/p\')"';
  const script = `${join_}\n${loop}`.replaceAll(/\bTASK\b/g, id);
  const result = await machine.run(script, { cwd: join(machine.folder, "plan") });
  expect(result).toMatchObject({ code: 0 });
  expect(await listTasks(machine, join(machine.folder, "plan"))).toMatchObject([
    { status: "done", result: { agent: "my-agent" } },
  ]);
});

function block(name: string): string {
  return namedBlock("README.md", name);
}

async function listTasks(machine: Machine, cwd: string): Promise<readonly ListedTask[]> {
  const listed = await machine.run("mound task list --json --limit 1000", { cwd });
  return (JSON.parse(listed.out) as { data: { tasks: ListedTask[] } }).data.tasks;
}
