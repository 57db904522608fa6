import { chmod, readdir, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { configFolder } from "../../keys/config-folder.ts";
import { fine, type Found, type Patient, type Said } from "./finding.ts";
import { shell } from "./shell.ts";

/** The permission bits of the group and of everybody. */
const OTHERS = 0o077;

/** The files of all keys on this machine: nobody but their owner may read or replace them. */
export async function keys({ environment }: Patient): Promise<Found> {
  const home = join(configFolder(environment, homedir(), process.platform), "mound", "keys");
  const folders = (await list(home)).map((name) => join(home, name));
  const files: string[] = [];
  for (const folder of folders)
    for (const name of await list(folder)) files.push(join(folder, name));
  if (files.length === 0) return fine(`There are no keys at ${home} yet`);
  const said: Said[] = [];
  for (const path of [home, ...folders]) said.push(...(await exposed(path, 0o700)));
  // A reference names where a key is; only its text could be read.
  for (const path of files.filter((name) => !name.endsWith(".ref")))
    said.push(...(await exposed(path, 0o600)));
  return said.length > 0
    ? said
    : fine(
        `${files.length === 1 ? "1 key file" : `${files.length} key files`} at ${home}, for the owner only`,
      );
}

async function exposed(path: string, mode: number): Promise<Found> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || process.platform === "win32" || (found.mode & OTHERS) === 0) return [];
  const octal = (found.mode & 0o777).toString(8);
  const what = found.isDirectory() ? "The folder of keys" : "The private key";
  return [
    {
      level: found.isDirectory() ? "warn" : "fail",
      message: `${what} ${path} is open to others (mode ${octal}).`,
      fix: shell("chmod", mode.toString(8), path),
      mend: () => chmod(path, mode),
    },
  ];
}

async function list(folder: string): Promise<readonly string[]> {
  const names: readonly string[] = await readdir(folder).catch(() => []);
  return names.toSorted();
}
