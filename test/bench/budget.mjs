// How many pushes a daemon makes that may make six a minute.
import { bundled } from "./bundled.mjs";
import { median } from "./numbers.mjs";

/** What GitHub recommends for one repository, a minute. */
const PUSHES = 6;

/** The most pushes in any minute of a virtual clock; the sources are bundled as they are. */
export async function budget({ dir, sizes, tell }) {
  tell("bundling");
  const { runWithBudget } = await import(await bundled(dir, "test", "bench", "push-budget.ts"));
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
