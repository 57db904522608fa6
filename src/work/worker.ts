/**
 * The loop around PROGRAM: takes tasks while there is room, leads each to its end, and waits when there
 * is nothing to take. Where it waits, it looks again when a hint comes and at an interval that grows.
 *
 *   take ── some ──> as many lives; take again when one ends
 *    └─ none ──> until-empty and no hope: over
 *         └────> wait ── hint, time, an end ──> look ── something ──> take
 */
import type { Random, Watch } from "../app/ports.ts";
import type { Result } from "../base/result.ts";
import type { TaskId } from "../protocol/ids.ts";
import { CoolDown } from "./cool-down.ts";
import {
  isPassing,
  type Desk,
  type DeskFault,
  type LeftAlone,
  type Outlook,
  type TakenTask,
} from "./desk.ts";
import type { Tell } from "./events.ts";
import { live, type LifeEnd, type LifeOptions } from "./life.ts";
import type { Timers } from "./timers.ts";

/** An origin on this machine is looked at as often as this; another at first, and then less often. */
export const LOOK_MIN_MS = 2_000;
export const LOOK_MAX_MS = 30_000;
/** After a look that found nothing the next comes so much later. */
const LOOK_GROWTH = 1.5;
/** After each look hints wait so many times as long as it took: where they come all the time, a tenth goes into looks. */
const PAUSE_FACTOR = 9;
/** And no longer than this: what takes long waits for a network, mostly. */
const PAUSE_MAX_MS = 2_000;

export interface WorkOptions {
  readonly desk: Desk;
  readonly start: LifeOptions["start"];
  readonly timers: Timers;
  readonly random: Random;
  readonly tell: Tell;
  /** How many programs run at a time. */
  readonly parallel: number;
  readonly mode: "forever" | "until-empty" | "once";
  readonly graceMs: number;
  /** Milliseconds between two looks at most; `LOOK_MIN_MS` where a look costs next to nothing. */
  readonly lookMaxMs: number;
  readonly watch?: Watch;
  readonly stop: AbortSignal;
  readonly insist: AbortSignal;
}

export interface WorkEnd {
  /** `nothing`: once, and there was no task. `fault`: it could not go on. */
  readonly why: "once" | "empty" | "nothing" | "stopped" | "fault";
  /** What became of the last task; of the only one, with `once`. */
  readonly last?: LifeEnd;
  /** Why it could not go on; or why the end of a claim could not be recorded. */
  readonly fault?: DeskFault;
  /** What the system said where PROGRAM could not be started. */
  readonly unstarted?: string;
}

/** Works until there is nothing more to do in the given mode, or until it is told to stop. */
export function work(options: WorkOptions): Promise<WorkEnd> {
  return new Worker(options).run();
}

class Worker {
  readonly #options: WorkOptions;
  readonly #lives = new Map<TaskId, Promise<void>>();
  readonly #cool: CoolDown;
  /** `take`: there may well be something. `read`: there is not, but hope is not known. */
  #next: "take" | "read" | "look" = "take";
  #hope = true;
  #lookMs = LOOK_MIN_MS;
  /** Milliseconds: until then hints wait. */
  #quietUntil = 0;
  /** Milliseconds: then there is something to tend to. */
  #due = Number.POSITIVE_INFINITY;
  /** Something failed, or nothing was found, and that has been said. */
  #said: "waiting" | DeskFault["code"] | undefined;
  #over: WorkEnd["why"] | undefined;
  #last: LifeEnd | undefined;
  #fault: DeskFault | undefined;
  #unstarted: string | undefined;
  #poked = false;
  #hinted = false;
  /** What ends a rest at once, and what ends it as soon as hints may. */
  #wake: () => void = () => undefined;
  #hear: () => void = () => undefined;

  constructor(options: WorkOptions) {
    this.#options = options;
    this.#cool = new CoolDown(() => options.timers.now());
  }

