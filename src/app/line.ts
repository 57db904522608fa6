/**
 * The line as this clone has verified it: the folded state, and how far it reaches. Whoever holds a
 * Line may read the state at once; `sync` brings what landed at the origin, judged commit by commit.
 */
import { err, ok, type Result } from "../base/result.ts";
import type { Oid } from "../protocol/ids.ts";
import type { CommitFacts, Verdict } from "../protocol/judge.ts";
import { RECORD_BYTES } from "../protocol/limits.ts";
import type { Delta, Key, LineState, MoundState, Value } from "../protocol/state.ts";
import type { AppFault } from "./faults.ts";
import type {
  CachedState,
  Clock,
  History,
  Objects,
  RawCommit,
  Refs,
  Remote,
  StateCache,
  Verifier,
} from "./ports.ts";
import { ShardedState, withKeys } from "./sharded-state.ts";

/** Commits verified in one call: enough to fill the workers, few enough to hold in memory. */
const VERIFY_WINDOW = 1_024;

/** The newest verified commit of the line, in a clone. */
const LINE_REF = "refs/mound/line";

export interface LinePorts {
  readonly objects: Objects;
  readonly refs: Refs;
  readonly history: History;
  readonly remote: Remote;
  readonly clock: Clock;
  readonly verifier: Verifier;
  readonly cache: StateCache;
}

/** One commit that was folded, and what the judge said of it. */
export interface Folded {
  readonly facts: CommitFacts;
  readonly verdict: Verdict;
}

export interface SyncReport {
  readonly tip: Oid;
  readonly folded: readonly Folded[];
  /** Commits that are dated ahead of this clock: not folded yet, and not built on. */
  readonly deferred: { readonly commit: Oid; readonly time: number } | undefined;
}

export class Line {
  readonly #ports: LinePorts;
  #state = new ShardedState(undefined);
  #cached: CachedState | undefined;
  #tip: Oid | undefined;
  #savedTip: Oid | undefined;
  readonly #unsaved = new Map<Key, Value | undefined>();
  #deferred: SyncReport["deferred"];
  #membersChanged = false;
  /** Milliseconds: when the origin was last asked. */
  #asked: number | undefined;

  private constructor(ports: LinePorts) {
    this.#ports = ports;
  }

  /** Opens what this clone has verified so far; asks nobody. */
  static async open(ports: LinePorts): Promise<Line> {
    const line = new Line(ports);
    await line.#openCache();
    // Without a cache all of the history was folded just now: the next process need not.
    if ((await line.catchUp()).length > 0) await line.save();
    return line;
  }

  get state(): ShardedState {
    return this.#state;
  }

  get tip(): Oid | undefined {
    return this.#tip;
  }

  /** Milliseconds since the epoch at which the origin was last asked by this process. */
  get asked(): number | undefined {
    return this.#asked;
  }

  get deferred(): SyncReport["deferred"] {
    return this.#deferred;
  }

  /** Whether an agent came, left or changed its key since this was last asked. */
  takeMembersChanged(): boolean {
    const changed = this.#membersChanged;
    this.#membersChanged = false;
    return changed;
  }

