import { err, ok, type Result } from "../base/result.ts";
import type { Outcome } from "../app/request.ts";
import { AuctionChores, type Chore } from "../open/auction-chores.ts";
import type { Mound } from "../open/mound.ts";
import type { Command } from "../protocol/commands/index.ts";
import { dueBroadcast } from "../protocol/commands/keep-can.ts";
import type { AgentId, Nonce, Oid, TaskId } from "../protocol/ids.ts";
import type { TaskState, View } from "../protocol/state.ts";
import { attempt } from "./attempt.ts";
import { Broadcaster } from "./broadcaster.ts";
import type { Desk, DeskFault, Ending, LeftAlone, Outlook, Progress, TakenTask } from "./desk.ts";
import { outlook } from "./outlook.ts";
import { Patience } from "./patience.ts";

export interface MoundDeskOptions {
  readonly mound: Mound;
  readonly agent: AgentId;
  /** Milliseconds that a claim lasts without a sign of life; the task's or the mound's own unless said. */
  readonly lease?: number;
  /**
   * Leaves tasks to others, now and then, where more agents are idle that could do them; one that is still there
   * after so many milliseconds it takes. Undefined: it leaves none.
   */
  readonly patience?: number;
  /** The task as JSON with all that is known of it, at log time `now`. */
  readonly describe: (view: View, task: TaskState, now: number) => unknown;
  /** How much the worker does at once, where others are to know how loaded it is. */
  readonly capacity?: number | undefined;
  /** Told what it has done for auctions, beside its work. */
  readonly chore?: (chore: Chore) => void;
}

/** Workers of one clone share a look at its origin: what one of them, or the daemon, has just heard. */
const FRESH_MS = 2_000;

/** Refusals of a choice that are over by themselves: the worker looks again as if there were nothing. */
const NOTHING_NOW = new Set(["nothing-to-take", "cooling-down", "limit-reached"]);

interface Waiting {
  readonly command: Command;
  readonly answer: (outcome: Result<{ answer: Answered }, DeskFault>) => void;
}

type Answered = Extract<Outcome, { ok: true }>["value"]["answer"];

/**
 * A desk at a mound. What its worker's tasks want at the same moment is submitted as one chain: a push
 * costs what it costs, whether it carries one renewal or sixteen.
 */