  async run(): Promise<WorkEnd> {
    const { stop, tell, watch } = this.#options;
    const onStop = (): void => {
      tell({ type: "stopping", running: this.#lives.size });
      this.#poke();
    };
    stop.addEventListener("abort", onStop);
    const unwatch = await watch?.start(() => {
      this.#lookMs = LOOK_MIN_MS;
      this.#hinted = true;
      this.#hear();
    });
    while (!this.#isOver()) {
      await this.#tend();
      if (this.#isOver()) break;
      if (this.#room() > 0) await this.#fill();
      if (!this.#isOver() && (this.#next === "look" || this.#room() === 0)) await this.#rest();
    }
    await unwatch?.();
    await Promise.all(this.#lives.values());
    await this.#leaveNothing();
    stop.removeEventListener("abort", onStop);
    return this.#end();
  }

  async #tend(): Promise<void> {
    const { desk, timers } = this.#options;
    const due = await this.#timed(() => desk.tend());
    this.#due = due === undefined ? Number.POSITIVE_INFINITY : timers.now() + due;
  }

  #isOver(): boolean {
    if (this.#options.stop.aborted) this.#over ??= "stopped";
    return this.#over !== undefined;
  }

  #room(): number {
    return this.#options.parallel - this.#lives.size;
  }

  /** One step towards as many programs as there may be. */
  async #fill(): Promise<void> {
    const { desk, mode } = this.#options;
    const adopted = await desk.adopt();
    if (!adopted.ok) return this.#onFault(adopted.error);
    if (adopted.value.length === 0 && this.#next !== "take") {
      const seen = await this.#look();
      if (!seen.ok) return this.#onFault(seen.error);
      this.#hope = seen.value.hope;
      // What looks free where nothing could be taken a moment ago is not tried again at once.
      const take = seen.value.takeable && this.#next === "look";
      this.#next = take ? "take" : "look";
      if (!take) return this.#onNothing();
    }
    const taken =
      adopted.value.length > 0 ? adopted : await desk.take(this.#room(), this.#leftAlone());
    if (!taken.ok) return this.#onFault(taken.error);
    for (const task of taken.value) this.#begin(task);
    const some = taken.value.length > 0;
    if (mode === "once") this.#over = some ? "once" : "nothing";
    if (some) this.#lookMs = LOOK_MIN_MS;
    if (some) this.#said = undefined;
    // Nothing was found on a fresh view; whether there is hope is read from the same.
    this.#next = some ? "take" : "read";
  }

  #look(): Promise<Result<Outlook, DeskFault>> {
    const fresh = this.#next === "look";
    return this.#timed(() => this.#options.desk.look(fresh, this.#leftAlone()));
  }

  async #timed<T>(act: () => Promise<T>): Promise<T> {
    const { timers } = this.#options;
    const from = timers.now();
    const result = await act();
    const to = timers.now();
    const quiet = Math.min(PAUSE_MAX_MS, (to - from) * PAUSE_FACTOR);
    // A cheap one after a dear one ends no pause.
    this.#quietUntil = Math.max(this.#quietUntil, to + quiet);
    return result;
  }

  #onFault(fault: DeskFault): void {
    const { mode, tell } = this.#options;
    if (mode === "once" || !isPassing(fault)) {
      this.#fault = fault;
      this.#over = "fault";
      return;
    }
    this.#next = "look";
    if (this.#said !== fault.code) tell({ type: "trouble", fault });
    this.#said = fault.code;
    this.#lookMs = Math.min(LOOK_MAX_MS, this.#lookMs * LOOK_GROWTH);
  }

  #onNothing(): void {
    const { mode, lookMaxMs, tell } = this.#options;
    if (mode === "until-empty" && !this.#hope && this.#lives.size === 0) {
      this.#over = "empty";
      return;
    }
    if (this.#said !== "waiting" && this.#lives.size === 0) tell({ type: "waiting" });
    if (this.#lives.size === 0) this.#said = "waiting";
    this.#lookMs = Math.min(lookMaxMs, this.#lookMs * LOOK_GROWTH);
  }

  /** Until a life ends, a hint comes, or it is time for another look, or to tend to what was promised. */
  async #rest(): Promise<void> {
    const { timers, random } = this.#options;
    const spread = this.#lookMs * (0.75 + random.fraction() / 2);
    const look = Math.min(spread, this.#cool.next() ?? Number.POSITIVE_INFINITY);
    // What could not be done when it was due is tried again, though not at once.
    const due = Math.max(LOOK_MIN_MS, this.#due - timers.now());
    const wait = Math.min(due, this.#room() > 0 ? look : LOOK_MAX_MS);
    await new Promise<void>((resolve) => {
      let unhear = (): void => undefined;
      const cancel = timers.after(wait, () => this.#wake());
      this.#wake = () => {
        cancel();
        unhear();
        resolve();
      };
      this.#hear = () => {
        unhear();
        // The clock may have been set back since.
        const quiet = Math.min(PAUSE_MAX_MS, this.#quietUntil - timers.now());
        if (quiet > 0) unhear = timers.after(quiet, () => this.#wake());
        else this.#wake();
      };
      if (this.#poked) this.#wake();
      else if (this.#hinted) this.#hear();
    });
    this.#hear = () => undefined;
    this.#poked = false;
    this.#hinted = false;
  }

  #begin(task: TakenTask): void {
    this.#lives.set(task.id, this.#lead(task));
  }

  async #lead(task: TakenTask): Promise<void> {
    const end = await live(task, this.#options);
    this.#lives.delete(task.id);
    this.#cool.add(end);
    this.#last = end;
    if (end.outcome === "unsent") this.#fault ??= end.fault;
    if (end.unstarted !== undefined) {
      this.#unstarted = end.unstarted;
      this.#over ??= "fault";
    }
    // What it has done may have opened other tasks.
    this.#next = "take";
    this.#poke();
  }

  /** A claim of which it is not known whether it landed is looked for, and given back. */
  async #leaveNothing(): Promise<void> {
    const adopted = await this.#options.desk.adopt();
    if (!adopted.ok) {
      this.#fault ??= adopted.error;
      return;
    }
    const options = { ...this.#options, stop: AbortSignal.abort() };
    await Promise.all(adopted.value.map((task) => live(task, options)));
  }

  #leftAlone(): LeftAlone {
    return this.#cool.leftAlone(this.#lives.keys());
  }

  #poke(): void {
    this.#poked = true;
    this.#wake();
  }

  #end(): WorkEnd {
    return {
      why: this.#over ?? "stopped",
      ...(this.#last === undefined ? {} : { last: this.#last }),
      ...(this.#fault === undefined ? {} : { fault: this.#fault }),
      ...(this.#unstarted === undefined ? {} : { unstarted: this.#unstarted }),
    };
  }
}
