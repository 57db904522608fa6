// How many pushes a daemon makes that may make six a minute.
import { join, resolve } from "node:path";
import { rolldown } from "rolldown";
import { median } from "./numbers.mjs";

const root = resolve(import.meta.dirname, "..", "..");
/** What GitHub recommends for one repository, a minute. */
const PUSHES = 6;

/** The most pushes in any minute of a virtual clock; the sources are bundled as they are. */
export async function budget({ dir, sizes, tell }) {
  tell("bundling");
  const { runWithBudget } = await load(dir);
  tell(`${sizes.budgetCommands} commands`);
  const run = await runWithBudget(PUSHES, sizes.budgetCommands, sizes.agents);
  const { pushes, mostInAMinute, refused, minutes, waits } = run;
  const details = [
    {
      commands: waits.length,
      pushes,
      refused,
      minutes,
      medianWaitMs: median(waits),
      slowestMs: Math.max(...waits),
    },
  ];
  return { value: mostInAMinute, unit: "pushes a minute", details };
}

async function load(dir) {
  const build = await rolldown({
    cwd: root,
    input: { "push-budget": join("test", "bench", "push-budget.ts") },
    platform: "node",
    tsconfig: join(root, "tsconfig.json"),
  });
  await build.write({ format: "esm", dir, entryFileNames: "[name].mjs" });
  await build.close();
  return import(join(dir, "push-budget.mjs"));
}
