import type { CloneStart } from "../../git/clone.ts";

/** What a clone rests on that was started from a checkpoint. */
export function startSentence({ commit, number, signers }: CloneStart): string {
  const count = number === 1 ? "commit is" : `${number} commits are`;
  return `The first ${count} taken on the word of ${signers.join(", ")}, up to ${commit.slice(0, 12)}; they are not verified here yet.`;
}

/** What came of verifying it. */
export function proofSentence(start: CloneStart | undefined): string {
  return start === undefined
    ? "All of history is verified here."
    : `All of history is verified here now: the checkpoint of ${start.signers.join(", ")} at ${start.commit.slice(0, 12)} was true.`;
}
