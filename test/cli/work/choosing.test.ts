import { chmodSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { foundedCli } from "../../support/cli.ts";
import { until } from "../../support/until.ts";
import { addTask, runWork, script, shown, startWork } from "../../support/worker.ts";

describe("until-empty", () => {
  test("does what opens meanwhile, by its own work and by that of others, and then ends", async () => {
    const cli = await foundedCli();
    const first = await addTask(cli, "First");
    const second = await addTask(cli, "Second", "--after", first);
    const theirs = await addTask(cli, "Theirs");
    const third = await addTask(cli, "Third", "--after", theirs, "--after", second);
    await cli.ok(`-C m claim ${theirs} --as ant-1`);
    const working = startWork(cli, [
      "--as",
      "w-1",
      "--until-empty",
      "--",
      script(cli, "p", "echo $MOUND_TASK_TITLE"),
    ]);
    await working.said("done", 2);
    await until("the worker to wait", () => working.err().includes("nothing for w-1 to take"));
    await cli.ok(`-C m done ${theirs} --as ant-1`);
    expect(await working.ended).toBe(0);
    for (const [id, text] of [
      [first, "First"],
      [second, "Second"],
      [third, "Third"],
    ] as const)
      expect(await shown(cli, id)).toMatchObject({
        status: "done",
        result: { agent: "w-1", text },
      });
  });

  test("waits for no task that it failed at, that needs what nobody can do, or that awaits a review", async () => {
    const cli = await foundedCli();
    const failing = await addTask(cli, "Failing");
    await addTask(cli, "After it", "--after", failing);
    await addTask(cli, "Strange", "--needs", "cobol");
    const reviewed = await addTask(cli, "Reviewed", "--review", "required");
    const after = await addTask(cli, "After the review", "--after", reviewed);
    const program = script(cli, "p", '[ "$MOUND_TASK_TITLE" = Reviewed ]');
    const ran = await runWork(cli, ["--as", "w-1", "--until-empty", "--", program]);
    expect(ran.code).toBe(0);
    expect(
      ran
        .events()
        .map(({ type }) => type)
        .toSorted(),
    ).toEqual(["claimed", "claimed", "done", "failed"]);
    expect((await shown(cli, after)).status).toBe("blocked");
  });

  test("runs as many at a time as it is told, each under its own token", async () => {
    const cli = await foundedCli();
    const ids = [];
    for (let n = 0; n < 5; n += 1) ids.push(await addTask(cli, `Task ${n}`));
    // Each waits until three have come: fewer at a time would wait for ever, more are never there.
    const program = script(
      cli,
      "p",
      `mkdir -p ../in; : > "../in/$MOUND_TASK"
until n=$(ls ../in | wc -l); [ -e ../three ] || [ "$n" -ge 3 ]; do sleep 0.02; done
echo "$n" >> ../three; cat > /dev/null; rm "../in/$MOUND_TASK"`,
    );
    const ran = await runWork(cli, [
      "--as",
      "w-1",
      "--parallel",
      "3",
      "--until-empty",
      "--",
      program,
    ]);
    expect(ran.code).toBe(0);
    const tasks = await Promise.all(ids.map((id) => shown(cli, id)));
    expect(tasks.map(({ status }) => status)).toEqual(ids.map(() => "done"));
    // The first that goes on has counted three; more would be counted by one that comes later.
    const counted = readFileSync(join(cli.folder, "three"), "utf8").trim().split("\n");
    expect(Math.max(...counted.map(Number))).toBe(3);
  });
});

test("a task that was given back is left alone, and the others are done meanwhile", async () => {
  const cli = await foundedCli();
  const later = await addTask(cli, "Later", "--priority", "4");
  const ids = [await addTask(cli, "One"), await addTask(cli, "Two")];
  const program = script(cli, "p", '[ "$MOUND_TASK_TITLE" = Later ] && exit 75; exit 0');
  const working = startWork(cli, ["--as", "w-1", "--", program]);
  await working.said("done", 2);
  await until("the worker to wait", () => working.err().includes("nothing for w-1 to take"));
  working.child.kill("SIGTERM");
  expect(await working.ended).toBe(0);
  expect(working.events().map(({ type }) => type)).toEqual([
    "claimed",
    "released",
    "claimed",
    "done",
    "claimed",
    "done",
  ]);
  expect((await shown(cli, later)).attempts).toHaveLength(1);
  for (const id of ids) expect((await shown(cli, id)).status).toBe("done");
});

describe("who works", () => {
  test("joins by itself with its skills, and adds to what it has said before", async () => {
    const cli = await foundedCli();
    await cli.ok("-C m join --as w-1 --can sh");
    const program = script(cli, "p", "exit 0");
    await runWork(cli, ["--as", "w-1", "--can", "node", "--until-empty", "--", program]);
    const skills = async (agent: string): Promise<unknown> =>
      (await cli.ok(`-C m agent show ${agent} --json`)).json.data.agent.skills;
    expect(await skills("w-1")).toEqual(["sh", "node"]);
    const before = (await cli.ok("-C m status --json")).json.meta.tip;
    await runWork(cli, ["--as", "w-1", "--can", "sh", "--until-empty", "--", program]);
    expect((await cli.ok("-C m status --json")).json.meta.tip).toBe(before);
    await runWork(cli, ["--as", "w-2", "--can", "a", "--can", "b", "--until-empty", "--", program]);
    expect(await skills("w-2")).toEqual(["a", "b"]);
  });

  test("and is refused by a mound of the invited with what to ask a root for", async () => {
    const cli = await foundedCli();
    await cli.ok("-C m config set membership invited --as ant-1");
    const ran = await runWork(cli, ["--as", "w-1", "--once", "--", script(cli, "p", "exit 0")], {
      json: false,
    });
    expect([ran.code, ran.out()]).toEqual([4, ""]);
    expect(ran.err()).toMatch(/takes only the invited[^]*Ask a root to run: mound invite SHA256:/);
  });
});

describe("what was typed is refused before anything is claimed", () => {
  test.each([
    [
      ["--", "no-such-program"],
      2,
      "There is no program no-such-program on the PATH. No task was taken.",
    ],
    [["--", "./gone"], 2, "There is no program /"],
    [["--", "./plain"], 2, "is not executable, so it cannot be run"],
    [["--", "./folder"], 2, "is a folder, so it cannot be run"],
    [["--", ""], 2, "The program has no name"],
    [[], 2, "Missing required argument 'program'"],
    [["--once", "--until-empty", "--", "sh"], 2, "exclude each other"],
    [["--once", "--parallel", "2", "--", "sh"], 2, "--once runs one task"],
    [["--parallel", "0", "--", "sh"], 2, "--parallel takes a whole number from 1"],
    [["--parallel", "17", "--", "sh"], 2, "more than the 16 tasks that one agent may hold at once"],
    [["--grace", "soon", "--", "sh"], 2, "--grace takes a duration"],
    [["--lease", "900h", "--once", "--", "sh"], 4, "The lease on"],
  ])("%j", async (words, code, message) => {
    const cli = await foundedCli();
    const id = await addTask(cli, "Fix the login");
    cli.write("m/plain", "echo plain\n");
    cli.write("m/folder/file", "");
    const ran = await runWork(cli, ["--as", "w-1", ...words], { json: false });
    expect([ran.code, ran.out()]).toEqual([code, ""]);
    expect(ran.err()).toContain(message);
    expect(await shown(cli, id)).toMatchObject({ status: "open", token: 0 });
  });

  test("a program that goes away later is said, and its task is given back", async () => {
    const cli = await foundedCli();
    const ids = [await addTask(cli, "One"), await addTask(cli, "Two")];
    const program = script(cli, "p", "chmod 600 ../p; exit 0");
    const ran = await runWork(cli, ["--as", "w-1", "--until-empty", "--", program], {
      json: false,
    });
    expect(ran.code).toBe(2);
    expect(ran.err()).toMatch(/could not be started: spawn .* EACCES/);
    const tasks = await Promise.all(ids.map((id) => shown(cli, id)));
    expect(tasks.map(({ status }) => status as string).toSorted()).toEqual(["done", "open"]);
    expect(tasks.map(({ claim }) => claim)).toEqual([null, null]);
    chmodSync(program, 0o755);
  });
});

test("people get a line for each thing that happens, and with --verbose what the program says", async () => {
  const cli = await foundedCli();
  const id = await addTask(cli, "Fix\u001b[31m the login");
  const program = script(
    cli,
    "p",
    `printf 'look \\033[31mhere\\nand there' >&2; echo 40% >> "$MOUND_PROGRESS"; printf 'fixed\\033[0m\\nfor good\\n'`,
  );
  const quiet = await runWork(cli, ["--as", "w-1", "--once", "--", program], { json: false });
  expect(quiet.code).toBe(0);
  expect(quiet.out()).toMatch(
    new RegExp(
      `^claimed  ${id}  \\(token 1, until 20\\d\\d-.*Z\\)  Fix\\\\x1b\\[31m the login
progress ${id}  40%
done     ${id}  fixed\\\\x1b\\[0m\\\\nfor good\n$`,
    ),
  );
  expect(quiet.err()).toBe("w-1 is a member now, in the mound m.\n");
  const other = await addTask(cli, "Another");
  const loud = await runWork(cli, ["--as", "w-1", "--once", "--verbose", "--", program], {
    json: false,
  });
  expect(loud.err()).toBe(`${other}: look \\x1b[31mhere\n${other}: and there\n`);
  expect(existsSync(cli.path("m/tasks", other.slice(0, 2), other))).toBe(true);
});
