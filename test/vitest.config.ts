import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { giveBack } from "./support/give-back.ts";
import { LongestFirst } from "./support/longest-first.ts";
import { inMemory } from "./support/in-memory.ts";

const root = join(import.meta.dirname, "..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** Tests of pure code: no process is started. */
const UNIT = ["test/{base,protocol,memory,contract,tidy}/**/*.test.ts", "test/tidy.test.ts"];

inMemory();
giveBack();

export default defineConfig({
  root,
  define: { MOUND_VERSION: JSON.stringify(version) },
  test: {
    pool: "forks",
    // More than there are processors: almost half of the time is spent waiting for limits to pass.
    maxWorkers: availableParallelism() + 2,
    sequence: { sequencer: LongestFirst },
    // A process runs one file after the other. It loads the code once, and what it has run often is fast:
    // a process for each file takes a second more of the processor. No test leaves anything in it.
    isolate: false,
    retry: 0,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ["default"],
    projects: [
      { extends: true, test: { name: "unit", include: UNIT } },
      {
        extends: true,
        test: {
          name: "real",
          include: ["test/**/*.test.ts"],
          exclude: UNIT,
          globalSetup: "test/support/run-models.ts",
        },
      },
    ],
  },
});
