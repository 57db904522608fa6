/**
 * Orders the commands of many agents into chains. While one chain is pushed the next gathers, so a push
 * carries whatever came in meanwhile; each command is answered by itself.
 *
 *   submit -> a queue for each agent -> [ linger -> one of each in turn, up to the bounds -> Submitter ] -> answers
 *
 * The order within an agent is kept. Agents take turns, so that one with a thousand commands delays
 * another by one command at most for each place in a batch.
 */
import { err, ok, type Result } from "../base/result.ts";
import type { AgentId } from "../protocol/ids.ts";
import type { QueueFull } from "./faults.ts";
import type { Clock } from "./ports.ts";
import type { PushBudget } from "./push-budget.ts";
import type { Outcome, Request } from "./request.ts";

export interface SequencerLimits {
  /** Commands in one chain: what 128 busy clients send while a push is under way, twice. */
  readonly batchCount: number;
  /** Bytes of the commands in one chain, as they came over the wire. */
  readonly batchBytes: number;
  /** Commands that may wait; more are told to come back. */
  readonly queueCount: number;
  readonly queueBytes: number;
  /** Milliseconds that a chain waits for more when others came at the same time; 0: none. */
  readonly lingerMs: number;
}

export const SEQUENCER_LIMITS: SequencerLimits = {
  batchCount: 256,
  batchBytes: 4 * 1024 * 1024,
  queueCount: 8_192,
  queueBytes: 64 * 1024 * 1024,
  lingerMs: 12,
};

export interface SequencerPorts {
  readonly clock: Clock;
  readonly budget: PushBudget;
  /** Carries out a chain: one outcome for each request, in order. */
  submit(requests: readonly Request[]): Promise<readonly Outcome[]>;
  /** After each chain that was carried out. */
  carried?(requests: readonly Request[], outcomes: readonly Outcome[]): void;
}

interface Waiting {
  readonly request: Request;
  readonly bytes: number;
  readonly answer: (outcome: Outcome) => void;
}

export class Sequencer {
  readonly #ports: SequencerPorts;
  readonly #limits: SequencerLimits;
  /** A queue for each agent that waits, in the order of their next turn. */
  readonly #queues = new Map<AgentId, Waiting[]>();
  #count = 0;
  #bytes = 0;
  #running: Promise<void> | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  /** Milliseconds that a chain took lately, and how many agents' commands it carried. */
  #pace = { ms: 100, agents: 1 };

  constructor(ports: SequencerPorts, limits: SequencerLimits = SEQUENCER_LIMITS) {
    this.#ports = ports;
    this.#limits = limits;
  }

  /** Commands that wait for their chain. */
  get waiting(): number {
    return this.#count;
  }

  /** Takes one agent's commands, in order; `bytes`: how long they are. All of them wait, or none. */
  submit(
    requests: readonly Request[],
    bytes: number,
  ): Result<Promise<readonly Outcome[]>, QueueFull> {
    const { queueCount, queueBytes } = this.#limits;
    const full = this.#count + requests.length > queueCount || this.#bytes + bytes > queueBytes;
    if (full && this.#count > 0) return err(this.#full());
    const share = Math.ceil(bytes / Math.max(1, requests.length));
    const answers = requests.map(
      (request) =>
        new Promise<Outcome>((answer) => {
          const queue = this.#queues.get(request.agent) ?? [];
          queue.push({ request, bytes: share, answer });
          this.#queues.set(request.agent, queue);
        }),
    );
    this.#count += requests.length;
    this.#bytes += share * requests.length;
    this.#running ??= this.#run();
    return ok(Promise.all(answers));
  }

  /** Runs something between two chains: whoever else reads or moves the same line. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** Resolves when nothing waits and nothing is under way. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
    await this.#turn;
  }

  async #run(): Promise<void> {
    try {
      while (this.#count > 0) {
        await this.#ports.budget.ready();
        await this.#linger();
        await this.exclusive(() => this.#carry(this.#take()));
      }
    } finally {
      this.#running = undefined;
    }
  }

  /** Who has just been answered asks again within milliseconds: a chain that waits for them is shared. */
  async #linger(): Promise<void> {
    const { lingerMs } = this.#limits;
    const step = lingerMs / 4;
    for (let waited = 0; waited < lingerMs && this.#queues.size < this.#pace.agents; waited += step)
      await this.#ports.clock.sleep(step);
  }

  /** One command of each agent in turn, until a bound is reached or none is left. */
  #take(): readonly Waiting[] {
    const { batchCount, batchBytes } = this.#limits;
    const taken: Waiting[] = [];
    let bytes = 0;
    while (this.#queues.size > 0 && taken.length < batchCount) {
      const [agent, queue] = this.#queues.entries().next().value!;
      const next = queue[0]!;
      if (taken.length > 0 && bytes + next.bytes > batchBytes) break;
      queue.shift();
      // To the end of the row, or out of it.
      this.#queues.delete(agent);
      if (queue.length > 0) this.#queues.set(agent, queue);
      taken.push(next);
      bytes += next.bytes;
    }
    this.#count -= taken.length;
    this.#bytes -= bytes;
    return taken;
  }

  async #carry(batch: readonly Waiting[]): Promise<void> {
    if (batch.length === 0) return;
    const { clock } = this.#ports;
    const requests = batch.map(({ request }) => request);
    const from = clock.now();
    let outcomes: readonly Outcome[];
    try {
      outcomes = await this.#ports.submit(requests);
    } catch (error) {
      // Nothing is known to have landed. One bad command fails alone, and costs few pushes: by halves.
      const middle = Math.floor(batch.length / 2);
      if (middle > 0) {
        await this.#carry(batch.slice(0, middle));
        return this.#carry(batch.slice(middle));
      }
      const detail = error instanceof Error ? error.message : String(error);
      outcomes = [err({ code: "aborted", detail })];
    }
    const agents = new Set(requests.map(({ agent }) => agent)).size;
    this.#pace = { ms: Math.max(1, clock.now() - from), agents };
    batch.forEach(({ answer }, at) => answer(outcomes[at]!));
    this.#ports.carried?.(requests, outcomes);
  }

  #full(): QueueFull {
    const chains = Math.ceil(this.#count / this.#limits.batchCount);
    const retry = Math.max(this.#pace.ms, this.#ports.budget.delay()) * chains;
    return { code: "queue-full", waiting: this.#count, retry: Math.ceil(retry) };
  }
}
