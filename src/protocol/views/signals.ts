/**
 * What signals say of tasks, to whoever chooses one. What is left of each deposit is computed here, at
 * log time, and added up; a part spreads to what lies beside it.
 */
import type { TaskId } from "../ids.ts";
import { depositWeights } from "../rules/deposit-weight.ts";
import { strengthAt } from "../rules/evaporation.ts";
import { isSetApart } from "../rules/quarantine.ts";
import type { SignalKind, SignalState } from "../signal-state.ts";
import type { LineState, TaskState, View } from "../state.ts";
import { PathIndex } from "./path-index.ts";
import { recentTrust } from "./recent-trust.ts";

/** How much of each mark there is on something, from 0 to 20. */
export type TaskMarks = Readonly<Record<SignalKind, number>>;

export interface Marks {
  of(task: TaskState): TaskMarks;
}

/** The part of a mark that reaches what lies one step away: G of digital pheromones on task graphs. */
const SPREAD = 0.2;
/** Two agents at their strongest: more voices change nothing, so that a crowd cannot drown the rest. */
const MARKS_MAX = 20;

/** What a quarantined task is marked with, though nobody said so: as by one agent that is half sure. */
const STUCK = 5;

const NONE: TaskMarks = { need: 0, stuck: 0, heat: 0, warn: 0, trail: 0 };
/** Where there is nothing to be found on any task. */
export const UNMARKED: Marks = { of: () => NONE };

/**
 * The marks of tasks in a state at log time `now` (milliseconds). A task has what was left on it, and
 * a fifth of what was left on the tasks that it waits for, on its parent, on those that wait for it
 * or have it as their parent, and on each file or folder that one of its `paths` touches. A quarantined
 * task is marked as stuck. It takes time in the number of signals once, and a few look-ups for each task.
 */
export function marksOn(view: View, now: number): Marks {
  // Without signals only what is quarantined is marked.
  const mound = view.get("mound");
  const quarantine = mound?.quarantine ?? 0;
  const version = view.get("signals") ?? (quarantine > 0 ? mound : undefined);
  const line = view.get("line");
  if (version === undefined || line === undefined) return UNMARKED;
  let index = INDEXES.get(version);
  if (index === undefined) {
    index = { topics: readTopics(view), computed: undefined };
    INDEXES.set(version, index);
  }
  const { computed } = index;
  if (computed?.line === line && computed.now === now) return computed.marks;
  const apart = setApart(view, quarantine, now);
  const { topics } = index;
  const some = topics.tasks.length + topics.paths.size + apart.length > 0;
  const marks = some ? new MarksAt(view, now, topics, apart) : UNMARKED;
  index.computed = { line, now, marks };
  return marks;
}

/** The quarantined tasks, in order: they are stuck without anybody's saying so. */
function setApart(view: View, quarantine: number, now: number): readonly TaskId[] {
  const found: TaskId[] = [];
  if (!(quarantine > 0)) return found;
  view.eachTodo((key, todo) => {
    if (isSetApart(todo, quarantine, now)) found.push(key.slice("todo/".length) as TaskId);
  });
  return found.toSorted();
}

/**
 * Values of a state are never changed in place, and every signal puts a new one under `signals`: states
 * that hold the very same value there hold the same signals. The marks hang on more (who is revoked,
 * what waits for what), so they are kept for the line of one commit: the value that every commit renews.
 */
const INDEXES = new WeakMap<object, Index>();

interface Index {
  readonly topics: Topics;
  computed: { readonly line: LineState; readonly now: number; readonly marks: Marks } | undefined;
}

/** In order of topic, for sums of floating-point numbers depend on their order. */
interface Topics {
  readonly tasks: readonly (readonly [TaskId, Deposits])[];
  readonly paths: PathIndex<Deposits>;
}

/** By agent, in order of name. */
type Deposits = readonly (readonly [string, SignalState])[];

function readTopics(view: View): Topics {
  if (view.get("signals") === undefined) return { tasks: [], paths: new PathIndex([]) };
  const tasks: [TaskId, Deposits][] = [];
  const paths: [string, Deposits][] = [];
  for (const key of view.keys("signal/")) {
    const topic = key.slice("signal/".length);
    const entry = view.get(`signal/${topic}`)!;
    const deposits = Object.entries(entry).toSorted(([a], [b]) => (a < b ? -1 : 1));
    if (topic.startsWith("task/")) tasks.push([topic.slice("task/".length) as TaskId, deposits]);
    if (topic.startsWith("path/")) paths.push([topic.slice("path/".length), deposits]);
  }
  return { tasks, paths: new PathIndex(paths) };
}

