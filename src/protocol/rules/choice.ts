import type { AgentId } from "../ids.ts";
import type { TaskState, View } from "../state.ts";

/** What is known of the race that a choice goes into. */
export interface Race {
  /** How often this command has lost it so far: each time the draw is another, and less sharp. */
  readonly losses?: number;
  /** Milliseconds for which the claims of others stay unseen; a default unless said, 0: nobody races. */
  readonly delay?: number;
}

export interface Choosing extends Race {
  /** Ids of tasks that are not to be chosen. */
  readonly except?: ReadonlySet<string>;
  /** Steps back, at random, where more agents are idle that could do a task than there are tasks. */
  readonly yields?: boolean;
}

/** `yield`: there is something, but more agents that could do it look than there is: look again soon. */
export type Choice =
  | { readonly kind: "task"; readonly task: TaskState }
  | { readonly kind: "none" }
  | {
      readonly kind: "yield";
      /** What the agent would take. */
      readonly task: TaskState;
      /** How many tasks it could take, and how many idle agents could take this one. */
      readonly open: number;
      readonly idle: number;
    };

/** How an agent picks its next task at log time `now` (milliseconds); see views/match.ts. */
export type Choose = (view: View, agent: AgentId, now: number, how: Choosing) => Choice;
