import { defined } from "../base/assert.ts";
import type { GitObject } from "../app/ports.ts";
import type { Oid } from "../protocol/ids.ts";

export type ObjectMap = ReadonlyMap<Oid, GitObject>;

export interface CommitLinks {
  readonly tree: Oid;
  readonly parents: readonly Oid[];
}

/** The tree and the parents of a commit. Throws where it is missing or not a commit. */
export function linksOf(objects: ObjectMap, oid: Oid): CommitLinks {
  const object = defined(objects.get(oid), `commit ${oid}`);
  const [header = ""] = new TextDecoder().decode(object.bytes).split("\n\n", 1);
  const named = (key: string): Oid[] =>
    [...header.matchAll(new RegExp(`^${key} ([0-9a-f]{40})$`, "gm"))].map(
      (match) => match[1] as Oid,
    );
  return { tree: defined(named("tree")[0], `the tree of commit ${oid}`), parents: named("parent") };
}

/** The commit itself and all that it descends from, along every parent. */
export function ancestry(objects: ObjectMap, tip: Oid): Set<Oid> {
  const seen = new Set<Oid>([tip]);
  // A set is walked in order of insertion, and what is added on the way is walked too.
  for (const oid of seen) for (const parent of linksOf(objects, oid).parents) seen.add(parent);
  return seen;
}
