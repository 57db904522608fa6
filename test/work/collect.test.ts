import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { TEXT_CHARS } from "../../src/protocol/limits.ts";
import { Collector } from "../../src/work/collect.ts";
import { TailBuffer } from "../../src/open/tail.ts";
import { complaintOf } from "../../src/work/complaint.ts";
import { testFolder } from "../support/site.ts";

async function collector(maxBytes?: number) {
  const dir = await testFolder();
  const folder = join(dir, "results");
  mkdirSync(folder);
  const made = new Collector({
    spill: join(dir, "spill"),
    folder,
    task: "k3f9qz7-fix",
    ...(maxBytes === undefined ? {} : { maxBytes }),
  });
  return { dir, folder, made };
}

async function* chunks(...texts: readonly (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Buffer.from(text);
}

describe("a result", () => {
  test.each([
    [[], undefined],
    [["\n\n"], undefined],
    [["fixed\n"], "fixed"],
    [["  two\n", "lines \n\n"], "  two\nlines "],
    [[Buffer.from("\u{1f41c}").subarray(0, 2), Buffer.from("\u{1f41c}").subarray(2)], "\u{1f41c}"],
    [["x".repeat(TEXT_CHARS)], "x".repeat(TEXT_CHARS)],
  ])("%# that fits is text alone, without the newlines at its end", async (texts, text) => {
    const { folder, made } = await collector();
    await made.drain(chunks(...texts));
    expect(await made.result()).toEqual(text === undefined ? undefined : { text });
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    ["one character too long", ["x".repeat(TEXT_CHARS + 1)]],
    ["more than memory holds", Array.from({ length: 40 }, () => "0123456789abcdef\n".repeat(500))],
    ["no text", [Buffer.from([1, 0xff, 2])]],
  ])(
    "that does not fit (%s) is in a file whole, and in the record by its beginning",
    async (_title, texts) => {
      const { dir, folder, made } = await collector();
      await made.drain(chunks(...texts));
      const result = await made.result();
      const whole = Buffer.concat(texts.map((text) => Buffer.from(text)));
      const sha256 = createHash("sha256").update(whole).digest("hex");
      expect(result).toMatchObject({
        sha256,
        file: join(folder, `k3f9qz7-fix-${sha256.slice(0, 12)}.txt`),
      });
      expect(readFileSync(result!.file!).equals(whole)).toBe(true);
      expect(result!.text.length).toBeLessThanOrEqual(TEXT_CHARS);
      expect(result!.text).toMatch(
        new RegExp(`\\[cut: ${whole.length} bytes in all, sha256 ${sha256}\\]$`),
      );
      expect(await made.keep()).toBe(result!.file);
      expect(readdirSync(dir)).toEqual(["results"]);
      const shorter = await made.result(200);
      expect(shorter?.text.length).toBeLessThanOrEqual(200);
      expect(shorter).toMatchObject({ sha256, file: result!.file });
    },
  );

  test("over the cap ends in a mark, and the digest is that of the file", async () => {
    const { made } = await collector(100_000);
    await made.drain(chunks(...Array.from({ length: 30 }, () => "x".repeat(10_000))));
    const { file, sha256, text } = (await made.result())!;
    const kept = readFileSync(file!, "utf8");
    expect(kept).toBe(`${"x".repeat(100_000)}\n[cut: 200000 more bytes were dropped]\n`);
    expect(createHash("sha256").update(kept).digest("hex")).toBe(sha256);
    expect(text).toContain(`[cut: ${kept.length} bytes in all`);
  });

  test("that the disk has no room for is cut with a mark that says so", async () => {
    const { dir, made } = await collector();
    // A folder in the place of the file stands for a disk that refuses.
    mkdirSync(join(dir, "spill"));
    await made.drain(chunks("x".repeat(50_000), "y".repeat(50_000)));
    const result = await made.result();
    expect(result?.text).toMatch(
      /^x+\n\[cut: 100000 bytes in all, for which the disk had no room\]$/,
    );
    expect(result?.file).toBeUndefined();
    expect(await made.keep()).toBeUndefined();
  });

  test("of a stream that breaks is what came until then", async () => {
    const { made } = await collector();
    const broken = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from("half");
      throw new Error("broken");
    };
    await made.drain(broken());
    expect(await made.result()).toEqual({ text: "half" });
  });
});

describe("the end of a stream", () => {
  test.each([
    [["short\n"], "short"],
    [["line one is long enough\n", "line two\nline", " three\n"], "line two\nline three"],
    [["one line without an end that is cut in its middle"], "at is cut in its middle"],
    [["x".repeat(100_000), "\nlast\n"], "last"],
    [[], ""],
  ])("%# begins with a line where there is one in it", (texts, end) => {
    const tail = new TailBuffer(23);
    for (const text of texts) tail.add(Buffer.from(text));
    expect(complaintOf(tail.read())).toBe(end);
  });

  test("never begins within a character", () => {
    const tail = new TailBuffer(5);
    tail.add(Buffer.from("\u{1f41c}\u{1f41c}"));
    expect(complaintOf(tail.read())).toBe("\u{1f41c}");
  });
});
