import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { foundedCli } from "../../support/cli.ts";
import { addTask, nodeScript, runWork, script, shown } from "../../support/worker.ts";

describe("what a program gets", () => {
  test("is the task as JSON on standard input, and in variables", async () => {
    const cli = await foundedCli();
    const first = await addTask(cli, "Read the log");
    await cli.ok(`-C m claim ${first} --as ant-1`);
    await cli.ok(`-C m done ${first} --result 'it was the cache' --as ant-1`);
    const task = await addTask(
      cli,
      "Fix\u202e the login",
      "--body",
      "All of it.",
      "--after",
      first,
      "--needs",
      "sh",
    );
    await cli.ok(`-C m join --as ant-2 --can sh`);
    await cli.ok(`-C m claim ${task} --as ant-2`);
    await cli.ok(["-C", "m", "progress", task, "-F", "-", "--as", "ant-2"], { input: "step 3" });
    await cli.ok(`-C m fail ${task} --reason 'no time' --as ant-2`);
    const program = nodeScript(
      cli,
      "program",
      `let text = "";
process.stdin.on("data", (chunk) => (text += chunk)).on("end", () => {
  const variables = Object.entries(process.env).filter(([name]) => /^MOUND_(TASK|AGENT)/.test(name));
  process.stdout.write(JSON.stringify({ story: JSON.parse(text), variables: Object.fromEntries(variables), args: process.argv.slice(2), cwd: process.cwd() }));
});`,
    );
    const ran = await runWork(cli, [
      "--as",
      "w-1",
      "--can",
      "sh",
      "--once",
      "--",
      program,
      "a b",
      "--json",
    ]);
    expect([ran.code, ran.err()]).toEqual([0, "w-1 is a member now, in the mound m.\n"]);
    const { result } = await shown(cli, task);
    const given = JSON.parse(result.text);
    expect(given).toMatchObject({
      args: ["a b", "--json"],
      cwd: cli.path("m"),
      story: {
        id: task,
        title: "Fix\u202e the login",
        body: "All of it.",
        status: "claimed",
        claim: { agent: "w-1", token: 2 },
        progress: { checkpoint: "step 3" },
        after_tasks: [{ id: first, status: "done", result: { text: "it was the cache" } }],
        attempts: [{ token: 1, agent: "ant-2", outcome: "failed", text: "no time" }],
      },
      variables: {
        MOUND_AGENT: "w-1",
        MOUND_TASK: task,
        MOUND_TASK_TITLE: "Fix\u202e the login",
        MOUND_TASK_TOKEN: "2",
        MOUND_TASK_UNTIL: given.story.claim.until,
        MOUND_TASK_NEEDS: "sh",
      },
    });
  });

  test("may be ignored: a task larger than a pipe, and a standard input that is closed at once", async () => {
    const cli = await foundedCli();
    const tasks = [
      await addTask(cli, "Large", "--body", "\u{1f41c}".repeat(3_900)),
      await addTask(cli, "Larger", "--body", "x".repeat(7_900)),
    ];
    for (const task of tasks) await cli.ok(`-C m claim ${task} --as ant-1`);
    for (const task of tasks)
      await cli.ok(["-C", "m", "progress", task, "-F", "-", "--as", "ant-1"], {
        input: "y".repeat(7_900),
      });
    for (const task of tasks)
      await cli.ok(["-C", "m", "fail", task, "--reason", "z".repeat(7_900), "--as", "ant-1"]);
    const program = script(cli, "program", "exec 0<&-\necho closed");
    const ran = await runWork(cli, ["--as", "w-1", "--until-empty", "--", program]);
    expect([ran.code, ran.err()]).toEqual([0, "w-1 is a member now, in the mound m.\n"]);
    for (const task of tasks) expect((await shown(cli, task)).result.text).toBe("closed");
  });
});

