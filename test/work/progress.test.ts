import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LINE_CHARS } from "../../src/protocol/limits.ts";
import { ProgressFile } from "../../src/work/progress-file.ts";
import { foldProgress, readProgressLine } from "../../src/work/progress-lines.ts";
import { testFolder } from "../support/site.ts";
import { runs } from "../support/scale.ts";

describe("a line", () => {
  test.each([
    ["40% tests pass", { percent: 40, note: "tests pass" }],
    ["  7%x ", { percent: 7, note: "x" }],
    ["100%", { percent: 100 }],
    ["0", { percent: 0 }],
    ["101%", { note: "101%" }],
    ["40 tests pass", { note: "40 tests pass" }],
    ["-1%", { note: "-1%" }],
    ["fixed 40%", { note: "fixed 40%" }],
    ["\r", undefined],
    ["", undefined],
  ])("%j", (line, said) => {
    expect(readProgressLine(line)).toEqual(said);
  });

  test("of any text, and any number of them folded, fits a record", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: "binary", maxLength: 400 }), { maxLength: 20 }),
        (lines) => {
          const said = lines.flatMap((line) => readProgressLine(line.replaceAll("\n", "")) ?? []);
          const folded = said.reduce<ReturnType<typeof readProgressLine>>(foldProgress, undefined);
          const { note = "x", percent = 0 } = folded ?? {};
          expect(note.length).toBeGreaterThan(0);
          expect(note.length).toBeLessThanOrEqual(LINE_CHARS);
          expect(Buffer.from(note).toString()).toBe(note);
          expect(percent).toBeGreaterThanOrEqual(0);
          expect(percent).toBeLessThanOrEqual(100);
          // What was said last is never left out.
          const last = said.findLast((one) => one.note !== undefined)?.note;
          expect(note.endsWith(last ?? "x")).toBe(true);
          expect(percent).toBe(said.findLast((one) => one.percent !== undefined)?.percent ?? 0);
        },
      ),
      runs(200),
    );
  });
});

describe("the file", () => {
  test("gives each whole line once, and at the end what is left", async () => {
    const path = join(await testFolder(), "progress");
    const file = new ProgressFile(path);
    expect(await file.read()).toBeUndefined();
    writeFileSync(path, "");
    expect(await file.read()).toBeUndefined();
    appendFileSync(path, "10% a\n20%");
    expect(await file.read()).toEqual({ percent: 10, note: "a" });
    expect(await file.read()).toBeUndefined();
    appendFileSync(path, " b\nc\n\nd");
    expect(await file.read()).toEqual({ percent: 20, note: "b; c" });
    expect(await file.read(true)).toEqual({ note: "d" });
    expect(await file.read(true)).toBeUndefined();
  });

  test("may be written anew each time: shorter, longer, or as long as before", async () => {
    const path = join(await testFolder(), "progress");
    const file = new ProgressFile(path);
    for (const percent of [9, 10, 11, 100, 5]) {
      writeFileSync(path, `${percent}%\n`);
      expect(await file.read()).toEqual({ percent });
    }
  });

  test("that is flooded is read from its end, in bounded memory", async () => {
    const path = join(await testFolder(), "progress");
    const file = new ProgressFile(path);
    writeFileSync(path, `${"x".repeat(50_000_000)}\n50%\n60% almost\n`);
    expect(await file.read()).toMatchObject({
      percent: 60,
      note: expect.stringContaining("almost"),
    });
    appendFileSync(path, "70%\n");
    expect(await file.read()).toEqual({ percent: 70 });
  });

  test("that is a folder, or gone, says nothing", async () => {
    const path = join(await testFolder(), "progress");
    const file = new ProgressFile(path);
    writeFileSync(path, "10%\n");
    expect(await file.read()).toEqual({ percent: 10 });
    rmSync(path);
    expect(await file.read()).toBeUndefined();
    mkdirSync(path);
    expect(await file.read(true)).toBeUndefined();
  });
});
