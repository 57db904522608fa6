import { describe, expect, test } from "vitest";
import { deadFiles } from "./dead.ts";
import { floors } from "./floors.ts";
import { consoles, strays } from "./homes.ts";
import { layout } from "./layout.ts";
import { impurities } from "./purity.ts";
import { longFiles, longFunctions } from "./sizes.ts";
import { type Finding, show } from "./source.ts";
import { specification } from "./specification.ts";
import { waits } from "./waiting.ts";
import { registries, sweeps } from "./words.ts";

type Rule = (tree: ReadonlyMap<string, string>) => readonly Finding[];
type Sources = Readonly<Record<string, string>>;

/** What the rule says of a tree that has these files. */
function said(rule: Rule, sources: Sources): readonly string[] {
  return rule(new Map(Object.entries(sources))).map(show);
}

describe("floors", () => {
  const importing = (path: string, specifier: string) =>
    said(floors, { [path]: `\nimport type { A } from "${specifier}";` });

  test.each([
    ["src/base/a.ts", "../protocol/b.ts", "base is below protocol"],
    ["src/protocol/a.ts", "../app/ports.ts", "protocol is below app"],
    ["src/git/a.ts", "../keys/b.ts", "git and keys are of one floor"],
    ["src/git/a.ts", "../open/mound.ts", "git is below open"],
    ["src/daemon/a.ts", "../web/b.ts", "daemon and web are of one floor"],
    ["src/cli/main.ts", "../index.ts", "cli is below index.ts"],
    ["src/protocol/ids.ts", "./rules/lease.ts", "words come before rules"],
    ["src/protocol/kinds/task.ts", "../judge.ts", "kinds come before drivers"],
    ["src/protocol/encode.ts", "./commands/claim.ts", "encoding come before commands"],
    ["src/protocol/judge-records.ts", "./views/status.ts", "drivers come before views"],
  ])("finds that %s imports %s", (path, specifier, message) => {
    expect(importing(path, specifier)).toEqual([
      expect.stringMatching(new RegExp(`^${path}:2: .*${message}`)),
    ]);
  });

  test.each([
    ["src/cli/main.ts", "../open/mound.ts"],
    ["src/git/a.ts", "./b.ts"],
    ["src/git/a.ts", "../app/ports.ts"],
    ["src/protocol/kinds/task.ts", "../rules/lease.ts"],
    ["src/protocol/decide.ts", "./judge.ts"],
    ["src/protocol/ids.ts", "../base/brand.ts"],
    ["src/protocol/yaml-body.ts", "yaml"],
  ])("lets %s import %s", (path, specifier) => {
    expect(importing(path, specifier)).toEqual([]);
  });

  test("sees lazy imports, re-exports, types in place and worker files", () => {
    const lines = [
      'await import("../cli/main.ts");',
      'export { a } from "../cli/a.ts";',
      'export * from "../cli/b.ts";',
      'let c: import("../cli/c.ts").C;',
      'new URL("../cli/d.ts", import.meta.url);',
    ];
    expect(said(floors, { "src/git/a.ts": lines.join("\n") })).toHaveLength(lines.length);
  });

  test("asks for the floor of a new folder", () => {
    expect(said(floors, { "src/extra/a.ts": "" })).toEqual([
      "src/extra/a.ts:1: extra is on no floor: give it one in test/tidy/floors.ts",
    ]);
  });
});

describe("sizes", () => {
  test("counts all lines of a file, of tests too", () => {
    expect(said(longFiles, { "src/a.ts": "\n".repeat(300) })).toEqual([]);
    expect(said(longFiles, { "src/a.ts": "\n".repeat(301) })).toEqual([
      "src/a.ts:301: 301 lines: split it by idea",
    ]);
    expect(said(longFiles, { "test/a.test.ts": "\n".repeat(301) })).toHaveLength(1);
  });

  test("counts the lines of functions, methods and arrows in src", () => {
    const body = (lines: number) => `{${"\n".repeat(lines - 1)}}`;
    expect(said(longFunctions, { "src/a.ts": `function f() ${body(69)}` })).toEqual([]);
    const long = [`function f() ${body(70)}`, `class A { f() ${body(70)} }`, `() => ${body(70)}`];
    for (const text of long) {
      expect(said(longFunctions, { "src/a.ts": text })).toEqual([
        "src/a.ts:1: a function of 70 lines: give its parts names",
      ]);
    }
    expect(said(longFunctions, { "test/a.test.ts": long.join("\n") })).toEqual([]);
  });
});

