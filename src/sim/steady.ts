/**
 * Agents that take one task after another for a long time, each on the state as it was some time ago.
 * Discrete events on a virtual clock: an agent chooses, or is done with its task; new tasks come as old
 * ones are taken, so that as many are open as the cell says.
 */
import { defined } from "../base/assert.ts";
import type { TaskSpec } from "../protocol/commands/add.ts";
import type { AgentId, TaskId } from "../protocol/ids.ts";
import { Agenda } from "./agenda.ts";
import { Crowding } from "./crowding.ts";
import { SimulatedLine } from "./line.ts";
import { seededFraction } from "./random.ts";
import type { Situation, Strategy } from "./strategy.ts";

export interface Cell {
  readonly agents: number;
  /** How many are open at any time. */
  readonly tasks: number;
  /** How old what an agent reads is, in milliseconds. */
  readonly delay: number;
  readonly strategy: Strategy;
  readonly seed: number;
  /** How many claims are counted, after those before the counting starts. */
  readonly claims: number;
  /** Attempts after which it is over in any case: some strategies lose nearly all. */
  readonly attempts: number;
  /** Claims that go before these uncounted, as a share of them; a fifth unless said. */
  readonly warmUp?: number;
  /** The task number so and so; all alike unless said. */
  readonly spec?: (index: number) => TaskSpec;
  /** What an agent can do, and which of it it has done before. */
  readonly able?: (index: number) => Able;
  /** Told of each claim that is counted; answers whether the run is over. */
  readonly taken?: (claim: Taken) => boolean;
}

export interface Able {
  readonly skills: readonly string[];
  readonly proven: string;
}

export interface Taken {
  readonly agent: number;
  readonly task: TaskId;
  readonly needs: readonly string[];
  readonly priority: number;
  /** Milliseconds of the virtual clock that the task was open. */
  readonly waited: number;
  /** Since the beginning of the run. */
  readonly at: number;
}

export interface Steady {
  readonly claims: number;
  readonly attempts: number;
  readonly lost: number;
  /** How often an agent without a task found nothing to take, or held back. */
  readonly idle: number;
  /** Claims a second of the virtual clock. */
  readonly throughput: number;
  /** The longest time that a task was open, taken or not, in milliseconds. */
  readonly longestWait: number;
  /** How likely two agents want the same task on one view: the sum of p squared. */
  readonly concentration: number;
}

/** Mean time that a task takes, in milliseconds. */
export const TASK_MS = 600_000;
/** A task is worked on under one lease: a lapse would be another experiment. */
const LEASE_MS = 8 * 3_600_000;
/** No agent waits longer than this before it tries again (notes on backoff: full jitter, capped). */
const PAUSE_MAX_MS = 600_000;
/** How soon an agent looks again where all see everything at once. */
const LOOK_MS = 5_000;
/** Long enough for the ages of tasks to be what they are in the long run. */
const WARM_UP = 0.2;
/** New tasks come in commits of this share of the open ones. */
const REFILL = 0.02;

export function runSteady(cell: Cell): Steady {
  return new Run(cell).run();
}

interface Ant {
  readonly id: AgentId;
  readonly index: number;
  task: TaskId | undefined;
  losses: TaskId[];
  /** What it took and when, as long as others may not have seen it. */
  taken: { readonly task: TaskId; readonly at: number }[];
}

class Run {
  readonly #cell: Cell;
  readonly #line: SimulatedLine;
  readonly #agenda = new Agenda<Ant>();
  readonly #ants: Ant[];
  readonly #fraction: () => number;
  readonly #crowding: Crowding;
  #open = 0;
  #made = 0;
  #claims = 0;
  #attempts = 0;
  #lost = 0;
  #idle = 0;
  #longest = 0;
  #from = 0;
  #counting = false;
  #over = false;

  constructor(cell: Cell) {
    this.#cell = cell;
    this.#fraction = seededFraction(cell.seed);
    this.#line = new SimulatedLine(cell.delay, cell.seed);
    this.#ants = Array.from({ length: cell.agents }, (_, index) => this.#join(index));
    this.#crowding = new Crowding(cell.strategy, this.#ants, this.#fraction);
  }

