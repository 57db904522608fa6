/**
 * Submits drafts as they appear. The folder is looked at, again and again; events of the file system
 * only say when to look sooner. So nothing depends on an event that was dropped, on how an editor
 * saves, or on whether the folder is there, was there, or is another by now.
 *
 *   seen -> unchanged for a while -> submitted -> gone
 *                ^                       | at fault: said beside it
 *                +--- changed, or a fault that may pass ---+
 *
 * Whether a file stopped changing is told here rather than by chokidar's `awaitWriteFinish`, which waits
 * by timers of its own and only for files whose events it has got.
 */
import { mkdir } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import type { Clock } from "../app/ports.ts";
import { clearFault, clearStaleFaults, writeFault } from "../open/draft-faults.ts";
import { listDrafts, type DraftFile } from "../open/draft-files.ts";
import type { DraftOutcome } from "../open/submit-drafts.ts";
import { Bell } from "./bell.ts";
import { markOf } from "./draft-change.ts";
import { FolderHints } from "./folder-hints.ts";
import type { Log } from "./log.ts";

/** Why a draft is still there, in words. */
export interface SaidOfDraft {
  readonly message: string;
  /** What to type next. */
  readonly fix: string;
  readonly retryable: boolean;
}

export interface DraftWatchOptions {
  /** Absolute; made where it does not exist when the watch begins. */
  readonly folder: string;
  /** Submits drafts of the acting agent: one outcome for each, in order. */
  readonly submit: (drafts: readonly DraftFile[]) => Promise<readonly DraftOutcome[]>;
  /** What is said beside the draft; undefined where nothing is. */
  readonly explain: (outcome: DraftOutcome) => SaidOfDraft | undefined;
  readonly clock: Clock;
  readonly log: Pick<Log, "info" | "warn">;
  readonly signal: AbortSignal;
}

/** Milliseconds that a draft must stay as it is: editors and `cp` write in bursts of milliseconds. */
const STABLE_MS = 300;
/** How long a look waits where no event says otherwise: the poll floor of all local watching. */
const POLL_MS = 2_000;
/** The first wait after a fault that may pass, doubled by each that follows, up to the cap. */
const RETRY_MS = 5_000;
const RETRY_MAX_MS = 5 * 60_000;

/** What is known of a draft that lies there. */
interface Seen {
  /** Tells this content of the file from the one before it. */
  readonly mark: string;
  /** Milliseconds: since when it has been so. */
  readonly since: number;
  /** Submits of this content that failed. */
  readonly tries: number;
  /** When it is submitted next: Infinity where only a change helps. */
  readonly due: number;
}

/** Submits drafts until the signal aborts; what is under way then is finished. */
export async function watchDrafts(options: DraftWatchOptions): Promise<void> {
  const { folder, clock, log, signal } = options;
  await mkdir(folder, { recursive: true }).catch(() => undefined);
  await clearStaleFaults(folder);
  const bell = new Bell(clock, signal);
  const hints = new FolderHints(
    folder,
    () => bell.ring(),
    (detail) =>
      log.warn({ folder, detail }, "the folder of drafts cannot be watched, only looked at"),
  );
  const watch = new DraftWatch(options);
  try {
    while (!signal.aborted) {
      // Listening first: what is dropped after the look rings.
      await hints.follow();
      await bell.wait(Math.min(POLL_MS, await watch.look()));
    }
  } finally {
    await hints.stop();
  }
}

class DraftWatch {
  readonly #options: DraftWatchOptions;
  #seen = new Map<string, Seen>();

  constructor(options: DraftWatchOptions) {
    this.#options = options;
  }

  /** Looks at the folder and submits what is ready; answers in how many milliseconds more will be. */
  async look(): Promise<number> {
    const { folder, clock } = this.#options;
    const before = this.#seen;
    this.#seen = new Map();
    for (const path of await listDrafts(folder)) {
      const mark = await markOf(path);
      if (mark !== undefined) this.#seen.set(path, this.#sight(mark, before.get(path)));
    }
    for (const path of before.keys()) if (!this.#seen.has(path)) await this.#clear(path);
    const now = clock.now();
    const ready = [...this.#seen].filter(([, { due }]) => due <= now).map(([path]) => path);
    if (ready.length > 0) await this.#submit(ready);
    const dues = [...this.#seen.values()].map(({ due }) => due - clock.now());
    return Math.max(0, Math.min(...dues));
  }

  #sight(mark: string, before: Seen | undefined): Seen {
    if (before?.mark === mark) return before;
    const since = this.#options.clock.now();
    return { mark, since, tries: 0, due: since + STABLE_MS };
  }

  async #submit(paths: readonly string[]): Promise<void> {
    const { folder, submit } = this.#options;
    const name = (path: string): string => join(basename(folder), relative(folder, path));
    try {
      const outcomes = await submit(paths.map((path) => ({ path, name: name(path) })));
      for (const outcome of outcomes) await this.#take(outcome);
    } catch (error) {
      // Nothing is known of any of them: their marks tell the next try what became of this one.
      this.#options.log.warn({ error: String(error) }, "drafts could not be submitted");
      for (const path of paths) this.#later(path, true);
    }
  }

  async #take(outcome: DraftOutcome): Promise<void> {
    const { log, explain } = this.#options;
    const { path, name } = outcome.draft;
    if (outcome.kind === "submitted")
      log.info({ draft: name, record: outcome.record }, "a draft was accepted");
    const gone =
      outcome.kind === "submitted"
        ? outcome.left === undefined
        : outcome.fault.code === "draft-missing";
    const said = gone ? undefined : explain(outcome);
    if (said === undefined) {
      this.#seen.delete(path);
      return this.#clear(path);
    }
    if (outcome.kind === "fault")
      log.warn({ draft: name, fault: said.message }, "a draft is at fault");
    this.#later(path, said.retryable);
    await writeFault(path, said.message, said.fix).catch((error: unknown) =>
      log.warn({ draft: name, error: String(error) }, "a fault cannot be said beside its draft"),
    );
  }

  #later(path: string, retryable: boolean): void {
    const seen = this.#seen.get(path);
    if (seen === undefined) return;
    const wait = Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** seen.tries);
    const due = retryable ? this.#options.clock.now() + wait : Number.POSITIVE_INFINITY;
    this.#seen.set(path, { ...seen, tries: seen.tries + 1, due });
  }

  #clear(path: string): Promise<void> {
    const { log } = this.#options;
    return clearFault(path).catch((error: unknown) =>
      log.warn({ path, error: String(error) }, "what was said of a draft cannot be taken away"),
    );
  }
}
