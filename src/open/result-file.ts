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
  if (fits(whole)) return { text: whole };
  const bytes = new TextEncoder().encode(whole);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const folder = resultsFolder(commonDir);
  await mkdir(folder, { recursive: true });
  const file = join(folder, resultName(task, sha256));
  await writeFile(file, bytes);
  return { text: cutText(whole, cutMark(bytes.length, sha256)), sha256, file };
}

/** Where a clone keeps the results that are not, or not whole, in their records. */
export function resultsFolder(commonDir: string): string {
  return join(moundFolder(commonDir), "results");
}

/** The name of the file that keeps a result, by what was typed or is known of its task. */
export function resultName(task: string, sha256: string): string {
  return `${task.replace(/[^a-z0-9-]/g, "_")}-${sha256.slice(0, 12)}.txt`;
}

/** Whether a record holds the text whole. */
export function fits(text: string): boolean {
  return text.length <= TEXT_CHARS && Buffer.byteLength(text) <= BYTES_MAX;
}

export function cutMark(bytes: number, sha256: string): string {
  return `[cut: ${bytes} bytes in all, sha256 ${sha256}]`;
}

/** As much of the beginning as fits with the mark after it; at most `chars` UTF-16 units in all. */
export function cutText(whole: string, mark: string, chars: number = TEXT_CHARS): string {
  let kept = whole.slice(0, Math.max(0, chars - mark.length - 1));
  while (Buffer.byteLength(kept) > BYTES_MAX) kept = kept.slice(0, Math.floor(kept.length * 0.9));
  // Half of a surrogate pair has no place in UTF-8.
  return `${kept.replace(/[\ud800-\udbff]$/, "").trimEnd()}\n${mark}`.trimStart();
}
