/**
 * Follows an observed line from a cursor and gives what happens as batches of events, first out of
 * history and then as the line moves. It moves nothing itself: whoever holds the line syncs it.
 *
 *   open -> catchUp, to its end -> [ sync the line -> take ] and again, at nextDue at the latest
 */
import { assert, defined } from "../base/assert.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Oid } from "../protocol/ids.ts";
import { judge } from "../protocol/judge.ts";
import { allLocks } from "../protocol/rules/locking.ts";
import { MemoryState, type View } from "../protocol/state.ts";
import type { EventBatch } from "../protocol/views/event.ts";
import { allTasks } from "../protocol/views/task-view.ts";
import { Agenda } from "./agenda.ts";
import type { Cursor } from "./cursor.ts";
import { EventOrder, stepOf, type Step } from "./event-order.ts";
import type { LineFault } from "./faults.ts";
import type { Line, LinePorts } from "./line.ts";
import { withKeys } from "./sharded-state.ts";
import { verifiedCommits } from "./verified.ts";

export interface FollowOptions {
  readonly line: Line;
  readonly ports: Pick<LinePorts, "history" | "verifier" | "clock" | "remote">;
  /** `start`: from the first commit. `tip`: only what is yet to come. */
  readonly from: Cursor | "start" | "tip";
}

export class Follower {
  readonly #line: Line;
  readonly #ports: FollowOptions["ports"];
  /** Where the line was when it was first observed: history is read up to here. */
  readonly #base: Oid | undefined;
  /** After which commit the batches begin; undefined: with the first. */
  readonly #after: Cursor | undefined;
  /** Undefined until the place is reached at which the batches begin. */
  #order: EventOrder | undefined;
  #caughtUp: boolean;
  /** What the line took since the last `take`. */
  #steps: Step[] = [];
  #deferred: Oid | undefined;

  private constructor(options: FollowOptions, base: Oid | undefined, order?: EventOrder) {
    const { line, ports, from } = options;
    this.#line = line;
    this.#ports = ports;
    this.#base = base;
    this.#after = typeof from === "string" ? undefined : from;
    this.#order = order ?? (this.#after === undefined ? beginning() : undefined);
    this.#caughtUp = order !== undefined || base === undefined;
  }

  /**
   * Stands at the cursor and observes the line from here on. A cursor whose commit is not on the line
   * is the fault `history-rewritten`.
   */
  static async open(options: FollowOptions): Promise<Result<Follower, LineFault>> {
    const { line, ports, from } = options;
    const now = ports.clock.now();
    // In one go, so that nothing happens between the look at the state and the observation.
    return withKeys(line.state, () => {
      const { tip, state } = line;
      const after = typeof from === "string" ? undefined : from.commit;
      if (after !== undefined && state.get(`commit/${after}`) === undefined) {
        const { url } = ports.remote;
        return err({ code: "history-rewritten", url, verified: after, found: tip ?? "" });
      }
      const here = tip !== undefined && (from === "tip" || after === tip);
      const time = typeof from === "string" ? now : from.time;
      const order = here ? standingAt(tip, state, time) : undefined;
      const follower = new Follower(options, tip, order);
      line.observe((before, folded) => {
        const step = stepOf(before, folded);
        return () => void follower.#steps.push(step);
      });
      return ok(follower);
    });
  }

  /** The place after the last batch that was given; undefined before the first commit. */
  get cursor(): string | undefined {
    return this.#order?.cursor;
  }

  /** When time makes the next event (milliseconds), if no commit comes before it: sync then, and take. */
  nextDue(): number | undefined {
    return this.#order?.next;
  }

  /**
   * What history has after the cursor, up to where the line was when it was opened. The state is
   * folded anew from the first commit, in memory; the batches are not gathered. Call it once, and
   * read it to its end before the first `take`.
   */
  async *catchUp(): AsyncGenerator<EventBatch, undefined> {
    if (this.#caughtUp) return undefined;
    const state = new MemoryState();
    const base = defined(this.#base, "the end of the history to be read");
    for await (const window of verifiedCommits(this.#ports, undefined, base)) {
      for (const facts of window) {
        const verdict = judge(state, facts);
        const order = this.#order;
        const step = order === undefined ? undefined : stepOf(state, { facts, verdict });
        state.apply(verdict.delta);
        if (step !== undefined) yield* order!.take(step);
        else if (facts.oid === this.#after?.commit)
          this.#order = standingAt(facts.oid, state, this.#after.time);
      }
    }
    assert(this.#order !== undefined, "a cursor's commit is on the line and not in its history");
    this.#caughtUp = true;
    return undefined;
  }

  /**
   * What the line took since the last call, and what time has made up to `heard`: the reader's clock
   * (milliseconds) when it last knew the line to be as it is at the origin. While the origin is away
   * no lease is called lapsed, for its renewal may be there.
   */
  take(heard: number): readonly EventBatch[] {
    assert(this.#caughtUp, "take before the end of catchUp");
    const steps = this.#steps;
    this.#steps = [];
    this.#order ??= beginning();
    const order = this.#order;
    const batches = steps.flatMap((step) => [...order.take(step)]);
    batches.push(...order.pass(heard), ...this.#takeDeferred());
    return batches;
  }

  /** Once for each commit that waits for this clock. */
  *#takeDeferred(): Generator<EventBatch> {
    const { deferred } = this.#line;
    const cursor = this.cursor;
    if (deferred === undefined || deferred.commit === this.#deferred || cursor === undefined)
      return;
    this.#deferred = deferred.commit;
    const { commit, time } = deferred;
    const id = `change.deferred/${commit}`;
    yield { cursor, events: [{ id, type: "change.deferred", commit, time }] };
  }
}

function beginning(): EventOrder {
  return new EventOrder(undefined, 0, new Agenda([], 0));
}

/** `time`: undefined for the log's own time at that commit. */
function standingAt(commit: Oid, state: View, time: number | undefined): EventOrder {
  const given = Math.max(time ?? 0, state.get("line")?.time ?? 0);
  return new EventOrder(commit, given, new Agenda([...allTasks(state), ...allLocks(state)], given));
}
