/**
 * Puts the events of commits and of time in one order. What time makes comes before the next commit
 * whose time is not earlier; so a reader of history and one that reads as it happens see the same.
 *
 * They differ in one case. A reader's clock may have called a lease lapsed before a commit arrives
 * that is dated earlier (its author's clock is slow, or it was long on its way) and renews that lease.
 * Then the reader has an event more than history; what history has, it has too.
 */
import type { Oid } from "../protocol/ids.ts";
import type { View } from "../protocol/state.ts";
import type { EventBatch, MoundEvent } from "../protocol/views/event.ts";
import { eventsOf } from "../protocol/views/events.ts";
import { momentEvent, type Timed } from "../protocol/views/moments.ts";
import type { Agenda } from "./agenda.ts";
import { formatCursor } from "./cursor.ts";
import type { Folded } from "./line.ts";

/** One commit as the order takes it: its events, and the tasks and locks that it changed. */
export interface Step {
  readonly commit: Oid;
  readonly accepted: boolean;
  /** Milliseconds: what the commit is dated, the log's time at least. */
  readonly time: number;
  readonly events: readonly MoundEvent[];
  readonly timed: readonly { readonly before: Timed | undefined; readonly after: Timed }[];
}

/** Reads one commit on the state before it. */
export function stepOf(before: View, { facts, verdict }: Folded): Step {
  const timed = [...verdict.delta].flatMap(([key, value]) => {
    if (value === undefined || !(key.startsWith("task/") || key.startsWith("lock/"))) return [];
    return [{ before: before.get(key) as Timed | undefined, after: value as Timed }];
  });
  return {
    commit: facts.oid,
    accepted: verdict.accepted,
    time: verdict.time,
    events: eventsOf(before, facts, verdict),
    timed,
  };
}

export class EventOrder {
  readonly #agenda: Agenda;
  #commit: Oid | undefined;
  #time: number;
  /** Refused commits whose place among the events of time is not known yet. */
  #held: Step[] = [];

  /** `time`: milliseconds up to which all that time made was given, at `commit`. */
  constructor(commit: Oid | undefined, time: number, agenda: Agenda) {
    this.#commit = commit;
    this.#time = time;
    this.#agenda = agenda;
  }

  /** The place after all that was given; undefined before the first commit. */
  get cursor(): string | undefined {
    return this.#commit === undefined ? undefined : formatCursor(this.#commit, this.#time);
  }

  /** When time makes the next event, in milliseconds. */
  get next(): number | undefined {
    return this.#agenda.next;
  }

  /**
   * One commit, and before it what time has made up to then. A refused commit proves no time: it waits
   * for the next accepted one, or for the clock, and what came due before both of them comes first.
   */
  *take(step: Step): Generator<EventBatch> {
    if (!step.accepted) {
      this.#held.push(step);
      return;
    }
    yield* this.pass(step.time);
    this.#time = Math.max(this.#time, step.time);
    yield this.#batch(step);
  }

  /** What time makes up to `until`, a moment at a time. */
  *pass(until: number): Generator<EventBatch> {
    const held = this.#held;
    this.#held = [];
    for (const step of held) {
      yield* this.#moments(Math.min(until, step.time));
      yield this.#batch(step);
    }
    yield* this.#moments(until);
  }

  #batch({ commit, time, events, timed }: Step): EventBatch {
    this.#commit = commit;
    const late = timed
      .flatMap(({ before, after }) => this.#agenda.change(before, after, this.#time))
      // A deadline that lay in the past when it was set is told by that commit, and never comes.
      .filter(({ type, at }) => (type !== "task.overdue" && type !== "auction.closed") || at > time)
      .map((moment) => momentEvent(moment, commit));
    return { cursor: formatCursor(commit, this.#time), events: [...events, ...late] };
  }

  *#moments(until: number): Generator<EventBatch> {
    for (;;) {
      const moments = this.#agenda.take(until);
      const [first] = moments;
      if (first === undefined || this.#commit === undefined) return;
      const commit = this.#commit;
      this.#time = first.at;
      const events = moments.map((moment) => momentEvent(moment, commit));
      yield { cursor: formatCursor(commit, first.at), events };
    }
  }
}