export class MoundDesk implements Desk {
  readonly #options: MoundDeskOptions;
  readonly #waiting: Waiting[] = [];
  /** Claims that may or may not have landed, by their nonces, and the tip at that time. */
  readonly #doubts = new Map<Nonce, Oid | undefined>();
  readonly #broadcaster: Broadcaster | undefined;
  readonly #chores: AuctionChores;
  readonly #patience: Patience | undefined;
  /** It has left a task to others for long enough: the next one that it takes, it takes. */
  #through = false;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: MoundDeskOptions) {
    this.#options = options;
    const { capacity, mound, agent, patience } = options;
    this.#patience = patience === undefined ? undefined : new Patience(patience);
    if (capacity !== undefined) this.#broadcaster = new Broadcaster(mound.ports.clock, capacity);
    this.#chores = new AuctionChores({
      mound: {
        clone: mound.clone,
        ports: mound.ports,
        read: (reader) => this.#alone(() => mound.read(reader)),
      },
      of: agent,
      awarders: () => [agent],
      isAtHand: async () => true,
      submit: async (_agent, command) => {
        const outcome = await this.#submit(command);
        return outcome.ok ? undefined : outcome.error.code;
      },
      tell: (chore) => options.chore?.(chore),
    });
  }

  async take(
    count: number,
    { forNow, forGood }: LeftAlone,
  ): Promise<Result<readonly TakenTask[], DeskFault>> {
    const { lease } = this.#options;
    const except = [...forNow, ...forGood];
    const gated = this.#patience !== undefined;
    const through = this.#through;
    this.#through = false;
    const command = (nth: number): Command => ({
      type: "next",
      ...(gated && !(through && nth === 0) ? { yields: true } : {}),
      ...(lease === undefined ? {} : { lease }),
      ...(except.length === 0 ? {} : { except }),
    });
    const outcomes = await Promise.all(
      Array.from({ length: count }, (_, nth) => this.#submit(command(nth))),
    );
    const ids = outcomes.flatMap((outcome) => (outcome.ok ? outcome.value.answer.tasks : []));
    if (ids.length > 0) return this.#read((view, now) => ok(this.#taken(view, ids, now)));
    const faults = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.error]));
    const fault = faults.find(({ code }) => !NOTHING_NOW.has(code));
    if (fault?.code === "outcome-unknown")
      for (const nonce of fault.nonces)
        this.#doubts.set(nonce as Nonce, this.#options.mound.line.tip);
    return fault === undefined ? ok([]) : err(fault);
  }

  async adopt(): Promise<Result<readonly TakenTask[], DeskFault>> {
    if (this.#doubts.size === 0) return ok([]);
    const { mound, agent } = this.#options;
    const synced = await this.#exclusive(() => mound.sync());
    if (!synced.ok) return synced;
    const taken = await this.#read((view, now) => {
      const held = Object.keys(view.get(`held/${agent}`) ?? {}) as TaskId[];
      const ids = held.filter((id) => this.#doubts.has(view.get(`task/${id}`)!.claim!.nonce));
      return ok(this.#taken(view, ids, now));
    });
    // The compare-and-swap refuses a push that comes late, once the line has moved on.
    for (const [nonce, tip] of this.#doubts) if (tip !== mound.line.tip) this.#doubts.delete(nonce);
    return taken;
  }

  async look(fresh: boolean, except: LeftAlone): Promise<Result<Outlook, DeskFault>> {
    const { mound, agent } = this.#options;
    if (fresh) {
      const seen = await this.#exclusive(() => mound.refresh(FRESH_MS));
      if (!seen.ok) return seen;
    }
    await this.#broadcast();
    const awarded = await attempt(async () => ok(await this.#chores.award()));
    if (!awarded.ok) return awarded;
    return this.#read((view, now) => {
      const seen = outlook(view, agent, now, except, this.#patience !== undefined);
      const { leaves, hope } = seen;
      this.#through = leaves !== undefined && this.#patience!.isOver(view, agent, now, leaves);
      return ok({ takeable: this.#through || seen.takeable, hope });
    });
  }

  async tend(): Promise<number | undefined> {
    const { mound } = this.#options;
    const tended = await attempt(async () => {
      // Its agent may have bid by another command meanwhile, and what it has bid be revealed by another.
      const bids = await this.#chores.bids();
      if (bids.length === 0) return ok(undefined);
      const seen = await this.#exclusive(() => mound.refresh(FRESH_MS));
      if (seen.ok) await this.#chores.reveal(bids);
      return ok(await this.#chores.untilReveals(bids));
    });
    return tended.ok ? tended.value : undefined;
  }

  async renew(task: TakenTask, progress?: Progress): Promise<Result<number, DeskFault>> {
    const outcome = await this.#submit(this.#renewal(task, progress));
    if (!outcome.ok) return outcome;
    return this.#read((view) => ok(view.get(`task/${task.id}`)?.claim?.until ?? task.until));
  }

  async finish(
    task: TakenTask,
    ending: Ending,
    progress?: Progress,
  ): Promise<Result<undefined, DeskFault>> {
    // Handed in together, so that they are one push; what refuses the first refuses the second too.
    if (progress !== undefined) void this.#submit(this.#renewal(task, progress));
    const { id, token } = task;
    const outcome = await this.#submit({ type: "finish", task: id, token, ...ending });
    return outcome.ok ? ok(undefined) : outcome;
  }

  async ended(task: TakenTask): Promise<Ending["outcome"] | undefined> {
    const { agent } = this.#options;
    const found = await this.#read((view) => {
      const own = view
        .get(`task/${task.id}`)
        ?.attempts.find(({ token, agent: by }) => token === task.token && by === agent);
      return ok(own?.outcome);
    });
    const outcome = found.ok ? found.value : undefined;
    return outcome === "expired" || outcome === "cancelled" ? undefined : outcome;
  }

  /** The worker ends, and holds nothing any more: where others were told of its load, they are told that. */
  async leave(): Promise<void> {
    this.#broadcaster?.end();
    await this.#broadcast();
  }

  /** While nothing is claimed nor ended, no chain goes by: what is worth a push of its own gets one. */
  async #broadcast(): Promise<void> {
    const { agent } = this.#options;
    const command = this.#broadcaster?.take();
    if (command === undefined) return;
    const due = await this.#read((view, now) => ok(dueBroadcast(command, { view, agent, now })));
    if (due.ok && due.value !== undefined) await this.#exclusive(() => this.#submitWaiting());
  }

  #renewal({ id, token }: TakenTask, progress?: Progress): Command {
    const { lease } = this.#options;
    return {
      type: "renew",
      task: id,
      token,
      ...(lease === undefined ? {} : { lease, wish: true }),
      ...(progress === undefined ? {} : { progress }),
    };
  }

  #taken(view: View, ids: readonly TaskId[], now: number): readonly TakenTask[] {
    return ids.flatMap((id) => {
      const task = view.get(`task/${id}`)!;
      const { title, needs, claim } = task;
      // Whoever cancels or takes over at the same moment has ended the claim already.
      if (claim?.agent !== this.#options.agent) return [];
      const { token, until } = claim;
      return [{ id, title, needs, token, until, story: this.#options.describe(view, task, now) }];
    });
  }

  #submit(command: Command): Promise<Result<{ answer: Answered }, DeskFault>> {
    return new Promise((answer) => {
      this.#waiting.push({ command, answer });
      if (this.#waiting.length === 1) void this.#exclusive(() => this.#submitWaiting());
    });
  }

  async #submitWaiting(): Promise<Result<undefined, DeskFault>> {
    const { mound, agent } = this.#options;
    const batch = this.#waiting.splice(0);
    const broadcast = this.#broadcaster?.take();
    const wanted = batch.map(({ command }) => command);
    // Last, so that it knows of the claims and endings before it.
    const commands = broadcast === undefined ? wanted : [...wanted, broadcast];
    const outcomes = await attempt(async () =>
      ok(await mound.submit(agent, commands, { project: false })),
    );
    batch.forEach(({ answer }, at) => answer(outcomes.ok ? outcomes.value[at]! : outcomes));
    if (broadcast !== undefined)
      this.#broadcaster?.heard(outcomes.ok ? outcomes.value[batch.length]! : outcomes);
    return ok(undefined);
  }

  #read<T>(
    reader: (view: View, now: number) => Result<T, DeskFault>,
  ): Promise<Result<T, DeskFault>> {
    return this.#exclusive(() => this.#options.mound.read(reader));
  }

  /** One after another: the line is moved and read by one caller of this process at a time. */
  #exclusive<T>(act: () => Promise<Result<T, DeskFault>>): Promise<Result<T, DeskFault>> {
    return this.#alone(() => attempt(act));
  }

  #alone<T>(act: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(act);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}
