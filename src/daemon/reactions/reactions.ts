/**
 * The user's reactions at work: events come in, programs run. `deliver` puts what an event makes due
 * on disk before it resolves; everything else follows from there, now or after a restart. A delivery
 * is tried at least once and, where a daemon was killed, perhaps once more.
 */
import { ok, type Result } from "../../base/result.ts";
import type { Clock, Random } from "../../app/ports.ts";
import type { ReactionsFault } from "../../open/faults.ts";
import { type EventBatch, eventJson, type MoundEvent } from "../../protocol/views/event.ts";
import { removeInForce, writeInForce } from "./in-force.ts";
import type { Delivery } from "./ledger.ts";
import type { ReactionNote } from "./notes.ts";
import { heldEvent } from "./operation-line.ts";
import { endOrphans } from "./orphans.ts";
import { matchesReaction, type Reaction } from "./reaction.ts";
import { type DeliveryRequest, openRequests, readRequest, removeRequest } from "./requests.ts";
import { programs, type Try, type Tried } from "./run.ts";
import { Scheduler } from "./scheduler.ts";
import { ReactionsSource } from "./source.ts";
import { type DeliveryStatus, statusOf } from "./status.ts";
import { Store } from "./store.ts";

export interface ReactionsOptions {
  /** Where the deliveries are kept: `reactions` in Mound's folder of the git directory. */
  readonly folder: string;
  /** The reactions file. */
  readonly file: string;
  /** Whether the file must be there: it was named, and is not only the default. */
  readonly named: boolean;
  /** The working tree of the mound, in which the file must not be. */
  readonly workTree: string;
  readonly clock: Clock;
  readonly random: Random;
  /** What the programs inherit. */
  readonly environment: NodeJS.ProcessEnv;
  readonly note: (note: ReactionNote) => void;
  /** Ends everything, as `close` does. */
  readonly signal: AbortSignal;
  /** Runs one program; for tests. */
  readonly run?: (attempt: Try) => Promise<Tried>;
}

export interface ReactionsStatus extends DeliveryStatus {
  readonly file: string;
  readonly reactions: readonly Reaction[];
  /** Why the file as it is now is not in force. */
  readonly fault: ReactionsFault | undefined;
}

/** How often the file and the requests are looked at; a changed file must stay as it is for as long. */
const LOOK_MS = 1_000;
/** Beyond these a reaction takes no more until some are over: the history keeps the rest. */
const WAITING_MAX = 10_000;
const WAITING_CHARS = 32 * 1024 * 1024;

/**
 * Starts the reactions of a clone; of one clone only one process may. A file that cannot be used stops
 * the start: going on without would pass over events that it asks for. Rejects where the folder cannot
 * be read or written.
 */
export async function startReactions(
  options: ReactionsOptions,
): Promise<Result<Reactions, ReactionsFault>> {
  const { file, workTree, named, folder, clock, note } = options;
  const source = new ReactionsSource(file, workTree);
  const loaded = source.load();
  const absent = !loaded.ok && loaded.error.code === "reactions-missing" && !named;
  if (!loaded.ok && !absent) return loaded;
  const store = new Store(folder);
  if (store.damaged > 0) note({ code: "log-damaged", lines: store.damaged });
  for (const { reaction, pid } of await endOrphans(store.ledger.waiting(), clock))
    note({ code: "orphan-ended", reaction, pid: pid! });
  return ok(new Reactions(options, store, source, loaded.ok ? loaded.value : []));
}

export class Reactions {
  readonly #options: ReactionsOptions;
  readonly #store: Store;
  readonly #scheduler: Scheduler;
  readonly #source: ReactionsSource;
  #reactions: readonly Reaction[] = [];
  #fault: ReactionsFault | undefined;
  #closing: Promise<void> | undefined;
  /** Resolves when something is over, or all is. */
  #room: PromiseWithResolvers = withResolvers();

