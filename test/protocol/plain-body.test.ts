import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeBody } from "../../src/protocol/encode.ts";
import { KINDS } from "../../src/protocol/kinds/index.ts";
import { readPlainBody } from "../../src/protocol/plain-body.ts";
import { readRecord, type Wire } from "../../src/protocol/record.ts";
import { readYamlBody } from "../../src/protocol/yaml-body.ts";
import { runs } from "../support/scale.ts";

/** Pieces of which bodies are made, sound and unsound, so that random ones come near the grammar. */
const PIECES = [
  "a", "b", "kind", "token", "x-y", "word", "two words", "1", "0x1f", "true", "null", "~", "-", "--", "---", "...", "- ", "  - ", "   - ",
  ":", ": ", " :", "::", " #", "#", "# ", "?", "? ", "|", "|-", "|+", "|2", ">", ">-", "[]", "[", "]", "{}", "{", "}", ",", "&a", "*a",
  "!", "!!str ", "%", "@", "`", "'", '"', '"a"', '"a b"', '"\\n"', '"\\u0041"', '"\\/"', '"\\x41"', "'it''s'", "\\", "/", "<<", "=", "+",
  ".", "_", "(", ")", "$", "^", ";", "é", "ß", "\u00a0", "\u0085", "\u2028", "\u2029", "\ufeff", "\u200b", "\u202e", "😀", "\ufffd",
  " ", "  ", "    ", "\n", "\n\n", "\n  ", "\n\n  ", "\n  - ", "\na: ", "\nb:\n", "\nc: |\n  ", "\nd: |-\n  ", "\n# ", "\n---\n", "<<<<<<< ",
];

/** What keeps a mutation near the grammar: letters, the indicators of YAML, and white space. */
const INSERTS = [...PIECES, "\t", "\r", "\u0000", "\u001b", "\ud800", "\udc00", "é\u0301", "\u{10ffff}"];

function expectAgreement(text: string): void {
  const plain = readPlainBody(text);
  if (plain === undefined) return;
  const yaml = readYamlBody(text);
  expect(yaml.ok ? [...yaml.value] : yaml.error).toEqual([...plain]);
}

/** A text of the kinds that a person or an agent may put into a field, and of those that hurt. */
const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.array(fc.constantFrom(...INSERTS), { maxLength: 12 }).map((pieces) => pieces.join("")),
  fc.lorem({ mode: "sentences", maxCount: 3 }),
  fc.array(fc.lorem({ maxCount: 4 }), { maxLength: 5 }).map((lines) => lines.join("\n")),
  fc.constantFrom("", " ", "\n", "a\n", "a\n\n", "\na", " a", "a ", "a: b", "a #b", "# a", "- a", "---", "'", '"', "\\", "a\n b", "a \nb", "a\n---\nb", "[]"),
);

const key = fc.stringMatching(/^x-[a-z0-9-]{1,12}$/);
const value: fc.Arbitrary<Wire> = fc.oneof(text, fc.array(text, { minLength: 1, maxLength: 4 }));
const entries = fc.dictionary(key, value, { minKeys: 1, maxKeys: 6 });

function bodyOf(fields: Record<string, Wire>): string {
  return encodeBody("task", "tasks/aa/aaaaaa1/task.yaml", fields);
}

describe("the fast reader of plain bodies", () => {
  test("gives what the yaml package gives, or leaves it to that package, on random bodies", () => {
    let plain = 0;
    const body = fc.array(fc.constantFrom(...PIECES), { maxLength: 14 }).map((pieces) => `a: ${pieces.join("")}\n`);
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
    const word = fc.constantFrom("a", "b c", '"q"', '"\\""', "x:y", "a, b", "-1", "%", "a:", "", " ", "é", "'s'", "|", "[]", "...", "# c", "a #c");
    const line = fc.oneof(
      fc.tuple(fc.constantFrom("a", "b", "c", "dd", "x-1", "1", "a b"), word).map(([name, rest]) => `${name}: ${rest}`),
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
    const mutation = fc.record({ at: fc.nat(), cut: fc.nat(3), insert: fc.constantFrom("", ...INSERTS) });
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
    const fields = { "x-a": "plain words", "x-b": "a\nblock\n\nof: text", "x-c": ["one", "two"], "x-d": "quoted: yes", "x-e": "3", "x-f": "é" };
    expect([...(readPlainBody(bodyOf(fields)) ?? [])]).toEqual([["kind", "task"], ...Object.entries(fields)]);
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
    for (const line of ["a".repeat(16_000), "a ".repeat(8_000), "a:a".repeat(5_000), "a,".repeat(8_000), `"${"\\\\".repeat(8_000)}`, "(".repeat(16_000)]) {
      readPlainBody(`k: ${line}!\n`);
      readPlainBody(`k: ${line}\u0000\n`);
    }
    expect(performance.now() - from).toBeLessThan(500);
  });
});

describe("what is written", () => {
  test("is read again as it was, whatever the text", () => {
    fc.assert(
      fc.property(entries, (fields) => {
        const body = bodyOf(fields);
        const record = readRecord("a.yaml", new TextEncoder().encode(body));
        expect(record.ok ? Object.fromEntries(record.value.body) : record.error).toEqual({ kind: "task", ...fields });
        expectAgreement(body);
      }),
      runs(500),
    );
  });

  test("is read the same by the package alone", () => {
    fc.assert(
      fc.property(entries, (fields) => {
        const yaml = readYamlBody(bodyOf(fields));
        expect(yaml.ok ? Object.fromEntries(yaml.value) : yaml.error).toEqual({ kind: "task", ...fields });
      }),
      runs(500),
    );
  });

  test("has its fields in the order of the kind, an editor's modeline, and x- keys last", () => {
    const body = encodeBody("claim", "tasks/aa/aaaaaa1/claim.lock", { nonce: "n", "x-a": "1", token: "7", task: "aaaaaa1", agent: undefined });
    expect(body).toBe(
      "# yaml-language-server: $schema=../../../.mound/schema/claim.json\nkind: claim\ntask: aaaaaa1\ntoken: 7\nnonce: n\nx-a: 1\n",
    );
  });

  test("every kind of the table has its own name and can be written", () => {
    expect(new Set(KINDS.map(({ name }) => name)).size).toBe(KINDS.length);
    for (const { name, fields } of KINDS) {
      expect(Object.keys(fields.shape)[0]).toBe("kind");
      expect(encodeBody(name, "a.yaml", {})).toContain(`kind: ${name}\n`);
    }
  });
});
