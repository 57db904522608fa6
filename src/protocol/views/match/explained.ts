/** Why an agent would take what it would take: for `mound next --explain`. */
import type { AgentId } from "../../ids.ts";
import type { Choice, Choosing } from "../../rules/choice.ts";
import type { TaskState, View } from "../../state.ts";
import { choose } from "../match.ts";
import { Aptitude } from "./aptitude.ts";
import { ID_AT } from "./board.ts";
import { crowdOf } from "./crowd.ts";
import { weighTask, type Weighed } from "./factors.ts";
import { lookAndTake, type Seen } from "./look.ts";
import { sourcesOf } from "./sources.ts";
import { sharpened, SHARPNESS } from "./spread.ts";

export interface Option extends Weighed {
  readonly task: TaskState;
  /** The chance of being drawn, from 0 to 1. */
  readonly share: number;
}

export interface Explained {
  readonly choice: Choice;
  /** How many open tasks the agent can do. */
  readonly open: number;
  /** How many agents look for work, and how many claims a second there were lately. */
  readonly idle: number;
  readonly rate: number;
  /** The exponent γ by which the stimulus counts. */
  readonly sharpness: number;
  /** The choice, and what the draw has next. */
  readonly options: readonly Option[];
  /** What weighs most, which need not be what was drawn. */
  readonly weightiest: Option | undefined;
}

/** Explains the choice of an agent at log time `now` (milliseconds), with so many options. */
export function explainChoice(
  view: View,
  agent: AgentId,
  now: number,
  count: number,
  how: Choosing = {},
): Explained {
  const choice = choose(view, agent, now, how);
  const crowd = crowdOf(view);
  const { seen, tasks: drawn } = lookAndTake(view, agent, now, how, { crowd, count });
  const chosen = choice.kind === "task" ? [choice.task] : [];
  const tasks = [...chosen, ...drawn.filter(({ id }) => id !== chosen[0]?.id)].slice(0, count);
  const heaviest = heaviestOf(seen, view);
  const shares = sharesOf(seen);
  const { doable: open, step } = seen;
  const aptitude = new Aptitude(view, agent, now);
  const sources = sourcesOf(view, now);
  const option = (task: TaskState): Option => ({
    task,
    share: shares(task.id),
    ...weighTask(view, aptitude, task, now, sources),
  });
  return {
    choice,
    open,
    idle: crowd.idle.length,
    rate: crowd.rate,
    sharpness: SHARPNESS[step]!,
    options: tasks.map(option),
    weightiest: heaviest === undefined ? undefined : option(heaviest),
  };
}

function weightAt({ own, stimuli, step }: Seen, at: number): number {
  return own[at]! * sharpened(stimuli[at]!, step);
}

function sharesOf(seen: Seen): (id: string) => number {
  const weights = new Map<string, number>();
  let sum = 0;
  for (let at = 0; at < seen.count; at += 1) {
    weights.set(seen.keys[at]!.slice(ID_AT), weightAt(seen, at));
    sum += weightAt(seen, at);
  }
  return (id) => (weights.get(id) ?? 0) / sum;
}

function heaviestOf(seen: Seen, view: View): TaskState | undefined {
  let best = -1;
  for (let at = 0; at < seen.count; at += 1)
    if (best < 0 || weightAt(seen, at) > weightAt(seen, best)) best = at;
  return best < 0 ? undefined : view.get(`task/${seen.keys[best]!.slice(ID_AT)}`);
}