describe("purity", () => {
  const inProtocol = (text: string) => said(impurities, { "src/protocol/a.ts": text });

  test.each([
    "Date.now()",
    "new Date()",
    "Date()",
    "new Date(0).getHours()",
    "new Date(0).toLocaleDateString()",
    "Math.random()",
    "Math.exp(1)",
    "Math.log(1)",
    "Math.pow(2, 3)",
    "Math.sin(2)",
    "2 ** 3",
    "new Intl.Collator()",
    "globalThis.process",
    "'a'.localeCompare('b')",
    "'a'.toLocaleUpperCase()",
    "process.env",
    "performance.now()",
    "crypto.randomUUID()",
    "setTimeout(() => {}, 1)",
    'import "node:fs"',
    'import type { Stats } from "node:fs"',
  ])("finds %s", (text) => {
    expect(inProtocol(`\n${text};`)).toEqual([expect.stringMatching(/^src\/protocol\/a\.ts:2: /)]);
    expect(said(impurities, { "src/base/a.ts": text })).toHaveLength(1);
    expect(said(impurities, { "src/git/a.ts": text })).toEqual([]);
  });

  test.each([
    "new Date(0).toISOString()",
    "Date.parse('2026-11-21T09:30:00.123Z')",
    "Math.floor(1)",
    "2n ** 3n",
    "record.process",
    "const fields = { process: 1 }",
    "// Date.now() is not for judges",
    "'Math.random()'",
    "interface Facts { performance: number }",
  ])("lets %s be", (text) => {
    expect(inProtocol(text)).toEqual([]);
  });
});

describe("homes", () => {
  test.each([
    ["src/git/remote.ts", 'import { execa } from "execa"', "call run()"],
    ["src/app/a.ts", 'import { spawn } from "node:child_process"', "start processes through"],
    ["src/git/refs.ts", 'import { readBlob } from "isomorphic-git"', "the Objects port"],
    ["src/git/objects.ts", 'import { commit } from "isomorphic-git"', "commit may move a ref"],
    ["src/git/objects.ts", 'import git from "isomorphic-git"', "default may move a ref"],
    ["src/git/objects.ts", 'import * as git from "isomorphic-git"', "\\* may move a ref"],
    ["src/git/objects.ts", 'const git = await import("isomorphic-git")', "\\* may move a ref"],
    ["src/git/loose.ts", 'const { add } = await import("isomorphic-git")', "add may move a ref"],
    ["src/protocol/a.ts", 'import { verify } from "@noble/ed25519"', "SignatureFact"],
    ["src/app/a.ts", 'import pc from "picocolors"', "return data"],
  ])("finds in %s: %s", (path, text, message) => {
    expect(said(strays, { [path]: text })).toEqual([
      expect.stringMatching(new RegExp(`^${path}:1: .*${message}`)),
    ]);
  });

  test("lets each package into its home, and its types anywhere", () => {
    const sources = {
      "src/git/run.ts": 'import { execa } from "execa"',
      "src/git/objects.ts": 'import { readObject, writeObject } from "isomorphic-git"',
      "src/git/loose.ts": 'const { writeObject } = await import("isomorphic-git")',
      "src/keys/ssh-tools.ts": 'import { execa } from "execa"',
      "src/app/a.ts": 'import type { ChildProcess } from "node:child_process"',
    };
    expect(said(strays, sources)).toEqual([]);
  });

  test("finds a console outside the command", () => {
    const text = "console.log(1)";
    expect(said(consoles, { "src/app/a.ts": text, "src/cli/a.ts": text })).toEqual([
      "src/app/a.ts:1: console: return data; src/cli prints it",
    ]);
  });
});

describe("dead files", () => {
  test("finds what nothing imports, and what imports itself", () => {
    const sources = {
      "src/bin.ts": 'await import("./cli/main.ts")',
      "src/cli/main.ts": 'import type { A } from "../base/a.ts"',
      "src/base/a.ts": "",
      "src/base/b.ts": 'import "./b.ts"',
      "src/base/c.ts": "",
      "test/base/c.test.ts": 'import "../../src/base/c.ts"',
    };
    expect(said(deadFiles, sources)).toEqual([
      "src/base/b.ts:1: nothing imports this file: use it or remove it",
    ]);
  });
});

