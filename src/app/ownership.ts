/**
 * Single ownership, proved apart from the judge: only the accepted records are looked at as they pass,
 * never the state. For each task the intervals of its claims are kept, and what may not be is a fault:
 *   1. a claim begins while another one stands;
 *   2. a token that is not one more than the task's last;
 *   3. a renewal, a progress or an ending by someone else than the holder;
 *   4. a record under a token that has ended, or never began;
 *   5. a takeover before the lease's end.
 */
import type { AgentId, Oid, TaskId } from "../protocol/ids.ts";
import type { Incoming } from "../protocol/kinds/incoming.ts";
import type { Interval, OwnershipFault, OwnershipReport } from "./audit-report.ts";

/** The judge refuses all of these: each is a bug of it, and a few of them say so as well as many. */
const FAULTS_KEPT = 1_000;

/** token, number of the agent, from, to, since, ended, until; 0 stands for what is not yet. */
type Row = [number, number, number, number, number, number, number];
const [TOKEN, AGENT, FROM, TO, SINCE, ENDED, UNTIL] = [0, 1, 2, 3, 4, 5, 6] as const;

export interface KeptOwnership {
  readonly agents: readonly AgentId[];
  readonly tasks: readonly (readonly [TaskId, readonly Readonly<Row>[]])[];
  readonly faults: readonly OwnershipFault[];
  readonly more: number;
}

/** One accepted commit: its place on the line, counted from 1, and its log time in milliseconds. */
interface Place {
  readonly commit: Oid;
  readonly number: number;
  readonly time: number;
}

interface Claiming {
  readonly task: TaskId;
  readonly agent: AgentId;
  readonly token: number;
  readonly until: number;
  readonly outcome: string;
}

export class OwnershipTracker {
  readonly #agents: AgentId[];
  readonly #numbers: Map<AgentId, number>;
  readonly #tasks: Map<TaskId, Row[]>;
  readonly #faults: OwnershipFault[];
  #more: number;

  constructor(kept?: KeptOwnership) {
    this.#agents = [...(kept?.agents ?? [])];
    this.#numbers = new Map(this.#agents.map((agent, at) => [agent, at]));
    this.#tasks = new Map(
      (kept?.tasks ?? []).map(([task, rows]) => [task, rows.map((row): Row => [...row])]),
    );
    this.#faults = [...(kept?.faults ?? [])];
    this.#more = kept?.more ?? 0;
  }

  /** Endings come before beginnings: a takeover is both, in one commit. */
  step(records: readonly Incoming[], place: Place): void {
    for (const { kind, fields } of records)
      if (kind === "attempt") this.#end(fields as never, place);
    for (const { kind, fields } of records) {
      if (kind === "claim") this.#claim(fields as never, place);
    }
    for (const { kind, fields } of records) {
      if (kind === "progress") this.#held(fields as never, place);
    }
  }

  report(): OwnershipReport {
    const intervals = new Map<TaskId, readonly Interval[]>();
    let claims = 0;
    let standing = 0;
    for (const [task, rows] of this.#tasks) {
      intervals.set(
        task,
        rows.map((row) => this.#interval(row)),
      );
      claims += rows.length;
      standing += rows.filter((row) => row[TO] === 0).length;
    }
    return {
      tasks: this.#tasks.size,
      claims,
      standing,
      faults: this.#faults,
      more: this.#more,
      intervals,
    };
  }

  keep(): KeptOwnership {
    return {
      agents: this.#agents,
      tasks: [...this.#tasks],
      faults: this.#faults,
      more: this.#more,
    };
  }

  #claim(body: Claiming, place: Place): void {
    const rows = this.#tasks.get(body.task) ?? [];
    const last = rows.at(-1);
    if (last !== undefined && last[TOKEN] === body.token) {
      if (this.#held(body, place)) last[UNTIL] = body.until;
      return;
    }
    if (last !== undefined && last[TO] === 0) this.#fault("overlap", body, place);
    if (body.token !== (last?.[TOKEN] ?? 0) + 1) this.#fault("token-gap", body, place);
    const agent = this.#numberOf(body.agent);
    rows.push([body.token, agent, place.number, 0, place.time, 0, body.until]);
    this.#tasks.set(body.task, rows);
  }

  #end(body: Claiming, place: Place): void {
    const row = this.#tasks.get(body.task)?.find((one) => one[TOKEN] === body.token);
    if (row === undefined || row[TO] !== 0) return this.#fault("after-the-end", body, place);
    if (body.outcome === "expired") {
      if (place.time < row[UNTIL]) this.#fault("not-lapsed", body, place);
    } else if (body.outcome !== "cancelled" && this.#agents[row[AGENT]] !== body.agent) {
      this.#fault("not-the-holder", body, place);
    }
    row[TO] = place.number;
    row[ENDED] = place.time;
  }

  /** Whether the writer holds the task under that very token. */
  #held(body: Claiming, place: Place): boolean {
    const last = this.#tasks.get(body.task)?.at(-1);
    const standing = last !== undefined && last[TOKEN] === body.token && last[TO] === 0;
    if (!standing) this.#fault("after-the-end", body, place);
    else if (this.#agents[last[AGENT]] !== body.agent) this.#fault("not-the-holder", body, place);
    else return true;
    return false;
  }

  #fault(code: OwnershipFault["code"], body: Claiming, { commit, number }: Place): void {
    const { task, agent, token } = body;
    if (this.#faults.length >= FAULTS_KEPT) this.#more += 1;
    else this.#faults.push({ code, task, agent, token, commit, number });
  }

  #numberOf(agent: AgentId): number {
    let number = this.#numbers.get(agent);
    if (number === undefined) {
      number = this.#agents.push(agent) - 1;
      this.#numbers.set(agent, number);
    }
    return number;
  }

  #interval(row: Row): Interval {
    return {
      token: row[TOKEN],
      agent: this.#agents[row[AGENT]]!,
      from: row[FROM],
      to: row[TO] === 0 ? undefined : row[TO],
      since: row[SINCE],
      ended: row[TO] === 0 ? undefined : row[ENDED],
    };
  }
}
