import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isLegalPath } from "../../src/protocol/paths.ts";
import { isTopic, signalFile, taskOfTopic } from "../../src/protocol/topics.ts";
import { runs } from "../support/scale.ts";

const TASK = "task/k3f9qz7-fix-login";

/** Names as code has them, and those that are traps on some system. */
const name = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9._@+-]{1,12}$/),
  fc.constantFrom("con", "NUL.txt", "aux", "a.lock", ".git", "..x", "x..", "claim.lock", "-rf"),
  fc.constantFrom("src", "Src", "SRC", "s_rc", "s-rc", "s.rc", "at-src", "ant-1.yaml"),
);
const topic = fc
  .oneof(
    { weight: 4, arbitrary: fc.array(name, { minLength: 1, maxLength: 14 }).map(pathOf) },
    { weight: 1, arbitrary: fc.stringMatching(/^[a-z0-9][a-z0-9+._-]{0,39}$/) },
    { weight: 1, arbitrary: fc.stringMatching(/^task\/[0-9a-hjkmnp-tv-z]{7}(-[a-z0-9]+){0,4}$/) },
  )
  .filter(isTopic);

function pathOf(names: readonly string[]): string {
  return `path/${names.join("/")}`;
}

/** The topic that a place on the line is of. */
function topicOf(path: string): string {
  const [, family, ...rest] = path.split("/");
  if (family === "task") return `task/${rest[1]}`;
  const text = rest
    .slice(0, -1)
    .map((piece) => piece.slice("at-".length))
    .join("");
  const plain = text.replace(/__|_[-a-z0-9]|-/g, (escape) => {
    const known = { "-": ".", __: "/", "_-": "-", _0: "_", _1: "@", _2: "+" };
    return known[escape as keyof typeof known] ?? escape[1]!.toUpperCase();
  });
  return family!.startsWith("path") ? `path/${plain}` : plain;
}

describe("the place of a topic on the line", () => {
  test.each([
    [TASK, "signals/task/k3/k3f9qz7-fix-login"],
    ["deploy", "signals/word-87/at-deploy"],
    ["con", "signals/word-62/at-con"],
    ["path/src/auth", "signals/path-48/at-src__auth"],
    ["path/src/Auth", "signals/path-14/at-src___auth"],
    ["path/web/LoginPage.test.tsx", "signals/path-19/at-web___login_page-test-tsx"],
    ["path/.github/my-app_1", "signals/path-74/at--github__my_-app_01"],
    [
      `path/${"a/".repeat(40)}z`,
      `signals/path-86/at-${"a__".repeat(25)}a_/at-_${"a__".repeat(14)}z`,
    ],
  ])("of %s can be read", (about, folder) => {
    expect(signalFile(about, "ant-1")).toBe(`${folder}/ant-1.yaml`);
  });

  test("is legal and names that topic alone, whatever the code calls its files", () => {
    fc.assert(
      fc.property(topic, (about) => {
        const path = signalFile(about, "a".repeat(39));
        expect([about, isLegalPath(path), topicOf(path)]).toEqual([about, true, about]);
      }),
      runs(2_000),
    );
  });

  test("is a folder for each topic, and none is where another has its files", () => {
    fc.assert(
      fc.property(topic, topic, fc.constantFrom("ant-1", "src", "at-src"), (one, other, agent) => {
        fc.pre(one !== other);
        const [a, b] = [signalFile(one, agent), signalFile(other, agent)];
        expect(`${b}/`.startsWith(`${a}/`)).toBe(false);
      }),
      runs(2_000),
    );
  });

  test("spreads many paths over a hundred folders", () => {
    const folders = new Map<string, number>();
    for (let n = 0; n < 10_000; n++) {
      const folder = signalFile(`path/src/part-${n % 100}/file-${n}.ts`, "ant-1").split("/")[1]!;
      folders.set(folder, (folders.get(folder) ?? 0) + 1);
    }
    expect(folders.size).toBe(100);
    expect(Math.max(...folders.values())).toBeLessThan(250);
  });
});

describe("what is no topic", () => {
  const wrong = `
    / task path word path/ task/ Deploy -x a/b ä
    path/.. path/../x path/a/../b path/./a path/a/. path//a path/a/
    path//etc/passwd path/a\\b path/a* path/a?
    task/k3f9 task/../../x task/k3f9qz7/x task/K3F9QZ7 word/x`;
  const long = [
    `path/${"a".repeat(201)}`,
    `path/${"A".repeat(116)}`,
    "a".repeat(41),
    `${TASK}-${"a".repeat(50)}`,
  ];
  const spaced = ["", "two words", "path/a b", "path/a\nb", "path/a\0", "deploy\n"];

  test.each([...wrong.trim().split(/\s+/), ...long, ...spaced])("%j", (text) => {
    expect(isTopic(text)).toBe(false);
  });

  test("at the limits, all is one still", () => {
    for (const text of [
      `path/${"A".repeat(115)}`,
      `path/${"a".repeat(200)}`,
      "a".repeat(40),
      "c++",
    ])
      expect([text, isTopic(text)]).toEqual([text, true]);
    expect([taskOfTopic(TASK), taskOfTopic("deploy")]).toEqual(["k3f9qz7-fix-login", undefined]);
  });
});
