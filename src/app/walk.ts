/** A walk along the line, commit by commit, forward and back. */
import type { Oid } from "../protocol/ids.ts";
import { type CommitFacts, judge } from "../protocol/judge.ts";
import {
  type Delta,
  type Key,
  MemoryState,
  Overlay,
  type Value,
  type View,
} from "../protocol/state.ts";
import type { Folded } from "./line.ts";
import type { ReplayPorts } from "./replay.ts";
import { verifiedCommits } from "./verified.ts";

/** Commits that one can go back by at once; further back the line is folded anew. */
const STEPS_KEPT = 1_000;

/** The commit that was walked over last. */
export interface WalkStep extends Folded {
  /** What lay under the keys that it changed. */
  readonly undo: Delta;
}

export class Walk {
  readonly #ports: ReplayPorts;
  readonly #tip: Oid;
  readonly #kept: number;
  #state = new MemoryState();
  #ahead: AsyncGenerator<CommitFacts, undefined>;
  /** The newest that were walked over, the last one being where the walk is. */
  #done: WalkStep[] = [];
  /** Those that were gone back over, the next one last. */
  #undone: WalkStep[] = [];

  /** Stands before the first commit. `kept`: commits that one can go back by at once. */
  constructor(ports: ReplayPorts, tip: Oid, kept = STEPS_KEPT) {
    this.#ports = ports;
    this.#tip = tip;
    this.#kept = kept;
    this.#ahead = this.#read();
  }

  /** As it is after the commit that was walked over last. */
  get state(): View {
    return this.#state;
  }

  /** How many commits were walked over. */
  get number(): number {
    return this.#state.get("line")?.commits ?? 0;
  }

  get here(): WalkStep | undefined {
    return this.#done.at(-1);
  }

  /** The state before the commit that was walked over last. */
  get before(): View {
    const before = new Overlay(this.#state);
    before.apply(this.here?.undo ?? new Map());
    return before;
  }

  /** One commit on; false at the tip. */
  async forward(): Promise<boolean> {
    const again = this.#undone.pop();
    if (again !== undefined) {
      this.#take(again);
      return true;
    }
    const next = await this.#ahead.next();
    if (next.done === true) return false;
    const facts = next.value;
    const verdict = judge(this.#state, facts);
    const undo = new Map<Key, Value | undefined>();
    for (const key of verdict.delta.keys()) undo.set(key, this.#state.get(key));
    this.#take({ facts, verdict, undo });
    return true;
  }

  /** One commit back; false at the first. */
  async back(): Promise<boolean> {
    const target = this.number - 1;
    if (target < 1) return false;
    if (this.#done.length < 2) {
      await this.#restart();
      while (this.number < target) await this.forward();
      return true;
    }
    const last = this.#done.pop()!;
    this.#state.apply(last.undo);
    this.#undone.push(last);
    return true;
  }

  /** To a commit of the line, before or after; false where the tip comes first. */
  async to(commit: Oid): Promise<boolean> {
    if (this.#state.get(`commit/${commit}`) !== undefined) {
      while (this.#done.length > 1 && this.here?.facts.oid !== commit) await this.back();
      if (this.here?.facts.oid === commit) return true;
      await this.#restart();
    }
    while (await this.forward()) if (this.here?.facts.oid === commit) return true;
    return false;
  }

  async close(): Promise<void> {
    await this.#ahead.return(undefined);
  }

  #take(step: WalkStep): void {
    this.#state.apply(step.verdict.delta);
    this.#done.push(step);
    if (this.#done.length > this.#kept) this.#done.shift();
  }

  async #restart(): Promise<void> {
    await this.close();
    this.#state = new MemoryState();
    this.#done = [];
    this.#undone = [];
    this.#ahead = this.#read();
  }

  async *#read(): AsyncGenerator<CommitFacts, undefined> {
    for await (const window of verifiedCommits(this.#ports, undefined, this.#tip)) yield* window;
    return undefined;
  }
}
