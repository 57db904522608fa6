/** Tasks that wait while later ones of their priority, or a lower one, are taken. */
import type { Anomaly } from "../anomaly.ts";
import type { TaskId } from "../../ids.ts";
import { taskStatus } from "../../rules/task-status.ts";
import type { TaskState, View } from "../../state.ts";
import { openSince, type Sight } from "./sight.ts";
import type { Trails } from "./trails.ts";

/** The newest waits that are compared with. */
const WAITS_KEPT = 256;
/** Fewer say little of what is usual. */
const WAITS_MIN = 8;
/** So many times the median wait. */
const STARVED_TIMES = 10;
/** A shorter wait starves nobody, however quick the others are. */
const STARVED_MS = 3_600_000;
/** The longest waits are told of; a list of all open tasks helps nobody. */
const STARVED_TOLD = 20;

/** One claim of a task that was open. */
interface Wait {
  readonly priority: number;
  /** Milliseconds: since when it was open. */
  readonly since: number;
  readonly ms: number;
}

export class Waits {
  readonly #waits: Wait[];

  constructor(kept: readonly Wait[] = []) {
    this.#waits = [...kept];
  }

  take({ mark, tasks }: Sight): void {
    for (const { after, openSince: since } of tasks) {
      if (since === undefined) continue;
      this.#waits.push({ priority: after.priority, since, ms: mark.time - since });
      if (this.#waits.length > WAITS_KEPT) this.#waits.shift();
    }
  }

  starved(view: View, time: number, trails: Trails): readonly Anomaly[] {
    const found: (Anomaly & { readonly wait: number })[] = [];
    const open: TaskState[] = [];
    view.eachTodo((key, { until }) => {
      const task = view.get(`task/${key.slice("todo/".length)}`);
      if (until === undefined && task !== undefined) open.push(task);
    });
    for (const task of open) {
      if (taskStatus(view, task, time) !== "open") continue;
      const since = openSince(view, task);
      const wait = time - since;
      const compared = this.#compared(task.priority, since);
      if (compared === undefined || wait < STARVED_MS || wait <= STARVED_TIMES * compared.median)
        continue;
      const opened = trails.of(task.id).changed?.commit;
      found.push({
        code: "starved",
        task: task.id,
        agent: undefined,
        commits: opened === undefined ? [] : [opened],
        time,
        facts: {
          wait_ms: wait,
          median_ms: compared.median,
          passed: compared.passed,
          priority: task.priority,
        },
        wait,
      });
    }
    const longest = found.toSorted((a, b) => b.wait - a.wait || compareIds(a.task, b.task));
    return longest.slice(0, STARVED_TOLD).map(({ wait: _wait, ...anomaly }) => anomaly);
  }

  keep(): readonly Wait[] {
    return this.#waits;
  }

  /** The usual wait of tasks that are no more urgent, and how many of them became open later and were taken. */
  #compared(
    priority: number,
    since: number,
  ): { readonly median: number; readonly passed: number } | undefined {
    const those = this.#waits.filter((wait) => wait.priority <= priority);
    const passed = those.filter((wait) => wait.since > since).length;
    if (those.length < WAITS_MIN || passed === 0) return undefined;
    const sorted = those.map(({ ms }) => ms).toSorted((a, b) => a - b);
    return { median: sorted[(sorted.length - 1) >> 1]!, passed };
  }
}

function compareIds(a: TaskId | undefined, b: TaskId | undefined): number {
  return (a ?? "") < (b ?? "") ? -1 : 1;
}
