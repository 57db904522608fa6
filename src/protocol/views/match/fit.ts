/** How well agents and tasks fit each other, for `mound match`. */
import type { Fault } from "../../fault.ts";
import type { AgentId } from "../../ids.ts";
import { obstacles } from "../../rules/eligibility.ts";
import { isSettled } from "../../rules/task-status.ts";
import type { TaskState, View } from "../../state.ts";
import { Aptitude } from "./aptitude.ts";
import { weighTask, type Factor } from "./factors.ts";
import { sourcesOf } from "./sources.ts";

export interface Fit {
  readonly agent: AgentId;
  readonly task: TaskState;
  /** What the judge would refuse a claim for; empty: the agent may take it. */
  readonly obstacles: readonly Fault[];
  /** Milliseconds: until when the agent has declined it. */
  readonly declined: number | undefined;
  /** What the agent's own factors come to; 0 where a need is not met. */
  readonly own: number;
  /** The same with all that calls for anybody. */
  readonly weight: number;
  readonly factors: readonly Factor[];
}

/** Each active member and the task, the best fit first. */
export function fitsOfTask(view: View, task: TaskState, now: number): readonly Fit[] {
  const sources = sourcesOf(view, now);
  return view
    .keys("agent/")
    .map((key) => view.get(key as `agent/${string}`)!)
    .filter(({ status }) => status === "active")
    .map(({ id }) => fit(view, new Aptitude(view, id, now), task, now, sources))
    .toSorted(byFit);
}

/** The agent and each task that is not over, the best fit first. */
export function fitsOfAgent(view: View, agent: AgentId, now: number): readonly Fit[] {
  const sources = sourcesOf(view, now);
  const aptitude = new Aptitude(view, agent, now);
  const tasks: TaskState[] = [];
  view.eachTodo((key) => tasks.push(view.get(`task/${key.slice("todo/".length)}`)!));
  return tasks
    .filter((task) => !isSettled(task))
    .map((task) => fit(view, aptitude, task, now, sources))
    .toSorted(byFit);
}

export function fitOf(view: View, agent: AgentId, task: TaskState, now: number): Fit {
  return fit(view, new Aptitude(view, agent, now), task, now, sourcesOf(view, now));
}

function fit(
  view: View,
  aptitude: Aptitude,
  task: TaskState,
  now: number,
  sources: ReturnType<typeof sourcesOf>,
): Fit {
  const { agent } = aptitude;
  const until = view.get(`declined/${agent}`)?.[task.id];
  const { own, stimulus, factors } = weighTask(view, aptitude, task, now, sources);
  return {
    agent,
    task,
    obstacles: obstacles(view, agent, task, now),
    declined: until !== undefined && now < until ? until : undefined,
    own,
    weight: own * stimulus,
    factors,
  };
}

/** Who may comes before who may not, who has not declined before who has, then by weight. */
function byFit(a: Fit, b: Fit): number {
  return (
    Number(a.obstacles.length > 0) - Number(b.obstacles.length > 0) ||
    Number(a.declined !== undefined) - Number(b.declined !== undefined) ||
    b.weight - a.weight ||
    (a.agent + a.task.id < b.agent + b.task.id ? -1 : 1)
  );
}
