import type { Oid } from "../protocol/ids.ts";
import { judge } from "../protocol/judge.ts";
import { MemoryState, type Key, type Value } from "../protocol/state.ts";
import type { LinePorts } from "./line.ts";
import { verifiedCommits } from "./verified.ts";

/** Where a fold may begin: a state that is known for true, and its commit. */
export interface FoldStart {
  readonly commit: Oid;
  readonly entries: Iterable<readonly [Key, Value]>;
}

/** After so many commits others get their turn: the daemon's clients wait for this thread. */
const COMMITS_AT_ONCE = 64;

/**
 * The state at a commit of the line, by folding all of history up to it, or what follows `start`.
 * `enough`: asked now and then whether to break off; the state is then one on the way.
 */
export async function stateAt(
  ports: Pick<LinePorts, "history" | "verifier" | "clock">,
  commit: Oid,
  { start, enough }: { start?: FoldStart | undefined; enough?: () => boolean } = {},
): Promise<MemoryState> {
  const state = new MemoryState(start?.entries);
  if (start?.commit === commit) return state;
  let count = 0;
  for await (const window of verifiedCommits(ports, start?.commit, commit)) {
    for (const facts of window) {
      state.apply(judge(state, facts).delta);
      count += 1;
      if (count % COMMITS_AT_ONCE !== 0) continue;
      await ports.clock.sleep(0);
      if (enough?.() === true) return state;
    }
  }
  return state;
}
