import { err, ok, type Result } from "../../src/base/result.ts";
import { virtualClock } from "../../src/memory/clock.ts";
import { seededRandom } from "../../src/memory/random.ts";
import type { TaskId } from "../../src/protocol/ids.ts";
import type { Desk, DeskFault, Ending, Progress, TakenTask } from "../../src/work/desk.ts";
import type { WorkEvent } from "../../src/work/events.ts";
import type { LifeOptions } from "../../src/work/life.ts";
import type { Ended, Exit, Program } from "../../src/work/program.ts";
import type { Timers } from "../../src/work/timers.ts";
import { LOOK_MAX_MS, work, type WorkOptions } from "../../src/work/worker.ts";

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export const AWAY: DeskFault = { code: "remote-unreachable", url: "x", detail: "no connection" };

export function fenced(task: TakenTask, by = "ant-2"): DeskFault {
  const { id, token } = task;
  return {
    rule: "CL4",
    code: "fenced",
    task: id,
    token,
    current: token + 1,
    by,
    status: "claimed",
  };
}

/** A virtual clock as timers; time passes when it is told to. */
export function virtualTimers() {
  const clock = virtualClock({ sleep: "wait" });
  const timers: Timers = {
    now: () => clock.now(),
    after(ms, run) {
      let wanted = true;
      void clock.sleep(ms).then(() => wanted && run());
      return () => (wanted = false);
    },
  };
  const advance = async (ms: number): Promise<void> => {
    await settled();
    await clock.advance(ms);
    await settled();
  };
  return { timers, advance };
}

/** After a macrotask all that needs no time has been done. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** One call to a desk, and when it was made. */
export interface Call {
  readonly at: number;
  readonly what: "renew" | "finish";
  readonly task: TaskId;
  readonly progress?: Progress | undefined;
  readonly ending?: Ending;
}

