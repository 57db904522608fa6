/**
 * That credits come out even, proved apart from the judge: a double-entry book, kept from the accepted
 * records as they pass. What each commit makes of the state's own figures is compared with it.
 *
 *   granted -> free(agent) <-> locked(agent, task) -> forfeited
 *
 * What auctions and denouncements move hangs on more than their records. On an auctioned task, and in a
 * commit that denounces, the book follows the state, and holds it to what any movement must keep.
 */
import type { AgentId, Oid, TaskId } from "../protocol/ids.ts";
import type { Incoming } from "../protocol/kinds/incoming.ts";
import { ATTEMPTS_DEFAULT } from "../protocol/kinds/task.ts";
import type { Delta, Outcome, View } from "../protocol/state.ts";
import type { CreditsState, CreditState } from "../protocol/trust-state.ts";
import type { LedgerFault, LedgerReport } from "./audit-report.ts";

/** The judge refuses all of these: each is a bug of it, and a few of them say so as well as many. */
const FAULTS_KEPT = 1_000;

/** What an agent was granted and has lost, and what it has locked by task. */
interface Purse {
  granted: number;
  lost: number;
  readonly on: Map<TaskId, number>;
}

/** What the record of a task says of credits; a task that says nothing is not kept. */
interface Terms {
  readonly stake: number;
  readonly attempts: number;
  readonly auctioned: boolean;
}

interface Standing {
  readonly agent: AgentId;
  readonly token: number;
  /** Milliseconds. */
  readonly until: number;
  /** Renewed after the last lapse that the task allows: only work that is done returns its stake. */
  readonly final: boolean;
}

/** One accepted commit: its place on the line, counted from 1, and its log time in milliseconds. */
interface Place {
  readonly commit: Oid;
  readonly number: number;
  readonly time: number;
}

export interface KeptLedger {
  readonly purses: readonly (readonly [
    AgentId,
    { readonly granted: number; readonly lost: number; readonly on: readonly [TaskId, number][] },
  ])[];
  readonly terms: readonly (readonly [TaskId, Terms])[];
  readonly standing: readonly (readonly [TaskId, Standing])[];
  readonly failed: readonly (readonly [TaskId, readonly AgentId[]])[];
  readonly said: CreditsState;
  readonly faults: readonly LedgerFault[];
  readonly more: number;
}

type Fields = Omit<Standing, "final"> & {
  readonly id: TaskId;
  readonly to: AgentId;
  readonly amount: number;
  readonly stake?: number;
  readonly attempts?: number;
  readonly mode?: "auction";
  readonly task: TaskId;
  readonly outcome: Outcome;
};

type Found = Omit<LedgerFault, "commit" | "number">;

export class LedgerBook {
  readonly #purses: Map<AgentId, Purse>;
  readonly #terms: Map<TaskId, Terms>;
  readonly #standing: Map<TaskId, Standing>;
  /** Who has failed at a task, or let it lapse; each once. */
  readonly #failed: Map<TaskId, readonly AgentId[]>;
  /** The sums of all purses, and what the state says that they are. */
  readonly #sums = { granted: 0, forfeited: 0 };
  #said: CreditsState;
  readonly #faults: LedgerFault[];
  #more: number;
  #place: Place | undefined;
  /** Whose purses the commit at hand has changed. */
  readonly #touched = new Set<AgentId>();

