/**
 * Every delivery that is not over, as a fold of operations: the same operations give the same ledger,
 * in the daemon that writes them, after a restart, and in a command that only looks.
 *
 * A delivery is one event for one reaction. Deliveries of one reaction and one task form a lane, in
 * order; only the head of a lane is ever tried. Events without a task share the lane `-`.
 */
import type { ChildEnd } from "../../open/child.ts";

export interface HeldEvent {
  readonly id: string;
  readonly type: string;
  readonly task: string | undefined;
  /** The event as the program reads it, on one line. */
  readonly json: string;
}

/** Why a try failed. */
export interface Failure {
  /** Milliseconds. */
  readonly at: number;
  /** `timeout`: its time (milliseconds) was up. */
  readonly why: ChildEnd | { readonly kind: "timeout"; readonly after: number };
  /** The end of what it wrote, on both outputs. */
  readonly stdout: string;
  readonly stderr: string;
}

export interface Delivery {
  /** Its number in this clone, by which people name it. */
  readonly n: number;
  readonly reaction: string;
  readonly lane: string;
  readonly event: HeldEvent;
  /** How many tries failed. */
  readonly tries: number;
  /** Milliseconds: when it is tried next; 0: as soon as may be. */
  readonly due: number;
  /** The last failure. */
  readonly failure: Failure | undefined;
  /** The process that tries it now, or did when the daemon was killed. */
  readonly pid: number | undefined;
}

export type Operation =
  /** The first line of a compacted log: the number of the next delivery, and the events seen. */
  | { readonly op: "base"; readonly next: number; readonly seen: readonly string[] }
  | { readonly op: "add"; readonly event: HeldEvent; readonly to: readonly Address[] }
  | { readonly op: "start"; readonly n: number; readonly pid: number }
  | {
      readonly op: "failed";
      readonly n: number;
      readonly tries: number;
      readonly due: number;
      readonly failure: Failure;
    }
  | { readonly op: "end"; readonly n: number }
  | { readonly op: "dead"; readonly n: number; readonly tries: number; readonly failure: Failure }
  /** A dead letter is put back, with all its tries before it. */
  | { readonly op: "retry"; readonly n: number }
  | { readonly op: "drop"; readonly n: number };

type Address = readonly [reaction: string, n: number];

/** Of so many events it is remembered that they were taken: four of the largest imports. */
export const SEEN_MAX = 20_000;
/** So many dead letters are kept; beyond, the oldest goes. */
export const DEAD_MAX = 1_000;
/** The lane of events that are about no task. */
const NO_TASK = "-";

type Open = { -readonly [K in keyof Delivery]: Delivery[K] };
type Lanes = Map<string, Open[]>;

export class Ledger {
  #next = 1;
  /** Dead letters dropped because there were too many. */
  forgotten = 0;
  readonly #seen = new Set<string>();
  readonly #waiting = new Map<number, Open>();
  readonly #dead = new Map<number, Open>();
  readonly #lanes = new Map<string, Lanes>();
  readonly #loads = new Map<string, { count: number; bytes: number }>();

  get next(): number {
    return this.#next;
  }

  hasSeen(id: string): boolean {
    return this.#seen.has(id);
  }

