/**
 * The process that a machine with agents keeps running: it carries out the commands of everyone near
 * it as one chain, follows the line, and tells what happens. It is an accelerator and never an
 * authority: what it does, each command does by itself where there is no daemon, slower.
 */
import { join } from "node:path";
import type { AppFault } from "../app/faults.ts";
import { PollPolicy, type PollOutcome } from "../app/poll.ts";
import type { Remote, Watch } from "../app/ports.ts";
import { budgeted, PushBudget } from "../app/push-budget.ts";
import type { SubmitPorts } from "../app/request.ts";
import { Sequencer } from "../app/sequencer.ts";
import { err, ok, type Result } from "../base/result.ts";
import { findClone, moundFolder, type Clone } from "../git/clone.ts";
import { systemClock } from "../git/clock.ts";
import { systemRandom } from "../git/random.ts";
import { CursorFile } from "../open/cursor-file.ts";
import { endpointOf } from "../open/endpoint.ts";
import type {
  AnyFault,
  CheckpointFault,
  DaemonRunning,
  OriginChanged,
  ReactionsFault,
} from "../open/faults.ts";
import { Mound } from "../open/mound.ts";
import { WIRE_BUILD, type DaemonStatus } from "../open/wire.ts";
import type { AgentId } from "../protocol/ids.ts";
import { AuctionKeeper } from "./auctions.ts";
import { BroadcastKeeper } from "./broadcasts.ts";
import { CheckpointKeeper, type CheckpointWish } from "./checkpoints.ts";
import { Desk } from "./desk.ts";
import { becomeOnly } from "./instance.ts";
import type { Log } from "./log.ts";
import { Lookout } from "./lookout.ts";
import { PresenceKeeper, riding } from "./presence.ts";
import { Projector } from "./projector.ts";
import { Prover } from "./prover.ts";
import { Pump, type Sink } from "./pump.ts";
import { Repairer } from "./repairer.ts";
import { SocketServer } from "./server.ts";
import { SignerShelf } from "./signer-shelf.ts";
import { Upkeep } from "./upkeep.ts";

export interface DaemonOptions {
  readonly clone: Clone;
  readonly environment: NodeJS.ProcessEnv;
  readonly watch: Watch;
  /** Whether the origin lies on this machine. */
  readonly local: boolean;
  /** In whose name what refused commits leave behind is undone; undefined: it is left to people. */
  readonly repairAs?: AgentId | undefined;
  /** Pushes a minute; Infinity where the host does not mind. */
  readonly pushBudget: number;
  /**
   * Opens what is given every event, in order, each after the one before it; called once this process
   * is the only daemon.
   */
  readonly sinks: () => Promise<Result<readonly Sink[], ReactionsFault>>;
  readonly log: Log;
  /** Who signs checkpoints, and how often; nobody unless said. */
  readonly checkpoints?: CheckpointWish;
  /** What a person should know at once, and what ends nothing. */
  readonly onTrouble: (fault: AnyFault) => void;
  readonly trace?: SubmitPorts["trace"];
  /** The line cannot be followed any more: its history was rewritten, or it goes on elsewhere. */
  readonly onLost: (fault: AppFault | CheckpointFault | OriginChanged) => void;
}

/** Why no daemon runs here: another does, or what it needs cannot be used. */
export type DaemonFault = AppFault | DaemonRunning | ReactionsFault;

export class Daemon {
  readonly mound: Mound;
  readonly #options: DaemonOptions;
  readonly #sequencer: Sequencer;
  readonly #server: SocketServer;
  readonly #lookout: Lookout;
  readonly #projector: Projector;
  readonly #signers: SignerShelf;
  readonly #presence: PresenceKeeper;
  readonly #upkeep: Upkeep;
  readonly #repairer: Repairer | undefined;
  readonly #prover: Prover;
  readonly #checkpoints: CheckpointKeeper | undefined;
  readonly #broadcasts: BroadcastKeeper;
  readonly #auctions: AuctionKeeper;
  readonly #since = systemClock.now();
  #pump: Pump | undefined;
  #due: NodeJS.Timeout | undefined;
  #carried = 0;
  #pushes = 0;
  #stopping = false;