  constructor(
    options: ReactionsOptions,
    store: Store,
    source: ReactionsSource,
    reactions: readonly Reaction[],
  ) {
    const { file, environment, clock, random, note, signal } = options;
    const run = options.run ?? programs(file, environment);
    this.#options = options;
    this.#store = store;
    this.#source = source;
    this.#scheduler = new Scheduler({
      store,
      clock,
      random,
      note,
      run: async (attempt) => {
        const tried = await run(attempt);
        // Not before the scheduler has noted what became of it.
        setImmediate(() => this.#makeRoom());
        return tried;
      },
    });
    this.#use(reactions);
    void this.#scheduler.keepTime();
    void this.#keepLooking();
    signal.addEventListener("abort", () => void this.close(), { once: true });
    if (signal.aborted) void this.close();
  }

  /**
   * Takes a batch: resolves to true once all that it makes due is on disk, so that the caller may move
   * its cursor behind it. A batch that comes again is not taken twice (as far as the last 20,000 events
   * that made something due). Waits while a reaction that it is for has too much to do. False: this is
   * closing and the batch was not taken. Rejects where the disk refuses; then it was not taken either.
   */
  async deliver(batch: EventBatch): Promise<boolean> {
    for (;;) {
      if (this.#closing !== undefined) return false;
      const wanted = this.#wanted(batch);
      if (!wanted.some(({ to }) => to.some((name) => this.#isFull(name)))) {
        this.#take(wanted, batch);
        await this.#store.sync();
        return true;
      }
      await this.#room.promise;
    }
  }

  status(): ReactionsStatus {
    const { file } = this.#options;
    const status = statusOf(this.#store.ledger);
    return { ...status, file, reactions: this.#reactions, fault: this.#fault };
  }

  /** Ends what runs (it is tried again at the next start). Resolves when nothing runs any more. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#makeRoom();
    await this.#scheduler.stop();
    this.#store.settle([]);
    await this.#store.close();
    removeInForce(this.#options.folder);
  }

  #wanted({ events }: EventBatch): readonly Wanted[] {
    return events
      .filter(({ id }) => !this.#store.ledger.hasSeen(id))
      .map((event) => {
        const due = this.#reactions.filter((reaction) => matchesReaction(reaction, event));
        return { event, to: due.map(({ name }) => name) };
      })
      .filter(({ to }) => to.length > 0);
  }

  #take(wanted: readonly Wanted[], { events, cursor }: EventBatch): void {
    if (wanted.length === 0) return;
    let n = this.#store.ledger.next;
    const adds = wanted.map(({ event, to }) => ({
      op: "add" as const,
      event: heldEvent(eventJson(event, event === events.at(-1) ? cursor : undefined)),
      to: to.map((name) => [name, n++] as const),
    }));
    this.#store.take(adds);
    for (const add of adds) for (const [, number] of add.to) this.#enter(number);
    for (const { name } of this.#reactions) this.#scheduler.pump(name);
  }

  #enter(n: number): void {
    const found = this.#store.ledger.find(n);
    if (found !== undefined) this.#scheduler.enter(found.delivery.reaction, found.delivery.lane);
  }

  #isFull(name: string): boolean {
    const { count, bytes } = this.#store.ledger.load(name);
    return count >= WAITING_MAX || bytes >= WAITING_CHARS;
  }

  #makeRoom(): void {
    this.#room.resolve();
    this.#room = withResolvers();
  }

  #use(reactions: readonly Reaction[]): void {
    const { file: path, folder, note } = this.#options;
    this.#reactions = reactions;
    this.#fault = undefined;
    this.#scheduler.use(reactions);
    this.#makeRoom();
    writeInForce(folder, { pid: process.pid, path, reactions });
    note({ code: "reactions-loaded", path, count: reactions.length });
  }

  async #keepLooking(): Promise<void> {
    while (this.#closing === undefined) {
      this.#lookAtFile();
      this.#lookAtRequests();
      await this.#options.clock.sleep(LOOK_MS);
    }
  }

  #lookAtFile(): void {
    const { file, folder, note } = this.#options;
    const loaded = this.#source.look();
    if (loaded === undefined) return;
    if (loaded.ok) return this.#use(loaded.value);
    // Taken away is an answer too: there are none. What waits for them goes on waiting.
    if (loaded.error.code === "reactions-missing") return this.#use([]);
    const said = JSON.stringify(this.#fault) === JSON.stringify(loaded.error);
    this.#fault = loaded.error;
    const { pid } = process;
    writeInForce(folder, { pid, path: file, reactions: this.#reactions, fault: loaded.error });
    if (!said) note({ code: "reactions-kept", fault: loaded.error });
  }

  #lookAtRequests(): void {
    const { folder, note } = this.#options;
    for (const name of openRequests(folder)) {
      const request = readRequest(folder, name);
      if (request === undefined) note({ code: "request-unreadable", name });
      else this.#grant(request);
      removeRequest(folder, name);
    }
  }

  #grant({ action, of }: DeliveryRequest): void {
    const { ledger } = this.#store;
    const asked = of === "all" ? this.#all(action) : of;
    for (const n of asked) {
      const found = ledger.find(n);
      if (found === undefined) continue;
      if (!found.dead && (action === "retry" || this.#isTried(found.delivery))) continue;
      const { reaction, lane } = found.delivery;
      this.#store.settle([{ op: action, n }]);
      if (action === "drop") this.#scheduler.dropped(reaction, lane);
      else this.#scheduler.enter(reaction, lane);
    }
    for (const { name } of this.#reactions) this.#scheduler.pump(name);
  }

  /** The dead letters; to drop, also what waits for a reaction that there is no more. */
  #all(action: DeliveryRequest["action"]): readonly number[] {
    const { ledger } = this.#store;
    const names = new Set(this.#reactions.map(({ name }) => name));
    const parked = ledger.waiting().filter(({ reaction }) => !names.has(reaction));
    return [...ledger.dead(), ...(action === "drop" ? parked : [])].map(({ n }) => n);
  }

  #isTried({ n, reaction, lane }: Delivery): boolean {
    const head = this.#store.ledger.head(reaction, lane);
    return head?.n === n && this.#scheduler.isRunning(reaction, lane);
  }
}

/** An event and the names of the reactions that it is for. */
interface Wanted {
  readonly event: MoundEvent;
  readonly to: readonly string[];
}

interface PromiseWithResolvers {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function withResolvers(): PromiseWithResolvers {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
