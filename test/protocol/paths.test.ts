import { describe, expect, test } from "vitest";
import { isLegalPath } from "../../src/protocol/paths.ts";
import { expectAccepted, expectRefused, expectTwins } from "../support/verdicts.ts";
import { plainFile } from "../support/world-files.ts";
import { World } from "../support/world.ts";

/** What has broken git, file systems or terminals before: see CVE-2014-9390, 2019-1349 to 1387, 2021-21300. */
const POISON = [
  "..",
  ".",
  "",
  "a//b",
  "/a",
  "a/",
  "../a",
  "a/../b",
  "a/./b",
  "a/..",
  ".git",
  ".git/config",
  "a/.git/hooks/x",
  ".GIT",
  ".Git/config",
  "git~1",
  "a/git~1",
  "GIT~1",
  ".git.",
  ".git ",
  ".git::$INDEX_ALLOCATION",
  ".g\u200Cit",
  ".gi\u200Dt",
  ".gitmodules",
  "a/.gitmodules",
  ".gitattributes/x",
  "a\\b",
  "..\\a",
  "a\nb",
  "a\u001B[2J",
  "a\u0000b",
  "a\tb",
  "a b",
  " a",
  "a ",
  "a.",
  "a..b",
  "con",
  "a/con",
  "con.yaml",
  "nul",
  "aux.txt",
  "prn",
  "com1",
  "com1.yaml",
  "lpt9",
  "CON",
  "a:b",
  "a*b",
  "a?b",
  "a\u202Eb",
  "é",
  "e\u0301",
  "\uDCFF",
  "A",
  "a/B",
  "-a",
  "--upload-pack=x",
  "_a",
  "a.lock",
  "a/b.lock",
  "claim.lock.lock",
  "claim.lock/x.lock",
  "a/b/c/d/e/f/g",
  "a".repeat(81),
  `${"a/".repeat(5)}${"a".repeat(81)}`,
  "a%b",
  "$(id)",
  "`id`",
  "README.md/x",
  ".github",
  ".mound",
  ".mound/.git/config",
  ".forgejo",
  ".gitlab-ci.yaml",
  ".gitlab-ci.yml/x",
  ".forgejo/.git/x",
  ".github/.GIT/x",
  ".github/git~1",
  ".github/con",
  ".github/a b",
  ".github/../x",
  ".github/x.lock",
  ".github/x.",
  ".GITHUB/x",
  "readme.MD",
];

const SOUND = [
  "a",
  "a.b",
  "a-b_c.d",
  "0",
  "tasks/k3/k3f9qz7-fix-login/task.yaml",
  "tasks/k3/k3f9qz7/claim.lock",
  "claim.lock",
  "console",
  "a/b/c/d/e/f",
  "a".repeat(80),
  "README.md",
  "AGENTS.md",
  ".gitattributes",
  ".gitignore",
  ".github/workflows/ci.yml",
  ".github/CODEOWNERS",
  ".forgejo/workflows/audit.yml",
  ".gitlab-ci.yml",
  ".mound/schema/claim.json",
  "com10",
  "nullable",
];

describe("paths", () => {
  test.each(POISON)("[PA1] is outside the grammar, wherever it comes up: %j", (path) => {
    const world = World.found();
    expect(isLegalPath(path)).toBe(false);
    expectRefused(
      world.commit({ author: "root", files: { [path]: plainFile("x\n") } }),
      "PA1",
      "path-illegal",
    );
    // To take it away again is always legal.
    expectAccepted(world.commit({ author: "root", files: { [path]: undefined } }));
  });

  test.each(SOUND)("[PA1] is in the grammar: %s", (path) => {
    expect(isLegalPath(path)).toBe(true);
  });

  test.each(["100755", "120000", "160000", "100664", "40000"])(
    "[PA2] a file of mode %s is refused, with good bytes too",
    (mode) => {
      const world = World.found();
      const id = world.add("work");
      const path = `tasks/${id.slice(0, 2)}/${id}/task.yaml`;
      const good = world.at(path)!;
      const fresh = world.record("task", { id: "aaaaaa1", creator: "root", title: "work" });
      const [name, file] = Object.entries(fresh)[0]!;
      expectTwins(world, {
        rule: "PA2",
        code: "path-illegal",
        illegal: { author: "root", files: { [name]: { ...file!, mode } } },
        legal: { author: "root", files: fresh },
      });
      expectRefused(
        world.commit({ author: "root", files: { [path]: { ...good, mode } } }),
        "PA2",
        "path-illegal",
      );
      expect(world.state.get(`astray/${path}`)).toBeDefined();
      expectAccepted(world.commit({ author: "root", files: { [path]: good } }));
      expect(world.state.get(`astray/${path}`)).toBeUndefined();
    },
  );

  test("[PA6] a commit has each path once", () => {
    const world = World.found();
    const files = world.record("task", { id: "aaaaaa1", creator: "root", title: "work" });
    expectTwins(world, {
      rule: "PA6",
      code: "path-illegal",
      illegal: { author: "root", files, twice: Object.keys(files) },
      legal: { author: "root", files },
    });
  });

  test("[PA6] what a damaged tree has twice is cleared away by one commit", () => {
    const world = World.found();
    const twin = { "x.yaml": plainFile("a: b\n") };
    expectRefused(
      world.commit({ author: "root", files: twin, twice: ["x.yaml"] }),
      "PA6",
      "path-illegal",
    );
    const cleared = { "x.yaml": undefined };
    expectAccepted(world.commit({ author: "root", files: cleared, twice: ["x.yaml"] }));
    expect(world.state.keys("astray/")).toEqual([]);
  });
});
