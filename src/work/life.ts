/**
 * One task, from its claim to the end of that claim.
 *
 *   claimed ── start ──> running ── exit ─────────────────────> ending ──> done, failed, released
 *      │                  │  │  └─ the claim is gone ─> stopping ── exit ──> lost: the result is kept
 *      │ told to stop     │  └──── told to stop ──────> stopping ── exit ──> ending: 0 is done, else released
 *      └──> released      └ PROGRAM itself ended the claim ── exit ──> what it made of it
 *
 *  1. While PROGRAM runs, being stopped or not, the claim is renewed; progress renews it too.
 *  2. stopping: SIGTERM at once, SIGKILL when the grace is over or the order is repeated.
 *  3. One call to the desk at a time; what PROGRAM or a signal does meanwhile waits for none.
 *  4. A renewal that fails is tried again. A lease that is over ends nothing: the result counts until
 *     another takes over, and then the desk says so.
 *  5. ending: tried again while what is in the way may pass; then the claim is left to its lease, and
 *     the result is kept in a local file.
 */
import type { Random } from "../app/ports.ts";
import { isLost, type Desk, type DeskFault, type Progress, type TakenTask } from "./desk.ts";
import { endingOf } from "./ending.ts";
import type { Tell } from "./events.ts";
import { finishClaim } from "./finishing.ts";
import type { Ended, Program, Start } from "./program.ts";
import { foldProgress } from "./progress-lines.ts";
import type { Timers } from "./timers.ts";

/**
 * A claim is renewed when between two and one half of five parts of its lease have gone: few commits, and
 * as long again for further tries. The spread keeps many workers from renewing at one moment.
 */
export const RENEW_EARLIEST = 0.4;
export const RENEW_LATEST = 0.5;
/** A renewal that failed is tried again after this, and then after twice as long each time. */
const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 30_000;
/** However near the end of the lease is. */
const RETRY_LEAST_MS = 200;
/** Each record of progress is a commit and a push; hosts ask for about six a minute. */
export const PROGRESS_EVERY_MS = 15_000;
/** How often the progress file is looked at. */
const PROGRESS_LOOK_MS = 1_000;

export interface LifeOptions {
  readonly desk: Desk;
  readonly start: Start;
  readonly timers: Timers;
  readonly random: Random;
  readonly tell: Tell;
  /** Milliseconds that PROGRAM has to end after SIGTERM. */
  readonly graceMs: number;
  readonly stop: AbortSignal;
  readonly insist: AbortSignal;
}

export interface LifeEnd {
  readonly task: TakenTask;
  readonly outcome: "done" | "failed" | "released" | "lost" | "unsent";
  /** Why it was lost, or could not be sent. */
  readonly fault?: DeskFault;
  /** What the system said where PROGRAM could not be started. */
  readonly unstarted?: string;
}

/** Leads one claimed task to its end. Never rejects but by a bug. */
export function live(task: TakenTask, options: LifeOptions): Promise<LifeEnd> {
  return new Life(task, options).run();
}

class Life {
  readonly #task: TakenTask;
  readonly #options: LifeOptions;
  #until: number;
  #renewAt: number;
  #tries = 0;
  /** Progress that is not recorded yet, and when the last was. */
  #unsaid: Progress | undefined;
  #saidAt = Number.NEGATIVE_INFINITY;
  #told: "nothing" | "trouble" | "lapsed" = "nothing";
  #lost: DeskFault | undefined;
  /** PROGRAM has ended the claim under the agent's own name. */
  #own: "done" | "failed" | "released" | undefined;
  #cancelBeat: () => void = () => undefined;
  #cancelKill: (() => void) | undefined;
  /** The call to the desk that is under way. */
  #call: Promise<void> = Promise.resolve();

  constructor(task: TakenTask, options: LifeOptions) {
    this.#task = task;
    this.#options = options;
    this.#until = task.until;
    this.#renewAt = this.#halfway();
  }

  async run(): Promise<LifeEnd> {
    const task = this.#task;
    const { start, stop, insist, tell } = this.#options;
    tell({ type: "claimed", task });
    if (stop.aborted) return this.#release("the worker was told to stop");
    let program: Program;
    try {
      program = await start(task);
    } catch (error) {
      const { message } = error as Error;
      return this.#release(`the program could not be started: ${message}`, message);
    }
    const terminate = (): void => this.#terminate(program);
    const kill = (): void => program.signal("SIGKILL");
    stop.addEventListener("abort", terminate);
    insist.addEventListener("abort", kill);
    if (stop.aborted) terminate();
    if (insist.aborted) kill();
    this.#arm(program);
    const ended = await program.ended;
    stop.removeEventListener("abort", terminate);
    insist.removeEventListener("abort", kill);
    this.#cancelKill?.();
    this.#cancelBeat();
    await this.#call;
    this.#cancelBeat();
    const end = await this.#conclude(program, ended);
    await program.dispose();
    return end;
  }

  #terminate(program: Program): void {
    if (this.#cancelKill !== undefined) return;
    program.signal("SIGTERM");
    const { timers, graceMs } = this.#options;
    this.#cancelKill = timers.after(graceMs, () => program.signal("SIGKILL"));
  }

  #arm(program: Program): void {
    if (this.#lost !== undefined || this.#own !== undefined) return;
    const { timers } = this.#options;
    const ms = Math.min(PROGRESS_LOOK_MS, Math.max(0, this.#renewAt - timers.now()));
    this.#cancelBeat = timers.after(ms, () => {
      this.#call = this.#beat(program).then(() => this.#arm(program));
    });
  }