  /** The mound's settings, and where the line is; undefined while there is no mound. */
  async standing(): Promise<{ readonly mound: MoundState; readonly line: LineState } | undefined> {
    return withKeys(this.#state, () => {
      const mound = this.#state.get("mound");
      const line = this.#state.get("line");
      return mound === undefined || line === undefined ? undefined : { mound, line };
    });
  }

  /** Takes in what other processes of this clone have verified meanwhile. */
  async catchUp(): Promise<readonly Folded[]> {
    const advanced = await this.#cached?.advance();
    if (advanced === "replaced") {
      this.#membersChanged = true;
      await this.close();
      await this.#openCache();
    } else if (advanced !== undefined) {
      this.#state.apply(advanced.delta);
      this.#noteMembers(advanced.delta);
      this.#tip = advanced.tip;
      this.#savedTip = advanced.tip;
      this.#unsaved.clear();
    }
    const ref = await this.#ports.refs.read(LINE_REF);
    if (ref === undefined || ref === this.#tip) return [];
    if (this.#tip !== undefined && !(await this.#ports.history.contains(this.#tip, ref))) {
      if (await this.#ports.history.contains(ref, this.#tip)) return [];
      await this.#reset();
    }
    return this.#foldTo(ref);
  }

  /** Fetches and judges what came in. A line that was rewritten stops everything, and keeps both. */
  async sync(): Promise<Result<SyncReport, AppFault>> {
    const { remote, history } = this.#ports;
    // First what others of this clone know: what they have verified, the origin has.
    const caught = await this.catchUp();
    const fetched = await remote.fetch();
    if (!fetched.ok) return fetched;
    this.#asked = this.#ports.clock.now();
    const found = fetched.value;
    if (found === undefined) {
      if (this.#tip === undefined)
        return err({ code: "line-missing", url: remote.url, branch: "" });
      return err({ code: "history-rewritten", url: remote.url, verified: this.#tip, found: "" });
    }
    if (this.#tip !== undefined && !(await history.contains(this.#tip, found))) {
      const accepted = (await this.standing())?.line.accepted;
      // Commits that were refused at the end of the line may be forced away; accepted ones may not.
      if (accepted === undefined || !(await history.contains(accepted, found))) {
        return err({ code: "history-rewritten", url: remote.url, verified: this.#tip, found });
      }
      await this.#reset();
    }
    const folded = [...caught, ...(await this.#foldTo(found))];
    if ((await this.standing()) === undefined) {
      const refused = folded.find((step) => !step.verdict.accepted)?.verdict;
      const detail =
        refused?.accepted === false ? refused.fault.code : "its first commit has no mound.yaml";
      if (this.#deferred === undefined)
        return err({ code: "not-a-mound", url: remote.url, detail });
    }
    await this.save();
    return ok({ tip: this.#tip ?? found, folded, deferred: this.#deferred });
  }

  /** Takes a commit that was judged on this state and has landed. */
  adopt(tip: Oid, delta: Delta): void {
    this.#take(tip, delta);
  }

  /** Anchors the verified tip in the clone and keeps the state in the cache. */
  async save(): Promise<void> {
    const { refs, cache, history } = this.#ports;
    if (this.#tip === undefined || this.#tip === this.#savedTip) return;
    const from = this.#savedTip;
    const kept = from !== undefined && (await cache.append(from, this.#tip, this.#unsaved));
    if (!kept) {
      await this.#state.load("all");
      await cache.replace(this.#tip, this.#state.entries());
      await this.close();
      this.#cached = await cache.open();
    }
    this.#savedTip = this.#tip;
    this.#unsaved.clear();
    const anchored = await refs.read(LINE_REF);
    if (anchored === this.#tip) return;
    // Losing this swap means that another process anchored a tip of its own: as good as ours.
    const behind =
      anchored === undefined || anchored === from || !(await history.contains(this.#tip, anchored));
    if (behind) await refs.swap(LINE_REF, this.#tip, anchored);
  }

  /** Lets go of the cache's files. */
  async close(): Promise<void> {
    await this.#cached?.close();
    this.#cached = undefined;
  }

  async #openCache(): Promise<void> {
    this.#cached = await this.#ports.cache.open();
    const cached = this.#cached;
    this.#state = new ShardedState(cached, async () =>
      cached === undefined ? [] : this.#rebuild(cached.tip),
    );
    this.#tip = cached?.tip;
    this.#savedTip = this.#tip;
    this.#unsaved.clear();
  }

  /** The cache is damaged: folds all of history up to the commit that it was kept for, and keeps that. */
  async #rebuild(tip: Oid): Promise<Iterable<readonly [Key, Value]>> {
    const anew = new Line(this.#ports);
    await anew.#foldTo(tip, { ripe: true });
    const entries = [...anew.#state.entries()];
    await this.#ports.cache.replace(tip, entries);
    return entries;
  }

  async #reset(): Promise<void> {
    await this.close();
    this.#state = new ShardedState(undefined);
    this.#tip = undefined;
    this.#savedTip = undefined;
    this.#unsaved.clear();
  }

  #take(tip: Oid, delta: Delta): void {
    this.#state.apply(delta);
    for (const [key, value] of delta) this.#unsaved.set(key, value);
    this.#tip = tip;
    this.#noteMembers(delta);
  }

  #noteMembers(delta: Delta): void {
    for (const key of delta.keys()) this.#membersChanged ||= key.startsWith("agent/");
  }

  /** `ripe`: the commits were folded before, so their times are not held against this clock again. */
  async #foldTo(target: Oid, { ripe = false } = {}): Promise<readonly Folded[]> {
    const folded: Folded[] = [];
    this.#deferred = undefined;
    if (target === this.#tip) return folded;
    // Loaded only when there is something to fold: a reader of a warm view needs no judge.
    const { judge } = await import("../protocol/judge.ts");
    for await (const window of this.#verified(this.#tip, target)) {
      for (const facts of window) {
        if (!ripe && (await this.#defer(facts))) return folded;
        const verdict = await withKeys(this.#state, () => judge(this.#state, facts));
        this.#take(facts.oid, verdict.delta);
        folded.push({ facts, verdict });
      }
    }
    return folded;
  }

  /** The facts of the commits after `from`, a window at a time, the next being read while one is judged. */
  async *#verified(from: Oid | undefined, to: Oid): AsyncGenerator<readonly CommitFacts[]> {
    const { readFacts } = await import("./facts.ts");
    const windows = this.#windows(from, to)[Symbol.asyncIterator]();
    const read = async (): Promise<readonly CommitFacts[] | undefined> => {
      const next = await windows.next();
      return next.done === true ? undefined : readFacts(next.value, this.#ports.verifier);
    };
    let pending = read();
    for (;;) {
      const facts = await pending;
      if (facts === undefined) return;
      pending = read();
      // Whoever stops early leaves this read unawaited; its failure is then nobody's.
      pending.catch(() => undefined);
      yield facts;
    }
  }

  async *#windows(from: Oid | undefined, to: Oid): AsyncGenerator<readonly RawCommit[]> {
    let window: RawCommit[] = [];
    for await (const commit of this.#ports.history.commits(from, to, RECORD_BYTES)) {
      window.push(commit);
      if (window.length < VERIFY_WINDOW) continue;
      yield window;
      window = [];
    }
    if (window.length > 0) yield window;
  }

  /** A commit ahead of this clock by more than the skew waits, and so does what follows it. */
  async #defer(facts: CommitFacts): Promise<boolean> {
    const time = (facts.commit?.committer.seconds ?? 0) * 1_000;
    const skew = (await this.standing())?.mound.skew ?? 120_000;
    if (time <= this.#ports.clock.now() + skew) return false;
    this.#deferred = { commit: facts.oid, time };
    return true;
  }
}