/** A desk that answers as the test says, and remembers what it was asked. */
class FakeDesk implements Desk {
  readonly calls: Call[] = [];
  /** What is there to take. */
  readonly open: TakenTask[] = [];
  hope = true;
  looks: number[] = [];
  /** How long a fresh look takes. */
  lookMs = 0;
  /** There always seems to be something to take, and others are always faster. */
  phantom = false;
  /** When it was called to tend, and the time at which there is something to do. */
  readonly tended: number[] = [];
  due: number | undefined;
  /** What the next renewals and endings are answered; then they go well. */
  readonly renewals: (DeskFault | undefined)[] = [];
  readonly endings: (DeskFault | undefined)[] = [];
  /** Every call is answered so while it is set. */
  all: DeskFault | undefined;
  own: Ending["outcome"] | undefined;
  readonly adoptable: TakenTask[] = [];
  lease = HOUR;
  readonly #timers: Timers;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  async take(count: number, except: { forNow: readonly TaskId[]; forGood: readonly TaskId[] }) {
    if (this.all !== undefined) return err(this.all);
    const left = new Set([...except.forNow, ...except.forGood]);
    const taken = this.open.filter(({ id }) => !left.has(id)).slice(0, count);
    for (const task of taken) this.open.splice(this.open.indexOf(task), 1);
    return ok(taken.map((task) => ({ ...task, until: this.#timers.now() + this.lease })));
  }

  async adopt() {
    return this.all === undefined ? ok(this.adoptable.splice(0)) : err(this.all);
  }

  async look(fresh: boolean, except: { forNow: readonly TaskId[]; forGood: readonly TaskId[] }) {
    if (fresh) this.looks.push(this.#timers.now());
    if (fresh && this.lookMs > 0)
      await new Promise<void>((resolve) => void this.#timers.after(this.lookMs, resolve));
    if (this.all !== undefined) return err(this.all);
    const left = new Set([...except.forNow, ...except.forGood]);
    const takeable = this.phantom || this.open.some(({ id }) => !left.has(id));
    return ok({ takeable, hope: takeable || this.hope });
  }

  async tend(): Promise<number | undefined> {
    this.tended.push(this.#timers.now());
    return this.due === undefined ? undefined : Math.max(0, this.due - this.#timers.now());
  }

  async renew(task: TakenTask, progress?: Progress): Promise<Result<number, DeskFault>> {
    this.calls.push({ at: this.#timers.now(), what: "renew", task: task.id, progress });
    const fault = this.all ?? this.renewals.shift();
    return fault === undefined ? ok(this.#timers.now() + this.lease) : err(fault);
  }

  async finish(task: TakenTask, ending: Ending, progress?: Progress) {
    this.calls.push({ at: this.#timers.now(), what: "finish", task: task.id, ending, progress });
    const fault = this.all ?? this.endings.shift();
    return fault === undefined ? ok(undefined) : err(fault);
  }

  async ended(): Promise<Ending["outcome"] | undefined> {
    return this.own;
  }

  of(what: Call["what"]): readonly Call[] {
    return this.calls.filter((call) => call.what === what);
  }
}

/** A program that ends when the test says so, or when it is told to by a signal that it heeds. */
export class FakeProgram implements Program {
  readonly ended: Promise<Ended>;
  readonly signals: string[] = [];
  said: Progress | undefined;
  disposed = false;
  readonly #end: (ended: Ended) => void;
  readonly #heeds: Readonly<Record<string, Exit>>;

  constructor(heeds: Readonly<Record<string, Exit>> = {}) {
    let end: (ended: Ended) => void = () => undefined;
    this.ended = new Promise((resolve) => {
      end = resolve;
    });
    this.#end = end;
    this.#heeds = { SIGKILL: { kind: "signal", signal: "SIGKILL" }, ...heeds };
  }

  exit(exit: Exit | number, more: Partial<Ended> = {}): void {
    const how: Exit = typeof exit === "number" ? { kind: "code", code: exit } : exit;
    this.#end({ exit: how, result: undefined, refs: [], complaint: "", ...more });
  }

  signal(name: "SIGTERM" | "SIGKILL"): void {
    this.signals.push(name);
    const exit = this.#heeds[name];
    if (exit !== undefined) this.exit(exit, { result: { text: "at last" } });
  }

  async progress(): Promise<Progress | undefined> {
    const { said } = this;
    this.said = undefined;
    return said;
  }

  async shorten(chars: number) {
    return { text: "x".repeat(chars), sha256: "0".repeat(64), file: "/kept" };
  }

  async keep(): Promise<string | undefined> {
    return "/kept";
  }

  async dispose(): Promise<void> {
    this.disposed = true;
  }
}

export function taskNamed(name = "k3f9qz7-fix", until = 0): TakenTask {
  return { id: name as TaskId, title: "Fix", needs: [], token: 1, until, story: {} };
}

/** All that a life or a worker is given, on a virtual clock. */
export function scene(programs: readonly FakeProgram[] = [new FakeProgram()]) {
  const { timers, advance } = virtualTimers();
  const desk = new FakeDesk(timers);
  const events: WorkEvent[] = [];
  const stop = new AbortController();
  const insist = new AbortController();
  const waiting = [...programs];
  const options: LifeOptions = {
    desk,
    start: async () => {
      const next = waiting.shift();
      if (next === undefined) throw new Error("spawn ENOENT");
      return next;
    },
    timers,
    random: seededRandom(7),
    tell: (event) => events.push(event),
    graceMs: 10 * SECOND,
    stop: stop.signal,
    insist: insist.signal,
  };
  return {
    desk,
    timers,
    advance,
    stop: () => stop.abort(),
    insist: () => insist.abort(),
    options,
    events,
    said: () => events.map(({ type }) => type),
    program: programs[0]!,
    start: timers.now(),
    task: taskNamed("k3f9qz7-fix", timers.now() + HOUR),
  };
}

/** A worker in such a scene. */
export function worker(programs: readonly FakeProgram[], more: Partial<WorkOptions> = {}) {
  const made = scene(programs);
  const options: WorkOptions = {
    ...made.options,
    parallel: 1,
    mode: "forever",
    lookMaxMs: LOOK_MAX_MS,
    ...more,
  };
  return { ...made, run: () => work(options) };
}
