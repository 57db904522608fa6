import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { foundedCli } from "../../support/cli.ts";
import { running } from "../../support/command.ts";
import { until } from "../../support/until.ts";
import { addTask, runWork, script, shown, startWork } from "../../support/worker.ts";

describe("while a program runs", () => {
  test("its claim is renewed, however short the lease is against the work", async () => {
    const cli = await foundedCli();
    const id = await addTask(cli, "Fix the login");
    const program = script(cli, "program", "until [ -e ../go ]; do sleep 0.05; done; echo fixed");
    const working = startWork(cli, ["--as", "w-1", "--lease", "3s", "--once", "--", program]);
    const claimed = await working.said("claimed");
    const end = Date.parse(claimed["until"] as string);
    await until("the lease to be over that it began with", async () => {
      const { status, claim } = await shown(cli, id);
      expect(status).toBe("claimed");
      return Date.now() > end && Date.parse(claim.until) > end;
    });
    cli.write("go", "");
    expect(await working.ended).toBe(0);
    const subjects = cli.git("m", "log", "--format=%s", "refs/mound/line");
    expect(subjects).toMatch(/renew .* \(token 1\)/);
    expect(await shown(cli, id)).toMatchObject({ status: "done", result: { token: 1 } });
  });

  test("its progress is recorded, lines that come together as one", async () => {
    const cli = await foundedCli();
    const id = await addTask(cli, "Fix the login");
    const program = script(
      cli,
      "program",
      `printf '10%%\\n20%% read it\\nfound it\\n' >> "$MOUND_PROGRESS"
until [ -e ../go ]; do sleep 0.05; done
echo "90% wrote it" >> "$MOUND_PROGRESS"; echo 95% >> "$MOUND_PROGRESS"; printf 'almost' >> "$MOUND_PROGRESS"`,
    );
    const working = startWork(cli, ["--as", "w-1", "--once", "--", program]);
    expect(await working.said("progress")).toMatchObject({
      percent: 20,
      note: "read it; found it",
    });
    expect((await shown(cli, id)).progress).toMatchObject({
      percent: 20,
      note: "read it; found it",
    });
    cli.write("go", "");
    expect(await working.ended).toBe(0);
    expect((await shown(cli, id)).progress).toMatchObject({
      percent: 95,
      note: "wrote it; almost",
    });
    const subjects = cli.git("m", "log", "--format=%s", "refs/mound/line").match(/^progress/gm);
    expect(subjects).toHaveLength(2);
  });
});

describe("a claim that is lost", () => {
  test("to a cancellation: the program is told, then killed, and its result is kept in a file", async () => {
    const cli = await foundedCli();
    const id = await addTask(cli, "Fix the login");
    const program = script(
      cli,
      "program",
      `trap 'echo told >> ../told' TERM; echo "most of it"; echo $$ > ../pid; while :; do sleep 0.05; done`,
    );
    const words = ["--as", "w-1", "--lease", "2s", "--grace", "1s", "--once", "--", program];
    const working = startWork(cli, words);
    await until("the program to run", () => existsSync(cli.path("pid")));
    await cli.ok(`-C m task cancel ${id} --reason 'not needed' --as ant-1`);
    expect(await working.ended).toBe(9);
    expect(cli.read("told")).toBe("told\n");
    expect(await running([cli.read("pid").trim()])).toEqual([]);
    const lost = working.events().at(-1) as unknown as { file: string };
    expect(lost).toMatchObject({ type: "lost", task: id, fault: { code: "fenced" } });
    expect(readFileSync(lost.file, "utf8")).toBe("most of it\n");
    expect(working.err()).toContain(`is kept in ${lost.file}`);
    expect((await shown(cli, id)).status).toBe("cancelled");
  });

  test("of a worker that was killed lapses by itself, and the next worker does the task", async () => {
    const cli = await foundedCli();
    const id = await addTask(cli, "Fix the login");
    const slow = script(cli, "slow", "echo $$ > ../pid; exec sleep 600");
    const dead = startWork(cli, ["--as", "w-1", "--lease", "2s", "--", slow]);
    await until("the program to run", () => existsSync(cli.path("pid")));
    dead.child.kill("SIGKILL");
    await dead.ended;
    expect(readdirSync(cli.path("m/.git/mound/work"))).toHaveLength(1);
    const fast = script(cli, "fast", "echo fixed");
    const ran = await runWork(cli, ["--as", "w-2", "--until-empty", "--", fast]);
    process.kill(Number(cli.read("pid")), "SIGKILL");
    expect(ran.code).toBe(0);
    expect(readdirSync(cli.path("m/.git/mound/work"))).toEqual([]);
    expect(await shown(cli, id)).toMatchObject({
      status: "done",
      result: { agent: "w-2", token: 2, text: "fixed" },
      attempts: [
        { token: 1, agent: "w-1", outcome: "expired" },
        { token: 2, agent: "w-2", outcome: "done" },
      ],
    });
  });
});

test("a program that ends its claim itself is left to end, and what it said counts", async () => {
  const cli = await foundedCli();
  const id = await addTask(cli, "Fix the login");
  const command = `${process.execPath} ${process.cwd()}/dist/mound.js`;
  const program = script(
    cli,
    "program",
    `${command} done $MOUND_TASK --token $MOUND_TASK_TOKEN --result "said by itself" >&2 || exit 1
sleep 3; echo noise`,
  );
  const ran = await runWork(cli, ["--as", "w-1", "--lease", "2s", "--once", "--", program]);
  expect([ran.code, ran.events().map(({ type }) => type)]).toEqual([0, ["claimed", "done"]]);
  expect(await shown(cli, id)).toMatchObject({
    status: "done",
    result: { text: "said by itself" },
  });
});
