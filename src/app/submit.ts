/**
 * Moves the line: one or many commands, in order, become a chain of commits that is pushed with one
 * compare-and-swap. A push is done, refused or unknown; unknown is resolved by the operation's nonce.
 *
 *   turn -> journal -> [ decide, sign, judge each -> write -> push ] -> adopt -> answer
 *                       ^ refused: back off, sync, judge again, decide again where no longer legal
 */
import { err, ok, type Result } from "../base/result.ts";
import type { Nonce } from "../protocol/ids.ts";
import type { AppFault } from "./faults.ts";
import { Backoff } from "./backoff.ts";
import { Chain, type Link } from "./chain.ts";
import type { Line, SyncReport } from "./line.ts";
import { newNonce } from "./nonce.ts";
import type { JournalEntry, PushOutcome } from "./ports.ts";
import { Recovery, type Recovered } from "./recovery.ts";
import type { Outcome, Phase, Request, SubmitPorts } from "./request.ts";
import {
  dropUnwanted,
  firstOfEachName,
  isNamed,
  isUnknown,
  settle,
  stopAll,
  unknown,
  type Doubt,
} from "./settle.ts";
import { withKeys } from "./sharded-state.ts";

/** Milliseconds after which a batch that keeps losing gives up; nothing has changed then. */
const PATIENCE_MS = 120_000;
/** An origin that answers no push this often will not answer the next one. */
const DOUBTS_MAX = 3;
/** A batch that lost this often is halved, so that part of it gets through. */
const HALVE_AFTER = 3;

export class Submitter {
  readonly #ports: SubmitPorts;
  readonly #line: Line;
  readonly #backoff: Backoff;
  readonly #recovery: Recovery;
  #sent = false;
  /** Whether the last push was left out, because the branch was seen to have moved. */
  #spared = false;

  constructor(line: Line, ports: SubmitPorts) {
    this.#line = line;
    this.#ports = ports;
    this.#backoff = new Backoff(ports.clock, ports.random);
    this.#recovery = new Recovery(line, ports);
  }

  /** What this process found out about operations of dead ones; told once. */
  takeRecovered(): readonly Recovered[] {
    return this.#recovery.take();
  }

  /** Submits commands in order; answers one outcome for each. */
  async submit(requests: readonly Request[]): Promise<readonly Outcome[]> {
    this.#trace("turn");
    const pass = await this.#ports.queue.turn();
    try {
      await this.#line.catchUp();
      await this.#recovery.begin();
      const links = requests.map((request): Link => ({
        request,
        nonce: request.nonce ?? newNonce(this.#ports.random),
        outcome: undefined,
      }));
      this.#trace("journal");
      await this.#ports.journal.begin(links.filter(isNamed).map((link) => this.#entry(link)));
      await this.#driveOrForget(links);
      // What has become of them is known: a disk that is full takes nothing back of it.
      await this.#putAway(links).catch(() => this.#trace("unsaved"));
      this.#trace("answer");
      return links.map((link) => link.outcome!);
    } finally {
      await pass();
    }
  }

  async #putAway(links: readonly Link[]): Promise<void> {
    const named = links.filter(isNamed);
    const doubtful = named.filter((link) => isUnknown(link.outcome));
    this.#recovery.doubt(doubtful.map((link) => link.nonce));
    const known = named.filter((link) => !doubtful.includes(link));
    await this.#ports.journal.end(known.map((link) => link.nonce));
    await this.#recovery.finish();
  }

  /** Fetches and judges, and resolves what dead processes left unknown. */
  async sync(): Promise<Result<SyncReport, AppFault>> {
    const report = await this.#fetch();
    if (report.ok) await this.#recovery.look();
    return report;
  }