  constructor(kept?: KeptLedger) {
    this.#purses = new Map(
      (kept?.purses ?? []).map(([agent, { on, ...sums }]) => [agent, { ...sums, on: new Map(on) }]),
    );
    this.#terms = new Map(kept?.terms);
    this.#standing = new Map(kept?.standing);
    this.#failed = new Map(kept?.failed);
    this.#said = kept?.said ?? { granted: 0, forfeited: 0 };
    this.#faults = [...(kept?.faults ?? [])];
    this.#more = kept?.more ?? 0;
    for (const { granted, lost } of this.#purses.values()) {
      this.#sums.granted += granted;
      this.#sums.forfeited += lost;
    }
  }

  /** One accepted commit: what its records come to, and what the judge has made of the state. */
  step(records: readonly Incoming[], delta: Delta, place: Place): void {
    this.#place = place;
    this.#touched.clear();
    for (const { kind, fields } of records) this.#post(kind, fields as unknown as Fields);
    const denounces = records.some(({ kind }) => kind === "denounce");
    for (const [key, value] of delta) {
      if (!key.startsWith("credit/")) continue;
      const agent = key.slice("credit/".length) as AgentId;
      this.#touched.delete(agent);
      this.#compare(agent, value as CreditState | undefined, denounces);
    }
    // Who is left has moved by the records, and not in the state.
    for (const agent of this.#touched) this.#fault({ code: "not-as-booked", agent });
    const said = delta.get("credits") as CreditsState | undefined;
    if (said !== undefined || this.#sums.granted + this.#sums.forfeited !== sum(this.#said))
      this.#compareSums(said ?? this.#said);
  }

  /** Compares all of it with the state that the last commit has left. */
  close(view: View, place: Place): void {
    this.#place = place;
    for (const agent of this.#purses.keys())
      this.#compare(agent, view.get(`credit/${agent}`), false);
    const said = view.get("credits");
    if (said !== undefined || this.#purses.size > 0) this.#compareSums(said ?? this.#said);
  }

  report(): LedgerReport {
    const { granted, forfeited } = this.#sums;
    let locked = 0;
    for (const purse of this.#purses.values()) locked += lockedOf(purse);
    return {
      agents: this.#purses.size,
      granted,
      free: granted - locked - forfeited,
      locked,
      forfeited,
      faults: this.#faults,
      more: this.#more,
    };
  }

  keep(): KeptLedger {
    return {
      purses: [...this.#purses].map(([agent, { on, ...sums }]) => [
        agent,
        { ...sums, on: [...on] },
      ]),
      terms: [...this.#terms],
      standing: [...this.#standing],
      failed: [...this.#failed],
      said: this.#said,
      faults: this.#faults,
      more: this.#more,
    };
  }

  #post(kind: string, fields: Fields): void {
    if (kind === "grant") this.#grant(this.#touch(fields.to), fields.amount);
    else if (kind === "task") this.#read(fields);
    else if (kind === "claim") this.#claim(fields);
    else if (kind === "attempt") this.#end(fields);
  }

  #read({ id, stake = 0, attempts = ATTEMPTS_DEFAULT, mode }: Fields): void {
    // What was locked by bids stays where it is, whatever the task says later.
    const auctioned = mode === "auction" || this.#terms.get(id)?.auctioned === true;
    // Neither does what is locked by a claim that stands.
    if (stake > 0 || auctioned || this.#standing.has(id))
      this.#terms.set(id, { stake, attempts, auctioned });
    else this.#terms.delete(id);
  }

  #claim({ task, agent, token, until }: Fields): void {
    const former = this.#standing.get(task);
    const renews = former?.token === token;
    this.#standing.set(task, { agent, token, until, final: renews && this.#isFinal(task, former) });
    const { stake = 0, auctioned = false } = this.#terms.get(task) ?? {};
    if (renews || auctioned || stake === 0) return;
    const purse = this.#touch(agent);
    if (freeIn(purse) < stake)
      this.#fault({ code: "overspent", agent, task, booked: freeIn(purse), said: stake });
    purse.on.set(task, stake);
  }

  #end({ task, outcome }: Fields): void {
    const claim = this.#standing.get(task);
    this.#standing.delete(task);
    if (claim === undefined) return;
    const final = this.#isFinal(task, claim);
    if (outcome === "failed" || outcome === "expired")
      this.#failed.set(task, this.#failedWith(task, claim.agent));
    if (this.#terms.get(task)?.auctioned === true) return;
    const purse = this.#purses.get(claim.agent);
    const stake = purse?.on.get(task);
    if (purse === undefined || stake === undefined) return;
    this.#touch(claim.agent).on.delete(task);
    const late = this.#place!.time >= claim.until;
    const ended = outcome === "cancelled" ? late : outcome !== "done" && final;
    if (outcome === "expired" || ended) this.#lose(purse, stake);
    else if (outcome === "failed") this.#lose(purse, stake - Math.floor(stake / 2));
  }

  /** Whether nobody could take over from the claim since it has lapsed. */
  #isFinal(task: TaskId, { agent, until, final }: Standing): boolean {
    const { attempts = Infinity } = this.#terms.get(task) ?? {};
    const usedUp = this.#failedWith(task, agent).length >= attempts;
    return final || (usedUp && this.#place!.time >= until);
  }

  #failedWith(task: TaskId, agent: AgentId): readonly AgentId[] {
    return [...new Set([...(this.#failed.get(task) ?? []), agent])];
  }

  #grant(purse: Purse, amount: number): void {
    purse.granted += amount;
    this.#sums.granted += amount;
  }

  #lose(purse: Purse, amount: number): void {
    purse.lost += amount;
    this.#sums.forfeited += amount;
  }

  #compare(agent: AgentId, said: CreditState = NOTHING, denounces: boolean): void {
    const purse = this.#purses.get(agent) ?? emptyPurse();
    this.#purses.set(agent, purse);
    let returned = 0;
    for (const task of new Set([...purse.on.keys(), ...(Object.keys(said.on) as TaskId[])])) {
      const booked = purse.on.get(task) ?? 0;
      const is = said.on[task] ?? 0;
      if (booked === is) continue;
      const followed = denounces || this.#terms.get(task)?.auctioned === true;
      if (!followed) this.#fault({ code: "not-as-booked", agent, task, booked, said: is });
      else if (is < booked) returned += booked - is;
      if (is === 0) purse.on.delete(task);
      else purse.on.set(task, is);
    }
    const taken = said.lost - purse.lost;
    if (taken < 0 || taken > returned)
      this.#fault({ code: "not-as-booked", agent, booked: purse.lost, said: said.lost });
    if (said.granted !== purse.granted)
      this.#fault({ code: "not-as-booked", agent, booked: purse.granted, said: said.granted });
    // From here on the book goes by the state: one mistake is told once.
    this.#grant(purse, said.granted - purse.granted);
    this.#lose(purse, taken);
    const free = said.granted - said.lost - said.locked;
    if (said.locked !== lockedOf(purse) || Math.min(free, said.lost, said.locked) < 0)
      this.#fault({ code: "below-zero", agent, booked: lockedOf(purse), said: free });
  }

  #compareSums(said: CreditsState): void {
    const { granted, forfeited } = this.#sums;
    this.#said = said;
    if (said.granted !== granted)
      this.#fault({ code: "not-conserved", booked: granted, said: said.granted });
    if (said.forfeited !== forfeited)
      this.#fault({ code: "not-conserved", booked: forfeited, said: said.forfeited });
  }

  #touch(agent: AgentId): Purse {
    const purse = this.#purses.get(agent) ?? emptyPurse();
    this.#purses.set(agent, purse);
    this.#touched.add(agent);
    return purse;
  }

  #fault(found: Found): void {
    const { commit, number } = this.#place!;
    if (this.#faults.length >= FAULTS_KEPT) this.#more += 1;
    else this.#faults.push({ ...found, commit, number });
  }
}

const NOTHING: CreditState = { granted: 0, lost: 0, locked: 0, on: {} };

function emptyPurse(): Purse {
  return { granted: 0, lost: 0, on: new Map() };
}

function lockedOf({ on }: Purse): number {
  let locked = 0;
  for (const amount of on.values()) locked += amount;
  return locked;
}

function freeIn(purse: Purse): number {
  return purse.granted - purse.lost - lockedOf(purse);
}

function sum({ granted, forfeited }: CreditsState): number {
  return granted + forfeited;
}