  private constructor(options: DaemonOptions, mound: Mound, budget: PushBudget) {
    const { log, clone } = options;
    this.#options = options;
    this.mound = mound;
    this.#projector = new Projector(mound, log);
    this.#upkeep = new Upkeep(clone, log);
    this.#presence = new PresenceKeeper(mound, budget, log);
    this.#sequencer = new Sequencer({
      clock: systemClock,
      budget,
      submit: (requests) => mound.submitRequests(requests),
      carried: (requests) => {
        this.#carried += requests.length;
        this.#upkeep.chain();
        this.#projector.wake();
        this.#tell();
      },
    });
    this.#prover = new Prover(mound, log, (fault) => options.onLost(fault));
    const { checkpoints, onTrouble: trouble } = options;
    const alone = <T>(work: () => Promise<T>): Promise<T> => this.#sequencer.exclusive(work);
    const signed = (): void => this.#lookout.now();
    if (checkpoints !== undefined)
      this.#checkpoints = new CheckpointKeeper(checkpoints, { mound, alone, log, trouble, signed });
    this.#signers = new SignerShelf(mound, systemClock, (work) => this.#sequencer.exclusive(work));
    const shared = { mound, sequencer: this.#sequencer, signers: this.#signers, log };
    this.#broadcasts = new BroadcastKeeper({ ...shared, present: () => this.#presence.agents });
    this.#auctions = new AuctionKeeper(shared);
    if (options.repairAs !== undefined) {
      const agent = options.repairAs;
      this.#repairer = new Repairer({ ...shared, agent, random: systemRandom });
    }
    const desk = new Desk({
      ...shared,
      presence: this.#presence,
      status: () => this.status(),
      stopping: () => this.#stopping,
    });
    this.#server = new SocketServer({
      endpoint: endpointOf(clone.commonDir),
      log,
      handle: (request, bytes, wanted) => desk.handle(request, bytes, wanted),
    });
    this.#lookout = new Lookout({
      watch: options.watch,
      policy: new PollPolicy(options.local, systemRandom),
      look: (hinted) => this.#sequencer.exclusive(() => this.#look(hinted)),
    });
  }

  /** Listens and follows; the error says that another daemon does so already, or that history is not the one it knew. */
  static async start(options: DaemonOptions): Promise<Result<Daemon, DaemonFault>> {
    const budget = new PushBudget(systemClock, options.pushBudget);
    // The mound is opened with a remote that speaks for the daemon that is made of it.
    const made: { daemon?: Daemon } = {};
    const counted = (remote: Remote): Remote => ({
      ...remote,
      push: (...args) => {
        if (made.daemon !== undefined) made.daemon.#pushes += 1;
        return remote.push(...args);
      },
    });
    const mound = await Mound.openClone(options.clone, {
      environment: options.environment,
      alone: true,
      ...(options.trace === undefined ? {} : { trace: options.trace }),
      remote: (remote) =>
        budgeted(
          riding(counted(remote), () =>
            made.daemon === undefined ? undefined : made.daemon.#presence,
          ),
          budget,
        ),
    });
    const begun = new Daemon(options, mound, budget);
    made.daemon = begun;
    const only = await becomeOnly(endpointOf(options.clone.commonDir), () =>
      begun.#server.listen(),
    );
    const following = only.ok ? await begun.#follow() : only;
    if (following.ok) return ok(begun);
    if (only.ok) await begun.stop();
    else await mound.close();
    return err(following.error);
  }

  status(): DaemonStatus {
    return {
      pid: process.pid,
      build: WIRE_BUILD,
      since: this.#since,
      tip: this.mound.line.tip,
      waiting: this.#sequencer.waiting,
      connections: this.#server.connections,
      carried: this.#carried,
      pushes: this.#pushes,
      agents: this.#signers.agents,
    };
  }

  /** Takes no more, carries out what it has taken, tells it, and lets go of the clone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#due);
    await this.#lookout.stop();
    await this.#repairer?.stop();
    await this.#checkpoints?.stop();
    await this.#broadcasts.stop();
    await this.#auctions.stop();
    await this.#prover.stop();
    await this.#sequencer.idle();
    await this.#server.close();
    await this.#pump?.stop();
    await this.#presence.stop();
    await this.#projector.stop();
    await this.#upkeep.stop();
    await this.mound.close();
  }

  async #follow(): Promise<Result<undefined, DaemonFault>> {
    const { clone, log } = this.#options;
    const sinks = await this.#options.sinks();
    if (!sinks.ok) return sinks;
    const file = new CursorFile(join(moundFolder(clone.commonDir), "daemon", "cursor"));
    const opened = await this.#sequencer.exclusive(async () =>
      Pump.open(this.mound, await file.prepare(), sinks.value, log),
    );
    if (!opened.ok) return opened;
    this.#pump = opened.value;
    this.#pump.start();
    this.#presence.start();
    await this.#lookout.start();
    this.#prover.start();
    this.#checkpoints?.start();
    this.#broadcasts.start();
    this.#auctions.start();
    return ok(undefined);
  }

  async #look(hinted: boolean): Promise<PollOutcome> {
    const { mound } = this;
    const before = mound.line.tip;
    try {
      const elsewhere = this.#movedTo();
      if (elsewhere !== undefined) {
        this.#options.onLost({ code: "origin-changed", to: elsewhere });
        return "quiet";
      }
      // What other processes of this clone have verified is at hand.
      if (hinted) await mound.line.catchUp();
      const known = hinted && !this.#options.local;
      const refreshed = known ? ok(undefined) : await mound.refresh(0);
      if (!refreshed.ok) return this.#failed(refreshed.error);
    } catch (error) {
      this.#options.log.warn({ error: String(error) }, "could not look at the line");
      return "failed";
    }
    const moved = mound.line.tip !== before;
    if (moved || hinted) this.#projector.wake();
    this.#tell();
    await this.#repairer?.consider();
    return moved ? "moved" : "quiet";
  }

  /** The mound was published meanwhile: whoever goes on at the old origin has a line of its own. */
  #movedTo(): string | undefined {
    const { workTree, settings } = this.#options.clone;
    const now = findClone(workTree)?.settings.origin;
    return now === settings.origin ? undefined : now;
  }

  /** The line may have moved, or time has: whoever follows it is told. */
  #tell(): void {
    this.#pump?.wake();
    this.#checkpoints?.wake();
    clearTimeout(this.#due);
    const next = this.#pump?.nextDue;
    if (next === undefined || this.#stopping) return;
    const wait = Math.max(1, Math.min(DUE_MAX_MS, next - systemClock.now()));
    // A lease is called lapsed only on a view of the line that is as new as that.
    this.#due = setTimeout(() => this.#lookout.now(), wait);
  }

  #failed(fault: AppFault): PollOutcome {
    this.#options.log.warn({ fault: fault.code, detail: JSON.stringify(fault) }, "could not look");
    if (fault.code === "history-rewritten") this.#options.onLost(fault);
    return "failed";
  }
}

/** Timers take no longer waits than this, and clocks are set. */
const DUE_MAX_MS = 3_600_000;
