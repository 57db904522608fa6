import { judge, type CommitFacts, type Verdict } from "./judge.ts";
import type { MemoryState } from "./state.ts";

/**
 * Takes one commit into a whole state: judges it and applies what the verdict changes. Folding n
 * commits is linear in n, and gives the same state in one piece or in many.
 */
export function fold(state: MemoryState, facts: CommitFacts): Verdict {
  const verdict = judge(state, facts);
  state.apply(verdict.delta);
  return verdict;
}
