import { expect } from "vitest";
import { type Cli, foundedCli } from "./cli.ts";

/** What a clone has made is brought to the origin inside `m` by the origin itself, so that no hook runs. */
export function pushPastJudge(cli: Cli, clone: string): void {
  cli.git("m/.git/mound/origin.git", "fetch", "--quiet", cli.path(clone), "HEAD:main");
}

/** A mound in `m`, founded by ant-1. */
export const plan = foundedCli;

/** Adds a task as ant-1 and answers its id. */
export async function add(cli: Cli, ...words: string[]): Promise<string> {
  const added = await cli.ok(["-C", "m", "task", "add", ...words, "--as", "ant-1", "--json"]);
  return added.json.data.task.id as string;
}

/** What `task show` answers for programs. */
export async function show(cli: Cli, task: string) {
  return (await cli.ok(["-C", "m", "task", "show", task, "--json"])).json.data.task;
}

/** What `status` answers for programs in a clone. */
export async function status(cli: Cli, clone = "m") {
  return (await cli.ok(`-C ${clone} status --json --as ant-1`)).json.data;
}

/** Runs what must be refused in the mound: with this exit code, and with words about it on stderr alone. */
export async function refused(
  cli: Cli,
  code: number,
  message: string,
  words: string | readonly string[],
): Promise<void> {
  const ran = await cli.run(typeof words === "string" ? `-C m ${words}` : ["-C", "m", ...words]);
  expect([words, ran.code, ran.out]).toEqual([words, code, ""]);
  expect(ran.err).toContain(message);
}

/** A commit that breaks the rules gets on the line, as it would at an origin without a judge. */
export function pushStray(cli: Cli, path = "tasks/00/note.txt"): string {
  cli.git(".", "clone", "--quiet", cli.path("m", ".git", "mound", "origin.git"), "stray");
  cli.write(`stray/${path}`, "x");
  cli.git("stray", "add", path.split("/")[0]!);
  cli.git("stray", "commit", "--quiet", "-m", "a note for all");
  pushPastJudge(cli, "stray");
  return cli.git("stray", "rev-parse", "HEAD").trim();
}
