import { defined } from "../base/assert.ts";
import { judge, type CommitFacts, type Verdict } from "../protocol/judge.ts";
import type { View } from "../protocol/state.ts";
import type { Sha256 } from "../protocol/state-digest.ts";
import { AnomalyWatch } from "../protocol/views/anomalies.ts";
import type { AgentId, Oid } from "../protocol/ids.ts";
import { ShardDigests } from "./audit-digest.ts";
import { FindingTracker, marksOf } from "./audit-findings.ts";
import type { Gathered } from "./audit-notes.ts";
import type { AuditReport } from "./audit-report.ts";
import { newcomersOf, TallyCounter } from "./audit-tally.ts";
import { AwardBook } from "./award-book.ts";
import { CheckpointCheck, type FalseCheckpoint } from "./checkpoints.ts";
import type { KeptState } from "./kept-state.ts";
import { LedgerBook } from "./ledger-book.ts";
import { LOCKS, OwnershipTracker, TASKS } from "./ownership.ts";
import { ReservationTracker } from "./reservations.ts";
import { withKeys } from "./sharded-state.ts";

export interface AuditFoldStart {
  /** Opened where something was gathered, else empty. */
  readonly state: KeptState;
  readonly gathered: Gathered | undefined;
  /** The commits at which checkpoints speak of the state. */
  readonly named: ReadonlySet<Oid>;
}

/** What one pass over the line tells by itself. */
export type FoldReport = Omit<AuditReport, "line" | "asked" | "deferred" | "resumed">;

/** Judges commit after commit, and shows each verdict to everyone who gathers something. */
export class AuditFold {
  readonly kept: KeptState;
  readonly #findings: FindingTracker;
  readonly #ownership: OwnershipTracker;
  readonly #locks: OwnershipTracker;
  readonly #reservations: ReservationTracker;
  readonly #ledger: LedgerBook;
  readonly #awards: AwardBook;
  readonly #tally: TallyCounter;
  readonly #watch: AnomalyWatch;
  readonly #digests: ShardDigests;
  readonly #checkpoints: CheckpointCheck;

  constructor({ state, gathered, named }: AuditFoldStart, sha256: Sha256) {
    this.kept = state;
    this.#findings = new FindingTracker(gathered?.findings);
    this.#ownership = new OwnershipTracker(TASKS, gathered?.ownership);
    this.#locks = new OwnershipTracker(LOCKS, gathered?.locks);
    this.#reservations = new ReservationTracker(gathered?.reservations);
    this.#ledger = new LedgerBook(gathered?.ledger);
    this.#awards = new AwardBook(gathered?.awards);
    this.#tally = new TallyCounter(gathered?.tally);
    this.#watch = new AnomalyWatch(gathered?.anomalies);
    this.#digests = new ShardDigests(sha256, gathered?.digests);
    this.#checkpoints = new CheckpointCheck(named, gathered?.checkpoints);
  }

  /** Commits of the line that are judged. */
  get commits(): number {
    return this.#tally.commits;
  }

  async take(facts: CommitFacts): Promise<void> {
    const { state } = this.kept;
    // Only reads are asked again when keys are missing: what counts, counts once.
    const { verdict, marks, newcomers } = await withKeys(state, () => judged(state, facts));
    await withKeys(state, () => this.#watch.step(state, { facts, verdict }));
    this.#tally.step(facts, verdict, newcomers);
    const place = { commit: facts.oid, number: this.commits, time: verdict.time };
    this.#findings.step(facts, verdict, marks, place.number);
    if (verdict.accepted) {
      this.#ownership.step(verdict.records, place);
      this.#locks.step(verdict.records, place);
      this.#reservations.step(verdict.records, place);
      this.#ledger.step(verdict.records, verdict.delta, place);
      await this.#award(facts, verdict, place);
    }
    this.#digests.touch(verdict.delta);
    this.kept.take(facts.oid, verdict.delta);
    this.#checkpoints.step({ facts, verdict });
    if (this.#checkpoints.wants(facts.oid))
      this.#checkpoints.note(facts.oid, await this.#digests.digest(state));
  }

  async #award(
    { commit }: CommitFacts,
    { records, delta }: Verdict & { accepted: true },
    place: { readonly commit: Oid; readonly number: number; readonly time: number },
  ): Promise<void> {
    const { state } = this.kept;
    this.#awards.read(records);
    if (this.#awards.idle) return;
    const author = commit!.author.name as AgentId;
    const denounces = records.some(({ kind }) => kind === "denounce");
    const step = { ...place, before: state, delta, author, denounces };
    this.#awards.take(await withKeys(state, () => this.#awards.look(step)));
  }

  /** What was found, and what the next audit goes on from. */
  async report(): Promise<{ readonly report: FoldReport; readonly gathered: Gathered }> {
    const { state } = this.kept;
    const digest = await this.#digests.digest(state);
    // What speaks of this commit comes after it, and is read by the next audit.
    if (this.kept.tip !== undefined) this.#checkpoints.note(this.kept.tip, digest);
    const { line, mound } = await withKeys(state, () => ends(state));
    const anomalies = await withKeys(state, () => this.#watch.found(state, line.time));
    const lies = await withKeys(state, () => withRevoked(state, this.#checkpoints.lies));
    const place = { commit: line.tip, number: this.commits, time: line.time };
    await withKeys(state, () => this.#ledger.close(state, place));
    const ownership = this.#ownership.report();
    const tally = this.#tally.report(ownership.claims);
    const { tip, accepted, time } = line;
    const { id, name, protocol } = mound;
    return {
      report: {
        tip,
        accepted,
        mound: { id, name, protocol },
        time,
        findings: this.#findings.findings,
        more: this.#findings.more,
        ownership,
        locks: this.#locks.report(),
        reservations: this.#reservations.report(),
        ledger: this.#ledger.report(),
        awards: this.#awards.report(),
        tally,
        anomalies,
        checkpoints: { ...this.#checkpoints.counts, lies },
        proof: { digest, commit: tip },
      },
      gathered: {
        tip,
        accepted,
        findings: this.#findings.keep(),
        tally,
        ownership: this.#ownership.keep(),
        locks: this.#locks.keep(),
        reservations: this.#reservations.keep(),
        ledger: this.#ledger.keep(),
        awards: this.#awards.keep(),
        anomalies: this.#watch.keep(),
        checkpoints: this.#checkpoints.keep(),
        digests: this.#digests.keep(),
      },
    };
  }
}

function judged(before: View, facts: CommitFacts) {
  const verdict = judge(before, facts);
  const marks = marksOf(before, facts, verdict);
  return { verdict, marks, newcomers: newcomersOf(before, verdict) };
}

/** A lie is dealt with once nobody takes its author's word any more. */
function withRevoked(view: View, lies: readonly FalseCheckpoint[]) {
  return lies.map((lie) => ({
    ...lie,
    revoked: view.get(`agent/${lie.agent}`)?.status === "revoked",
  }));
}

function ends(view: View) {
  return {
    line: defined(view.get("line"), "the line of a mound"),
    mound: defined(view.get("mound"), "the settings of a mound"),
  };
}
