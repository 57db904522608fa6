/**
 * The folded state: a map from keys to plain JSON values. Every key is read by itself, so that a
 * hook or a one-shot command never parses a whole mound. Values are never changed in place.
 */
import type { AbleState, CapabilitiesState, CardState, DeedsState } from "./capabilities-state.ts";
import type { CheckpointState, NewestCheckpoint } from "./checkpoint-state.ts";
import type { AstrayState, FileState } from "./file-state.ts";
import type { GraphState } from "./graph-state.ts";
import type { AgentId, Nonce, Oid, PublicKey, TaskId } from "./ids.ts";
import type { LockState } from "./lock-state.ts";
import type { RefusalState } from "./refusal-state.ts";
import type { ReservedState } from "./reserved-state.ts";
import type { SignalState } from "./signal-state.ts";
import type { PaceState, TodoState } from "./todo-state.ts";
import type { LapseState, TaskTerms, TrustEntries, TrustPolicy } from "./trust-state.ts";

/** Where the line is: the newest folded commit, whatever the judge said of it. */
export interface LineState {
  readonly tip: Oid;
  /** The newest commit that was accepted. */
  readonly accepted: Oid;
  /** Commit time of the tip in milliseconds. */
  readonly time: number;
  readonly commits: number;
  readonly refused: number;
}

export interface MoundState extends TrustPolicy {
  readonly id: string;
  readonly name: string;
  readonly protocol: number;
  readonly membership: "open" | "invited" | "vouched";
  /** `agent key` pairs: a root acts by its key in force, which the record repeats. */
  readonly roots: readonly { readonly agent: AgentId; readonly key: PublicKey }[];
  readonly threshold: number;
  readonly leaseDefault: number;
  readonly leaseMax: number;
  readonly skew: number;
  readonly claimsMax: number;
  /** Caps are 0 where there is none. */
  readonly tasksOpenMax: number;
  readonly recordsHourMax: number;
}

export interface AgentState {
  readonly id: AgentId;
  readonly key: PublicKey;
  /** Every key it ever had, oldest first, with the commit that brought it and its time. */
  readonly keys: readonly {
    readonly key: PublicKey;
    readonly commit: Oid;
    readonly since: number;
  }[];
  readonly status: "active" | "withdrawn" | "revoked";
  readonly name: string | undefined;
  /** Counts only when `operatorSigned`. */
  readonly operator: AgentId | undefined;
  readonly operatorSigned: boolean;
  readonly joined: number;
  /** When it left or was revoked; undefined while it is active. */
  readonly ended: number | undefined;
}

export interface ClaimState {
  readonly agent: AgentId;
  readonly token: number;
  readonly since: number;
  readonly at: number;
  readonly until: number;
  readonly nonce: Nonce;
}

export type Outcome = "done" | "failed" | "released" | "expired" | "cancelled";

export interface AttemptState {
  readonly token: number;
  /** Who held the claim, not who wrote the attempt. */
  readonly agent: AgentId;
  readonly outcome: Outcome;
  readonly since: number;
  readonly at: number;
  readonly text: string | undefined;
  readonly refs: readonly string[];
  readonly review: ReviewState | undefined;
  /** Of what is done: whether only an independent reviewer may review it; see rules/review.ts. */
  readonly independent: boolean;
  /** Quarters of a good deed that it counted for before anybody reviewed it. */
  readonly presumed: number;
}

export interface ReviewState {
  readonly by: AgentId;
  readonly accepted: boolean;
  readonly at: number;
  readonly reason: string | undefined;
}

export interface ProgressState {
  readonly token: number;
  readonly count: number;
  readonly at: number;
  readonly percent: number | undefined;
  readonly note: string | undefined;
  readonly checkpoint: string | undefined;
}

export interface TaskState extends TaskTerms, LapseState {
  readonly id: TaskId;
  readonly creator: AgentId;
  readonly created: number;
  readonly title: string;
  readonly body: string | undefined;
  readonly needs: readonly string[];
  /** All of these are to be done first. */
  readonly after: readonly TaskId[];
  /** One of these is to be done first, where there are any. */
  readonly afterAny: readonly TaskId[];
  readonly paths: readonly string[];
  /** Whether claims on other tasks that say so too may overlap its paths. */
  readonly shared: boolean;
  readonly priority: number;
  readonly deadline: number | undefined;
  readonly lease: number | undefined;
  readonly attemptsMax: number;
  readonly review: boolean;
  readonly reviewer: AgentId | undefined;
  readonly parent: TaskId | undefined;
  /** The last token given out; 0 before the first claim. */
  readonly token: number;
  readonly claim: ClaimState | undefined;
  readonly attempts: readonly AttemptState[];
  readonly progress: ProgressState | undefined;
  readonly cancelled:
    | { readonly by: AgentId; readonly at: number; readonly reason: string | undefined }
    | undefined;
}

