import type { AgentId } from "../../ids.ts";
import type { View } from "../../state.ts";
import type { TodoState } from "../../todo-state.ts";
import { Aptitude } from "./aptitude.ts";
import type { Sources } from "./sources.ts";
import { stimulusOf } from "./stimulus.ts";

export type TodoKey = `todo/${string}`;

/** Where the id begins in a key. */
export const ID_AT = "todo/".length;

/** The open tasks that an agent can do, as columns: those at places below `count` count. */
export interface Survey {
  readonly count: number;
  readonly keys: readonly TodoKey[];
  readonly tokens: Int32Array;
  /** What only this agent sees of each. */
  readonly own: Float64Array;
  /** What all agents see of each. */
  readonly stimuli: Float64Array;
}

/**
 * Weighs every open task for an agent at log time `now` (milliseconds), in one pass without allocation:
 * the columns are used again by the next call. A task that passes may still be refused by the judge.
 */
export function survey(
  view: View,
  agent: AgentId,
  now: number,
  sources: Sources,
  except: ReadonlySet<TodoKey>,
): Survey {
  const aptitude = new Aptitude(view, agent, now);
  const { marks, urgency } = sources;
  let count = 0;
  view.eachTodo((key, todo) => {
    if (todo.until !== undefined && now < todo.until) return;
    if (except.size > 0 && except.has(key)) return;
    if (todo.after !== undefined && isBlocked(view, todo.after)) return;
    const mark = marks?.of(view.get(`task/${key.slice(ID_AT)}`)!);
    const waiting = urgency?.(key.slice(ID_AT) as never);
    const stimulus = stimulusOf(todo, now, mark, waiting);
    const own = aptitude.weigh(todo, stimulus);
    if (own === 0) return;
    if (count === COLUMNS.keys.length) grow();
    COLUMNS.keys[count] = key;
    COLUMNS.tokens[count] = todo.token;
    COLUMNS.own[count] = own;
    COLUMNS.stimuli[count] = stimulus;
    count += 1;
  });
  return { count, ...COLUMNS };
}

/** A task that is not settled is not done: only what is settled needs a closer look. */
export function isBlocked(view: View, after: NonNullable<TodoState["after"]>): boolean {
  for (const id of after) if (view.get(`todo/${id}`) !== undefined) return true;
  return false;
}

const COLUMNS = {
  keys: [] as TodoKey[],
  tokens: new Int32Array(),
  own: new Float64Array(),
  stimuli: new Float64Array(),
};

function grow(): void {
  const size = Math.max(1_024, COLUMNS.keys.length * 2);
  COLUMNS.keys.length = size;
  COLUMNS.tokens = copied(new Int32Array(size), COLUMNS.tokens);
  COLUMNS.own = copied(new Float64Array(size), COLUMNS.own);
  COLUMNS.stimuli = copied(new Float64Array(size), COLUMNS.stimuli);
}

function copied<T extends Int32Array | Float64Array>(to: T, from: T): T {
  to.set(from);
  return to;
}
