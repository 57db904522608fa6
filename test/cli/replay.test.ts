import { describe, expect, test } from "vitest";
import { wordsOf, type Word } from "../../src/cli/replay/words.ts";
import type { Env, Keyboard } from "../../src/cli/env.ts";
import { built, builtData } from "../support/built.ts";
import { commitAs, lateResult } from "../support/late-result.ts";
import { add, plan, pushStray, refused } from "../support/plan.ts";

interface Step {
  readonly number: number;
  readonly commit: string;
  readonly accepted: boolean;
  readonly refused: { readonly rule: string } | null;
  readonly changes: { readonly tasks: readonly { readonly id: string }[] };
}

function stepsOf(out: string): readonly Step[] {
  return out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Step);
}

describe("mound replay", () => {
  test("--to each commit prints the state as it was, and ends in the digest that a clone gets too", async () => {
    const { cli, id, commits } = await lateResult();
    const statuses: string[] = [];
    for (const commit of commits) {
      const data = await builtData(cli, ["replay", "--to", commit]);
      expect(data.at).toMatchObject({ commit, number: statuses.length + 1 });
      expect(data.line.tip).toBe(commit);
      const { total, open, claimed, lapsed, done } = data.tasks;
      statuses.push(total === 0 ? "none" : JSON.stringify({ open, claimed, lapsed, done }));
    }
    const only = (name: string): string =>
      JSON.stringify({ open: 0, claimed: 0, lapsed: 0, done: 0, [name]: 1 });
    expect(statuses).toEqual([
      "none",
      "none",
      only("open"),
      only("claimed"),
      only("claimed"),
      only("done"),
      only("done"),
    ]);
    await cli.ok(["clone", cli.path("m", ".git", "mound", "origin.git"), "other"]);
    const here = await builtData(cli, ["replay"]);
    const there = (await cli.ok("-C other replay --json")).json.data;
    expect(there.digest).toBe(here.digest);
    expect(here.refusals).toHaveLength(1);
    const { out } = await built(cli, ["replay", "--to", commits[2]!.slice(0, 8), "--task", id]);
    expect(out).toContain("This is how it was at");
    expect(out).toContain("1 task: 1 open.");
    expect(out).toMatch(/task\.added {2}\S+ {2}by ant-1 {2}Fix \\x1b\[31mit/);
    expect(out).toMatch(new RegExp(`^State [0-9a-f]{64} at ${commits[2]}\\.$`, "m"));
  });

  test("--task and --agent tell what had happened up to there, refused changes too", async () => {
    const { cli, id, commits } = await lateResult();
    const types = async (...args: string[]): Promise<readonly string[]> =>
      (await builtData(cli, ["replay", ...args])).events.map(({ type }: { type: string }) => type);
    const before = ["task.added", "task.claimed"];
    expect(await types("--to", commits[3]!, "--task", id)).toEqual(before);
    expect((await types("--task", id)).at(-1)).toBe("change.refused");
    expect(await types("--agent", "ant-2")).toEqual([
      "agent.joined",
      "claim.expired",
      "task.claimed",
      "task.done",
    ]);
    expect(await types("--agent", "ant-1", "--task", id)).toEqual([
      "task.added",
      "task.claimed",
      "claim.lapsed",
      "claim.expired",
      "change.refused",
    ]);
  });

  test("--at shows status and tasks as they were, leases judged at that time", async () => {
    const { cli, id, commits } = await lateResult();
    const at = commits[3]!;
    const then = await builtData(cli, ["status", "--at", at]);
    expect(then).toMatchObject({ at: { commit: at, number: 4 }, tasks: { claimed: 1, done: 0 } });
    const until = then.claimed[0].claim.until as string;
    expect((await builtData(cli, ["status", "--at", until])).tasks).toMatchObject({ lapsed: 1 });
    const shown = await builtData(cli, ["task", "show", id, "--at", at]);
    expect(shown.task).toMatchObject({
      status: "claimed",
      claim: { agent: "ant-1" },
      attempts: [],
    });
    const list = await builtData(cli, ["task", "list", "--at", commits[2]!]);
    expect(list).toMatchObject({ at: { commit: commits[2] }, tasks: [{ id, status: "open" }] });
    const ago = await built(cli, ["task", "list", "--at", "1s"]);
    expect([ago.code, ago.out]).toEqual([0, expect.stringContaining("done")]);
    expect((await builtData(cli, ["status"])).at).toBeUndefined();
  });

  test("what names no state, or nothing in it, is an error that says why", async () => {
    const cli = await plan();
    const task = await add(cli, "Fix");
    const first = cli.git("m", "rev-list", "--max-parents=0", "refs/mound/line").trim();
    const stray = pushStray(cli);
    cli.git("stray", "commit", "--quiet", "--allow-empty", "-m", "not on the line");
    const off = cli.git("stray", "rev-parse", "HEAD").trim();
    for (const command of ["replay --to", "status --at", "task list --at", "diff"]) {
      await refused(cli, 3, "No commit of the line is named", `${command} ${off}`);
      await refused(cli, 3, "Nothing was on the line at", `${command} 2001-01-01T00:00:00Z`);
      await refused(cli, 2, "takes a commit of the line", `${command} yesterday`);
      await refused(cli, 2, "has not come yet", `${command} 2999-01-01T00:00:00Z`);
    }
    expect((await cli.ok(`-C m replay --to ${stray}`)).out).toContain("1 commit was refused");
    await refused(cli, 3, `There was no task ${task} at`, `task show ${task} --at ${first}`);
    await refused(cli, 3, `There was no task ${task} at`, `replay --to ${first} --task ${task}`);
    await refused(cli, 3, "There is no task zzzzzzz", `replay --task zzzzzzz`);
    await refused(cli, 3, "There is no agent ant-9", `replay --agent ant-9`);
    await refused(cli, 2, "leave out --task", `replay --step --task ${task}`);
  });

  test("the beginning of two tasks' ids asks for more of it, once there are two", async () => {
    const cli = await plan();
    const places: string[] = [];
    for (const id of ["k3f9qz7", "k3f9qz8"]) {
      const path = `tasks/k3/${id}/task.yaml`;
      cli.write(`m/${path}`, `kind: task\nid: ${id}\ncreator: ant-1\ntitle: by hand\n`);
      await cli.ok(`-C m sign ${path} --fill --as ant-1`);
      commitAs(cli, "m", "ant-1", path);
      cli.git("m", "push", "--quiet", "origin", "HEAD:main");
      await cli.ok("-C m sync");
      places.push(cli.git("m", "rev-parse", "HEAD").trim());
    }
    const [one, two] = places as [string, string];
    const shown = await builtData(cli, ["replay", "--to", one, "--task", "k3f9"]);
    expect(shown.events).toMatchObject([{ task: "k3f9qz7" }]);
    await refused(cli, 2, "k3f9 names several tasks", `replay --to ${two} --task k3f9`);
    await refused(cli, 2, "k3f9 names several tasks", `task show k3f9 --at ${two}`);
    await refused(cli, 2, "k3f9 names several tasks", "why k3f9");
    expect((await cli.ok(`-C m task show k3f9 --at ${one}`)).out).toContain("k3f9qz7");
  });
});

describe("mound replay --step", () => {
  test("walks forward and back by the words of a script, and tells what each commit changed", async () => {
    const { cli, id, commits } = await lateResult();
    const script = `n\n\nn\nn\np\ng ${commits.at(-1)!.slice(0, 12)}\nn\nq\nn\n`;
    const { code, out, err } = await built(cli, ["replay", "--step", "--json"], script);
    expect(code).toBe(0);
    const steps = stepsOf(out);
    expect(steps.map(({ number }) => number)).toEqual([1, 2, 3, 4, 3, 7]);
    expect(steps.map(({ commit }) => commit)).toEqual(
      [1, 2, 3, 4, 3, 7].map((number) => commits[number - 1]),
    );
    expect(steps[3]!.changes.tasks).toMatchObject([{ id }]);
    expect(steps.at(-1)).toMatchObject({ accepted: false, refused: { rule: "RE9" } });
    expect(steps.at(-1)!.changes.tasks).toEqual([]);
    expect(err).toContain("This is the newest commit.");
  });

  test("in words, from a commit on; an unknown word and an unknown commit end a script", async () => {
    const { cli, id, commits } = await lateResult();
    const from = ["replay", "--step", "--to", commits[3]!];
    const { code, out, err } = await built(cli, from, "p\np\np\np");
    expect([code, err]).toEqual([0, expect.stringContaining("This is the first commit.")]);
    expect(out).toMatch(/^4 of 7 {2}[0-9a-f]{12} {2}\S+Z {2}ant-1: claim /);
    expect(out).toContain(`${id}: status open -> claimed; holder ant-1; token 0 -> 1`);
    const last = await built(cli, ["replay", "--step", "--to", commits.at(-1)!]);
    expect(last.out).toMatch(/REFUSED: .*\[RE9\]/);
    const strange = await built(cli, from, "x\n");
    expect([strange.code, strange.err]).toEqual([2, expect.stringContaining('"x" is nothing')]);
    const absent = await built(cli, from, `g ${"0".repeat(40)}\n`);
    expect([absent.code, absent.err]).toEqual([
      3,
      expect.stringContaining("No commit of the line"),
    ]);
  });

  test("a terminal's keys are words: single keys, arrows, and a name that is typed after g", async () => {
    const raw: boolean[] = [];
    async function* typed() {
      yield Buffer.from("n \u001b[C\u001b[D");
      yield Buffer.from("g12z");
      yield Buffer.from("a\u007fbc\r");
      yield "x";
      yield Buffer.from("\u0003n");
    }
    const stdin: Keyboard = {
      isTTY: true,
      setRawMode: (on) => raw.push(on),
      pause: () => undefined,
      [Symbol.asyncIterator]: typed,
    };
    let echoed = "";
    const env = { stdin, err: (text: string) => void (echoed += text) } as Partial<Env> as Env;
    const words: Word[] = [];
    for await (const word of wordsOf(env)) words.push(word);
    expect(words).toEqual([
      { kind: "next" },
      { kind: "next" },
      { kind: "next" },
      { kind: "previous" },
      { kind: "go", commit: "12bc" },
      { kind: "unknown", text: "x" },
    ]);
    expect(echoed).toBe("go to commit: 12a\b \bbc\n");
    expect(raw).toEqual([true, false]);
  });
});
