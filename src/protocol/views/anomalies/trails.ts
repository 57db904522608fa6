/** What the detectors remember of each task, and of the line: how things came to be as they are. */
import type { AgentId, Oid, TaskId } from "../../ids.ts";
import { isSettled } from "../../rules/task-status.ts";
import type { Mark, Sight, TaskChange } from "./sight.ts";

/** Tasks that are over and still remembered: late results come soon, and open tasks are all remembered. */
const SETTLED_KEPT = 1_024;
/** Of one task: the first and the newest are enough to tell a story by. */
const ENTRIES_KEPT = 8;
/** Commits whose place is remembered by their name; `seen` is seldom older. */
const RECENT_KEPT = 4_096;

/** One stretch of a lease: the claim, or a renewal of it. */
interface Hold {
  readonly mark: Mark;
  readonly until: number;
}

/** How a token ended. */
interface Ending {
  readonly token: number;
  readonly agent: AgentId;
  readonly outcome: string;
  readonly mark: Mark;
}

/** A result that was refused because its token was no longer current. */
interface Delivery {
  readonly token: number;
  readonly agent: AgentId;
  readonly commit: Oid;
}

export interface Trail {
  /** The newest commit that changed what may be done with it. */
  changed: Mark | undefined;
  /** Of the newest token: the claim, then its renewals. */
  holds: readonly Hold[];
  /** Of the newest token: how often its holder reported, and its longest pause in milliseconds. */
  reports: { readonly count: number; readonly last: Mark; readonly pause: number } | undefined;
  endings: readonly Ending[];
  deliveries: readonly Delivery[];
  /** Claims that were refused, or lapsed and were taken over. */
  lost: number;
}

export class Trails {
  readonly #open: Map<TaskId, Trail>;
  readonly #settled: Map<TaskId, Trail>;
  readonly #members: Map<AgentId, Mark>;
  readonly #recent: Map<Oid, number>;

  constructor(kept?: ReturnType<Trails["keep"]>) {
    this.#open = new Map(kept?.open);
    this.#settled = new Map(kept?.settled);
    this.#members = new Map(kept?.members);
    this.#recent = new Map(kept?.recent);
  }

  /** What is remembered of a task; from now on something is. */
  of(task: TaskId): Trail {
    const known = this.#open.get(task) ?? this.#settled.get(task);
    if (known !== undefined) return known;
    const trail: Trail = {
      changed: undefined,
      holds: [],
      reports: undefined,
      endings: [],
      deliveries: [],
      lost: 0,
    };
    this.#settle(task, trail);
    return trail;
  }

  /** The newest change of an agent's key or standing. */
  memberChanged(agent: AgentId): Mark | undefined {
    return this.#members.get(agent);
  }

  /** Whether a commit of the line is surely older than a mark. */
  isOlder(commit: Oid, mark: Mark): boolean {
    const number = this.#recent.get(commit);
    if (number !== undefined) return number < mark.number;
    const [oldest] = this.#recent.values();
    return oldest !== undefined && mark.number >= oldest;
  }

  /** The place of a commit, where it is remembered. */
  numberOf(commit: Oid): number | undefined {
    return this.#recent.get(commit);
  }

  /** Takes in what a commit changed. */
  take({ mark, tasks, members }: Sight): void {
    this.#recent.set(mark.commit, mark.number);
    shorten(this.#recent, RECENT_KEPT);
    for (const agent of members) this.#members.set(agent, mark);
    for (const change of tasks) {
      const { id } = change.after;
      const trail = this.of(id);
      takeChange(trail, change, mark);
      if (isSettled(change.after)) this.#settle(id, trail);
      else if (this.#settled.delete(id) || !this.#open.has(id)) this.#open.set(id, trail);
    }
  }

  keep() {
    return {
      open: [...this.#open],
      settled: [...this.#settled],
      members: [...this.#members],
      recent: [...this.#recent],
    };
  }

  #settle(task: TaskId, trail: Trail): void {
    this.#open.delete(task);
    this.#settled.delete(task);
    this.#settled.set(task, trail);
    shorten(this.#settled, SETTLED_KEPT);
  }
}

/** The newest of a list of entries, and the first. */
export function capped<T>(entries: readonly T[]): readonly T[] {
  if (entries.length <= ENTRIES_KEPT) return entries;
  return [...entries.slice(0, 1), ...entries.slice(1 - ENTRIES_KEPT)];
}

function takeChange(trail: Trail, { before, after }: TaskChange, mark: Mark): void {
  const [was, is] = [before?.claim, after.claim];
  const reviewed = before?.attempts.at(-1)?.review !== after.attempts.at(-1)?.review;
  const moved = was?.token !== is?.token || before?.cancelled !== after.cancelled;
  if (before === undefined || moved || reviewed) trail.changed = mark;
  if (was !== undefined && was.token !== is?.token) {
    const { agent, token } = was;
    const outcome = after.attempts.find((attempt) => attempt.token === token)?.outcome ?? "";
    trail.endings = capped([...trail.endings, { token, agent, outcome, mark }]);
  }
  if (is === undefined || (was?.token === is.token && was.until === is.until)) return;
  const hold = { mark, until: is.until };
  if (was?.token !== is.token) {
    trail.holds = [hold];
    trail.reports = { count: 0, last: mark, pause: 0 };
    return;
  }
  trail.holds = capped([...trail.holds, hold]);
  const { count, last, pause } = trail.reports ?? { count: 0, last: mark, pause: 0 };
  const longest = Math.max(pause, mark.time - last.time);
  trail.reports = { count: count + 1, last: mark, pause: longest };
}

function shorten(map: Map<unknown, unknown>, limit: number): void {
  for (const key of map.keys()) {
    if (map.size <= limit) return;
    map.delete(key);
  }
}
