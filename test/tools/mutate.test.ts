import { execFile } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { scaled } from "../support/scale.ts";

/** All are tried at night. */
const SAMPLE = scaled(1, 4);
const TOOL = join(import.meta.dirname, "mutate.mjs");
const run = promisify(execFile);

interface Switched {
  readonly sites: readonly { readonly rule: string; readonly line: number }[];
  readonly text: string;
}

const { withSwitches } = (await import(
  pathToFileURL(join(import.meta.dirname, "mutation-sites.mjs")).href
)) as { withSwitches: (path: string, text: string, first: number) => Switched };

/** What a source with one function `f` answers, by the guard that is off. */
function answer(source: string, off: string): unknown {
  const { text } = withSwitches("a.ts", source, 1);
  return runInNewContext(`${text}\nf(0);`, {
    fault: (rule: string) => rule,
    process: { env: { MOUND_MUTANT: off } },
  });
}

describe("guards", () => {
  test.each([
    [
      "of a condition",
      'function f(x) { if (x === 0) return fault("AB1", {}); return "on"; }',
      "on",
    ],
    [
      "behind a block that prepares it",
      'function f(x) { if (x === 0) { const y = x; return fault("AB1", { y }); } return "on"; }',
      "on",
    ],
    ["of a choice", 'function f(x) { return x === 1 ? "on" : fault("AB1", {}); }', undefined],
    [
      "at the end",
      'function f(x) { if (x === 1) return "on"; return fault("AB1", {}); }',
      undefined,
    ],
  ])("%s are taken away, and stay where they are otherwise", (_, source, without) => {
    expect(withSwitches("a.ts", source, 1).sites).toMatchObject([{ rule: "AB1", line: 1 }]);
    expect(answer(source, "none")).toBe("AB1");
    expect(answer(source, "2")).toBe("AB1");
    expect(answer(source, "1")).toBe(without);
  });
});

describe("mutation of guards", () => {
  test("each of a few guards is held by a test", { timeout: 300_000 }, async () => {
    const { stdout } = await run(process.execPath, [TOOL, "--sample", `${SAMPLE}`]);
    expect(stdout).toContain(`\n${SAMPLE} of ${SAMPLE} guards are held by tests\n`);
  });

  test("a rule without a guard is no rule to try", async () => {
    await expect(run(process.execPath, [TOOL, "--rule", "ZZ9"])).rejects.toMatchObject({ code: 2 });
  });
});
