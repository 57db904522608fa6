import { prng } from "../../src/base/prng.ts";
import type { TaskId } from "../../src/protocol/ids.ts";
import { putTask } from "../../src/protocol/rules/put-task.ts";
import { keepWaits } from "../../src/protocol/rules/graph.ts";
import {
  MemoryState,
  Overlay,
  type AttemptState,
  type TaskState,
} from "../../src/protocol/state.ts";

/** What is given of a task; the rest is as it is right after it was added. */
export type Some = Partial<TaskState> & { readonly id: TaskId };

/** The id of task number `n`, in the order of the numbers. */
export function idOf(n: number): TaskId {
  return `t${String(n).padStart(6, "0")}` as TaskId;
}

function taskOf(some: Some): TaskState {
  return {
    creator: "root" as TaskState["creator"],
    created: 0,
    title: `task ${some.id}`,
    body: undefined,
    needs: [],
    after: [],
    afterAny: [],
    paths: [],
    shared: false,
    priority: 2,
    deadline: undefined,
    lease: undefined,
    attemptsMax: 3,
    review: false,
    reviewer: undefined,
    parent: undefined,
    trust: 0,
    value: 0,
    stake: 0,
    freed: 0,
    brink: false,
    auction: undefined,
    token: 0,
    claim: undefined,
    attempts: [],
    progress: undefined,
    cancelled: undefined,
    ...some,
  };
}

/** Tasks in a state of their own, kept as the task kind keeps them; each call of `put` is one commit. */
export class Graph {
  readonly state = new MemoryState();

  constructor(tasks: readonly Some[] = []) {
    this.put(...tasks);
  }

  put(...tasks: readonly Some[]): this {
    const overlay = new Overlay(this.state);
    for (const some of tasks) {
      const before = this.state.get(`task/${some.id}`);
      putTask(overlay, before === undefined ? taskOf(some) : { ...before, ...some });
    }
    keepWaits(
      this.state,
      overlay,
      tasks.map(({ id }) => id),
    );
    this.state.apply(overlay.delta);
    return this;
  }

  task(id: TaskId): TaskState {
    return this.state.get(`task/${id}`)!;
  }

  finish(id: TaskId, review?: boolean): this {
    return this.put({ id, attempts: [...this.task(id).attempts, attemptOf("done", review)] });
  }

  cancel(id: TaskId): this {
    return this.put({ id, cancelled: { by: this.task(id).creator, at: 1, reason: undefined } });
  }
}

export function attemptOf(outcome: AttemptState["outcome"], accepted?: boolean): AttemptState {
  const by = "root" as TaskState["creator"];
  const review = accepted === undefined ? undefined : { by, accepted, at: 1, reason: undefined };
  const more = { review, independent: false, presumed: 0 };
  return { token: 1, agent: by, outcome, since: 0, at: 1, text: undefined, refs: [], ...more };
}

/** `count` tasks of which each waits, in either way, for some of those before it. */
export function randomTasks(count: number, seed: number, density: number): readonly Some[] {
  const random = prng(seed);
  return Array.from({ length: count }, (_, n) => {
    const some = (): TaskId[] => {
      const ids = Array.from({ length: random() % (density + 1) }, () =>
        idOf(random() % Math.max(1, n)),
      );
      return n === 0 ? [] : [...new Set(ids)];
    };
    return { id: idOf(n), after: some(), afterAny: random() % 3 === 0 ? some() : [] };
  });
}
