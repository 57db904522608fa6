import type { Clock } from "../app/ports.ts";
import type { KeepCanCommand } from "../protocol/commands/keep-can.ts";
import { LOAD_EVERY_MS } from "../protocol/rules/broadcast.ts";
import type { AgentId } from "../protocol/ids.ts";
import type { View } from "../protocol/state.ts";
import type { Mound } from "../open/mound.ts";
import { isPassing, type DeskFault } from "./desk.ts";

/** What became of the command that was handed in. */
type Heard =
  | { readonly ok: true; readonly value: { readonly answer: { readonly already?: boolean } } }
  | { readonly ok: false; readonly error: DeskFault };

/**
 * Lets others know how much a worker does and can do at once, and that it is still there to do it, on
 * pushes that are made anyway. Whether it is worth a commit the planner decides, with the claims that go
 * before it in the same chain; here it is only seen to that it is not asked needlessly.
 */
export class Broadcaster {
  readonly #clock: Pick<Clock, "now">;
  readonly #capacity: number;
  #begins = true;
  /** Milliseconds: nothing new is worth a commit before this. */
  #next = 0;

  constructor(clock: Pick<Clock, "now">, capacity: number) {
    this.#clock = clock;
    this.#capacity = capacity;
  }

  /** What goes with the next chain; undefined: nothing for now. */
  take(): KeepCanCommand | undefined {
    if (this.#clock.now() < this.#next) return undefined;
    const atOnce = this.#begins ? { atOnce: true } : {};
    return { type: "keep-can", capacity: this.#capacity, ...atOnce };
  }

  /** From now on the worker ends: what it has said of its load is no longer so, and that is said at once. */
  end(): void {
    if (this.#next === Infinity) return;
    this.#begins = true;
    this.#next = 0;
  }

  heard(outcome: Heard): void {
    if (!outcome.ok) {
      // What the judge refuses today it refuses tomorrow: claims are not held up for a courtesy.
      if (!isPassing(outcome.error)) this.#next = Infinity;
      return;
    }
    this.#begins = false;
    if (outcome.value.answer.already !== true) this.#next = this.#clock.now() + LOAD_EVERY_MS;
  }
}

/**
 * How much a worker should say that it can do at once; undefined: it says nothing, for its agent has
 * declared nothing, or does one thing at a time for as long as it is there, which its claims say already.
 */
export async function broadcastCapacity(
  mound: Pick<Mound, "read">,
  agent: AgentId,
  parallel: number,
): Promise<number | undefined> {
  const can = await mound.read((view: View) => view.get(`can/${agent}`));
  if (can === undefined) return undefined;
  return parallel > 1 || can.capacity > 1 || can.until !== undefined ? parallel : undefined;
}