  async #fetch(): Promise<Result<SyncReport, AppFault>> {
    this.#trace("sync");
    const report = await this.#line.sync();
    if (report.ok)
      this.#backoff.saw(report.value.folded.map(({ facts }) => facts.commit?.author.name ?? ""));
    return report;
  }

  async #wait(): Promise<void> {
    this.#trace("backoff");
    await this.#backoff.wait();
  }

  /**
   * An exception before anything was sent (a token that was not touched) leaves nothing to resolve;
   * one that comes later leaves in doubt what is not answered yet.
   */
  async #driveOrForget(links: readonly Link[]): Promise<void> {
    this.#sent = links.some(({ request }) => request.sent === true);
    try {
      await this.#drive(links);
    } catch (error) {
      if (!this.#sent) {
        await this.#ports.journal.end(links.filter(isNamed).map((link) => link.nonce));
        throw error;
      }
      settle(links, err(unknown(links, error instanceof Error ? error.message : "interrupted")));
    }
  }

  async #drive(links: readonly Link[]): Promise<void> {
    const started = this.#ports.clock.now();
    let width = links.length;
    let losses = 0;
    let doubts = 0;
    let doubt: Doubt | undefined;
    // An earlier push may yet land for as long as the line is where that push found it.
    const stop = (fault: AppFault): void =>
      stopAll(links, fault, doubt?.base === this.#line.tip ? doubt : undefined);
    let fresh = await this.#approach();
    for (;;) {
      await this.#answerNamed(links);
      dropUnwanted(links);
      const left = links.filter((link) => link.outcome === undefined);
      const open = firstOfEachName(left).slice(0, width);
      if (open.length === 0) return;
      this.#trace("decide");
      const { unseen } = this.#backoff;
      const race = { losses, ...(unseen === undefined ? {} : { delay: unseen }) };
      const chain = await Chain.build(open, this.#line, this.#ports, race);
      if (!chain.ok) return stop(chain.error);
      if (chain.value.refusals.length + chain.value.idle.length > 0 && !fresh) {
        // Nothing is refused, or called done already, on an old view.
        fresh = true;
        const synced = await this.#fetch();
        if (synced.ok) continue;
        if (synced.error.code !== "line-missing" || this.#line.tip !== undefined)
          return stop(synced.error);
      }
      for (const { link, fault } of chain.value.refusals) link.outcome = err(fault);
      for (const link of chain.value.idle)
        link.outcome = ok({ answer: link.answer!, commit: undefined });
      if (chain.value.commits.length === 0) continue;
      const outcome = await this.#push(chain.value);
      fresh = false;
      if (outcome.kind === "done") {
        await this.#land(chain.value);
        continue;
      }
      if (outcome.kind === "failed") return stop(outcome.fault);
      if (outcome.kind === "unknown") {
        doubt = { base: chain.value.base, detail: outcome.detail };
        doubts += 1;
      }
      losses += 1;
      if (losses >= HALVE_AFTER) width = Math.max(1, Math.floor(width / 2));
      const waited = this.#ports.clock.now() - started;
      const late = waited > PATIENCE_MS || doubts >= DOUBTS_MAX;
      const next = await this.#afterLoss(open, outcome, late, { tries: losses, waited });
      if (!next.ok) return stop(next.error);
      fresh = true;
    }
  }

  /** Looks again before pushing where that is wise; where a crowd was met lately, after a wait. */
  async #approach(): Promise<boolean> {
    // Commits from ahead of this clock may have come of age.
    if (this.#line.deferred !== undefined) return (await this.#fetch()).ok;
    if (this.#backoff.level > 0) await this.#wait();
    // A look costs nothing where it is possible at all, and a push that must lose costs a lot.
    const peeked = await this.#ports.remote.peek();
    if (peeked === undefined && this.#backoff.level === 0) return false;
    return (peeked !== undefined && peeked === this.#line.tip) || (await this.#fetch()).ok;
  }

  async #push(chain: Chain): Promise<PushOutcome> {
    if (await this.#overtaken(chain))
      return { kind: "refused", why: "moved", detail: "the branch has moved meanwhile" };
    this.#trace("write");
    await this.#ports.objects.write(chain.objects());
    this.#trace("push");
    this.#sent = true;
    const from = this.#ports.clock.now();
    const outcome = await this.#ports.remote.push(chain.tip, chain.base);
    this.#backoff.measured(this.#ports.clock.now() - from);
    return outcome;
  }

  /**
   * In a crowd a look at the branch, where it costs nothing, spares a push that would lose. A look is
   * a hint only: after one that said so, the next push is made whatever it says.
   */
  async #overtaken(chain: Chain): Promise<boolean> {
    const doubtful = this.#spared || this.#backoff.level === 0;
    const peeked = doubtful ? undefined : await this.#ports.remote.peek();
    this.#spared = peeked !== undefined && peeked !== chain.base;
    return this.#spared;
  }

  async #land(chain: Chain): Promise<void> {
    this.#trace("landed");
    this.#backoff.won();
    for (const { link, oid, step } of chain.commits) {
      await this.#line.adopt(step);
      link.outcome = ok({ answer: link.answer!, commit: oid });
    }
    this.#trace("save");
    // The cache is a shortcut: a disk that is full takes nothing back of what has landed.
    await this.#line.save().catch(() => this.#trace("unsaved"));
  }

  /** An operation that was asked for before, under the same name, may have landed unheard. */
  async #answerNamed(links: readonly Link[]): Promise<void> {
    for (const link of links) {
      if (link.request.nonce === undefined || link.outcome !== undefined) continue;
      if (!(await this.#isAccepted(link.nonce))) continue;
      const { findOperation } = await import("./landed.ts");
      const found = await findOperation(link.nonce, this.#line.tip, this.#ports.history);
      if (found !== undefined) link.outcome = ok(found);
    }
  }

  /** After a refused or unknown push: what landed is answered, the rest may be tried again. */
  async #afterLoss(
    open: readonly Link[],
    outcome: PushOutcome,
    late: boolean,
    effort: { tries: number; waited: number },
  ): Promise<Result<undefined, AppFault>> {
    if (outcome.kind === "refused") {
      this.#backoff.lost();
      // It surely moved nothing, so the waits come first: what is fetched after them is fresh.
      if (!late) await this.#wait();
      if (!late) await this.#ports.remote.ready?.();
    }
    const synced = await this.#fetch();
    if (!synced.ok) return synced;
    await this.#answerLanded(open, synced.value);
    return late ? err({ code: "contended", ...effort }) : ok(undefined);
  }

  /**
   * A push that was reported lost may have landed all the same: its nonces tell. The answer is what
   * has landed, for since that push the command may have been decided anew.
   */
  async #answerLanded(open: readonly Link[], { folded }: SyncReport): Promise<void> {
    const accepted = folded.filter(({ verdict }) => verdict.accepted);
    for (const link of open) {
      const landed = link.outcome === undefined && (await this.#isAccepted(link.nonce));
      if (!landed) continue;
      const { answerIn } = await import("./landed.ts");
      for (const { facts } of accepted) {
        const answer = answerIn(facts, link.nonce);
        if (answer !== undefined) link.outcome = ok({ answer, commit: facts.oid });
      }
    }
  }

  #isAccepted(nonce: Nonce): Promise<boolean> {
    return withKeys(this.#line.state, () => this.#line.state.get(`nonce/${nonce}`) !== undefined);
  }

  #entry({ request, nonce }: Link): JournalEntry {
    const task = "task" in request.command ? ` ${request.command.task}` : "";
    return {
      nonce,
      agent: request.agent,
      summary: `${request.command.type}${task}`,
      at: this.#ports.clock.now(),
    };
  }

  #trace(phase: Phase): void {
    this.#ports.trace?.(phase);
  }
}