describe("specification", () => {
  const spec =
    "# Rules\n\n- **CL1** A claim is legal when ...\n- **CL2** Renewal is by the holder.\n";
  const sources = {
    "src/protocol/SPEC.md": spec,
    "src/protocol/rules/lease.ts": '// CL2 again\nfault("CL1"); const format = "UTF8";',
    "test/protocol/a.test.ts":
      'test("[CL1] a", () => {}); describe.each([1])("[CL2] %s", () => {});',
  };

  test("is content when rules, tests and code name the same ids", () => {
    expect(said(specification, sources)).toEqual([]);
  });

  test("asks for the page itself", () => {
    expect(said(specification, {})).toEqual([expect.stringContaining("SPEC.md:1: missing")]);
    expect(() => said(specification, { "src/protocol/SPEC.md": "# Rules" })).toThrow(
      "no line like",
    );
  });

  test.each([
    [
      "a rule without a test",
      { "test/protocol/a.test.ts": 'test("[CL1] a", () => {});' },
      "CL2 has no test",
    ],
    [
      "a rule whose test is skipped",
      { "test/protocol/a.test.ts": 'test("[CL1]", f); test.skip("[CL2]", f);' },
      "CL2 has no test",
    ],
    ["a test of no rule", { "test/b.test.ts": 'it("[XX9] b", () => {});' }, "XX9 is no rule"],
    ["a fault of no rule", { "src/protocol/b.ts": 'fault("ZZ1");' }, "ZZ1 is no rule"],
    ["a comment on no rule", { "src/protocol/b.ts": "// As CL7 says." }, "CL7 is no rule"],
    [
      "an id that stands twice",
      { "src/protocol/SPEC.md": `${spec}- **CL1** Again.\n` },
      "CL1 stands twice",
    ],
  ])("finds %s", (_name, changed, message) => {
    expect(said(specification, { ...sources, ...(changed as Sources) })).toEqual([
      expect.stringContaining(message),
    ]);
  });
});

describe("waiting", () => {
  test.each([
    "setTimeout(() => {}, 5)",
    "await sleep(5)",
    'import { setTimeout as rest } from "node:timers/promises"',
  ])("finds %s in a test", (text) => {
    expect(said(waits, { "test/a.test.ts": text })).toHaveLength(1);
    expect(said(waits, { "test/support/until.ts": text })).toEqual([]);
  });

  test("lets a test call the clock that it made", () => {
    expect(said(waits, { "test/a.test.ts": "await clock.sleep(5)" })).toEqual([]);
  });
});

describe("words", () => {
  test.each([
    ["src/git/a.ts", 'run(["add", "-A"])'],
    ["src/git/a.ts", 'git("-C", dir, "add", "--all")'],
    ["test/git/a.test.ts", "shell(`cd x && git add -A`)"],
    ["templates/AGENTS.md", "    git add -A"],
    ["src/git/a.ts", 'run(["rebase", "--autostash"])'],
    ["src/git/a.ts", 'run(["config", "rebase.autoStash", "true"])'],
  ])("finds in %s: %s", (path, text) => {
    expect(said(sweeps, { [path]: text })).not.toEqual([]);
  });

  test.each([
    ["src/git/a.ts", 'run(["add", "--", path])'],
    ["src/git/a.ts", "// never git add -A, never --autostash"],
    ["src/git/a.ts", 'run(["-c", "rebase.autoStash=false"])'],
  ])("lets %s say %s", (path, text) => {
    expect(said(sweeps, { [path]: text })).toEqual([]);
  });

  test("finds the host of a registry, and what npm notes of one", () => {
    const host = ["https://registry", "example", "org/a.tgz"].join(".");
    expect(said(registries, { "package-lock.json": `{\n"resolved": "${host}"}` })).toEqual([
      expect.stringContaining("package-lock.json:2: "),
      expect.stringContaining("package-lock.json:2: "),
    ]);
  });
});

describe("layout", () => {
  test("finds what is too much and what is missing at the top", () => {
    const findings = layout(["src", "notes.md"]).map(show);
    expect(findings).toContain("notes.md:1: is not of the top level: move it into a folder");
    expect(findings).toContain("LICENSE:1: is missing from the top level");
    expect(findings.filter((text) => text.startsWith("src:"))).toEqual([]);
  });
});
