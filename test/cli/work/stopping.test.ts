import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { foundedCli } from "../../support/cli.ts";
import { running } from "../../support/command.ts";
import { until } from "../../support/until.ts";
import { addTask, runWork, script, shown, startWork } from "../../support/worker.ts";

describe("a worker that is told to stop", () => {
  test.each(["SIGTERM", "SIGINT"] as const)(
    "%s: takes what its program finishes with 0",
    async (signal) => {
      const cli = await foundedCli();
      const id = await addTask(cli, "Fix the login");
      const program = script(
        cli,
        "program",
        "trap 'echo finished in time; exit 0' TERM; touch ../ready; while :; do sleep 0.05; done",
      );
      const working = startWork(cli, ["--as", "w-1", "--", program]);
      await until("the program to run", () => existsSync(cli.path("ready")));
      working.child.kill(signal);
      expect(await working.ended).toBe(0);
      expect(await shown(cli, id)).toMatchObject({
        status: "done",
        result: { text: "finished in time", token: 1 },
      });
      expect(working.err()).toContain("Stopping: 1 running.");
    },
  );

  test("gives back what ends otherwise, and takes nothing more", async () => {
    const cli = await foundedCli();
    const ids = [await addTask(cli, "Fix the login"), await addTask(cli, "Fix the logout")];
    const program = script(
      cli,
      "program",
      "echo half; echo $MOUND_TASK > ../ready; exec sleep 600",
    );
    const working = startWork(cli, ["--as", "w-1", "--until-empty", "--", program]);
    await until("the program to run", () => existsSync(cli.path("ready")));
    working.child.kill("SIGTERM");
    expect(await working.ended).toBe(130);
    expect(working.events().map(({ type }) => type)).toEqual(["claimed", "released"]);
    const tasks = await Promise.all(ids.map((id) => shown(cli, id)));
    expect(tasks.map(({ status, claim }) => [status, claim])).toEqual([
      ["open", null],
      ["open", null],
    ]);
    expect(tasks.flatMap(({ attempts }) => attempts)).toMatchObject([
      { outcome: "released", text: "the worker was told to stop" },
    ]);
  });

  test("kills a program that ignores SIGTERM when the grace is over", async () => {
    const cli = await foundedCli();
    const id = await addTask(cli, "Fix the login");
    const program = script(
      cli,
      "program",
      "trap 'touch ../told' TERM; echo $$ > ../pid; while :; do sleep 0.05; done",
    );
    const working = startWork(cli, ["--as", "w-1", "--grace", "1s", "--once", "--", program]);
    await until("the program to run", () => existsSync(cli.path("pid")));
    working.child.kill("SIGTERM");
    expect(await working.ended).toBe(75);
    expect(existsSync(cli.path("told"))).toBe(true);
    expect(await running([cli.read("pid").trim()])).toEqual([]);
    expect(await shown(cli, id)).toMatchObject({ status: "open", claim: null });
  });

  test("and told again kills at once, long before the grace is over", async () => {
    const cli = await foundedCli();
    const id = await addTask(cli, "Fix the login");
    const program = script(
      cli,
      "program",
      "trap 'touch ../told' TERM; echo $$ > ../pid; while :; do sleep 0.05; done",
    );
    const working = startWork(cli, ["--as", "w-1", "--grace", "1h", "--", program]);
    await until("the program to run", () => existsSync(cli.path("pid")));
    working.child.kill("SIGTERM");
    await until("the program to be told", () => existsSync(cli.path("told")));
    working.child.kill("SIGTERM");
    expect(await working.ended).toBe(0);
    expect(await running([cli.read("pid").trim()])).toEqual([]);
    expect(await shown(cli, id)).toMatchObject({ status: "open", claim: null });
  });

  test("stops while it waits for a task", async () => {
    const cli = await foundedCli();
    const working = startWork(cli, ["--as", "w-1", "--", script(cli, "program", "exit 0")]);
    await until("the worker to wait", () => working.err().includes("nothing for w-1 to take"));
    working.child.kill("SIGTERM");
    expect([await working.ended, working.out()]).toEqual([0, ""]);
  });

  test("stops when nobody reads its lines any more, and leaves no claim", async () => {
    const cli = await foundedCli();
    const ids = [await addTask(cli, "One"), await addTask(cli, "Two"), await addTask(cli, "Three")];
    const working = startWork(cli, ["--as", "w-1", "--", script(cli, "program", "exit 0")]);
    await working.said("claimed");
    working.child.stdout?.destroy();
    expect(await working.ended).toBe(0);
    for (const id of ids) expect((await shown(cli, id)).claim).toBeNull();
  });
});

describe("what a program leaves behind", () => {
  test("is ended with it, and holds up nothing by the pipes that it has open", async () => {
    const cli = await foundedCli();
    const id = await addTask(cli, "Fix the login");
    const program = script(
      cli,
      "program",
      `sh -c 'trap "" TERM; echo $$ > ../deaf; while :; do sleep 0.05; done' &
sh -c 'echo $$ > ../child; exec sleep 600' &
until [ -s ../deaf ] && [ -s ../child ]; do sleep 0.02; done
echo fixed`,
    );
    const ran = await runWork(cli, ["--as", "w-1", "--once", "--", program]);
    expect(ran.code).toBe(0);
    expect((await shown(cli, id)).result.text).toBe("fixed");
    expect(await running([cli.read("deaf").trim(), cli.read("child").trim()])).toEqual([]);
  });

  test("holds up nothing even where it has left the process group", async () => {
    const cli = await foundedCli();
    const id = await addTask(cli, "Fix the login");
    const program = script(
      cli,
      "program",
      `setsid sh -c 'echo $$ > ../away; exec sleep 600' &
until [ -s ../away ]; do sleep 0.02; done
echo fixed`,
    );
    const ran = await runWork(cli, ["--as", "w-1", "--once", "--", program]);
    const away = Number(cli.read("away"));
    process.kill(away, "SIGKILL");
    expect(ran.code).toBe(0);
    expect((await shown(cli, id)).result.text).toBe("fixed");
  });
});
