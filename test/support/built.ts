import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Cli, Ran } from "./cli.ts";

const COMMAND = join(import.meta.dirname, "../../dist/mound.js");

/** Runs the built command in the mound `m` of a test, as users start it. */
export function built(cli: Cli, args: readonly string[], input = ""): Promise<Omit<Ran, "json">> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [COMMAND, "-C", cli.path("m"), ...args], {
      cwd: cli.folder,
      env: cli.environment,
      stdio: ["pipe", "pipe", "pipe"],
    });
    const said = { out: "", err: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (said.out += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said.err += text));
    child.on("error", fail);
    // A command that does not read its input may be gone before all of it is written.
    child.stdin.on("error", () => undefined);
    child.on("close", (code) => done({ code: code ?? -1, ...said }));
    child.stdin.end(input);
  });
}

/** The data of the document that it answers with `--json`. */
export async function builtData(cli: Cli, args: readonly string[]) {
  const ran = await built(cli, [...args, "--json"]);
  if (ran.code !== 0)
    throw new Error(`exit ${ran.code}: mound ${args.join(" ")}\n${ran.out}${ran.err}`);
  return (JSON.parse(ran.out) as Ran["json"]).data;
}
