/**
 * Single ownership, proved apart from the judge: only the accepted records are looked at as they pass,
 * never the state. For each task, or lock, the intervals of its claims are kept, and what may not be is
 * a fault:
 *   1. a claim begins while another one stands;
 *   2. a token that is not one more than the last;
 *   3. a renewal, a progress or an ending by someone else than the holder;
 *   4. a record under a token that has ended, or never began;
 *   5. a takeover before the lease's end.
 */
import type { AgentId, Oid } from "../protocol/ids.ts";
import type { Incoming } from "../protocol/kinds/incoming.ts";
import type { Interval, OwnershipFault, OwnershipReport } from "./audit-report.ts";

/** The judge refuses all of these: each is a bug of it, and a few of them say so as well as many. */
const FAULTS_KEPT = 1_000;

/** token, number of the agent, from, to, since, ended, until; 0 stands for what is not yet. */
type Row = [number, number, number, number, number, number, number];
const [TOKEN, AGENT, FROM, TO, SINCE, ENDED, UNTIL] = [0, 1, 2, 3, 4, 5, 6] as const;

export interface KeptOwnership {
  readonly agents: readonly AgentId[];
  readonly owned: readonly (readonly [string, readonly Readonly<Row>[]])[];
  readonly faults: readonly OwnershipFault[];
  readonly more: number;
}

/** One accepted commit: its place on the line, counted from 1, and its log time in milliseconds. */
interface Place {
  readonly commit: Oid;
  readonly number: number;
  readonly time: number;
}

/** What is owned: which field of a record names it, and which kinds begin, go on under and end a claim. */
export interface Owned {
  readonly name: string;
  readonly claim: string;
  readonly attempt: string;
  readonly progress?: string;
}

export const TASKS: Owned = {
  name: "task",
  claim: "claim",
  attempt: "attempt",
  progress: "progress",
};
export const LOCKS: Owned = { name: "name", claim: "lock", attempt: "lock-attempt" };

interface Claiming {
  readonly owned: string;
  readonly agent: AgentId;
  readonly token: number;
  readonly until: number;
  readonly outcome: string;
}

export class OwnershipTracker {
  readonly #of: Owned;
  readonly #agents: AgentId[];
  readonly #numbers: Map<AgentId, number>;
  readonly #owned: Map<string, Row[]>;
  readonly #faults: OwnershipFault[];
  #more: number;

  constructor(of: Owned, kept?: KeptOwnership) {
    this.#of = of;
    this.#agents = [...(kept?.agents ?? [])];
    this.#numbers = new Map(this.#agents.map((agent, at) => [agent, at]));
    this.#owned = new Map(
      (kept?.owned ?? []).map(([name, rows]) => [name, rows.map((row): Row => [...row])]),
    );
    this.#faults = [...(kept?.faults ?? [])];
    this.#more = kept?.more ?? 0;
  }

  /** Endings come before beginnings: a takeover is both, in one commit. */
  step(records: readonly Incoming[], place: Place): void {
    const { claim, attempt, progress } = this.#of;
    const of = (kind: string | undefined) => records.filter((record) => record.kind === kind);
    for (const { fields } of of(attempt)) this.#end(this.#read(fields), place);
    for (const { fields } of of(claim)) this.#claim(this.#read(fields), place);
    for (const { fields } of of(progress)) this.#held(this.#read(fields), place);
  }

  report(): OwnershipReport {
    const intervals = new Map<string, readonly Interval[]>();
    let claims = 0;
    let standing = 0;
    for (const [name, rows] of this.#owned) {
      intervals.set(
        name,
        rows.map((row) => this.#interval(row)),
      );
      claims += rows.length;
      standing += rows.filter((row) => row[TO] === 0).length;
    }
    return {
      owned: this.#owned.size,
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
      owned: [...this.#owned],
      faults: this.#faults,
      more: this.#more,
    };
  }

  #read(fields: Incoming["fields"]): Claiming {
    const body = fields as unknown as Claiming & Readonly<Record<string, string>>;
    const { agent, token, until, outcome } = body;
    return { owned: body[this.#of.name]!, agent, token, until, outcome };
  }

  #claim(body: Claiming, place: Place): void {
    const rows = this.#owned.get(body.owned) ?? [];
    const last = rows.at(-1);
    if (last !== undefined && last[TOKEN] === body.token) {
      if (this.#held(body, place)) last[UNTIL] = body.until;
      return;
    }
    if (last !== undefined && last[TO] === 0) this.#fault("overlap", body, place);
    if (body.token !== (last?.[TOKEN] ?? 0) + 1) this.#fault("token-gap", body, place);
    const agent = this.#numberOf(body.agent);
    rows.push([body.token, agent, place.number, 0, place.time, 0, body.until]);
    this.#owned.set(body.owned, rows);
  }

  #end(body: Claiming, place: Place): void {
    const row = this.#owned.get(body.owned)?.find((one) => one[TOKEN] === body.token);
    if (row === undefined || row[TO] !== 0) return this.#fault("after-the-end", body, place);
    if (body.outcome === "expired") {
      if (place.time < row[UNTIL]) this.#fault("not-lapsed", body, place);
    } else if (body.outcome !== "cancelled" && this.#agents[row[AGENT]] !== body.agent) {
      this.#fault("not-the-holder", body, place);
    }
    row[TO] = place.number;
    row[ENDED] = place.time;
  }

  /** Whether the writer holds it under that very token. */
  #held(body: Claiming, place: Place): boolean {
    const last = this.#owned.get(body.owned)?.at(-1);
    const standing = last !== undefined && last[TOKEN] === body.token && last[TO] === 0;
    if (!standing) this.#fault("after-the-end", body, place);
    else if (this.#agents[last[AGENT]] !== body.agent) this.#fault("not-the-holder", body, place);
    else return true;
    return false;
  }

  #fault(code: OwnershipFault["code"], body: Claiming, { commit, number }: Place): void {
    const { owned, agent, token } = body;
    if (this.#faults.length >= FAULTS_KEPT) this.#more += 1;
    else this.#faults.push({ code, owned, agent, token, commit, number });
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
