import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readDraft } from "../../src/protocol/commands/draft.ts";
import type { AgentId } from "../../src/protocol/ids.ts";
import { RECORD_BYTES } from "../../src/protocol/limits.ts";
import { runs } from "../support/scale.ts";

const ANT = "ant-1" as AgentId;

function read(text: string | Uint8Array) {
  return readDraft(typeof text === "string" ? new TextEncoder().encode(text) : text, ANT);
}

function commandOf(text: string) {
  const found = read(text);
  if (!found.ok) throw new Error(`line ${found.error.line}: ${found.error.detail}`);
  return found.value.command;
}

function flawOf(text: string | Uint8Array) {
  const found = read(text);
  return found.ok ? undefined : found.error;
}

describe("what a draft wishes for", () => {
  test("two lines make a task", () => {
    expect(commandOf("kind: task\ntitle: Fix the login\n")).toEqual({
      type: "add",
      tasks: [{ title: "Fix the login" }],
    });
  });

  test("a task may have every field that `mound task add` takes", () => {
    const text = [
      "kind: task",
      "creator: ant-1",
      "title: Fix the login",
      "body: |",
      "  First this,",
      "",
      "  then that.",
      "needs: [typescript, review]",
      "after:",
      "  - k3f9qz7",
      "  - write",
      "after_any: design, k3f9qz8",
      "paths: src/auth/**, test/auth/**",
      "priority: 3",
      "deadline: 2026-12-01",
      "lease: 1h30m",
      "attempts: 5",
      "review: required",
      "reviewer: ant-2",
      "parent: abcd",
    ].join("\n");
    expect(commandOf(text)).toEqual({
      type: "add",
      tasks: [
        {
          title: "Fix the login",
          body: "First this,\n\nthen that.\n",
          needs: ["typescript", "review"],
          afterAny: ["design", "k3f9qz8"],
          after: ["k3f9qz7", "write"],
          paths: ["src/auth/**", "test/auth/**"],
          priority: 3,
          deadline: "2026-12-01T00:00:00.000Z",
          lease: "1h30m",
          attempts: 5,
          review: "required",
          reviewer: "ant-2",
          parent: "abcd",
        },
      ],
    });
  });

  test.each([
    ["kind: claim\ntask: k3f9\nlease: 30m", { type: "claim", task: "k3f9", lease: 1_800_000 }],
    [
      "kind: attempt\ntask: k3f9\noutcome: done\nresult: fixed\nref: https://example.com/a,b",
      {
        type: "finish",
        task: "k3f9",
        outcome: "done",
        result: "fixed",
        refs: ["https://example.com/a,b"],
      },
    ],
    [
      "kind: attempt\ntask: k3f9\ntoken: 2\noutcome: failed\nreason: no access",
      { type: "finish", task: "k3f9", token: 2, outcome: "failed", reason: "no access" },
    ],
    [
      "kind: progress\ntask: k3f9\npercent: 0\nnote: begun\ncheckpoint: here",
      {
        type: "renew",
        task: "k3f9",
        progress: { percent: 0, note: "begun", checkpoint: "here" },
      },
    ],
    ["kind: review\ntask: k3f9\nverdict: accepted", { type: "review", task: "k3f9", accept: true }],
    [
      "kind: review\ntask: k3f9\naccept: no\nreason: it fails",
      { type: "review", task: "k3f9", accept: false, reason: "it fails" },
    ],
    [
      "kind: cancel\nagent: ant-1\ntask: k3f9\nreason: not needed",
      { type: "cancel", task: "k3f9", reason: "not needed" },
    ],
  ])("%s", (text, command) => {
    expect(commandOf(text)).toEqual(command);
  });

  test.each([
    ["Windows line ends", "kind: task\r\ntitle: Fix it\r\n"],
    ["a byte order mark", "\uFEFFkind: task\ntitle: Fix it\n"],
    ["no newline at the end", "kind: task\ntitle: Fix it"],
    ["the mark that begins a YAML document", "---\nkind: task\ntitle: Fix it\n"],
    ["comments and quotes", "# mine\n'kind': \"task\"\n\ntitle: 'Fix it' # soon\n"],
    ["a map in one line", "{kind: task, title: Fix it}\n"],
    ["JSON", '{"kind": "task", "title": "Fix it"}'],
  ])("%s is taken as it is meant", (_what, text) => {
    expect(commandOf(text)).toEqual({ type: "add", tasks: [{ title: "Fix it" }] });
  });
});

