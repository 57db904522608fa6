import { describe, expect, test } from "vitest";
import { RECORD_BYTES, RECORD_KEYS, RECORD_SIGNATURES } from "../../src/protocol/limits.ts";
import { joinRecord, readRecord } from "../../src/protocol/record.ts";

const ARMOR = "-----BEGIN SSH SIGNATURE-----\nU1NIU0lHAAAAAQ==\n-----END SSH SIGNATURE-----\n";

function read(text: string | Uint8Array) {
  return readRecord("a.yaml", typeof text === "string" ? new TextEncoder().encode(text) : text);
}

/** The body as an object, or the fault. */
function bodyOf(text: string): unknown {
  const record = read(text);
  return record.ok ? Object.fromEntries(record.value.body) : record.error;
}

describe("readRecord", () => {
  test("takes a record apart: the bytes that are signed, the body, the signatures", () => {
    const body = "# a comment\nkind: claim\ntoken: 1\nref:\n  - a\n  - b\n";
    const record = read(joinRecord(body, [ARMOR, ARMOR]));
    expect(record).toMatchObject({ ok: true, value: { armors: [ARMOR, ARMOR] } });
    expect(record.ok && new TextDecoder().decode(record.value.signed)).toBe(body);
    expect(record.ok && Object.fromEntries(record.value.body)).toEqual({
      kind: "claim",
      token: "1",
      ref: ["a", "b"],
    });
  });

  test("reads every scalar as a text", () => {
    const scalars = {
      a: "1",
      b: "7564e8414243",
      c: "true",
      d: "~",
      e: "2026-11-21",
      f: "0o17",
      g: ".inf",
      h: "null",
      i: "0x10",
    };
    const text = Object.entries(scalars)
      .map(([key, value]) => `${key}: ${value}\n`)
      .join("");
    expect(bodyOf(text)).toEqual(scalars);
  });

  test("reads what people write: comments, quotes, folds, flow lists, an empty value", () => {
    const text =
      "a: 'it''s' # why\n\nb: >-\n  one\n  two\nc: [x, \"y z\"]\nd:\n? e\n: |+\n  keep\n\n";
    expect(bodyOf(text)).toEqual({
      a: "it's",
      b: "one two",
      c: ["x", "y z"],
      d: "",
      e: "keep\n\n",
    });
  });

  test("[RE1] a record has at most 16 KiB, and is measured before it is parsed", () => {
    const fill = (size: number) => `x: ${"a".repeat(size - 4)}\n`;
    expect(read(fill(RECORD_BYTES)).ok).toBe(true);
    expect(read(fill(RECORD_BYTES + 1))).toMatchObject({
      error: { rule: "RE1", code: "record-too-large", path: "a.yaml", size: RECORD_BYTES + 1 },
    });
  });

  const malformed: readonly (readonly [string, string | Uint8Array, number, RegExp])[] = [
    ["a byte order mark", "\uFEFFkind: task\n", 1, /byte order mark/],
    ["carriage returns", "kind: task\r\nid: x\r\n", 1, /carriage returns/],
    ["a tab", "kind: task\nid:\tx\n", 2, /a tab/],
    ["a tab in quotes", 'kind: task\nid: "a\tb"\n', 2, /a tab/],
    ["NUL", "kind: task\nid: a\u0000\n", 2, /control character/],
    ["an escape", "kind: task\nid: a\u001B[2J\n", 2, /control character/],
    ["DEL", "kind: task\nid: a\u007F\n", 2, /control character/],
    ["bytes that are not UTF-8", Uint8Array.of(0x61, 0x3a, 0x20, 0xff, 0x0a), 1, /UTF-8/],
    ["a surrogate in UTF-8", Uint8Array.of(0x61, 0x3a, 0x20, 0xed, 0xa0, 0x80, 0x0a), 1, /UTF-8/],
    [
      "conflict markers",
      "kind: task\n<<<<<<< HEAD\nid: a\n=======\nid: b\n>>>>>>> theirs\n",
      2,
      /conflict markers/,
    ],
    ["no bytes", "", 1, /no body/],
    ["no body", `---\n${ARMOR}`, 1, /no body/],
    ["no final newline", "kind: task", 1, /end in a newline/],
    ["duplicate keys", "kind: task\nid: a\nkind: claim\n", 3, /twice/],
    ["duplicate keys, one quoted", 'kind: task\n"kind": claim\n', 2, /twice/],
    ["an anchor", "kind: &a task\n", 1, /anchors, aliases/],
    ["an alias", "a: &x 1\nb: *x\n", 1, /anchors, aliases/],
    ["an alias to nothing", "a: *x\n", 1, /alias|anchor/i],
    ["an alias in a list", "a:\n  - *x\n", 2, /text or a list|alias/i],
    ["a tag", "a: !!int 1\n", 1, /tag/i],
    ["a tag of its own", "a: !mine 1\n", 1, /tag/i],
    ["a tag on the map", "!!map\na: 1\n", 1, /tag/i],
    ["an anchor on the map", "&a\nb: 1\n", 1, /anchors/],
    ["a merge key", "<<: x\n", 1, /merge/],
    ["a merge of a map", "a: 1\n<<: {b: 2}\n", 2, /merge/],
    ["a nested map", "a:\n  b: c\n", 2, /text or a list/],
    ["a flow map", "a: {b: c}\n", 1, /text or a list/],
    ["a list in a list", "a: [[b]]\n", 1, /text or a list/],
    ["a list of 65", `a: [${Array(65).fill("b").join(",")}]\n`, 1, /text or a list/],
    ["a list at the top", "- a\n", 1, /not a map/],
    ["a scalar at the top", "a\n", 1, /not a map/],
    ["comments alone", "# a\n", 1, /not a map/],
    ["a key that is a list", "? [a]\n: b\n", 1, /key must be/],
    ["an unfinished quote", 'a: "b\n', 2, /./],
    ["an unfinished list", "a: [b\n", 2, /./],
    ["an indented second key", "a: b\n  c: d\n", 1, /./],
    ["two documents", "a: b\n--- \nc: d\n", 2, /document/i],
    ["a directive that is not known", "%FOO bar\n--- \na: b\n", 1, /./],
    ["65 keys", keys(RECORD_KEYS + 1), 1, /65 keys/],
    ["65 keys, one quoted", `"a": 1\n${keys(RECORD_KEYS)}`, 1, /65 keys/],
    ["a deep nest", `a: ${"[".repeat(8_000)}\n`, 1, /./],
    ["text after the signature", `kind: task\n---\n${ARMOR}more\n`, 2, /not a signature/],
    ["a blank line before the signature", `kind: task\n---\n\n${ARMOR}`, 2, /not a signature/],
    ["a blank line after the signature", `kind: task\n---\n${ARMOR}\n`, 2, /not a signature/],
    ["a separator after the signature", `kind: task\n---\n${ARMOR}---\n`, 2, /not a signature/],
    ["an unfinished signature", `kind: task\n---\n${ARMOR.slice(0, -2)}`, 2, /not a signature/],
    ["a separator alone", "kind: task\n---\n", 2, /not a signature/],
    [
      "another document in place of a signature",
      "kind: task\n---\nkind: claim\n",
      2,
      /not a signature/,
    ],
    [
      "17 signatures",
      new TextDecoder().decode(
        joinRecord("a: b\n", Array(RECORD_SIGNATURES + 1).fill(ARMOR) as string[]),
      ),
      2,
      /not a signature/,
    ],
  ];

  test.each(malformed)(
    "[RE2] says what is wrong with %s, and where",
    (_what, text, line, detail) => {
      expect(read(text)).toEqual({
        ok: false,
        error: {
          rule: "RE2",
          code: "record-malformed",
          path: "a.yaml",
          line,
          detail: expect.stringMatching(detail),
        },
      });
    },
  );

  test("[RE2] takes 64 keys, 64 items and 16 signatures", () => {
    expect(read(keys(RECORD_KEYS)).ok).toBe(true);
    expect(read(`"z": 1\n${keys(RECORD_KEYS - 1)}`).ok).toBe(true);
    expect(read(`a: [${Array(64).fill("b").join(",")}]\n`).ok).toBe(true);
    expect(read(`a:\n${"  - b\n".repeat(64)}`).ok).toBe(true);
    expect(read(`a:\n${"  - b\n".repeat(65)}`).ok).toBe(false);
    expect(read(joinRecord("a: b\n", Array(RECORD_SIGNATURES).fill(ARMOR) as string[])).ok).toBe(
      true,
    );
  });

  test("a key that JavaScript knows is a key like any other", () => {
    const record = read("__proto__: a\nconstructor: b\ntoString: c\n");
    expect(record.ok && [...record.value.body]).toEqual([
      ["__proto__", "a"],
      ["constructor", "b"],
      ["toString", "c"],
    ]);
  });

  const hostile: readonly (readonly [string, string])[] = [
    ["keys", Array.from({ length: 2_700 }, (_, at) => `k${at}:`).join("\n")],
    ["a flow map of keys", `{${Array.from({ length: 2_700 }, (_, at) => `k${at}`).join(",")}}`],
    ["open lists", "[".repeat(16_000)],
    ["open maps", "{a: ".repeat(4_000)],
    ["dashes", "- ".repeat(8_000)],
    ["question marks", "? ".repeat(8_000)],
    ["colons", "a: ".repeat(5_000)],
    ["anchors", "&a ".repeat(5_000)],
    ["aliases", `a: [${"*a,".repeat(5_000)}]`],
    ["quotes", '"a" '.repeat(4_000)],
    ["stairs", Array.from({ length: 170 }, (_, at) => `${" ".repeat(at)}a:`).join("\n")],
    ["comments", "#\n".repeat(8_000)],
    ["bad lines", "@\n".repeat(8_000)],
    ["tags", "!a ".repeat(5_000)],
    ["percent", "%a\n".repeat(5_000)],
    ["block heads", "a: |9\n".repeat(2_000)],
    ["escapes", `"${"\\u12".repeat(3_900)}"`],
  ];

  test.each(hostile)("answers in time on 16 KiB of %s", (_what, text) => {
    const from = performance.now();
    expect(read(`${text.slice(0, RECORD_BYTES - 1)}\n`).ok).toBe(false);
    // Idle, the slowest takes 0.1 s. What recurses or backtracks without end takes for ever.
    expect(performance.now() - from).toBeLessThan(10_000);
  });
});

function keys(count: number): string {
  return Array.from({ length: count }, (_, at) => `x-${at}: a\n`).join("");
}
