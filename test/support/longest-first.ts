import { BaseSequencer, type TestSpecification } from "vitest/node";

/** By far the longest files, as they wait most: one that begins last is waited for by nobody else. */
const LONGEST = [
  "acceptance/daemon-death",
  "acceptance/daemon-shortage",
  "acceptance/readme",
  "acceptance/auction",
  "acceptance/outsider",
  "acceptance/daemon-hostile",
  "acceptance/repair",
  "acceptance/adversaries",
  "acceptance/drafts",
  "acceptance/daemon-keys",
  "acceptance/remote-faults",
  "acceptance/watch",
  "cli/work/away",
  "acceptance/colony",
  "acceptance/mayhem",
  "acceptance/away",
  "cli/hook",
  "cli/replay",
  "acceptance/kill",
  "acceptance/leaders",
  "acceptance/force-line",
  "acceptance/workflow",
  "acceptance/from-checkpoint",
  "acceptance/events",
  "app/event-contract",
  "cli/guard",
  "daemon/drafts",
  "acceptance/three-machines",
  "acceptance/watch-repair",
  "acceptance/outsider-limits",
  "cli/locks",
  "cli/guard-hook",
  "cli/terminal",
  "tools/mutate",
  "acceptance/adversaries-door",
  "acceptance/adversaries-repair",
  "acceptance/stale-locks",
  "app/differential",
  "cli/work/leases",
  "acceptance/unknown",
  "cli/hook-refusals",
  "cli/work/choosing",
  "acceptance/under-fire",
  "acceptance/race",
  "app/replay-equals",
].map((name) => `/test/${name}.test.ts`);

/**
 * The longest files first, so that the end of a run is not one file. What vitest knows of the run before
 * is not there in a fresh checkout, and the size of a file says little of its time. The projects come one
 * after the other: a process that has run a file goes on only with one of the same project.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // It sorts files for us, not an array in place.
    // oxlint-disable-next-line unicorn/no-array-sort
    const sorted = await super.sort(files);
    const rank = ({ moduleId, project }: TestSpecification): number => {
      if (project.name === "unit") return LONGEST.length + 1;
      const at = LONGEST.findIndex((name) => moduleId.endsWith(name));
      return at === -1 ? LONGEST.length : at;
    };
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}