type Sum = Record<SignalKind, number>;

class MarksAt implements Marks {
  /** What was left on each task itself. */
  readonly #own = new Map<TaskId, Sum>();
  /** What reaches a task from those that wait for it or are a part of it. */
  readonly #behind = new Map<TaskId, Sum>();
  readonly #paths: PathIndex<Deposits>;
  readonly #onPaths = new Map<Deposits, Sum | undefined>();
  readonly #view: View;
  readonly #now: number;
  readonly #scoreOf: (agent: string) => number;

  constructor(view: View, now: number, { tasks, paths }: Topics, apart: readonly TaskId[]) {
    this.#scoreOf = (agent) => recentTrust(view, now).voice(agent);
    this.#view = view;
    this.#now = now;
    this.#paths = paths;
    for (const [id, deposits] of tasks) {
      const sum = this.#sum(deposits);
      if (sum !== undefined) this.#own.set(id, sum);
    }
    for (const id of apart) {
      const sum = this.#own.get(id) ?? { ...NONE };
      sum.stuck += STUCK;
      this.#own.set(id, sum);
    }
    for (const [id, sum] of this.#own) {
      const { after, afterAny, parent } = view.get(`task/${id}`)!;
      for (const other of [...after, ...afterAny]) this.#push(other, sum);
      if (parent !== undefined) this.#push(parent, sum);
    }
  }

  of(task: TaskState): TaskMarks {
    let sum: Sum | undefined;
    if (this.#own.size > 0) {
      sum = added(sum, this.#own.get(task.id), 1);
      sum = added(sum, this.#behind.get(task.id), SPREAD);
      for (const other of task.after) sum = added(sum, this.#own.get(other), SPREAD);
      for (const other of task.afterAny) sum = added(sum, this.#own.get(other), SPREAD);
      if (task.parent !== undefined) sum = added(sum, this.#own.get(task.parent), SPREAD);
    }
    if (task.paths.length > 0 && this.#paths.size > 0) {
      for (const deposits of this.#paths.touchedBy(task.paths))
        sum = added(sum, this.#onPath(deposits), SPREAD);
    }
    return sum === undefined ? NONE : clamped(sum);
  }

  #push(id: TaskId, sum: Sum): void {
    this.#behind.set(id, added(this.#behind.get(id), sum, 1)!);
  }

  #onPath(deposits: Deposits): Sum | undefined {
    if (!this.#onPaths.has(deposits)) this.#onPaths.set(deposits, this.#sum(deposits));
    return this.#onPaths.get(deposits);
  }

  #sum(deposits: Deposits): Sum | undefined {
    const standing = deposits.flatMap(([agent, signal]) => {
      const left = strengthAt(signal, this.#now);
      return left > 0 ? [{ agent, kind: signal.kind, left }] : [];
    });
    if (standing.length === 0) return undefined;
    const weights = depositWeights(this.#view, standing, this.#scoreOf);
    const sum: Sum = { ...NONE };
    standing.forEach(({ kind, left }, at) => {
      sum[kind] += left * weights[at]!;
    });
    return sum;
  }
}

/** Adds in place, to `before` or to a new sum; nothing where there is nothing to add. */
function added(
  before: Sum | undefined,
  more: TaskMarks | undefined,
  factor: number,
): Sum | undefined {
  if (more === undefined) return before;
  const sum = before ?? { ...NONE };
  sum.need += more.need * factor;
  sum.stuck += more.stuck * factor;
  sum.heat += more.heat * factor;
  sum.warn += more.warn * factor;
  sum.trail += more.trail * factor;
  return sum;
}

function clamped(sum: Sum): TaskMarks {
  return {
    need: Math.min(MARKS_MAX, sum.need),
    stuck: Math.min(MARKS_MAX, sum.stuck),
    heat: Math.min(MARKS_MAX, sum.heat),
    warn: Math.min(MARKS_MAX, sum.warn),
    trail: Math.min(MARKS_MAX, sum.trail),
  };
}