/** Keys and what lies under them. */
export interface Entries extends TrustEntries {
  line: LineState;
  mound: MoundState;
  refusals: readonly RefusalState[];
  checkpoint: NewestCheckpoint;
  graph: GraphState;
  pace: PaceState;
  [agent: `agent/${string}`]: AgentState;
  [capabilities: `can/${string}`]: CapabilitiesState;
  [card: `card/${string}`]: CardState;
  /** By skill or tag, then by a part of the members: see rules/able.ts. */
  [able: `able/${string}`]: readonly AbleState[];
  [invite: `invite/${string}`]: { readonly by: AgentId };
  [key: `key/${string}`]: AgentId;
  [task: `task/${string}`]: TaskState;
  [head: `head/${string}`]: TaskId;
  /** Of every task that is not settled. */
  [todo: `todo/${string}`]: TodoState;
  /** The live claims of an agent: task to `until`. */
  [held: `held/${string}`]: Readonly<Record<string, number>>;
  /** How many tasks of a creator are not finished. */
  [made: `made/${string}`]: number;
  [rate: `rate/${string}`]: { readonly hour: number; readonly count: number };
  /** What an agent has done. */
  [did: `did/${string}`]: DeedsState;
  /** The tasks that an agent has declined, and until when (milliseconds). */
  [declined: `declined/${string}`]: Readonly<Record<string, number>>;
  /** The tasks that name a task in `after` or `after_any`, sorted. */
  [waits: `waits/${string}`]: readonly TaskId[];
  /** By topic (`task/<id>`, `path/<folder or file>`, a word), then by agent. */
  [signal: `signal/${string}`]: Readonly<Record<string, SignalState>>;
  /** How many signals there were; a new value with each, so that readers know theirs by its identity. */
  signals: { readonly count: number };
  /** How many signals an agent has left in an hour of log time. */
  [signalled: `signalled/${string}`]: { readonly hour: number; readonly count: number };
  [lock: `lock/${string}`]: LockState;
  /** By the first segment of a glob, or `*` where that has a wildcard: the standing claims with such paths. */
  [paths: `paths/${string}`]: Readonly<Record<string, ReservedState>>;
  [nonce: `nonce/${string}`]: 1;
  /** Its number on the line, counted from 1. */
  [commit: `commit/${string}`]: number;
  /** The newest of each agent. */
  [checkpoint: `checkpoint/${string}`]: CheckpointState;
  [file: `file/${string}`]: FileState;
  [astray: `astray/${string}`]: AstrayState;
}

export type Key = keyof Entries & string;
export type Value = Entries[Key];

/** A state that is read by key. A view that has not loaded a key throws `NeedKeys`. */
export interface View {
  get<K extends Key>(key: K): Entries[K] | undefined;
  /** Every key that begins with `prefix`, sorted. */
  keys(prefix: string): readonly Key[];
  /** Shows each task that is not settled, in no order: for what does not depend on one. */
  eachTodo(show: ShowTodo): void;
}

/** A visitor, for it is called for thousands: what iterators cost each time was seen in profiles. */
export type ShowTodo = (key: `todo/${string}`, todo: TodoState) => void;

/** Thrown by a partly loaded view; whoever drives the judge loads them and asks again. */
export class NeedKeys extends Error {
  readonly wanted: readonly Key[] | "all";
  constructor(wanted: readonly Key[] | "all") {
    super("the state is not loaded at these keys");
    this.wanted = wanted;
  }
}

/** What a commit changes in the state; undefined removes the key. */
export type Delta = ReadonlyMap<Key, Value | undefined>;

/** A view with changes on top, so that speculation over a batch never copies the state below. */
export class Overlay implements View {
  readonly #below: View;
  readonly #changes = new Map<Key, Value | undefined>();

  constructor(below: View) {
    this.#below = below;
  }

  get<K extends Key>(key: K): Entries[K] | undefined {
    if (this.#changes.has(key)) return this.#changes.get(key) as Entries[K] | undefined;
    return this.#below.get(key);
  }

  set<K extends Key>(key: K, value: Entries[K] | undefined): void {
    this.#changes.set(key, value);
  }

  apply(delta: Delta): void {
    for (const [key, value] of delta) this.#changes.set(key, value);
  }

  keys(prefix: string): readonly Key[] {
    const found = new Set(this.#below.keys(prefix));
    for (const [key, value] of this.#changes) {
      if (!key.startsWith(prefix)) continue;
      if (value === undefined) found.delete(key);
      else found.add(key);
    }
    return [...found].toSorted();
  }

  eachTodo(show: ShowTodo): void {
    this.#below.eachTodo((key, todo) => {
      if (!this.#changes.has(key)) show(key, todo);
    });
    showTodo(this.#changes, show);
  }

  get delta(): Delta {
    return this.#changes;
  }

  /** What lies below all changes. */
  get ground(): View {
    return this.#below instanceof Overlay ? this.#below.ground : this.#below;
  }
}

/** A whole state in memory. */
export class MemoryState implements View {
  readonly #entries: Map<Key, Value>;

  constructor(entries: Iterable<readonly [Key, Value]> = []) {
    this.#entries = new Map(entries);
  }

  get<K extends Key>(key: K): Entries[K] | undefined {
    return this.#entries.get(key) as Entries[K] | undefined;
  }

  keys(prefix: string): readonly Key[] {
    return [...this.#entries.keys()].filter((key) => key.startsWith(prefix)).toSorted();
  }

  eachTodo(show: ShowTodo): void {
    showTodo(this.#entries, show);
  }

  apply(delta: Delta): void {
    for (const [key, value] of delta) {
      if (value === undefined) this.#entries.delete(key);
      else this.#entries.set(key, value);
    }
  }

  entries(): ReadonlyMap<Key, Value> {
    return this.#entries;
  }
}

/** Shows those of these entries that are meant by `eachTodo`. */
export function showTodo(entries: ReadonlyMap<Key, Value | undefined>, show: ShowTodo): void {
  entries.forEach((value, key) => {
    if (value !== undefined && key.startsWith("todo/"))
      show(key as `todo/${string}`, value as TodoState);
  });
}
