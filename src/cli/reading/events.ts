import type { Cursor } from "../../app/cursor.ts";
import type { PollOutcome } from "../../app/poll.ts";
import { Follower } from "../../app/follower.ts";
import type { Mound } from "../../open/mound.ts";
import { EVENT_TYPES, matchesEvent, type EventBatch } from "../../protocol/views/event.ts";
import { FaultError, type Context } from "../context.ts";
import { isUnreached } from "../fresh.ts";
import { listOption, textOption } from "../options.ts";
import type { Report } from "../report.ts";
import { sanitise } from "../sanitise.ts";
import { UsageError } from "../usage.ts";
import { NamedCursor } from "./named-cursor.ts";
import { eventsText } from "./event-text.ts";
import { Looks } from "./next-look.ts";
import { readSince, type Since } from "./since.ts";

/** While history is read the cursor is kept this often: each keeping waits for the disk. */
const BATCHES_KEPT = 256;

/** `mound events`: what happened, and with --follow what happens. */
export async function events(
  context: Context,
  _args: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const patterns = patternsOf(listOption(options["on"]));
  const since = readSince(textOption(options["since"]));
  const follow = options["follow"] === true;
  const named = textOption(options["cursor"]);
  const file = named === undefined ? undefined : new NamedCursor(context.path(named), named);
  const kept = await file?.read();
  await file?.probe();
  const signal = context.untilStopped();
  const mound = await context.mound();
  const watch = new Watching(context, mound);
  await watch.look();
  const from = kept ?? (await since.cursor(mound)) ?? (follow && !since.given ? "tip" : "start");
  const follower = await open(mound, from);
  const notBefore = kept === undefined ? since.time : undefined;
  const printer = new Printer(context, patterns, notBefore, file);
  if (from === "tip") await printer.keep(follower.cursor);
  for await (const batch of follower.catchUp()) {
    if (signal.aborted || !(await printer.print(batch))) break;
  }
  const looks = follow ? await Looks.start(mound, signal) : undefined;
  try {
    await tellWhatComes({ signal, follower, printer, watch, looks });
  } finally {
    await looks?.stop();
  }
  await printer.keepPrinted();
  return { data: undefined, text: "", streamed: true };
}

interface Telling {
  readonly signal: AbortSignal;
  readonly follower: Follower;
  readonly printer: Printer;
  readonly watch: Watching;
  /** Undefined: what is there is told, and no more. */
  readonly looks: Looks | undefined;
}

async function tellWhatComes({ signal, follower, printer, watch, looks }: Telling): Promise<void> {
  let outcome: PollOutcome = "moved";
  while (!signal.aborted && printer.read) {
    for (const batch of follower.take(await watch.heard())) {
      if (signal.aborted || !(await printer.print(batch))) break;
    }
    await printer.keepPrinted();
    if (looks === undefined || signal.aborted || !printer.read) break;
    await looks.next(outcome, follower.nextDue());
    if (!signal.aborted) outcome = await watch.look();
  }
}

function patternsOf(patterns: readonly string[] = ["*"]): readonly string[] {
  for (const pattern of patterns) {
    if (EVENT_TYPES.some((type) => matchesEvent(pattern, type))) continue;
    throw new UsageError(
      `No event matches "${pattern}". There are: ${EVENT_TYPES.join(", ")}.`,
      "mound events --on 'task.*'",
    );
  }
  return patterns;
}

async function open(mound: Mound, from: Cursor | "start" | "tip"): Promise<Follower> {
  const { line, ports } = mound;
  const opened = await Follower.open({ line, ports, from });
  if (!opened.ok) throw new FaultError(opened.error);
  return opened.value;
}

/** Looks at the origin, and says when it goes away and when it is there again. */
class Watching {
  readonly #context: Context;
  readonly #mound: Mound;
  #away = false;

  constructor(context: Context, mound: Mound) {
    this.#context = context;
    this.#mound = mound;
  }

  async look(): Promise<PollOutcome> {
    const before = this.#mound.line.tip;
    const refreshed = await this.#mound.refresh(0);
    if (refreshed.ok) {
      if (this.#away) this.#context.env.err("The origin answers again.\n");
      this.#away = false;
      return this.#mound.line.tip === before ? "quiet" : "moved";
    }
    const { error } = refreshed;
    if (!isUnreached(error) || this.#mound.line.tip === undefined) throw new FaultError(error);
    if (this.#away) return "failed";
    this.#away = true;
    const { explain } = await import("../explain.ts");
    const { message } = explain(error);
    this.#context.env.err(sanitise(`${message.trimEnd()}\nWhat is known here is told.\n`));
    return "failed";
  }

  /** Milliseconds: when the line was last known to be as it is at the origin. */
  async heard(): Promise<number> {
    const age = await this.#mound.age();
    return age === undefined ? 0 : this.#mound.ports.clock.now() - age;
  }
}

/** Puts batches out, and keeps the place after what was put out. */
class Printer {
  readonly #context: Context;
  readonly #patterns: readonly string[];
  readonly #notBefore: number;
  readonly #file: NamedCursor | undefined;
  #printed: string | undefined;
  #unkept = 0;
  /** Whether anybody reads the output still. */
  read = true;

  constructor(
    context: Context,
    patterns: readonly string[],
    notBefore: Since["time"],
    file: NamedCursor | undefined,
  ) {
    this.#context = context;
    this.#patterns = patterns;
    this.#notBefore = notBefore ?? 0;
    this.#file = file;
  }

  /** Answers whether the output is still read. */
  async print({ events: all, cursor }: EventBatch): Promise<boolean> {
    const { env, options } = this.#context;
    const wanted = all.filter(
      ({ type, time }) =>
        time >= this.#notBefore && this.#patterns.some((pattern) => matchesEvent(pattern, type)),
    );
    if (wanted.length > 0) {
      env.out(eventsText(wanted, cursor, options.json === true));
      this.read = (await env.flush?.()) ?? true;
    }
    if (!this.read) return false;
    this.#printed = cursor;
    this.#unkept += 1;
    if (this.#unkept >= BATCHES_KEPT) await this.keepPrinted();
    return true;
  }

  /** Keeps the place after the last batch that is with whoever reads. */
  async keepPrinted(): Promise<void> {
    this.#unkept = 0;
    await this.keep(this.#printed);
  }

  async keep(cursor: string | undefined): Promise<void> {
    await this.#file?.write(cursor);
  }
}
