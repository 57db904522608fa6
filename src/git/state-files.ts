import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** The first line of a base file, which is as long as the mound has shards. */
export function readHeader(file: number): { text: string; bytes: number } {
  let read = Buffer.alloc(0);
  for (;;) {
    const chunk = Buffer.allocUnsafe(64 * 1024);
    const bytesRead = readSync(file, chunk, 0, chunk.length, read.length);
    read = Buffer.concat([read, chunk.subarray(0, bytesRead)]);
    const end = read.indexOf(0x0a);
    if (end >= 0) return { text: read.subarray(0, end).toString("utf8"), bytes: end + 1 };
    if (bytesRead === 0) throw new Error("the cache has no header");
  }
}

/** What a file has from an offset on; nothing where it is absent or ends before. */
export function readFrom(path: string, offset: number): string {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return "";
  }
  try {
    const { size } = fstatSync(file);
    if (size <= offset) return "";
    const buffer = Buffer.allocUnsafe(size - offset);
    const bytesRead = readSync(file, buffer, 0, buffer.length, offset);
    return buffer.subarray(0, bytesRead).toString("utf8");
  } finally {
    closeSync(file);
  }
}
