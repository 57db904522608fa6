import { describe, expect, test } from "vitest";
import { EXIT } from "../../src/cli/exit.ts";
import { testCli } from "../support/cli.ts";

interface Described {
  readonly name: string;
  readonly description: string;
  readonly arguments: readonly { readonly name: string; readonly required: boolean }[];
  readonly options: readonly { readonly flags: string; readonly description: string }[];
  readonly commands: readonly Described[];
}

/** Every command with the words that call it. */
function walk(command: Described, words: readonly string[] = []): (readonly [string, Described])[] {
  return [
    [words.join(" "), command],
    ...command.commands.flatMap((child) => walk(child, [...words, child.name])),
  ];
}

describe("help", () => {
  test("--json gives the whole tree, and every command in it has help with an example", async () => {
    const cli = testCli();
    const tree = (await cli.ok("help --json")).json.data.command as Described;
    const all = walk(tree).filter(([, command]) => command.commands.length === 0);
    const names = all.map(([words]) => words);
    for (const name of [
      "init",
      "clone",
      "join",
      "task add",
      "task import",
      "task review",
      "next",
      "claim",
      "done",
      "status",
      "log",
      "sync",
      "help",
    ]) {
      expect(names).toContain(name);
    }
    for (const [words, command] of all) {
      expect([words, command.description]).not.toEqual([words, ""]);
      for (const option of command.options)
        expect([words, option.flags, option.description]).not.toEqual([words, option.flags, ""]);
      const flag = await cli.ok(`${words} --help`);
      expect(flag.out).toMatch(/Examples?:\n {2}/);
      expect((await cli.ok(`help ${words}`)).out).toBe(flag.out);
    }
    const one = (await cli.ok("help task add --json")).json.data.command as Described;
    expect(one.arguments).toEqual([{ name: "title", required: true, variadic: false }]);
    expect(one.options.map(({ flags }) => flags)).toContain("--priority <n>");
  });

  test("exit-codes lists every code once", async () => {
    const cli = testCli();
    const { out } = await cli.ok("help exit-codes");
    expect(
      out
        .trimEnd()
        .split("\n")
        .map((line) => Number(line.split(" ")[0])),
    ).toEqual(Object.values(EXIT));
    expect((await cli.ok("help exit-codes --json")).json.data.exit_codes).toHaveLength(
      Object.keys(EXIT).length,
    );
  });

  test("what is not there is refused with exit 2 and the way to help", async () => {
    const cli = testCli();
    const strange = await cli.run("help task fly");
    expect(strange).toMatchObject({ code: 2, out: "" });
    expect(strange.err).toContain("There is no command `mound task fly`.");
    const unknown = await cli.run("fly");
    expect(unknown.code).toBe(2);
    expect(unknown.err).toContain("Unknown command 'fly'");
    expect((await cli.run("fly --json")).json).toMatchObject({
      ok: false,
      error: { code: "usage", fix: "mound help" },
    });
    const child = await cli.run("task fly");
    expect(child.code).toBe(2);
    expect((await cli.run("task add --json")).json.error).toMatchObject({
      code: "usage",
      message: "Missing required argument 'title'.",
      fix: "mound help task add",
    });
    await cli.ok("init m --as ant-1");
    for (const [typed, help] of [
      ["signal trust --bogus", "signal"],
      ["--as lock task add review --bogus", "task add"],
      ["-C trust claim --bogus", "claim"],
      ["-C m signal x --strength -1 --as ant-1", "signal"],
      ["-C m task add x --trust 2 --as ant-1", "task add"],
      ["-C m trust diff", "trust diff"],
      ["-C m trust diff ant-1", "trust diff"],
    ] as const) {
      const { code, json } = await cli.run(`${typed} --json`);
      expect([typed, code, json.error.fix]).toEqual([typed, 2, `mound help ${help}`]);
    }
  });
});

describe("bare mound", () => {
  test("outside a mound says how to begin, inside it is the status, with any option of all commands", async () => {
    const cli = testCli();
    const outside = await cli.run([]);
    expect(outside).toMatchObject({ code: 3, out: "" });
    expect(outside.err).toMatch(/is in no mound\.\n {2}mound init --as AGENT, or: mound clone URL/);
    await cli.ok("init m --as ant-1");
    const status = await cli.ok([], { cwd: "m" });
    expect(status.out).toContain("There are no tasks yet.");
    expect((await cli.ok("-C m --json --as ant-1")).json.data.holding).toEqual([]);
  });
});
