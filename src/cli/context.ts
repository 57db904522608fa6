import { resolve } from "node:path";
import { isAgentId, type AgentId, type TaskId } from "../protocol/ids.ts";
import type { Clone } from "../git/clone.ts";
import { HandOver } from "../open/hand-over.ts";
import { Mound, type SubmitOptions } from "../open/mound.ts";
import type { AnyFault } from "../open/faults.ts";
import { usableClone } from "../open/usable-clone.ts";
import type { Outcome, Phase } from "../app/request.ts";
import { withKeys } from "../app/sharded-state.ts";
import type { Command } from "../protocol/commands/index.ts";
import { staleness, type Staleness } from "../protocol/views/staleness.ts";
import type { TaskView } from "../protocol/views/task-view.ts";
import { viewMatched } from "../protocol/views/unmatched.ts";
import type { Env } from "./env.ts";
import { UsageError } from "./usage.ts";

/** The options that every command takes. */
export interface GlobalOptions {
  readonly json?: boolean;
  readonly as?: string;
  readonly C?: string;
  readonly input?: boolean;
  readonly colour?: boolean;
}

/** The tip of a view, and milliseconds since its origin was last heard. */
export interface Meta {
  readonly tip: string | undefined;
  readonly age: number | undefined;
  /** That newer commits may be withheld; absent where nothing says so, or nobody has looked. */
  readonly stale?: Staleness | undefined;
}

/** Ends a command with a fault; caught where the command was started. */
export class FaultError extends Error {
  readonly fault: AnyFault;
  readonly next: readonly string[];

  constructor(fault: AnyFault, next: readonly string[] = []) {
    super(fault.code);
    this.fault = fault;
    this.next = next;
  }
}

/** What a command's implementation is given. */
export class Context {
  readonly env: Env;
  readonly options: GlobalOptions;
  /** The phase of the submit under way. */
  phase: Phase | undefined;
  /** Whether it has begun to push: then an interruption leaves the outcome unknown. */
  sent = false;
  #mound: Mound | undefined;
  #clone: Clone | undefined;
  #handOver: HandOver | undefined;
  /** What the daemon said of the tasks that it changed. */
  readonly #shown = new Map<TaskId, TaskView>();
  #meta: Meta | undefined;
  #stop: AbortController | undefined;
  #insist: AbortController | undefined;

  constructor(env: Env, options: GlobalOptions) {
    this.env = env;
    this.options = options;
  }

  /** The folder that the command is about: where it runs, or what `-C` names. */
  get dir(): string {
    return resolve(this.env.cwd, this.options.C ?? ".");
  }

  get opened(): Mound | undefined {
    return this.#mound;
  }

  /**
   * For commands that run until they are told to stop: from this call on, the first SIGINT or SIGTERM
   * aborts the signal instead of ending the process. A second one ends it.
   */
  untilStopped(): AbortSignal {
    this.#stop ??= new AbortController();
    return this.#stop.signal;
  }

  /** For those that take a second request too: it aborts this signal, and a third ends the process. */
  untilInsisted(): AbortSignal {
    this.#insist ??= new AbortController();
    return this.#insist.signal;
  }

  /** Whether a request to stop was taken by the command itself. */
  stop(): boolean {
    const wanted = [this.#stop, this.#insist].find((one) => one?.signal.aborted === false);
    wanted?.abort();
    return wanted !== undefined;
  }

  /** A path that the user typed. */
  path(typed: string): string {
    return resolve(this.dir, typed);
  }

  /** The clone of the folder; nothing of it is read yet but where it is. */
  clone(): Clone {
    if (this.#clone !== undefined) return this.#clone;
    const found = usableClone(this.dir);
    if (!found.ok) throw new FaultError(found.error);
    return (this.#clone = found.value);
  }

  /** The mound of the folder; opened once. */
  async mound(): Promise<Mound> {
    if (this.#mound !== undefined) return this.#mound;
    const opened = await Mound.openClone(this.clone(), {
      environment: this.env.environment,
      trace: (phase) => this.enter(phase),
    });
    return this.adopt(opened);
  }

  /**
   * Submits one command of the acting agent. Where a daemon takes it, the mound is not even opened:
   * the answer has what a report needs.
   */
  async submit(command: Command, options: SubmitOptions = {}): Promise<Outcome> {
    const agent = this.agent();
    let again: SubmitOptions | undefined;
    if (this.#mound === undefined && options.cosigners === undefined) {
      this.#handOver ??= new HandOver(this.clone().commonDir);
      const handed = await this.#handOver.submit(agent, [command], () => this.enter("push"));
      if (handed.kind === "done") {
        const { outcomes, tasks, tip, age } = handed.submitted;
        for (const task of tasks) this.#shown.set(task.id, task);
        this.#meta = { tip, age };
        this.enter("answer");
        return outcomes[0]!;
      }
      if (handed.kind === "alone") again = handed.again;
    }
    const mound = await this.mound();
    const [outcome] = await mound.submit(agent, [command], { ...options, ...again });
    return outcome!;
  }

  /** A task as it is now: as the daemon has just told, else as the mound has it. */
  async task(id: TaskId): Promise<TaskView> {
    const shown = this.#mound === undefined ? this.#shown.get(id) : undefined;
    if (shown !== undefined) return shown;
    const mound = await this.mound();
    return mound.read((view, now) => viewMatched(view, view.get(`task/${id}`)!, now));
  }

  /** Where the view stands that the answer is of; undefined where none was looked at. */
  async meta(): Promise<Meta | undefined> {
    if (this.#mound === undefined) return this.#meta;
    const { line, ports } = this.#mound;
    // A cache that is damaged takes no answer away.
    const stale = await withKeys(line.state, () => staleness(line.state, ports.clock.now())).catch(
      () => undefined,
    );
    return { tip: line.tip, age: await this.#mound.age(), stale };
  }

  async close(): Promise<void> {
    this.#handOver?.close();
    await this.#mound?.close();
  }

  /** Makes a mound that the command itself made the one it reports on, and closes at the end. */
  adopt(mound: Mound): Mound {
    this.#mound = mound;
    return mound;
  }

  /** The acting agent: `--as`, else MOUND_AGENT. */
  agent(): AgentId {
    const named = this.options.as ?? this.env.environment["MOUND_AGENT"];
    if (named === undefined || named === "") {
      throw new UsageError(
        "Nobody is acting. Say who with --as AGENT, or set MOUND_AGENT.",
        "export MOUND_AGENT=my-agent",
      );
    }
    if (!isAgentId(named)) {
      throw new UsageError(
        `"${named}" cannot be an agent's name. Use a-z, 0-9, - and _, at most 39 characters.`,
      );
    }
    return named;
  }

  /** The acting agent, where there is one; readers do without. */
  maybeAgent(): AgentId | undefined {
    const named = this.options.as ?? this.env.environment["MOUND_AGENT"];
    return named === undefined || named === "" ? undefined : this.agent();
  }

  enter(phase: Phase): void {
    this.phase = phase;
    if (phase === "turn") this.sent = false;
    if (phase === "push") this.sent = true;
    this.trace(phase);
  }

  /** For tests of crashes: which phase a process was in when it died. */
  trace(phase: Phase): void {
    if (this.env.environment["MOUND_TRACE"] === "1") this.env.err(`phase ${phase}\n`);
  }
}
