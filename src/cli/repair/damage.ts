/** Damage in words and in JSON: by the commit that did it, and its author. */
import { culpritOf, type Damage } from "../../open/repair.ts";
import type { RefusalState } from "../../protocol/refusal-state.ts";
import { formatInstant } from "../../protocol/time.ts";
import { refusalSentence } from "../reading/refusals.ts";
import { sanitiseLine } from "../sanitise.ts";

/** Paths that are named of each commit, for people and for programs. */
const SHOWN = 20;
const LISTED = 1_000;
/** Names may be as long as a tree holds them. */
const PATH_CHARS = 400;

interface Mended {
  readonly path: string;
  readonly action: "written" | "removed";
}

interface Group {
  readonly refusal: RefusalState | undefined;
  readonly mended: Mended[];
}

export function tally(damage: readonly Damage[]): {
  readonly paths: number;
  readonly text: string;
} {
  const groups = grouped(damage);
  const paths = groups.reduce((sum, { mended }) => sum + mended.length, 0);
  const known = groups.filter(({ refusal }) => refusal !== undefined).length;
  const unknown = groups.length > known ? [known === 0 ? "refused commits" : "older ones"] : [];
  const commits = [
    ...(known === 0 ? [] : [`${known} refused commit${known === 1 ? "" : "s"}`]),
    ...unknown,
  ];
  const text = `${paths} path${paths === 1 ? "" : "s"}, left by ${commits.join(" and ")}`;
  return { paths, text };
}

export async function damageLines(damage: readonly Damage[]): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const { refusal, mended } of grouped(damage)) {
    lines.push(
      refusal === undefined
        ? "By commits that were refused long ago:"
        : `By ${sanitiseLine(refusal.author) || "nobody"} in ${refusal.commit.slice(0, 9)}, ${formatInstant(refusal.time)}: ${sanitiseLine(await refusalSentence(refusal))}`,
    );
    for (const { path, action } of mended.slice(0, SHOWN))
      lines.push(`  ${action === "written" ? "good bytes" : "removed   "}  ${shown(path)}`);
    if (mended.length > SHOWN) lines.push(`  ... and ${mended.length - SHOWN} more`);
  }
  return lines;
}

export async function damageJson(damage: readonly Damage[]): Promise<readonly unknown[]> {
  const groups: unknown[] = [];
  for (const { refusal, mended } of grouped(damage)) {
    groups.push({
      commit: refusal?.commit ?? null,
      author: refusal?.author ?? null,
      time: refusal === undefined ? null : formatInstant(refusal.time),
      rule: refusal?.fault.rule ?? null,
      code: refusal?.fault.code ?? null,
      count: mended.length,
      paths: mended.slice(0, LISTED).map(({ path, action }) => ({ path, action })),
    });
  }
  return groups;
}

function grouped(damage: readonly Damage[]): readonly Group[] {
  const groups = new Map<string | undefined, Group>();
  for (const found of damage) {
    for (const leftover of found.leftovers) {
      const { path, good, by, unseen } = leftover;
      if (unseen) continue;
      const group = groups.get(by) ?? { refusal: culpritOf(leftover, found), mended: [] };
      groups.set(by, group);
      group.mended.push({ path, action: good === undefined ? "removed" : "written" });
    }
  }
  return [...groups.values()];
}

function shown(path: string): string {
  return sanitiseLine(path.length <= PATH_CHARS ? path : `${path.slice(0, PATH_CHARS)}...`);
}
