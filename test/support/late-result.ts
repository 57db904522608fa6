import { rmSync } from "node:fs";
import { type Cli, foundedCli } from "./cli.ts";
import { until } from "./until.ts";
import { pushPastJudge } from "./plan.ts";

export interface LateResult {
  readonly cli: Cli;
  readonly id: string;
  readonly folder: string;
  /** The commits of the line, oldest first; the last one was refused. */
  readonly commits: readonly string[];
}

/**
 * A mound in `m` whose one task was claimed by ant-1, lapsed, and was taken over by ant-2 and done; then
 * ant-1, who had signed its result while it still held the task, pushes it with stock git.
 */
export async function lateResult(): Promise<LateResult> {
  const cli = await foundedCli();
  await cli.ok("-C m join --as ant-2");
  const added = await cli.ok([
    "-C",
    "m",
    "task",
    "add",
    "Fix \u001b[31mit\u202e",
    "--as",
    "ant-1",
    "--json",
  ]);
  const { id } = added.json.data.task as { id: string };
  const folder = `tasks/${id.slice(0, 2)}/${id}`;
  const claimed = await cli.ok(`-C m claim ${id} --lease 1s --as ant-1 --json`);
  await cli.ok(["clone", cli.path("m", ".git", "mound", "origin.git"), "n"]);
  const path = `${folder}/attempts/1.yaml`;
  cli.write(
    `n/${path}`,
    `kind: attempt\ntask: ${id}\ntoken: 1\nagent: ant-1\noutcome: done\nresult: late\n`,
  );
  await cli.ok(`-C n sign ${path} --fill --as ant-1`);
  const end = Date.parse(claimed.json.data.task.claim.until as string);
  await until("the end of the lease", () => Date.now() > end + 1_000);
  await cli.ok(`-C m claim ${id} --as ant-2`);
  await cli.ok(["-C", "m", "done", id, "--result", "in time", "--as", "ant-2"]);
  cli.git("n", "fetch", "--quiet", "origin");
  const late = cli.read("n", path);
  rmSync(cli.path("n", path));
  cli.git("n", "reset", "--quiet", "--hard", "origin/main");
  cli.write(`n/${path}`, late);
  commitAs(cli, "n", "ant-1", path);
  pushPastJudge(cli, "n");
  await cli.ok("-C m sync");
  const commits = cli.git("n", "rev-list", "--reverse", "HEAD").trim().split("\n");
  return { cli, id, folder, commits };
}

/** Commits a file of a clone with stock git, signed with the agent's key. */
export function commitAs(cli: Cli, clone: string, agent: string, path: string): void {
  cli.git(clone, "add", path);
  const settings = [
    `user.name=${agent}`,
    `user.email=${agent}@mound.invalid`,
    `user.signingkey=${cli.keyFile(agent)}`,
    "gpg.format=ssh",
  ].flatMap((setting) => ["-c", setting]);
  cli.git(clone, ...settings, "commit", "--quiet", "-S", "-m", `Write ${path}`);
}
