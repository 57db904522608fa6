import { access, constants, stat } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { UsageError } from "../usage.ts";

/**
 * The path of the program that was typed: looked for on the PATH, or where it names a path, from `cwd`.
 * What cannot be run is said before anything is taken for it.
 */
export async function findProgram(
  name: string,
  cwd: string,
  environment: NodeJS.ProcessEnv,
  what: "task" | "lock" = "task",
): Promise<string> {
  if (name === "")
    throw new UsageError(
      "The program has no name.",
      `mound help ${what === "task" ? "work" : "lock"}`,
    );
  const isPath = name.includes("/") || (process.platform === "win32" && name.includes("\\"));
  const folders = (environment["PATH"] ?? "").split(delimiter);
  const paths = isPath
    ? [resolve(cwd, name)]
    : folders.map((folder) => resolve(cwd, join(folder === "" ? "." : folder, name)));
  let found: string | undefined;
  for (const path of paths) {
    const kind = await look(path);
    if (kind === "program") return path;
    if (kind !== "nothing") found ??= `${path} ${kind}`;
  }
  if (found !== undefined)
    throw new UsageError(`${found}, so it cannot be run. No ${what} was taken.`, `ls -l ${name}`, {
      code: "program-unusable",
    });
  const where = isPath
    ? `There is no program ${paths[0]}`
    : `There is no program ${name} on the PATH`;
  throw new UsageError(`${where}. No ${what} was taken.`, `command -v ${name}`, {
    code: "program-missing",
  });
}

async function look(
  path: string,
): Promise<"program" | "nothing" | "is a folder" | "is not executable"> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return "nothing";
  if (found.isDirectory()) return "is a folder";
  const usable = await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
  return usable ? "program" : "is not executable";
}
