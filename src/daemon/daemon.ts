/**
 * The process that a machine with agents keeps running: it carries out the commands of everyone near
 * it as one chain, and follows the line. It is an accelerator and never an authority: what it does,
 * each command does by itself where there is no daemon, slower.
 */
import { err, ok, type Result } from "../base/result.ts";
import type { AppFault } from "../app/faults.ts";
import type { PollOutcome } from "../app/poll.ts";
import { PollPolicy } from "../app/poll.ts";
import type { Remote, Watch } from "../app/ports.ts";
import { budgeted, PushBudget } from "../app/push-budget.ts";
import { Sequencer } from "../app/sequencer.ts";
import type { Clone } from "../git/clone.ts";
import { systemClock } from "../git/clock.ts";
import { systemRandom } from "../git/random.ts";
import { endpointOf } from "../open/endpoint.ts";
import type { DaemonRunning } from "../open/faults.ts";
import { Mound } from "../open/mound.ts";
import { WIRE_BUILD, type DaemonStatus } from "../open/wire.ts";
import { Desk } from "./desk.ts";
import { becomeOnly } from "./instance.ts";
import type { Log } from "./log.ts";
import { Lookout } from "./lookout.ts";
import { Projector } from "./projector.ts";
import { SocketServer } from "./server.ts";
import { SignerShelf } from "./signer-shelf.ts";

export interface DaemonOptions {
  readonly clone: Clone;
  readonly environment: NodeJS.ProcessEnv;
  readonly watch: Watch;
  /** Whether the origin lies on this machine. */
  readonly local: boolean;
  /** Pushes a minute; Infinity where the host does not mind. */
  readonly pushBudget: number;
  readonly log: Log;
  /** The line cannot be followed any more: its history was rewritten. */
  readonly onLost: (fault: AppFault) => void;
}

export class Daemon {
  readonly mound: Mound;
  readonly sequencer: Sequencer;
  readonly #options: Pick<DaemonOptions, "log" | "onLost">;
  readonly #server: SocketServer;
  readonly #lookout: Lookout;
  readonly #projector: Projector;
  readonly #signers: SignerShelf;
  readonly #since = systemClock.now();
  #carried = 0;
  #pushes = 0;
  #stopping = false;

  private constructor(options: DaemonOptions, mound: Mound, budget: PushBudget) {
    this.#options = options;
    this.mound = mound;
    this.#projector = new Projector(mound, options.log);
    this.sequencer = new Sequencer({
      clock: systemClock,
      budget,
      submit: (requests) => mound.submitRequests(requests),
      carried: (requests) => {
        this.#carried += requests.length;
        this.#projector.wake();
      },
    });
    this.#signers = new SignerShelf(mound, systemClock, (work) => this.sequencer.exclusive(work));
    const desk = new Desk({
      mound,
      sequencer: this.sequencer,
      signers: this.#signers,
      status: () => this.status(),
      stopping: () => this.#stopping,
    });
    this.#server = new SocketServer({
      endpoint: endpointOf(options.clone.commonDir),
      log: options.log,
      handle: (request, bytes) => desk.handle(request, bytes),
    });
    this.#lookout = new Lookout({
      watch: options.watch,
      policy: new PollPolicy(options.local, systemRandom),
      look: (hinted) => this.sequencer.exclusive(() => this.#look(hinted)),
    });
  }

  /** Listens and follows; the error says that another daemon does so already. */
  static async start(options: DaemonOptions): Promise<Result<Daemon, DaemonRunning>> {
    const budget = new PushBudget(systemClock, options.pushBudget);
    let daemon: Daemon | undefined;
    const counted = (remote: Remote): Remote => ({
      ...remote,
      push: (...args) => {
        if (daemon !== undefined) daemon.#pushes += 1;
        return remote.push(...args);
      },
    });
    const mound = await Mound.openClone(options.clone, {
      environment: options.environment,
      alone: true,
      remote: (remote) => budgeted(counted(remote), budget),
    });
    daemon = new Daemon(options, mound, budget);
    const only = await becomeOnly(endpointOf(options.clone.commonDir), () =>
      daemon!.#server.listen(),
    );
    if (!only.ok) {
      await mound.close();
      return err(only.error);
    }
    await daemon.#lookout.start();
    return ok(daemon);
  }

  status(): DaemonStatus {
    return {
      pid: process.pid,
      build: WIRE_BUILD,
      since: this.#since,
      tip: this.mound.line.tip,
      waiting: this.sequencer.waiting,
      connections: this.#server.connections,
      carried: this.#carried,
      pushes: this.#pushes,
      agents: this.#signers.agents,
    };
  }

  /** Takes no more, carries out what it has taken, and lets go of the clone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#lookout.stop();
    await this.sequencer.idle();
    await this.#server.close();
    await this.#projector.stop();
    await this.mound.close();
  }

  async #look(hinted: boolean): Promise<PollOutcome> {
    const { line, ports } = this.mound;
    const before = line.tip;
    try {
      // What other processes of this clone have verified is at hand.
      if (hinted) await line.catchUp();
      const peeked = await ports.remote.peek();
      const known = peeked !== undefined && peeked === line.tip && line.deferred === undefined;
      const fetched = known ? undefined : await this.mound.fetch();
      if (fetched?.ok === false) return this.#failed(fetched.error);
    } catch (error) {
      this.#options.log.warn({ error: String(error) }, "could not look at the line");
      return "failed";
    }
    if (line.tip === before) return "quiet";
    this.#projector.wake();
    return "moved";
  }

  #failed(fault: AppFault): PollOutcome {
    this.#options.log.warn(
      { fault: fault.code, detail: JSON.stringify(fault) },
      "could not look at the line",
    );
    if (fault.code === "history-rewritten") this.#options.onLost(fault);
    return "failed";
  }
}
