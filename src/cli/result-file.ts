import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { moundFolder } from "../git/clone.ts";
import { TEXT_CHARS } from "../protocol/limits.ts";

export interface CutResult {
  readonly text: string;
  /** SHA-256 of the whole in hexadecimal, and the file that keeps it; only where it was cut. */
  readonly sha256?: string;
  readonly file?: string;
}

/** In UTF-8 a character takes up to four bytes, and a record has sixteen KiB in all. */
const BYTES_MAX = 12_000;

/** What does not fit is not lost: the record has its beginning and its digest, a local file the whole. */
export async function cutResult(
  commonDir: string,
  task: string,
  whole: string,
): Promise<CutResult> {
  const bytes = new TextEncoder().encode(whole);
  if (whole.length <= TEXT_CHARS && bytes.length <= BYTES_MAX) return { text: whole };
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const folder = join(moundFolder(commonDir), "results");
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${task.replace(/[^a-z0-9-]/g, "_")}-${sha256.slice(0, 12)}.txt`);
  await writeFile(file, bytes);
  const mark = `\n[cut: ${bytes.length} bytes in all, sha256 ${sha256}]`;
  let kept = whole.slice(0, TEXT_CHARS - mark.length);
  while (new TextEncoder().encode(kept).length > BYTES_MAX)
    kept = kept.slice(0, Math.floor(kept.length * 0.9));
  return { text: kept.trimEnd() + mark, sha256, file };
}
