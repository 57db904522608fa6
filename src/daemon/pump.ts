/**
 * Carries what happens to whoever wants to know: reactions first, then the lines on standard output.
 * The place in the stream is kept on disk behind both, so a daemon that was killed goes on there.
 */
import type { AppFault } from "../app/faults.ts";
import { Follower } from "../app/follower.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { CursorFile } from "../open/cursor-file.ts";
import type { Mound } from "../open/mound.ts";
import type { EventBatch } from "../protocol/views/event.ts";
import type { Log } from "./log.ts";

/** Takes a batch; false: it takes no more, and the batch was not taken. */
export type Sink = (batch: EventBatch) => Promise<boolean>;

/** While history is read the place is kept this often: each keeping waits for the disk. */
const BATCHES_KEPT = 256;
/** And a busy line lets it be kept this often, in milliseconds: what comes twice has the same ids. */
const KEPT_MS = 250;
/** Milliseconds between two tries to hand a batch on. */
const RETRY_MS = 500;
const RETRY_MAX_MS = 30_000;

type Followed = Pick<Mound, "age" | "line" | "ports">;

export class Pump {
  readonly #mound: Followed;
  readonly #follower: Follower;
  readonly #file: CursorFile;
  readonly #sinks: readonly Sink[];
  readonly #log: Log;
  #running: Promise<void> | undefined;
  #woken = false;
  #open = true;
  #stopping = false;
  #keeping: NodeJS.Timeout | undefined;
  /** The place after the last batch that was given. */
  #given: string | undefined;
  #kept = false;

  private constructor(
    mound: Followed,
    follower: Follower,
    file: CursorFile,
    sinks: readonly Sink[],
    log: Log,
  ) {
    this.#mound = mound;
    this.#follower = follower;
    this.#file = file;
    this.#sinks = sinks;
    this.#log = log;
  }

  /** Stands where the last daemon of this clone has got to; the first one begins with what comes now. */
  static async open(
    mound: Followed,
    file: CursorFile,
    sinks: readonly Sink[],
    log: Log,
  ): Promise<Result<Pump, AppFault>> {
    const kept = await file.read();
    if (kept === "garbage")
      log.warn({}, "the place in the stream was unreadable: events begin now");
    const from = kept === undefined || kept === "garbage" ? "tip" : kept;
    const { line, ports } = mound;
    const follower = await Follower.open({ line, ports, from });
    if (!follower.ok) return err(follower.error);
    return ok(new Pump(mound, follower.value, file, sinks, log));
  }

  /** When time makes the next event, in milliseconds. */
  get nextDue(): number | undefined {
    return this.#follower.nextDue();
  }

  /** Gives what there was meanwhile, and then whatever comes. */
  start(): void {
    this.#running = this.#catchUp();
  }

  /** The line has moved, or time has. */
  wake(): void {
    this.#woken = true;
    if (this.#open) this.#running ??= this.#run();
  }

  /** Gives what is left, and no more after it. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#running;
    this.#open = false;
    clearTimeout(this.#keeping);
    await this.#keep(this.#given);
  }

  async #catchUp(): Promise<void> {
    try {
      let count = 0;
      for await (const batch of this.#follower.catchUp()) {
        if (!(await this.#give(batch))) return;
        count += 1;
        if (count % BATCHES_KEPT === 0) await this.#keep(batch.cursor);
        // A long history is not read to its end for that: the next daemon goes on here.
        if (this.#stopping) return;
      }
    } catch (error) {
      this.#open = false;
      this.#log.error({ error: String(error) }, "events are not told any more");
    }
    await this.#run();
  }

  async #run(): Promise<void> {
    try {
      do {
        this.#woken = false;
        const age = await this.#mound.age();
        const heard = age === undefined ? 0 : this.#mound.ports.clock.now() - age;
        for (const batch of this.#follower.take(heard)) if (!(await this.#give(batch))) return;
        this.#given = this.#follower.cursor;
        await this.#keepSoon();
      } while (this.#woken && this.#open);
    } catch (error) {
      this.#log.error({ error: String(error) }, "an event could not be told");
    } finally {
      this.#running = undefined;
    }
  }

  /** False: somebody takes no more, and the place stays where it is. */
  async #give(batch: EventBatch): Promise<boolean> {
    for (const sink of this.#sinks) {
      if (await this.#insist(sink, batch)) continue;
      this.#open = false;
      return false;
    }
    this.#given = batch.cursor;
    return true;
  }

  /** A sink that fails (the disk is full) is tried again: events are not left out. */
  async #insist(sink: Sink, batch: EventBatch): Promise<boolean> {
    for (let wait = RETRY_MS; ; wait = Math.min(RETRY_MAX_MS, wait * 2)) {
      try {
        return await sink(batch);
      } catch (error) {
        this.#log.warn({ error: String(error), wait }, "an event could not be handed on");
      }
      for (let waited = 0; waited < wait && !this.#stopping; waited += RETRY_MS)
        await this.#mound.ports.clock.sleep(RETRY_MS);
      if (this.#stopping) return false;
    }
  }

  /** The first time at once: a daemon that never kept a place would begin anew after a kill. */
  async #keepSoon(): Promise<void> {
    if (this.#kept) {
      this.#keeping ??= setTimeout(() => {
        this.#keeping = undefined;
        if (this.#open) void this.#keep(this.#given);
      }, KEPT_MS);
      return;
    }
    this.#kept = true;
    await this.#keep(this.#given);
  }

  async #keep(cursor: string | undefined): Promise<void> {
    await this.#file.write(cursor).catch((error: unknown) => {
      this.#log.warn({ error: String(error) }, "the place in the stream could not be kept");
    });
  }
}
