import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readPlainBody } from "../../src/protocol/plain-body.ts";
import { expectAgreement } from "../support/agreement.ts";
import { bodyOf, entries, INSERTS, PIECES } from "../support/bodies.ts";
import { runs } from "../support/scale.ts";

describe("the fast reader of plain bodies", () => {
  test("gives what the yaml package gives, or leaves it to that package, on random bodies", () => {
    let plain = 0;
    const body = fc
      .array(fc.constantFrom(...PIECES), { maxLength: 14 })
      .map((pieces) => `a: ${pieces.join("")}\n`);
    fc.assert(
      fc.property(body, (made) => {
        if (readPlainBody(made) !== undefined) plain += 1;
        expectAgreement(made);
      }),
      runs(1_000),
    );
    // A generator that never hits the grammar would show nothing.
    expect(plain).toBeGreaterThan(0);
  });

  test("and on lines of entries, lists, blocks and comments in any order", () => {
    const word = fc.constantFrom(
      "a",
      "b c",
      '"q"',
      '"\\""',
      "x:y",
      "a, b",
      "-1",
      "%",
      "a:",
      "",
      " ",
      "é",
      "'s'",
      "|",
      "[]",
      "...",
      "# c",
      "a #c",
    );
    const line = fc.oneof(
      fc
        .tuple(fc.constantFrom("a", "b", "c", "dd", "x-1", "1", "a b"), word)
        .map(([name, rest]) => `${name}: ${rest}`),
      word.map((rest) => `  - ${rest}`),
      word.map((rest) => `  ${rest}`),
      word.map((rest) => `# ${rest}`),
      fc.constantFrom("a:", "b:", "c: |", "d: |-", "e: []", "", "  ", "#", "f: |+", "  #", " a: b"),
    );
    let plain = 0;
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 8 }), (lines) => {
        const made = `${lines.join("\n")}\n`;
        if (readPlainBody(made) !== undefined) plain += 1;
        expectAgreement(made);
      }),
      runs(1_000),
    );
    expect(plain).toBeGreaterThan(0);
  });

  test("and on sound bodies with a piece put in, taken out, or a character changed", () => {
    const mutation = fc.record({
      at: fc.nat(),
      cut: fc.nat(3),
      insert: fc.constantFrom("", ...INSERTS),
    });
    fc.assert(
      fc.property(entries, mutation, (fields, { at, cut, insert }) => {
        const sound = bodyOf(fields);
        const from = at % (sound.length + 1);
        expectAgreement(sound.slice(0, from) + insert + sound.slice(from + cut));
      }),
      runs(1_000),
    );
  });

  test("reads what Mound writes without help, however long it is", () => {
    const fields = {
      "x-a": "plain words",
      "x-b": "a\nblock\n\nof: text",
      "x-c": ["one", "two"],
      "x-d": "quoted: yes",
      "x-e": "3",
      "x-f": "é",
    };
    expect([...(readPlainBody(bodyOf(fields)) ?? [])]).toEqual([
      ["kind", "task"],
      ...Object.entries(fields),
    ]);
  });

  test("leaves bodies beyond the limits to the package, which refuses them", () => {
    const keys = Array.from({ length: 65 }, (_, at) => `k${at}: a\n`);
    expect(readPlainBody(keys.join(""))).toBeUndefined();
    expect(readPlainBody(keys.slice(1).join(""))?.size).toBe(64);
    expect(readPlainBody(`a:\n${"  - b\n".repeat(65)}`)).toBeUndefined();
    expect(readPlainBody(`a:\n${"  - b\n".repeat(64)}`)?.get("a")).toHaveLength(64);
  });

  test("does not lose itself in a long line", () => {
    const from = performance.now();
    for (const line of [
      "a".repeat(16_000),
      "a ".repeat(8_000),
      "a:a".repeat(5_000),
      "a,".repeat(8_000),
      `"${"\\\\".repeat(8_000)}`,
      "(".repeat(16_000),
    ]) {
      readPlainBody(`k: ${line}!\n`);
      readPlainBody(`k: ${line}\u0000\n`);
    }
    expect(performance.now() - from).toBeLessThan(5_000);
  });
});
