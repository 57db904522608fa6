/** What is wrong with a draft, said in a file beside it: an editor and `ls` are all that one needs. */
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { FAULT_SUFFIX, listDrafts } from "./draft-files.ts";

/** The first words of every such file: what does not begin so is somebody's own, and is left alone. */
const HEAD = "Not submitted: ";

/** Says beside a draft why it was not submitted, and what to type next. */
export async function writeFault(draft: string, message: string, fix: string): Promise<void> {
  const file = faultFile(draft);
  const temporary = join(dirname(draft), `.${basename(file)}.${process.pid}.tmp`);
  try {
    await writeFile(temporary, `${HEAD}${message}\n${fix === "" ? "" : `  ${fix}\n`}`);
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Takes away what was said of a draft that is submitted or gone. */
export async function clearFault(draft: string): Promise<void> {
  const file = faultFile(draft);
  const text = await readFile(file, "utf8").catch(() => "");
  if (text.startsWith(HEAD)) await rm(file, { force: true });
}

/** The same for the drafts that went while nobody looked. */
export async function clearStaleFaults(folder: string): Promise<void> {
  const drafts = new Set(await listDrafts(folder));
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  for (const name of names) {
    if (!name.endsWith(FAULT_SUFFIX)) continue;
    const draft = join(folder, name.slice(0, -FAULT_SUFFIX.length));
    if (!drafts.has(draft)) await clearFault(draft);
  }
}

function faultFile(draft: string): string {
  return `${draft}${FAULT_SUFFIX}`;
}
