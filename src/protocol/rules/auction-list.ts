import type { TaskId } from "../ids.ts";
import type { Overlay } from "../state.ts";

/**
 * Keeps the list of the auctions that wait for their award: to the end of their reveals, in milliseconds;
 * undefined: the task waits for none any more.
 */
export function listAuctions(
  state: Overlay,
  changes: Readonly<Record<string, number | undefined>>,
): void {
  const open = state.get("auctions") ?? {};
  if (Object.keys(changes).every((task) => open[task] === changes[task])) return;
  const next: Record<string, number> = {};
  for (const [task, until] of Object.entries({ ...open, ...changes }))
    if (until !== undefined) next[task] = until;
  state.set("auctions", Object.keys(next).length === 0 ? undefined : next);
}

/** The same for tasks that a commit has written: once for all of them, for an import may hold thousands. */
export function keepAuctions(state: Overlay, tasks: readonly TaskId[]): void {
  const changes: Record<string, number | undefined> = {};
  for (const id of tasks) {
    const { auction } = state.get(`task/${id}`)!;
    const standing = state.get(`auction/${id}`);
    const awarded = standing?.award !== undefined;
    // Without a bid there is nothing that an award would keep: other terms begin anew.
    if (awarded && Object.keys(standing.bids).length > 0) continue;
    if (awarded && auction?.revealsUntil !== undefined && auction.revealsUntil <= standing.award.at)
      continue;
    if (awarded) state.set(`auction/${id}`, undefined);
    changes[id] = auction?.revealsUntil;
  }
  listAuctions(state, changes);
}
