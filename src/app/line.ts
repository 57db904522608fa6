/**
 * The line as this clone has verified it: the folded state, and how far it reaches. Whoever holds a
 * Line may read the state at once; `sync` brings what landed at the origin, judged commit by commit.
 */
import { err, ok, type Result } from "../base/result.ts";
import type { Oid } from "../protocol/ids.ts";
import type { CommitFacts, Verdict } from "../protocol/judge.ts";
import type { Delta, Key, LineState, MoundState, Value, View } from "../protocol/state.ts";
import { deferralOf, type Deferral } from "./deferral.ts";
import type { AppFault } from "./faults.ts";
import { KeptState } from "./kept-state.ts";
import type { Clock, History, Objects, Refs, Remote, StateCache, Verifier } from "./ports.ts";
import { type ShardedState, withKeys } from "./sharded-state.ts";
import { verifiedCommits } from "./verified.ts";

/** The newest verified commit of the line, in a clone. */
export const LINE_REF = "refs/mound/line";

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

/**
 * Reads one commit on the state before it. It is asked again where that state lacks keys, so it only
 * reads; what it answers is called once, when the line has taken the commit.
 */
export type Observer = (before: View, step: Folded) => () => void;

export interface SyncReport {
  readonly tip: Oid;
  readonly folded: readonly Folded[];
  /** Commits that are dated ahead of this clock: not folded yet, and not built on. */
  readonly deferred: Deferral | undefined;
}

export class Line {
  readonly #ports: LinePorts;
  readonly #kept: KeptState;
  #deferred: SyncReport["deferred"];
  #membersChanged = false;
  /** Milliseconds: when the origin was last asked. */
  #asked: number | undefined;
  /** The tip that the origin has forced away, refused commits at the end of the line. */
  #forced: Oid | undefined;
  #observer: Observer | undefined;
  /** After a reset: what the observer has seen is folded again without it, up to `until`. */
  #seen: { until: Oid | undefined; readonly refused: ReadonlySet<Oid> } | undefined;

  private constructor(ports: LinePorts) {
    this.#ports = ports;
    this.#kept = new KeptState(ports.cache, (tip) => this.#rebuild(tip));
  }

  /** Opens what this clone has verified so far; asks nobody. */
  static async open(ports: LinePorts): Promise<Line> {
    const line = new Line(ports);
    await line.#kept.open();
    // Without a cache all of the history was folded just now: the next process need not.
    if ((await line.catchUp()).length > 0) await line.save();
    return line;
  }

  get state(): ShardedState {
    return this.#kept.state;
  }

  get tip(): Oid | undefined {
    return this.#kept.tip;
  }

  /** Milliseconds since the epoch at which the origin was last asked by this process. */
  get asked(): number | undefined {
    return this.#asked;
  }

  get deferred(): SyncReport["deferred"] {
    return this.#deferred;
  }

  /** From this call on the observer is shown every commit that the line takes, in order, and each once. */
  observe(observer: Observer): void {
    this.#observer = observer;
  }

  /** Whether an agent came, left or changed its key since this was last asked. */
  takeMembersChanged(): boolean {
    const changed = this.#membersChanged;
    this.#membersChanged = false;
    return changed;
  }

  /** The mound's settings, and where the line is; undefined while there is no mound. */
  async standing(): Promise<{ readonly mound: MoundState; readonly line: LineState } | undefined> {
    return withKeys(this.state, () => {
      const mound = this.state.get("mound");
      const line = this.state.get("line");
      return mound === undefined || line === undefined ? undefined : { mound, line };
    });
  }

