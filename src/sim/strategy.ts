import type { AgentId, TaskId } from "../protocol/ids.ts";
import { refuseTaking } from "../protocol/rules/eligibility.ts";
import type { View } from "../protocol/state.ts";
import { choose } from "../protocol/views/match.ts";
import { stimulusOf } from "../protocol/views/match/stimulus.ts";

/** What an agent goes by when it chooses. */
export interface Situation {
  /** The state as it was some time ago. */
  readonly view: View;
  readonly agent: AgentId;
  /** How old that is, in milliseconds. */
  readonly delay: number;
  /** Log time in milliseconds. */
  readonly now: number;
  /** Uniform in [0, 1). */
  readonly fraction: () => number;
  /** What it lost to others since it last took a task, oldest first. */
  readonly losses: readonly TaskId[];
  /** What it took itself, however little of that the view shows. */
  readonly own: ReadonlySet<string>;
}

export interface Strategy {
  readonly name: string;
  /** undefined: nothing that it would take just now. */
  readonly choose: (situation: Situation) => TaskId | undefined;
  /** Whether it waits the longer the more often it has lost: full jitter, capped. */
  readonly backsOff: boolean;
}

/** What everyone writes first: the task that calls loudest, the first of these by id. */
const argmax: Strategy = {
  name: "argmax",
  backsOff: false,
  choose({ view, agent, now, own }) {
    let best: string | undefined;
    let highest = -1;
    view.eachTodo((key, todo) => {
      if (todo.until !== undefined && now < todo.until) return;
      const weight = stimulusOf(todo, now, undefined, undefined);
      if (weight < highest || (weight === highest && best !== undefined && best < key)) return;
      if (own.has(key.slice(TODO))) return;
      if (!mayTake(view, agent, key, now)) return;
      [best, highest] = [key, weight];
    });
    return best === undefined ? undefined : (best.slice(TODO) as TaskId);
  },
};

/** Any task that it may take, each as likely. */
const uniform: Strategy = {
  name: "uniform",
  backsOff: true,
  choose({ view, agent, now, own, fraction }) {
    const open: `todo/${string}`[] = [];
    view.eachTodo((key, { until }) => {
      if ((until === undefined || now >= until) && !own.has(key.slice(TODO))) open.push(key);
    });
    while (open.length > 0) {
      const at = Math.floor(fraction() * open.length);
      const key = open[at]!;
      if (mayTake(view, agent, key, now)) return key.slice(TODO) as TaskId;
      open[at] = open.at(-1)!;
      open.pop();
    }
    return undefined;
  },
};

/** As `mound next` chooses for agents that keep asking. */
const mound: Strategy = {
  name: "mound",
  backsOff: true,
  choose({ view, delay, agent, now, own, losses }) {
    const except = losses.length === 0 ? own : new Set([...own, ...losses]);
    const choice = choose(view, agent, now, { losses: losses.length, delay, except, yields: true });
    return choice.kind === "task" ? choice.task.id : undefined;
  },
};

export const STRATEGIES = { argmax, uniform, mound };

const TODO = "todo/".length;

function mayTake(view: View, agent: AgentId, key: `todo/${string}`, now: number): boolean {
  const task = view.get(`task/${key.slice(TODO)}`);
  return task !== undefined && refuseTaking(view, agent, task, now) === undefined;
}
