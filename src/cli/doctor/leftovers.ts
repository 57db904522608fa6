import { lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { moundFolder } from "../../git/clone.ts";
import { openFiles } from "../../git/open-files.ts";
import { type ClonePatient, fine, type Found } from "./finding.ts";
import { shell } from "./shell.ts";

/** No write takes a day; git itself waits for two weeks, for it does not look who has a file open. */
const OLD_MS = 24 * 60 * 60_000;
/** Named one by one up to here. */
const SHOWN = 3;

/** Files that a process which was killed had not finished: of Mound, and of git's object store. */
export async function leftovers({ clone }: ClonePatient): Promise<Found> {
  const { commonDir } = clone;
  const own = moundFolder(commonDir);
  const objects = join(commonDir, "objects");
  const places: readonly (readonly [folder: string, name: RegExp])[] = [
    [own, /^(clone\.json|allowed_signers)\.\d+$|\.tmp$/],
    [join(own, "journal"), /\.tmp$/],
    [join(objects, "pack"), /^(tmp_|\.tmp-)/],
    ...(await list(objects))
      .filter((name) => /^[0-9a-f]{2}$/.test(name))
      .map((name) => [join(objects, name), /^tmp_obj_/] as const),
  ];
  const found: string[] = [];
  for (const [folder, pattern] of places)
    for (const name of await list(folder))
      if (pattern.test(name) && (await isOld(join(folder, name)))) found.push(join(folder, name));
  const left = found.length === 0 ? [] : await withoutOwner(found);
  if (left.length === 0) return fine("No unfinished files were left behind");
  const more = left.length > SHOWN ? ` and ${left.length - SHOWN} more` : "";
  return [
    {
      level: "note",
      message: `${left.length} unfinished files were left by processes that were killed: ${left.slice(0, SHOWN).join(", ")}${more}.`,
      fix: left.length > SHOWN ? "mound doctor --fix" : shell("rm", ...left),
      mend: async () => {
        for (const path of left) await rm(path, { force: true });
      },
    },
  ];
}

async function withoutOwner(paths: readonly string[]): Promise<readonly string[]> {
  const open = await openFiles();
  return open === undefined ? [] : paths.filter((path) => !open.files.has(path));
}

async function isOld(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isFile() === true && Date.now() - found.mtimeMs > OLD_MS;
}

async function list(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}
