import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { deadFiles } from "./tidy/dead.ts";
import { floors } from "./tidy/floors.ts";
import { consoles, strays } from "./tidy/homes.ts";
import { layout } from "./tidy/layout.ts";
import { impurities } from "./tidy/purity.ts";
import { longFiles, longFunctions } from "./tidy/sizes.ts";
import { readTree, show, topLevel, type Tree } from "./tidy/source.ts";
import { specification } from "./tidy/specification.ts";
import { waits } from "./tidy/waiting.ts";
import { registries, sweeps } from "./tidy/words.ts";

const root = join(import.meta.dirname, "..");
const tree = readTree(root);

/** Rules of taste. Each finding says what to do; each rule has tests of its own in test/tidy. */
const RULES: readonly (readonly [string, (sources: Tree) => ReturnType<typeof floors>])[] = [
  ["imports go down only", floors],
  ["no file is longer than 300 lines", longFiles],
  ["no function is as long as 70 lines", longFunctions],
  ["base and protocol read no clock, no machine and no locale", impurities],
  ["each package is used in its home only", strays],
  ["only the command prints", consoles],
  ["no source file is dead", deadFiles],
  ["rules, tests and code name the same ids", specification],
  ["tests wait for conditions, not for time", waits],
  ["nothing stages all or stashes", sweeps],
  ["no host of a package registry is named", registries],
];

describe("the repository is tidy", () => {
  test.each(RULES)("%s", (_title, rule) => {
    expect(rule(tree).map(show)).toEqual([]);
  });

  test("the top level is the agreed one", () => {
    expect(layout(topLevel(root)).map(show)).toEqual([]);
  });
});
