import { existsSync } from "node:fs";
import { join } from "node:path";
import { ok, type Result } from "../base/result.ts";
import type { AppFault } from "../app/faults.ts";
import { Line, type SyncReport } from "../app/line.ts";
import type { KeyFault, Remote, Signer } from "../app/ports.ts";
import { withKeys } from "../app/sharded-state.ts";
import type { Recovered } from "../app/recovery.ts";
import type { Submitter } from "../app/submit.ts";
import type { Outcome, Request, SubmitPorts } from "../app/request.ts";
import { ALLOWED_SIGNERS, moundFolder, objectStore, originUrl, type Clone } from "../git/clone.ts";
import { frozenTo } from "../git/freeze.ts";
import { lastHeard, markHeard } from "../git/heard.ts";
import type { Projection } from "../git/worktree.ts";
import type { Command } from "../protocol/commands/index.ts";
import { commitTime } from "../protocol/commands/plan.ts";
import type { AgentId, Nonce } from "../protocol/ids.ts";
import type { View } from "../protocol/state.ts";
import type { AllowedSigner } from "../protocol/views/allowed-signers.ts";
import type { CheckpointFault } from "./faults.ts";
import { HandOver } from "./hand-over.ts";
import { keyStore, type MoundKeys } from "./keys.ts";
import { wirePorts } from "./ports.ts";
import { usableClone, type NoMound } from "./usable-clone.ts";

/** A remote view older than this is refreshed before it is read; a local one is looked at each time. */
const FRESH_MS = 30_000;

export interface OpenOptions {
  /** Where to look for the mound: this folder or one above it. */
  readonly dir: string;
  readonly environment?: NodeJS.ProcessEnv;
  readonly trace?: SubmitPorts["trace"];
  /** Never asks the daemon of the clone: the daemon itself, and who must see what it does alone. */
  readonly alone?: boolean;
  /** Puts something in front of the origin: a budget of pushes. */
  readonly remote?: (remote: Remote) => Remote;
}

export interface SubmitOptions {
  readonly cosigners?: readonly Signer[];
  /** Brings the working tree to the new tip; true unless said. */
  readonly project?: boolean;
  /**
   * The names of the operations, in order, where they were named before: they were handed to a daemon
   * which did not answer, or are asked for again and must not be carried out twice.
   */
  readonly nonces?: readonly Nonce[];
  /** They were: the daemon is not asked again, and a fault leaves unknown what has become of them. */
  readonly sent?: boolean;
}

/** A mound that is open in this process: its state may be read, and the line may be moved. */
export class Mound {
  readonly clone: Clone;
  readonly keys: MoundKeys;
  readonly ports: SubmitPorts;
  readonly line: Line;
  #submitter: Submitter | undefined;
  readonly #handOver: HandOver | undefined;
  /** Whether the daemon has moved the line since this process looked. */
  #behind = false;
  /** Milliseconds: when this process last saw that the origin, being local, has nothing newer. */
  #looked = 0;

  private constructor(
    clone: Clone,
    keys: MoundKeys,
    ports: SubmitPorts,
    line: Line,
    handOver: HandOver | undefined,
  ) {
    this.clone = clone;
    this.keys = keys;
    this.ports = ports;
    this.line = line;
    this.#handOver = handOver;
  }

  /** Opens the mound at or above a folder, as far as it is verified there; asks no origin. */
  static async open(options: OpenOptions): Promise<Result<Mound, NoMound | CheckpointFault>> {
    const clone = usableClone(options.dir);
    return clone.ok ? ok(await Mound.openClone(clone.value, options)) : clone;
  }

  static async openClone(clone: Clone, options: Omit<OpenOptions, "dir">): Promise<Mound> {
    const wired = wirePorts(clone, options.trace);
    const ports = { ...wired, remote: options.remote?.(wired.remote) ?? wired.remote };
    return new Mound(
      clone,
      keyStore(options.environment ?? process.env),
      ports,
      await Line.open(ports),
      options.alone === true ? undefined : new HandOver(clone.commonDir),
    );
  }

  get id(): string {
    return this.clone.settings.id;
  }

