import type { GuardedFault } from "../../open/faults.ts";
import { sanitiseLine } from "../sanitise.ts";

/** Files that are told of one by one. */
const SHOWN = 12;

/** What is in the way, for people: a line for each file, and who has it until when. */
export function guardLines(
  conflicts: GuardedFault["conflicts"],
  unclaimed: readonly string[],
): readonly string[] {
  return [
    ...cut(
      conflicts.map(({ path, glob, task, title, by, until }) => {
        return `  ${sanitiseLine(path)}: ${by} has ${glob} until ${until} by its claim on ${task} (${sanitiseLine(title)})`;
      }),
    ),
    ...cut(unclaimed.map((path) => `  ${sanitiseLine(path)}: under no claim of yours`)),
  ];
}

function cut(lines: readonly string[]): readonly string[] {
  if (lines.length <= SHOWN) return lines;
  return [...lines.slice(0, SHOWN), `  ... and ${lines.length - SHOWN} more.`];
}
