import type { Oid } from "../protocol/ids.ts";
import type { RefusalState } from "../protocol/refusal-state.ts";
import type { History, Objects } from "./ports.ts";

/**
 * Which of the refused commits left each path as it is: the newest that touched it, for what an older
 * one did there has been done again or undone since. Paths of commits that the state has forgotten
 * are absent.
 */
export async function blame(
  paths: readonly string[],
  refusals: readonly RefusalState[],
  ports: { readonly objects: Pick<Objects, "read">; readonly history: History },
): Promise<ReadonlyMap<string, Oid>> {
  const open = new Set(paths);
  const found = new Map<string, Oid>();
  for (const { commit } of refusals.toReversed()) {
    if (open.size === 0) break;
    for await (const { changes } of ports.history.commits(
      await firstParent(commit, ports.objects),
      commit,
      0,
    )) {
      for (const { path } of changes) if (open.delete(path)) found.set(path, commit);
    }
  }
  return found;
}

async function firstParent(commit: Oid, objects: Pick<Objects, "read">): Promise<Oid | undefined> {
  const object = await objects.read(commit);
  const [header = ""] = new TextDecoder().decode(object?.bytes).split("\n\n", 1);
  return /^parent ([0-9a-f]{40})$/m.exec(header)?.[1] as Oid | undefined;
}
