/**
 * Which facts of the log are deeds, who is heard of them, and what they weigh: in quarters of a deed, after
 * the table in SPEC.md, section TR.
 */
import type { AgentId } from "../../ids.ts";
import type { AttemptState, Outcome, Overlay, TaskState, View } from "../../state.ts";
import type { Ratings } from "../../trust-state.ts";
import { ANY_SKILL } from "../deeds.ts";
import { epochOf, EPOCHS_KEPT } from "./epochs.ts";
import { prove, rate } from "./evidence.ts";
import { claimsTie, speaksForItself } from "../operators.ts";
import { takeBack } from "./take-back.ts";

const HALF = 2;
const WHOLE = 4;

/**
 * The end of a claim: its task's creator speaks for what was done or given up, the log for a lapse. Answers
 * the quarters of a good deed that it counted for: who asks for no review is presumed to be content.
 */
export function rateEnding(
  state: Overlay,
  task: TaskState,
  { worker, outcome, reviewed }: Ending,
  time: number,
): number {
  const said = { rater: task.creator, subject: worker, skills: task.needs };
  if (outcome === "done" && !reviewed) return praise(state, said, HALF, time);
  if (outcome === "failed") blame(state, said, HALF, time);
  else if (outcome === "expired") prove(state, worker, HALF, time);
  return 0;
}

interface Ending {
  readonly worker: AgentId;
  readonly outcome: Outcome;
  /** Whether a review is asked for: then nothing is presumed before it. */
  readonly reviewed: boolean;
}

/** What a reviewer says of work that is done. */
export function rateReview(
  state: Overlay,
  task: TaskState,
  { agent, at, presumed }: Pick<AttemptState, "agent" | "at" | "presumed">,
  { by, accepted }: { readonly by: AgentId; readonly accepted: boolean },
  time: number,
): void {
  const said = { rater: by, subject: agent, skills: task.needs };
  if (accepted) {
    // Of its own half the creator adds the rest; another one's word is a word of its own.
    praise(state, said, by === task.creator && presumed > 0 ? WHOLE - HALF : WHOLE, time);
    return;
  }
  // Nobody is content with what is sent back.
  takeBack(state, { ...said, rater: task.creator }, presumed, at);
  blame(state, said, WHOLE, time);
}

interface Said {
  readonly rater: AgentId;
  readonly subject: AgentId;
  readonly skills: readonly string[];
}

/** Answers the quarters that counted. */
function praise(state: Overlay, said: Said, quarters: number, time: number): number {
  const { rater, subject, skills } = said;
  if (rater === subject || claimsTie(state, rater, subject)) return 0;
  // Half is a whole number: every weight is even.
  const good = hasPraised(state, subject, rater, time) ? quarters / 2 : quarters;
  rate(state, rater, subject, skills, { good, bad: 0 }, time);
  return good;
}

/** Blame is never halved: else who is going to be blamed would first praise whoever does it. */
function blame(state: Overlay, said: Said, quarters: number, time: number): void {
  const { rater, subject, skills } = said;
  if (!speaksForItself(state, rater, subject))
    rate(state, rater, subject, skills, { good: 0, bad: quarters }, time);
}

/** Whether `rater` has said anything good of `subject` in the weeks that are kept. */
function hasPraised(view: View, rater: AgentId, subject: AgentId, time: number): boolean {
  const said = view.get(`evidence/${subject}`) ?? {};
  // An agent may be called `constructor`, and what is read from a file has a prototype.
  const ratings: Ratings | undefined = Object.hasOwn(said, rater) ? said[rater] : undefined;
  const oldest = epochOf(time) - EPOCHS_KEPT;
  const numbers = ratings?.[ANY_SKILL] ?? [];
  return numbers.some((epoch, at) => at % 3 === 0 && epoch > oldest && numbers[at + 1]! > 0);
}
