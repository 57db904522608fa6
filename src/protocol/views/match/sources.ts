import type { TaskId } from "../../ids.ts";
import type { TaskState, View } from "../../state.ts";

/** What is left of the marks on a task, of all depositors together; each from 0 to 20. */
export interface Mark {
  readonly need: number;
  readonly stuck: number;
  readonly heat: number;
  readonly warn: number;
  readonly trail: number;
}

export interface Marks {
  of(task: TaskState): Mark;
}

export interface Urgency {
  /** How many unsettled tasks wait for it, directly and through others. */
  readonly unblocks: number;
  /** The length of the longest chain that begins with it: 1 where none waits. */
  readonly depth: number;
}

/** What a choice goes by beside the tasks themselves; undefined: there is nothing of the kind. */
export interface Sources {
  readonly marks: Marks | undefined;
  readonly urgency: ((id: TaskId) => Urgency) | undefined;
}

/** The marks and edges of a state at log time `now` (milliseconds). */
export function sourcesOf(_view: View, _now: number): Sources {
  return { marks: undefined, urgency: undefined };
}
