import { expect } from "vitest";
import { git } from "../contract/clone.ts";
import type { Place } from "./command.ts";
import { live, type Line } from "./live.ts";
import { must, library, type Site } from "./site.ts";

/** Events that a commit made: the same for every reader, whenever it reads. */
export function ofCommits(lines: readonly Line[]): readonly string[] {
  return lines.flatMap(({ id, type, commit }) => {
    const isOwn = typeof id === "string" && id.startsWith(`${String(commit)}.`);
    return isOwn ? [`${id} ${String(type)}`] : [];
  });
}

/** At least once: what comes again after a kill has come before. */
export function withoutRepeats(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)];
}

/** The events of all commits after one, as `mound events` replays them in this clone. */
export async function replayed(place: Place, since?: string): Promise<readonly string[]> {
  const reader = live(place, "events", ...(since === undefined ? [] : ["--since", since]));
  expect(await reader.ended).toMatchObject({ code: 0 });
  return ofCommits(reader.lines);
}

/** Every commit of the line after one has its events, in its place, by what git alone says. */
export async function expectEveryCommit(
  { origin }: Pick<Site, "origin">,
  ids: readonly string[],
  since: string,
): Promise<void> {
  const log = await git(origin, "rev-list", "--reverse", "--first-parent", `${since}..main`);
  expect([...new Set(ids.map((id) => id.slice(0, 40)))]).toEqual(log.split("\n"));
}

/** All that is known in a clone, as its cache has it and a process reads it. */
export async function stateOf({ cwd, environment }: Place): Promise<ReadonlyMap<string, unknown>> {
  const mound = must(await library.Mound.open({ dir: cwd, environment, alone: true }));
  const { state } = mound.line;
  await state.load("all");
  const entries = new Map<string, unknown>(state.entries());
  await mound.close();
  return entries;
}
