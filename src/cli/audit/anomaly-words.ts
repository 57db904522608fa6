import { unreachable } from "../../base/assert.ts";
import type { Anomaly } from "../../protocol/views/anomaly.ts";

/** An anomaly in one line: what it is, of whom, and its facts. */
export function anomalySentence({ code, task, agent, commits, facts }: Anomaly): string {
  const of = [
    ...(task === undefined ? [] : [`task ${task}`]),
    ...(agent === undefined ? [] : [`agent ${agent}`]),
    ...Object.entries(facts).map(([name, value]) => `${name} ${value}`),
    ...(commits.length === 0 ? [] : [`commit ${commits.at(-1)!.slice(0, 12)}`]),
  ];
  return `${code}: ${meaning(code)} (${of.join(", ")})`;
}

function meaning(code: Anomaly["code"]): string {
  switch (code) {
    case "stale-result":
      return "a result under a token that was no longer current";
    case "stale-view":
      return "a record decided on a view older than the change that made it illegal";
    case "work-twice":
      return "a task that two agents worked on to its end";
    case "lapsed-reporting":
      return "a lease that ran out while its holder still reported";
    case "clock-offset":
      return "an agent whose clock is off";
    case "starved":
      return "a task that waits much longer than others";
    case "hot":
      return "a task that many want at once";
    default:
      return unreachable(code);
  }
}
