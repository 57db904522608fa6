/** Open tasks and agents as entries of a state, without a line that leads there: thousands at once. */
import type { DeedsState } from "../../src/protocol/capabilities-state.ts";
import type { AgentId, Oid } from "../../src/protocol/ids.ts";
import type { Choosing } from "../../src/protocol/rules/choice.ts";
import { choose } from "../../src/protocol/views/match.ts";
import { listAble } from "../../src/protocol/rules/able.ts";
import {
  MemoryState,
  Overlay,
  type Key,
  type LineState,
  type MoundState,
  type TaskState,
  type Value,
} from "../../src/protocol/state.ts";
import type { PaceState, TodoState } from "../../src/protocol/todo-state.ts";

export const DAY = 86_400_000;
/** Long after the first of January 1970, so that tasks may be old. */
export const NOW = 20_000 * DAY;

export type Planted = Partial<Pick<TaskState, "priority" | "created" | "deadline" | "needs">> & {
  readonly after?: readonly string[];
  readonly failed?: readonly string[];
};

export interface Worker {
  readonly skills?: readonly string[];
  readonly tags?: readonly string[];
  /** The end of what it has declared, in milliseconds. */
  readonly until?: number;
  readonly deeds?: DeedsState["skills"];
  readonly load?: number;
  readonly capacity?: number;
  readonly declined?: Readonly<Record<string, number>>;
  readonly held?: Readonly<Record<string, number>>;
  /** Milliseconds since it was heard of; it never was unless said. */
  readonly idle?: number;
}

export interface BoardOptions {
  readonly tasks: readonly Planted[];
  readonly agents: Readonly<Record<string, Worker>>;
  readonly pace?: PaceState;
  /** Names the tip. */
  readonly tip?: string;
}

/** The id of the task planted at a place. */
export function idAt(at: number): string {
  let rest = (at * 2_654_435_761) % 2 ** 32;
  let head = "";
  for (let digit = 0; digit < 7; digit += 1) {
    head += DIGITS[rest % 32]!;
    rest = Math.floor(rest / 32);
  }
  return `${head}-task-${at}`;
}

const DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";

export function board({ tasks, agents, pace, tip = "1" }: BoardOptions): MemoryState {
  const entries: [Key, Value][] = [
    [
      "mound",
      { claimsMax: 16, roots: [] as MoundState["roots"] } as Partial<MoundState> as MoundState,
    ],
    ["line", { tip: tip.padStart(40, "0") as Oid, time: NOW } as Partial<LineState> as LineState],
  ];
  if (pace !== undefined) entries.push(["pace", pace]);
  tasks.forEach((task, at) => entries.push(...taskEntries(task, at)));
  for (const [name, worker] of Object.entries(agents)) entries.push(...workerEntries(name, worker));
  const state = new MemoryState(entries);
  const able = new Overlay(state);
  for (const name of Object.keys(agents))
    listAble(able, name as AgentId, undefined, state.get(`can/${name}`));
  state.apply(able.delta);
  return state;
}

function taskEntries(planted: Planted, at: number): readonly [Key, Value][] {
  const id = idAt(at);
  const { priority = 2, created = NOW, deadline, needs = [], after = [], failed = [] } = planted;
  const attempts = failed.map((agent, n) => ({ agent, outcome: "failed", token: n + 1 }));
  const common = { priority, token: failed.length, created, deadline };
  const rest = {
    needs,
    after,
    afterAny: [],
    paths: [],
    attempts,
    attemptsMax: 99,
    creator: "root",
    title: id,
    trust: 0,
    value: 0,
    stake: 0,
  };
  const some = (list: readonly string[]) => (list.length === 0 ? undefined : list);
  const lists = { needs: some(needs), after: some(after), failed: some(failed) };
  const todo = { ...common, until: undefined, ...lists } as TodoState;
  return [
    [`task/${id}`, { id, ...common, ...rest } as unknown as TaskState],
    [`todo/${id}`, todo],
  ];
}

function workerEntries(name: string, worker: Worker): readonly [Key, Value][] {
  const { skills, tags = [], until, deeds = {}, load = 0, capacity = 1 } = worker;
  const { declined, held, idle } = worker;
  const entries: [Key, Value][] = [
    [`agent/${name}`, { id: name as AgentId, status: "active" } as never],
    [`did/${name}`, { last: idle === undefined ? 0 : NOW - idle, skills: deeds }],
  ];
  if (skills !== undefined || tags.length > 0)
    entries.push([`can/${name}`, { skills: skills ?? [], tags, load, capacity, until }]);
  if (declined !== undefined) entries.push([`declined/${name}`, declined]);
  if (held !== undefined) entries.push([`held/${name}`, held]);
  return entries;
}

export const ANT = "ant-1" as AgentId;

/** The id of the task that an agent chooses, or why there is none. */
export function chosen(state: MemoryState, agent: string, how: Choosing = {}, now = NOW) {
  const choice = choose(state, agent as AgentId, now, how);
  return choice.kind === "task" ? choice.task.id : choice.kind;
}

export function many(count: number, worker: Worker = { idle: 1_000 }): Record<string, Worker> {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`ant-${at + 1}`, worker]));
}
