import { parseCommit } from "../protocol/commit.ts";
import type { Oid } from "../protocol/ids.ts";
import type { History } from "./ports.ts";

/** Commits that one branch has and another has not. */
export interface Missing {
  readonly commits: number;
  /** Whether there are more, which were not counted. */
  readonly more: boolean;
  /** The oldest and the newest. */
  readonly from: Oid;
  readonly to: Oid;
  /** Who wrote the most of them first; untrusted names. */
  readonly authors: readonly { readonly name: string; readonly commits: number }[];
}

/** Whoever forces a branch away may have forced away all there was: an alarm must not take minutes. */
const COUNTED = 5_000;
const AUTHORS = 8;
const NAME_CHARS = 100;

/** What is on the line up to `to` and not on that up to `without` (undefined: nothing is). */
export async function findMissing(
  history: History,
  to: Oid,
  without: Oid | undefined,
): Promise<Missing | undefined> {
  const authors = new Map<string, number>();
  let from: Oid | undefined;
  let commits = 0;
  let more = false;
  for await (const { oid, bytes } of history.commits(without, to, 0)) {
    more = commits === COUNTED;
    if (more) break;
    from ??= oid;
    commits += 1;
    const name = parseCommit(bytes)?.author.name.slice(0, NAME_CHARS) ?? "";
    authors.set(name, (authors.get(name) ?? 0) + 1);
  }
  if (from === undefined) return undefined;
  const ranked = [...authors].map(([name, count]) => ({ name, commits: count }));
  ranked.sort((a, b) => b.commits - a.commits || (a.name < b.name ? -1 : 1));
  return { commits, more, from, to, authors: ranked.slice(0, AUTHORS) };
}