  /** Takes in what other processes of this clone have verified meanwhile. */
  async catchUp(): Promise<readonly Folded[]> {
    // The cache tells what changed, not by which commits: an observed line folds those itself.
    const advanced = this.#observer === undefined ? await this.#kept.advance() : undefined;
    if (advanced === "replaced") {
      this.#membersChanged = true;
      await this.#kept.open();
    } else if (advanced !== undefined) {
      this.#noteMembers(advanced);
    }
    const { refs, history } = this.#ports;
    const ref = await refs.read(LINE_REF);
    if (ref === undefined || ref === this.tip) return [];
    if (this.tip !== undefined && !(await history.contains(this.tip, ref))) {
      if (await history.contains(ref, this.tip)) return [];
      // Whether what was shown to an observer is still on the line is for the origin to say.
      if (this.#observer !== undefined && !(await this.#keepsAccepted(ref))) return [];
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
      if (this.tip === undefined) return err({ code: "line-missing", url: remote.url, branch: "" });
      return this.#rewritten(this.tip, undefined);
    }
    if (this.tip !== undefined && !(await history.contains(this.tip, found))) {
      // Commits that were refused at the end of the line may be forced away; accepted ones may not.
      if (!(await this.#keepsAccepted(found))) return this.#rewritten(this.tip, found);
      this.#forced = this.tip;
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
    return ok({ tip: this.tip ?? found, folded, deferred: this.#deferred });
  }

  /** Takes a commit that was judged on this state and has landed; one that a sync brought is here already. */
  async adopt(step: Folded): Promise<void> {
    if (step.facts.commit?.parents[0] === this.tip) await this.#take(step);
  }

  /** Anchors the verified tip in the clone and keeps the state in the cache. */
  async save(): Promise<void> {
    const { refs, history } = this.#ports;
    const from = this.#kept.savedTip;
    if (!(await this.#kept.save())) return;
    const tip = this.tip!;
    const anchored = await refs.read(LINE_REF);
    if (anchored === tip) return;
    // Losing this swap means that another process anchored a tip of its own: as good as ours.
    const behind =
      anchored === undefined ||
      anchored === from ||
      anchored === this.#forced ||
      !(await history.contains(tip, anchored));
    if (behind) await refs.swap(LINE_REF, tip, anchored);
  }

  /** Lets go of the cache's files. */
  async close(): Promise<void> {
    await this.#kept.close();
  }

  /** The cache is damaged: folds all of history up to the commit that it was kept for, and keeps that. */
  async #rebuild(tip: Oid): Promise<Iterable<readonly [Key, Value]>> {
    const anew = new Line(this.#ports);
    await anew.#foldTo(tip, { ripe: true });
    const entries = [...anew.state.entries()];
    await this.#ports.cache.replace(tip, entries);
    return entries;
  }

  async #rewritten(verified: Oid, found: Oid | undefined): Promise<Result<SyncReport, AppFault>> {
    const { remote, history } = this.#ports;
    const { findMissing } = await import("./missing.ts");
    const missing = await findMissing(history, verified, found);
    const { url } = remote;
    return err({ code: "history-rewritten", url, verified, found: found ?? "", missing });
  }

  async #keepsAccepted(found: Oid): Promise<boolean> {
    const accepted = (await this.standing())?.line.accepted;
    return accepted !== undefined && (await this.#ports.history.contains(accepted, found));
  }

  /** Commits that were refused at the end of the line are gone: it is folded anew, from the first. */
  async #reset(): Promise<void> {
    const until = (await this.standing())?.line.accepted;
    const refusals = await withKeys(this.state, () => this.state.get("refusals") ?? []);
    this.#seen = { until, refused: new Set(refusals.map(({ commit }) => commit)) };
    await this.#kept.reset();
  }

  async #take(step: Folded): Promise<void> {
    const { facts, verdict } = step;
    const observer = this.#wasSeen(facts.oid) ? undefined : this.#observer;
    const took = await withKeys(this.state, () => observer?.(this.state, step));
    this.#kept.take(facts.oid, verdict.delta);
    this.#noteMembers(verdict.delta);
    took?.();
  }

  #wasSeen(oid: Oid): boolean {
    if (this.#seen === undefined) return false;
    const before = this.#seen.until !== undefined;
    if (oid === this.#seen.until) this.#seen.until = undefined;
    return before || this.#seen.refused.has(oid);
  }

  #noteMembers(delta: Delta): void {
    for (const key of delta.keys()) this.#membersChanged ||= key.startsWith("agent/");
  }

  /** `ripe`: the commits were folded before, so their times are not held against this clock again. */
  async #foldTo(target: Oid, { ripe = false } = {}): Promise<readonly Folded[]> {
    const folded: Folded[] = [];
    this.#deferred = undefined;
    if (target === this.tip) return folded;
    // Loaded only when there is something to fold: a reader of a warm view needs no judge.
    const { judge } = await import("../protocol/judge.ts");
    for await (const window of verifiedCommits(this.#ports, this.tip, target)) {
      for (const facts of window) {
        if (!ripe) this.#deferred = await deferralOf(facts, this.state, this.#ports.clock);
        if (this.#deferred !== undefined) return folded;
        const verdict = await withKeys(this.state, () => judge(this.state, facts));
        await this.#take({ facts, verdict });
        folded.push({ facts, verdict });
      }
    }
    return folded;
  }
}
