/** What is wrong with a draft, said in a file beside it: an editor and `ls` are all that one needs. */
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { FAULT_SUFFIX } from "./draft-files.ts";

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

function faultFile(draft: string): string {
  return `${draft}${FAULT_SUFFIX}`;
}