  run(): Steady {
    this.#begin();
    const { claims, attempts } = this.#cell;
    const { warmUp = WARM_UP } = this.#cell;
    const warm = Math.ceil(claims * warmUp);
    if (warm === 0) this.#count();
    while (!this.#over && this.#claims < claims && this.#attempts < attempts) {
      const { at, what } = defined(this.#agenda.next(), "someone who does something");
      this.#line.advance(at);
      if (what.task !== undefined) this.#finish(what);
      this.#choose(what);
      if (!this.#counting && (this.#claims >= warm || this.#attempts >= attempts * warmUp))
        this.#count();
    }
    return this.#result();
  }

  #join(index: number): Ant {
    const id = `ant-${String(index + 1).padStart(4, "0")}` as AgentId;
    const able = this.#cell.able?.(index);
    this.#line.join(id, able?.skills ?? []);
    if (able !== undefined) assumeDeeds(this.#line, id, able);
    return { id, index, task: undefined, losses: [], taken: [] };
  }

  /** Everyone is at work at first, as in the long run: what is left of a task then is distributed as a whole one. */
  #begin(): void {
    const { agents, tasks } = this.#cell;
    const ids = this.#add(agents + tasks);
    for (const ant of this.#ants) this.#take(ant, ids[ant.index]!);
    this.#line.settle();
  }

  #choose(ant: Ant): void {
    const { strategy, delay } = this.#cell;
    const situation = this.#situation(ant);
    this.#crowding.look(situation);
    const task = strategy.choose(situation);
    if (task === undefined) {
      this.#idle += 1;
      const pause = (0.5 + this.#fraction()) * Math.max(delay, LOOK_MS);
      this.#agenda.plan(this.#line.now + pause, ant);
      return;
    }
    this.#attempts += 1;
    if (this.#claim(ant, task)) return;
    this.#lost += 1;
    ant.losses.push(task);
    const times = strategy.backsOff ? ant.losses.length : 1;
    const most = Math.min(PAUSE_MAX_MS, Math.max(delay, LOOK_MS) * 2 ** times);
    this.#agenda.plan(this.#line.now + this.#fraction() * most, ant);
  }

  #situation(ant: Ant): Situation {
    const { now, past: view } = this.#line;
    const { delay } = this.#cell;
    const { id: agent, losses } = ant;
    ant.taken = ant.taken.filter(({ at }) => now - at <= delay);
    const own = new Set(ant.taken.map(({ task }) => task));
    return { view, delay, agent, now, fraction: this.#fraction, losses, own };
  }

  #claim(ant: Ant, task: TaskId): boolean {
    const line = this.#line;
    const command = { type: "claim", task, lease: LEASE_MS } as const;
    if (!line.contend(ant.id, command)) return false;
    const { created, needs, priority } = defined(line.tip.get(`task/${task}`), "the task");
    const waited = line.now - created;
    if (this.#counting) this.#longest = Math.max(this.#longest, waited);
    this.#claims += 1;
    this.#hold(ant, task);
    this.#refill();
    const at = line.now - this.#from;
    const told = { agent: ant.index, task, needs, priority, waited, at };
    if (this.#counting && this.#cell.taken?.(told) === true) this.#over = true;
    return true;
  }

  #take(ant: Ant, task: TaskId): void {
    this.#line.must(ant.id, { type: "claim", task, lease: LEASE_MS });
    this.#hold(ant, task);
  }

  #hold(ant: Ant, task: TaskId): void {
    this.#open -= 1;
    ant.task = task;
    ant.losses = [];
    ant.taken.push({ task, at: this.#line.now });
    this.#agenda.plan(this.#line.now - TASK_MS * Math.log(1 - this.#fraction()), ant);
  }

  #finish(ant: Ant): void {
    const task = defined(ant.task, "the task that it does");
    this.#line.must(ant.id, { type: "finish", task, outcome: "done" });
    ant.task = undefined;
    ant.taken.push({ task, at: this.#line.now });
  }

  #refill(): void {
    const missing = this.#cell.tasks - this.#open;
    if (missing >= Math.max(1, this.#cell.tasks * REFILL)) this.#add(missing);
  }

  #add(count: number): readonly TaskId[] {
    const spec = this.#cell.spec ?? ((index): TaskSpec => ({ title: `Task ${index}` }));
    const specs = Array.from({ length: count }, (_, index) => spec(this.#made + index));
    this.#made += count;
    this.#open += count;
    return this.#line.add(specs);
  }

  #count(): void {
    this.#counting = true;
    this.#claims = 0;
    this.#attempts = 0;
    this.#lost = 0;
    this.#idle = 0;
    this.#from = this.#line.now;
  }

  #result(): Steady {
    const { tip, now } = this.#line;
    let longestWait = this.#longest;
    tip.eachTodo((key, { until }) => {
      const task = defined(tip.get(`task/${key.slice("todo/".length)}`), "an open task");
      if (until === undefined) longestWait = Math.max(longestWait, now - task.created);
    });
    return {
      claims: this.#claims,
      attempts: this.#attempts,
      lost: this.#lost,
      idle: this.#idle,
      throughput: (this.#claims * 1_000) / (now - this.#from),
      longestWait,
      concentration: this.#crowding.concentration,
    };
  }
}

/** Tasks of a kind that an agent has done before the simulation begins. */
const DEEDS = 20;

function assumeDeeds(line: SimulatedLine, agent: AgentId, { proven }: Able): void {
  const record = { done: DEEDS, accepted: DEEDS, rejected: 0, failed: 0, lapsed: 0 };
  line.assume(`did/${agent}`, { last: line.now, skills: { [proven]: record, "*": record } });
}