describe("what is wrong with a draft", () => {
  test.each([
    ["an empty file", "", 1, /it is empty/],
    ["white space only", " \n\n", 1, /it is empty/],
    ["a sentence", "please fix the login\n", 1, /not a map/],
    ["no kind", "title: Fix it\n", 1, /it has no `kind`.*task, claim/],
    ["a kind that no draft has", "title: x\nkind: agent\n", 2, /no draft of the kind `agent`/],
    ["no title", "# mine\nkind: task\n", 2, /`title` is missing/],
    ["an unknown field", "kind: task\ntitle: x\ntitel: y\n", 3, /`titel` is not a field of a task/],
    ["a field of another kind", "kind: claim\ntask: k3f9\ntitle: x\n", 3, /not a field of a claim/],
    ["what Mound adds", "kind: task\ntitle: x\nid: k3f9qz7\n", 3, /`id` is not a field/],
    ["an extension", "kind: task\ntitle: x\nx-mine: y\n", 3, /`x-mine` is not a field/],
    ["an empty title", 'kind: task\ntitle: ""\n', 2, /`title` must not be empty/],
    ["a long title", `kind: task\ntitle: ${"x".repeat(301)}\n`, 2, /at most 300/],
    ["a priority", "kind: task\ntitle: x\npriority: 9\n", 3, /`priority` must be from 0 to 4/],
    ["a lease", "kind: task\ntitle: x\nlease: soon\n", 3, /must be a duration/],
    ["a deadline", "kind: task\ntitle: x\ndeadline: 2026-02-31\n", 3, /must be a time/],
    ["a skill", "kind: task\ntitle: x\nneeds: Type Script\n", 3, /`needs` must be a skill/],
    ["a path", "kind: task\ntitle: x\npaths: ../x\n", 3, /must be a path or glob/],
    ["a list for a text", "kind: task\ntitle: [a, b]\n", 2, /`title` must be one text/],
    ["a nested map", "kind: task\ntitle: x\nneeds:\n  a: b\n", 4, /text or a list of texts/],
    ["a key twice", "kind: task\ntitle: x\ntitle: y\n", 3, /there twice/],
    ["an anchor", "kind: task\ntitle: &a x\n", 2, /anchors/],
    ["somebody else", "kind: task\ntitle: x\ncreator: ant-2\n", 3, /`creator` is ant-2.*ant-1/],
    ["another agent", "agent: ant-2\nkind: claim\ntask: k3f9\n", 1, /`agent` is ant-2/],
    ["no task", "kind: claim\n", 1, /`task` is missing/],
    ["no outcome", "kind: attempt\ntask: k3f9\n", 1, /`outcome` is missing/],
    ["an outcome of others", "kind: attempt\ntask: k3f9\noutcome: expired\n", 3, /done, failed/],
    ["no verdict", "kind: review\ntask: k3f9\n", 1, /`verdict` is missing/],
    ["two verdicts", "kind: review\ntask: k3f9\nverdict: accepted\naccept: no\n", 4, /leave one/],
    ["a tab", "kind: task\ntitle: a\tb\n", 2, /a tab/],
    ["a control character", "kind: task\ntitle: a\u0007b\n", 2, /control character/],
    ["conflict markers", "kind: task\n<<<<<<< ours\ntitle: x\n", 2, /conflict markers/],
    ["two documents", "kind: task\ntitle: x\n---\nkind: task\n", 3, /one map/],
  ])("%s", (_what, text, line, detail) => {
    const flaw = flawOf(text);
    expect(flaw?.line).toBe(line);
    expect(flaw?.detail).toMatch(detail);
    expect(flaw?.detail).not.toMatch(/[.]$|Invalid|expected/);
  });

  test("the first flaw from the top is the one that is said", () => {
    expect(flawOf("kind: task\npriority: 9\ntitel: x\n")?.line).toBe(2);
  });

  test("bytes that are no UTF-8, and more of them than a record may have", () => {
    expect(flawOf(Uint8Array.of(0xff, 0xfe, 0x6b, 0x00))?.detail).toMatch(/not valid UTF-8/);
    const long = `kind: task\ntitle: x\nbody: ${"x".repeat(RECORD_BYTES)}\n`;
    expect(flawOf(long)?.detail).toMatch(/more than 16384 bytes/);
  });

  test("a draft with a million keys is refused before it is parsed", () => {
    const start = performance.now();
    const keys = Array.from({ length: 200_000 }, (_, index) => `k${index}: x`).join("\n");
    expect(flawOf(keys)?.line).toBe(1);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});

describe("lines", () => {
  test("where a field begins is known where fields have lines of their own", () => {
    const found = read('# x\nkind: task\n"title": x\nafter:\n  - title\n');
    if (!found.ok) throw new Error(found.error.detail);
    expect(["kind", "title", "after", "body"].map((field) => found.value.lineOf(field))).toEqual([
      2,
      3,
      4,
      undefined,
    ]);
  });
});

const PIECES = [
  ..."kind: |task|claim|title: x|- |  |: |{|}|[|]|&a |*a|!!int 3|<<: |>|'|\"|#|?|,".split("|"),
  ..."__proto__: x|constructor: y|kind: constructor|needs: a,b".split("|"),
  "\n",
  "---\n",
  "\r\n",
  "\t",
  "|",
  "\u0000",
  "\uFEFF",
];

/** Bytes that come near to a draft: pieces of one, and noise, in any order. */
const pieces = fc.array(
  fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: "binary", maxLength: 6 })),
  { maxLength: 24 },
);

test("no bytes make it throw, and whatever it takes is a command", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        pieces.map((parts) => new TextEncoder().encode(parts.join(""))),
        pieces.map((parts) => new TextEncoder().encode(`kind: task\ntitle: x\n${parts.join("")}`)),
      ),
      (bytes) => {
        const found = read(bytes);
        if (found.ok) expect(["add", "claim"]).toContain(found.value.command.type);
        else expect(found.error.line).toBeGreaterThan(0);
      },
    ),
    runs(2_000),
  );
});
