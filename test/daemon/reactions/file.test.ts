import { describe, expect, test } from "vitest";
import { readReactions } from "../../../src/daemon/reactions/file.ts";

const WHOLE = `
# Tells me.
reactions:
  - name: tell
    on: [task.done, "change.*"]
    where: { needs: typescript, priority: ">=3", agent: [ant-1, ant-2] }
    run: [notify-send, Mound]
    timeout: 30s
    retries: 7
    concurrency: 2
  - name: log
    on: "*"
    run: [./log.sh]
`;

describe("a reactions file", () => {
  test("gives its reactions, with defaults for what it leaves out", () => {
    expect(readReactions(WHOLE)).toEqual({
      flaws: [],
      reactions: [
        {
          name: "tell",
          on: ["task.done", "change.*"],
          where: [
            {
              field: "needs",
              any: [{ kind: "equal", value: "typescript" }],
              written: ["typescript"],
            },
            { field: "priority", any: [{ kind: ">=", value: 3 }], written: [">=3"] },
            {
              field: "agent",
              any: [
                { kind: "equal", value: "ant-1" },
                { kind: "equal", value: "ant-2" },
              ],
              written: ["ant-1", "ant-2"],
            },
          ],
          run: ["notify-send", "Mound"],
          timeout: 30_000,
          retries: 7,
          concurrency: 2,
        },
        {
          name: "log",
          on: ["*"],
          where: [],
          run: ["./log.sh"],
          timeout: 60_000,
          retries: 5,
          concurrency: 1,
        },
      ],
    });
  });

  test("may have no reactions, said so", () => {
    expect(readReactions("reactions: []")).toEqual({ reactions: [], flaws: [] });
  });

  const entry = (lines: string): string =>
    `reactions:\n  - name: tell\n    on: [task.done]\n    run: [true]\n${lines}`;
  /** What is written, the line of the first flaw, and the words that its sentence has. */
  const FLAWED: readonly (readonly [string, string, number, RegExp])[] = [
    ["nothing", "", 1, /one map with `reactions:`/],
    ["only a comment", "# later\n", 1, /one map/],
    ["a list at the top", "- name: tell", 1, /one map/],
    ["no list", "reactions: tell", 1, /must be a list/],
    ["another field at the top", "reactions: []\nreaction: []", 2, /no field `reaction`/],
    ["broken YAML", "reactions:\n  - name: [tell\n", 3, /cannot be read/],
    ["two documents", "reactions: []\n---\nreactions: []", 2, /cannot be read/],
    ["an entry that is a text", "reactions:\n  - tell", 2, /must be a map/],
    ["an unknown field", entry("    retry: 3"), 5, /no field `retry` here; there are: name, on/],
    ["a field twice", entry("    run: [false]"), 5, /`run` is there twice/],
    [
      "a name twice",
      `${WHOLE}  - {name: tell, on: "*", run: [x]}`,
      14,
      /`tell` already, at line 4/,
    ],
    ["no name", "reactions:\n  - on: [task.done]\n    run: [x]", 2, /no `name`/],
    ["a name of other letters", "reactions:\n  - {name: Tell_it, on: '*', run: [x]}", 2, /a-z/],
    ["no patterns", "reactions:\n  - {name: a, on: [], run: [x]}", 2, /no event patterns/],
    [
      "a pattern of nothing",
      "reactions:\n  - name: a\n    on: [task.dnoe]\n    run: [x]",
      3,
      /`task.dnoe` matches no event/,
    ],
    ["no program", "reactions:\n  - {name: a, on: '*'}", 2, /no `run`/],
    [
      "a line for a shell",
      "reactions:\n  - name: a\n    on: '*'\n    run: rm -rf $TASK",
      4,
      /must be a list/,
    ],
    ["an empty program", "reactions:\n  - {name: a, on: '*', run: ['', x]}", 2, /no program/],
    [
      "a list in run",
      "reactions:\n  - {name: a, on: '*', run: [[x]]}",
      2,
      /must be a text or a list/,
    ],
    ["a zero byte", 'reactions:\n  - {name: a, on: "*", run: ["x\\0"]}', 2, /zero byte/],
    ["a timeout without a unit", entry("    timeout: 30"), 5, /duration/],
    ["a timeout of days", entry("    timeout: 2d"), 5, /at most 24h/],
    ["a negative number", entry("    retries: -1"), 5, /0 to 20/],
    ["no number", entry("    concurrency: many"), 5, /1 to 16/],
    ["conditions in a list", entry("    where: [a]"), 5, /map/],
    ["an unknown condition", entry("    where:\n      need: x"), 6, /no field `need`/],
    ["a nested condition", entry("    where:\n      needs: {a: b}"), 6, /a text or a list/],
    ["an empty condition", entry("    where:\n      agent:"), 6, /empty/],
    ["a number that is none", entry("    where:\n      priority: high"), 6, /`high` is none/],
    ["letters that are compared", entry("    where:\n      title: '>x'"), 6, /compares numbers/],
    ["an anchor", "reactions:\n  - &a {name: a, on: '*', run: [x]}\n  - *a", 2, /must be a map/],
    ["a tag", "reactions:\n  - {name: !!str a, on: '*', run: [x]}", 2, /must be a text/],
  ];

  test.each(FLAWED)("with %s is refused at its line", (_title, text, line, words) => {
    const { reactions, flaws } = readReactions(text);
    expect(reactions).toEqual([]);
    expect(flaws[0]?.message).toMatch(words);
    expect(flaws[0]?.line).toBe(line);
    expect(flaws[0]?.message).toMatch(/^[A-Z`].*[.]$/s);
  });

  test("tells all its flaws, in order, with the reaction and the field", () => {
    const text = entry("    timeout: never\n    retries: 99\n    where: {priority: x}");
    expect(
      readReactions(text).flaws.map(({ line, reaction, field }) => [line, reaction, field]),
    ).toEqual([
      [5, "tell", "timeout"],
      [6, "tell", "retries"],
      [7, "tell", "where"],
    ]);
  });

  test("that is huge is not read", () => {
    const huge = `reactions:\n${"  - {name: a, on: '*', run: [x]}\n".repeat(20_000)}`;
    expect(readReactions(huge).flaws).toMatchObject([{ line: 1 }]);
    const many = `reactions:\n${Array.from({ length: 101 }, (_, at) => `  - {name: a${at}, on: '*', run: [x]}\n`).join("")}`;
    expect(readReactions(many).flaws).toMatchObject([
      { message: "There are more than 100 reactions." },
    ]);
  });
});
