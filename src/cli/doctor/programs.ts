import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { gitVersion } from "../../git/version.ts";
import { explain } from "../explain.ts";
import { fine, type Found, type Patient } from "./finding.ts";

/** What `engines` in package.json asks for: the first that loads ES modules and CommonJS alike. */
const NODE_NEEDED = [20, 19] as const;

export async function gitProgram({ environment }: Patient): Promise<Found> {
  const version = await gitVersion();
  if (version.ok)
    return fine(`git ${version.value} at ${find("git", environment) ?? "an unknown place"}`);
  const { message, fix } = explain(version.error);
  return [{ level: "fail", message: `${message} ${fix}`, fix: "git --version" }];
}

export async function nodeProgram(): Promise<Found> {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [neededMajor, neededMinor] = NODE_NEEDED;
  if (major > neededMajor || (major === neededMajor && minor >= neededMinor))
    return fine(`node ${process.versions.node} at ${process.execPath}`);
  const message = `This node is ${process.versions.node}; ${NODE_NEEDED.join(".")} or newer is needed.`;
  return [{ level: "fail", message, fix: "node --version" }];
}

export async function sshProgram({ environment }: Patient): Promise<Found> {
  const path = find("ssh-keygen", environment);
  if (path !== undefined) return fine(`ssh-keygen at ${path}`);
  const message =
    "There is no ssh-keygen on the PATH: keys with a passphrase, of an ssh-agent or on a token cannot sign. Install OpenSSH.";
  return [{ level: "warn", message }];
}

/** Where the PATH has a program; it is not run. */
function find(program: string, environment: NodeJS.ProcessEnv): string | undefined {
  const path = environment["PATH"] ?? environment["Path"] ?? "";
  const endings = process.platform === "win32" ? [".exe", ".cmd", ""] : [""];
  return path
    .split(delimiter)
    .flatMap((folder) => endings.map((ending) => join(folder, `${program}${ending}`)))
    .find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
