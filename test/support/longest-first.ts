import { BaseSequencer, type TestSpecification } from "vitest/node";

/** By far the longest files, as they wait most: one that begins last is waited for by nobody else. */
const LONGEST = [
  "acceptance/daemon-death",
  "acceptance/readme",
  "acceptance/daemon-hostile",
  "acceptance/daemon-shortage",
  "cli/hook",
  "cli/hook-refusals",
  "acceptance/drafts",
  "acceptance/unknown",
  "acceptance/daemon-keys",
  "acceptance/events",
  "acceptance/adversaries",
  "acceptance/mayhem",
  "acceptance/away",
  "acceptance/outsider-limits",
  "acceptance/outsider",
  "acceptance/repair",
  "acceptance/three-machines",
  "acceptance/kill",
  "acceptance/race",
  "acceptance/stale-locks",
  "tools/mutate",
  "app/event-contract",
  "daemon/drafts",
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
