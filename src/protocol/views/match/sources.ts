import type { TaskId } from "../../ids.ts";
import type { View } from "../../state.ts";
import { marksOn, UNMARKED, type Marks } from "../signals.ts";
import { urgencyOf, type Urgency } from "../urgency.ts";

/** What a choice goes by beside the tasks themselves; undefined: there is nothing of the kind. */
export interface Sources {
  readonly marks: Marks | undefined;
  readonly urgency: ((id: TaskId) => Urgency) | undefined;
}

/** The marks and edges of a state at log time `now` (milliseconds). */
export function sourcesOf(view: View, now: number): Sources {
  const marks = marksOn(view, now);
  return {
    marks: marks === UNMARKED ? undefined : marks,
    urgency: view.get("graph") === undefined ? undefined : urgencyOf(view),
  };
}