  /** Renews the claim when that is due, and records progress when there is some and it is time. */
  async #beat(program: Program): Promise<void> {
    const { desk, timers, tell } = this.#options;
    const task = this.#task;
    const heard = await program.progress();
    if (heard !== undefined) this.#unsaid = foldProgress(this.#unsaid, heard);
    const now = timers.now();
    const saying = now >= this.#saidAt + PROGRESS_EVERY_MS ? this.#unsaid : undefined;
    if (saying === undefined && now < this.#renewAt) return;
    // While renewals fail, progress waits for the next try too.
    if (this.#tries > 0 && now < this.#renewAt) return;
    const renewed = await desk.renew(task, saying);
    if (!renewed.ok) return this.#onFault(program, renewed.error);
    this.#until = renewed.value;
    this.#renewAt = this.#halfway();
    this.#tries = 0;
    this.#told = "nothing";
    if (saying === undefined) return;
    this.#unsaid = undefined;
    this.#saidAt = timers.now();
    tell({ type: "progress", task, progress: saying });
  }

  async #onFault(program: Program, fault: DeskFault): Promise<void> {
    const { desk, timers, random, tell } = this.#options;
    const task = this.#task;
    if (isLost(fault)) {
      this.#own = await desk.ended(task);
      if (this.#own !== undefined) return;
      this.#lost = fault;
      return this.#terminate(program);
    }
    const left = this.#until - timers.now();
    if (this.#told === "nothing") tell({ type: "trouble", task, fault });
    if (this.#told === "nothing") this.#told = "trouble";
    if (left <= 0 && this.#told === "trouble") tell({ type: "lapsed", task });
    if (left <= 0) this.#told = "lapsed";
    const wait = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** this.#tries);
    const spread = wait * (0.5 + random.fraction() / 2);
    this.#tries += 1;
    // Before the end of the lease there is always another try.
    const soon = left > 0 ? Math.min(spread, left / 4) : spread;
    this.#renewAt = timers.now() + Math.max(RETRY_LEAST_MS, soon);
  }

  async #conclude(program: Program, ended: Ended): Promise<LifeEnd> {
    const { tell } = this.#options;
    const task = this.#task;
    if (this.#lost !== undefined) return this.#lose(program, this.#lost);
    if (this.#own !== undefined) return this.#endedByItself(this.#own);
    const heard = await program.progress(true);
    if (heard !== undefined) this.#unsaid = foldProgress(this.#unsaid, heard);
    let { result } = ended;
    for (;;) {
      const ending = endingOf({ ...ended, result }, this.#cancelKill !== undefined);
      const outcome = await this.#finish(ending);
      const done = ending.outcome === "done";
      const file = result?.file === undefined ? {} : { file: result.file };
      if (outcome.ok) {
        if (this.#unsaid !== undefined) tell({ type: "progress", task, progress: this.#unsaid });
        if (!done) tell({ type: ending.outcome, task, reason: ending.reason });
        else
          tell({
            type: "done",
            task,
            ...file,
            ...(result === undefined ? {} : { result: result.text }),
          });
        return { task, outcome: ending.outcome };
      }
      const fault = outcome.error;
      if (fault.code === "record-too-large" && done && (result?.text.length ?? 0) > 1) {
        // Characters that YAML escapes take more room than they seem to.
        result = await program.shorten(Math.floor((result?.text.length ?? 0) / 2));
        continue;
      }
      if (isLost(fault)) {
        const own = await this.#options.desk.ended(task);
        return own === undefined ? this.#lose(program, fault) : this.#endedByItself(own);
      }
      return this.#unsent(ending.outcome, fault, done ? await program.keep() : undefined);
    }
  }

  async #lose(program: Program, fault: DeskFault): Promise<LifeEnd> {
    const task = this.#task;
    const file = await program.keep();
    this.#options.tell({ type: "lost", task, fault, ...(file === undefined ? {} : { file }) });
    return { task, outcome: "lost", fault };
  }

  #endedByItself(outcome: "done" | "failed" | "released"): LifeEnd {
    const task = this.#task;
    if (outcome === "done") this.#options.tell({ type: "done", task });
    else this.#options.tell({ type: outcome, task, reason: "the program itself said so" });
    return { task, outcome };
  }

  async #release(reason: string, unstarted?: string): Promise<LifeEnd> {
    const task = this.#task;
    const more = unstarted === undefined ? {} : { unstarted };
    const outcome = await this.#finish({ outcome: "released", reason });
    if (!outcome.ok) return { ...this.#unsent("released", outcome.error), ...more };
    this.#options.tell({ type: "released", task, reason });
    return { task, outcome: "released", ...more };
  }

  #unsent(outcome: "done" | "failed" | "released", fault: DeskFault, file?: string): LifeEnd {
    const task = this.#task;
    const kept = file === undefined ? {} : { file };
    this.#options.tell({ type: "unsent", task, outcome, fault, ...kept });
    return { task, outcome: "unsent", fault };
  }

  #finish(ending: Parameters<typeof finishClaim>[0]["ending"]): ReturnType<typeof finishClaim> {
    const task = this.#task;
    return finishClaim({
      ...this.#options,
      task,
      ending,
      progress: this.#unsaid,
      until: this.#until,
    });
  }

  #halfway(): number {
    const { timers, random } = this.#options;
    const share = RENEW_EARLIEST + random.fraction() * (RENEW_LATEST - RENEW_EARLIEST);
    const now = timers.now();
    return now + Math.max(0, this.#until - now) * share;
  }
}