  /** Those that are not over and not dead, by number. */
  waiting(): readonly Delivery[] {
    return [...this.#waiting.values()].toSorted((a, b) => a.n - b.n);
  }

  /** The oldest death first. */
  dead(): readonly Delivery[] {
    return [...this.#dead.values()];
  }

  find(n: number): { readonly delivery: Delivery; readonly dead: boolean } | undefined {
    const waiting = this.#waiting.get(n);
    const found = waiting ?? this.#dead.get(n);
    return found === undefined ? undefined : { delivery: found, dead: waiting === undefined };
  }

  /** The lanes of a reaction that have deliveries, the longest known first. */
  lanes(reaction: string): readonly string[] {
    return [...(this.#lanes.get(reaction)?.keys() ?? [])];
  }

  head(reaction: string, lane: string): Delivery | undefined {
    return this.#lanes.get(reaction)?.get(lane)?.[0];
  }

  /** How much waits for a reaction: deliveries, and characters of their events. */
  load(reaction: string): { readonly count: number; readonly bytes: number } {
    return this.#loads.get(reaction) ?? { count: 0, bytes: 0 };
  }

  apply(operation: Operation): void {
    switch (operation.op) {
      case "base":
        this.#next = operation.next;
        for (const id of operation.seen) this.#see(id);
        return;
      case "add":
        this.#see(operation.event.id);
        for (const [reaction, n] of operation.to) this.#add(operation.event, reaction, n);
        return;
      case "retry":
        this.#retry(operation.n);
        return;
      case "drop":
        if (!this.#dead.delete(operation.n)) this.#remove(operation.n);
        return;
      case "end":
        this.#remove(operation.n);
        return;
      default:
        this.#tried(operation);
    }
  }

  /** The shortest operations that give this ledger. */
  *snapshot(): Generator<Operation> {
    yield { op: "base", next: this.#next, seen: [...this.#seen] };
    const all = [...this.#waiting.values(), ...this.#dead.values()].toSorted((a, b) => a.n - b.n);
    for (let at = 0; at < all.length;) {
      const { event } = all[at]!;
      const to: Address[] = [];
      for (; all[at]?.event === event; at++) to.push([all[at]!.reaction, all[at]!.n]);
      yield { op: "add", event, to };
    }
    for (const { n, tries, due, failure, pid } of this.#waiting.values()) {
      if (failure !== undefined) yield { op: "failed", n, tries, due, failure };
      if (pid !== undefined) yield { op: "start", n, pid };
    }
    for (const { n, tries, failure } of this.#dead.values())
      if (failure !== undefined) yield { op: "dead", n, tries, failure };
  }

  #see(id: string): void {
    this.#seen.add(id);
    for (const oldest of this.#seen) {
      if (this.#seen.size <= SEEN_MAX) return;
      this.#seen.delete(oldest);
    }
  }

  #add(event: HeldEvent, reaction: string, n: number): void {
    this.#next = Math.max(this.#next, n + 1);
    const lane = event.task ?? NO_TASK;
    const fresh = { tries: 0, due: 0, failure: undefined, pid: undefined };
    this.#enter({ n, reaction, lane, event, ...fresh });
  }

  #retry(n: number): void {
    const letter = this.#dead.get(n);
    if (letter === undefined) return;
    this.#dead.delete(n);
    this.#enter({ ...letter, tries: 0, due: 0, pid: undefined });
  }

  #tried(operation: Extract<Operation, { op: "start" | "failed" | "dead" }>): void {
    const delivery = this.#waiting.get(operation.n);
    if (delivery === undefined) return;
    if (operation.op === "start") {
      delivery.pid = operation.pid;
      return;
    }
    delivery.pid = undefined;
    delivery.tries = operation.tries;
    delivery.failure = operation.failure;
    delivery.due = operation.op === "failed" ? operation.due : 0;
    if (operation.op === "failed") return;
    this.#remove(operation.n);
    this.#dead.set(operation.n, delivery);
    if (this.#dead.size <= DEAD_MAX) return;
    const [oldest] = this.#dead.keys();
    this.#dead.delete(oldest!);
    this.forgotten += 1;
  }

  #enter(delivery: Open): void {
    const { reaction, lane, n } = delivery;
    const lanes: Lanes = this.#lanes.get(reaction) ?? new Map<string, Open[]>();
    this.#lanes.set(reaction, lanes);
    const queue = lanes.get(lane) ?? [];
    lanes.set(lane, queue);
    // One that comes back stands where it belongs, but never before a head that is being tried.
    const later = queue.findIndex((other, at) => at > 0 && other.n > n);
    if (later === -1) queue.push(delivery);
    else queue.splice(later, 0, delivery);
    this.#waiting.set(n, delivery);
    this.#weigh(delivery, 1);
  }

  #remove(n: number): void {
    const delivery = this.#waiting.get(n);
    if (delivery === undefined) return;
    this.#waiting.delete(n);
    this.#weigh(delivery, -1);
    const lanes = this.#lanes.get(delivery.reaction);
    const queue = lanes?.get(delivery.lane) ?? [];
    queue.splice(queue.indexOf(delivery), 1);
    if (queue.length === 0) lanes?.delete(delivery.lane);
    if (lanes?.size === 0) this.#lanes.delete(delivery.reaction);
  }

  #weigh({ reaction, event }: Open, sign: 1 | -1): void {
    const load = this.#loads.get(reaction) ?? { count: 0, bytes: 0 };
    load.count += sign;
    load.bytes += sign * event.json.length;
    if (load.count === 0) this.#loads.delete(reaction);
    else this.#loads.set(reaction, load);
  }
}