describe("the exit code of a program", () => {
  test.each([
    ["0: done", "echo fixed; echo talk >&2", "done", 0, { result: { text: "fixed" } }],
    ["0 and nothing said: done", "exit 0", "done", 0, { result: { text: null } }],
    [
      "75: given back",
      "echo 'not yet' >&2; exit 75",
      "open",
      75,
      { attempts: [{ outcome: "released", text: "not yet\n(exit code 75)" }] },
    ],
    [
      "3: failed, for the end of its standard error",
      "echo out; for i in $(seq 200); do echo \"line $i\" >&2; done; echo 'no access' >&2; exit 3",
      "open",
      1,
      {
        attempts: [
          {
            outcome: "failed",
            text: expect.stringMatching(/^line \d+\n[^]*\nno access\n\(exit code 3\)$/),
          },
        ],
      },
    ],
    [
      "none, for a signal ended it: failed",
      "kill -SEGV $$",
      "open",
      1,
      { attempts: [{ outcome: "failed", text: "ended by SIGSEGV" }] },
    ],
  ])("%s", async (_title, body, status, code, task) => {
    const cli = await foundedCli();
    const id = await addTask(cli, "Fix the login");
    const ran = await runWork(cli, ["--as", "w-1", "--once", "--", script(cli, "program", body)]);
    expect(ran.code).toBe(code);
    expect(await shown(cli, id)).toMatchObject({ status, claim: null, ...task });
    const { text } = (await shown(cli, id)).attempts[0] as { text: string | null };
    expect(Buffer.byteLength(text ?? "")).toBeLessThan(1_100);
  });

  test("3 when there is no task, and nothing is run", async () => {
    const cli = await foundedCli();
    const program = script(cli, "program", "touch ../ran");
    const ran = await runWork(cli, ["--as", "w-1", "--once", "--", program]);
    expect(ran.code).toBe(3);
    expect(JSON.parse(ran.out())).toMatchObject({ ok: false, error: { code: "nothing-to-take" } });
    expect(existsSync(cli.path("ran"))).toBe(false);
  });
});

describe("the result of a program", () => {
  test("is the file that MOUND_RESULT names, where that is not empty, with its references", async () => {
    const cli = await foundedCli();
    const id = await addTask(cli, "Fix the login");
    const program = script(
      cli,
      "program",
      'echo noise; echo "from the file" > "$MOUND_RESULT"; printf "9f2c41d\\nref: https://example.com/1\\n\\n" > "$MOUND_REFS"',
    );
    const ran = await runWork(cli, ["--as", "w-1", "--once", "--", program]);
    expect(ran.code).toBe(0);
    expect((await shown(cli, id)).result).toMatchObject({
      text: "from the file",
      refs: ["9f2c41d", "https://example.com/1"],
    });
    expect(readdirSync(cli.path("m/.git/mound/work"))).toEqual([]);
    expect(readdirSync(cli.path("m/.git/mound/results"))).toEqual([]);
  });

  test.each([
    [
      "longer than a record",
      `process.stdout.write("four bytes \u{1f41c}\\n".repeat(100_000))`,
      /^four bytes \u{1f41c}\n/u,
    ],
    [
      "no text",
      `process.stdout.write(Buffer.from([0xff, 0xfe, 0x00, 0x80]))`,
      /^[^]*\[cut: 4 bytes in all/,
    ],
    [
      "characters that YAML escapes",
      `process.stdout.write("\\x01\\x7f\\0".repeat(2_600))`,
      /^\x01\x7f\0/,
    ],
  ])(
    "is cut with its digest, and whole in a local file, where it is %s",
    async (_title, body, text) => {
      const cli = await foundedCli();
      const id = await addTask(cli, "Fix the login");
      const ran = await runWork(cli, [
        "--as",
        "w-1",
        "--once",
        "--",
        nodeScript(cli, "program.mjs", body),
      ]);
      expect([ran.code, ran.events().at(-1)?.type]).toEqual([0, "done"]);
      const { result } = await shown(cli, id);
      expect(result.text).toMatch(text);
      const { file } = ran.events().at(-1) as unknown as { file: string };
      const whole = readFileSync(file);
      const { createHash } = await import("node:crypto");
      const sha256 = createHash("sha256").update(whole).digest("hex");
      expect(result.text.endsWith(`[cut: ${whole.length} bytes in all, sha256 ${sha256}]`)).toBe(
        true,
      );
      const git = cli.git("m", "grep", "result_sha256", "refs/mound/line", "--", "tasks");
      expect(git).toContain(sha256);
    },
  );

  test("may be a flood: 200 MB fill neither the memory nor the disk", async () => {
    const cli = await foundedCli();
    const id = await addTask(cli, "Fix the login");
    const program = script(cli, "program", "yes 'a line of the flood' | head -c 200000000");
    const ran = await runWork(cli, ["--as", "w-1", "--once", "--", program], {
      env: { NODE_OPTIONS: "--max-old-space-size=96" },
    });
    expect(ran.code).toBe(0);
    const { file } = ran.events().at(-1) as unknown as { file: string };
    const whole = readFileSync(file, "utf8");
    expect(whole.length).toBeGreaterThan(64 * 1024 * 1024);
    expect(whole.length).toBeLessThan(64 * 1024 * 1024 + 100);
    expect(whole.slice(-100)).toMatch(/\n\[cut: \d+ more bytes were dropped\]\n$/);
    expect((await shown(cli, id)).result.text).toContain(`[cut: ${whole.length} bytes in all`);
  });
});