  /**
   * Runs a pure reader on the state. It is also told the log time (milliseconds) at which a command
   * would be decided now, so that what a reader calls lapsed may be taken.
   */
  async read<T>(reader: (view: View, now: number) => T): Promise<T> {
    if (this.#behind) await this.#follow();
    const { state } = this.line;
    const now = this.ports.clock.now();
    return withKeys(state, () => reader(state, commitTime({ view: state, now })));
  }

  /**
   * The signer of an agent's key. A rotation that ended between its commit and the putting away of the
   * old key is finished here.
   */
  async signer(agent: AgentId): Promise<Result<Signer, KeyFault>> {
    const staged = await this.keys.stagedKey(this.id, agent);
    if (staged.ok && staged.value !== undefined) {
      await (await this.#submitting()).sync();
      const inForce = await this.read((view) => view.get(`agent/${agent}`)?.key);
      if (inForce === staged.value.key) await this.keys.promoteKey(this.id, agent);
    }
    return this.keys.signer(this.id, agent);
  }

  /**
   * Submits commands of one agent, in order; answers one outcome for each. The daemon of the clone
   * carries them out where there is one, else they become one chain here.
   */
  async submit(
    agent: AgentId,
    commands: readonly Command[],
    given: SubmitOptions = {},
  ): Promise<readonly Outcome[]> {
    let options = given;
    if (this.#handOver !== undefined && given.cosigners === undefined && given.sent !== true) {
      const onSent = (): void => this.ports.trace?.("push");
      const handed = await this.#handOver.submit(agent, commands, onSent, given.nonces);
      if (handed.kind === "done") {
        this.#behind = true;
        return handed.submitted.outcomes;
      }
      if (handed.kind === "attended") {
        const { orderAll } = await import("./ordering.ts");
        this.#behind = true;
        return orderAll(this, handed.client, agent, commands, given);
      }
      options = { ...given, ...handed.again };
    }
    const signer = await this.signer(agent);
    if (!signer.ok) return commands.map(() => signer);
    return this.submitSigned(agent, signer.value, commands, options);
  }

  /** The same with a signer at hand: for an agent whose key is not in the store yet. */
  async submitSigned(
    agent: AgentId,
    signer: Signer,
    commands: readonly Command[],
    options: SubmitOptions = {},
  ): Promise<readonly Outcome[]> {
    const { cosigners = [], sent = false, nonces = [] } = options;
    const outcomes = await this.submitRequests(
      commands.map((command, at) => {
        const named = nonces[at] === undefined ? {} : { nonce: nonces[at], sent };
        return { agent, command, signer, cosigners, ...named };
      }),
    );
    if (options.project !== false) await this.#afterwards(() => this.project());
    return outcomes;
  }

  /** Carries out requests of several agents as one chain, here; the working tree stays as it is. */
  async submitRequests(requests: readonly Request[]): Promise<readonly Outcome[]> {
    const outcomes = await (await this.#submitting()).submit(requests);
    if (outcomes.some((outcome) => outcome.ok)) await this.#afterwards(() => this.#heard());
    await this.#afterwards(() => this.#maintain());
    return outcomes;
  }

  /** What has landed has landed: a disk that is full then takes no answer away. */
  async #afterwards(work: () => Promise<unknown>): Promise<void> {
    await work().catch(() => this.ports.trace?.("unsaved"));
  }

  /** Fetches and judges what landed at the origin, and brings the working tree to it. */
  async sync(): Promise<Result<SyncReport & { readonly projection: Projection }, AppFault>> {
    const report = await this.fetch();
    return report.ok ? ok({ ...report.value, projection: await this.project() }) : report;
  }

  /** The same, and the working tree stays as it is. */
  async fetch(): Promise<Result<SyncReport, AppFault>> {
    const report = await (await this.#submitting()).sync();
    if (report.ok) await this.#heard();
    return report;
  }

  /**
   * Syncs where the view may be old: a local origin is looked at, a remote one asked when the view is
   * older than `freshMs` milliseconds.
   */
  async refresh(freshMs = FRESH_MS): Promise<Result<undefined, AppFault>> {
    const peeked = await this.ports.remote.peek();
    const age = (await this.age()) ?? Number.POSITIVE_INFINITY;
    const stale = peeked === undefined ? age >= freshMs : peeked !== this.line.tip;
    if (!stale) {
      if (peeked !== undefined) this.#looked = this.ports.clock.now();
      return ok(undefined);
    }
    const report = await this.fetch();
    return report.ok ? ok(undefined) : report;
  }

  /** Milliseconds since this clone last heard from its origin, by any process; undefined: never. */
  async age(): Promise<number | undefined> {
    const heard = Math.max(this.#looked, lastHeard(moundFolder(this.clone.commonDir)) ?? 0);
    return heard === 0 ? undefined : Math.max(0, this.ports.clock.now() - heard);
  }

  /** Brings the working tree to the verified tip, as far as no edit of a person is in the way. */
  async project(): Promise<Projection> {
    const { tip } = this.line;
    if (tip === undefined) return { current: false, kept: [] };
    const { project } = await import("../git/worktree.ts");
    return project(this.clone, tip, this.ports, (path) =>
      this.read((view) => view.get(`file/${path}`)?.oid),
    );
  }

  /** Every key ever of every agent, for stock ssh-keygen and git. */
  async allowedSigners(): Promise<readonly AllowedSigner[]> {
    const { readAllowedSigners } = await import("./allowed-signers.ts");
    return readAllowedSigners((reader) => this.read(reader), this.ports.objects);
  }

  /** Writes them to where this clone's git looks for them, and keeps them fresh from then on. */
  async writeAllowedSigners(): Promise<string> {
    const { writeAllowedSigners } = await import("./allowed-signers.ts");
    return writeAllowedSigners(this.clone.commonDir, await this.allowedSigners());
  }

  /** Where the mound has moved, or is moving, while this clone still points at the frozen origin. */
  async movedTo(): Promise<string | undefined> {
    return frozenTo(originUrl(this.clone));
  }

  takeRecovered(): readonly Recovered[] {
    return this.#submitter?.takeRecovered() ?? [];
  }

  /** Loaded when the line is to be moved: reading needs neither the planners nor the judge. */
  async #submitting(): Promise<Submitter> {
    if (this.#submitter !== undefined) return this.#submitter;
    const { Submitter } = await import("../app/submit.ts");
    return (this.#submitter ??= new Submitter(this.line, this.ports));
  }

  /** Packs the clone, and the origin inside it, when they have gathered many loose objects. */
  async #maintain(): Promise<void> {
    const { maintain } = await import("../git/maintenance.ts");
    for (const gitDir of new Set([this.clone.commonDir, objectStore(this.clone)]))
      await maintain(gitDir);
  }

  async #follow(): Promise<void> {
    this.#behind = false;
    await this.line.catchUp();
  }

  async #heard(): Promise<void> {
    const folder = moundFolder(this.clone.commonDir);
    await markHeard(folder, this.ports.clock.now());
    if (this.line.takeMembersChanged() && existsSync(join(folder, ALLOWED_SIGNERS)))
      await this.writeAllowedSigners();
  }

  async close(): Promise<void> {
    this.#handOver?.close();
    await this.line.close();
    await this.ports.objects.close();
    await this.ports.verifier.close();
  }
}
