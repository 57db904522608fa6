import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { ReactionNote } from "../../src/daemon/reactions/notes.ts";
import {
  type Reactions,
  type ReactionsOptions,
  startReactions,
} from "../../src/daemon/reactions/reactions.ts";
import type { Try, Tried } from "../../src/daemon/reactions/run.ts";
import { virtualClock, type VirtualClock } from "../../src/memory/clock.ts";
import { seededRandom } from "../../src/memory/random.ts";
import type { Oid, TaskId } from "../../src/protocol/ids.ts";
import type { EventBatch, MoundEvent } from "../../src/protocol/views/event.ts";
import { testFolder } from "./folder.ts";

/** `add` of task 1 in two lines of a test: `event("a1", "k3f9qz1")`. */
export function event(id: string, task?: string, more: Partial<MoundEvent> = {}): MoundEvent {
  const about = task === undefined ? {} : { task: task as TaskId };
  const commit = "1".repeat(40) as Oid;
  return { id, type: "task.added", commit, time: Date.UTC(2026, 0, 1), ...about, ...more };
}

export function batch(...events: readonly MoundEvent[]): EventBatch {
  return { cursor: `after ${events.at(-1)?.id ?? "nothing"}`, events };
}

/** One reaction of every event, as it stands in a file. */
export function everything(more = "", name = "all"): string {
  return `  - name: ${name}\n    on: "*"\n    run: [tell]\n${more}`;
}

/** One program under way: the test says when and how it ends. */
export interface Attempt extends Try {
  readonly id: string;
  readonly end: (how?: "well" | "badly") => Promise<void>;
}

/** Reactions whose programs the test plays, on a clock that it moves. */
export class ReactionsStage {
  readonly folder = testFolder("mound-test-reactions-");
  readonly file = join(this.folder, "config", "reactions.yaml");
  readonly clock: VirtualClock = virtualClock({ sleep: "wait" });
  readonly notes: ReactionNote[] = [];
  /** Programs under way, in the order in which they were started. */
  readonly running: Attempt[] = [];
  /** The ids of the events of all programs ever started, in order. */
  readonly started: string[] = [];
  readonly #random = seededRandom(1);

  constructor(reactions: string) {
    mkdirSync(join(this.folder, "config"));
    mkdirSync(join(this.folder, "tree"));
    this.write(reactions);
  }

  /** The deliveries on disk. */
  get state(): string {
    return join(this.folder, "state");
  }

  write(reactions: string): void {
    writeFileSync(this.file, `reactions:\n${reactions}`);
  }

  async start(more: Partial<ReactionsOptions> = {}): Promise<Reactions> {
    const started = await startReactions({
      folder: this.state,
      file: this.file,
      named: true,
      workTree: join(this.folder, "tree"),
      clock: this.clock,
      random: this.#random,
      environment: process.env,
      note: (note) => void this.notes.push(note),
      signal: new AbortController().signal,
      run: (attempt) => this.#play(attempt),
      ...more,
    });
    if (!started.ok) throw new Error(JSON.stringify(started.error));
    onTestFinished(() => started.value.close());
    return started.value;
  }

  /** The ids of the events that are being tried now. */
  get now(): readonly string[] {
    return this.running.map(({ id }) => id);
  }

  /** The try of an event that is under way. */
  at(id: string): Attempt {
    const found = this.running.find((attempt) => attempt.id === id);
    if (found === undefined) throw new Error(`${id} is not running; there are: ${this.now.join()}`);
    return found;
  }

  codes(): readonly string[] {
    return this.notes.map(({ code }) => code);
  }

  #play(attempt: Try): Promise<Tried> {
    const { id } = attempt.delivery.event;
    this.started.push(id);
    return new Promise((resolve) => {
      const finish = (tried: Tried): void => {
        this.running.splice(this.running.indexOf(playing), 1);
        resolve(tried);
      };
      const playing: Attempt = {
        ...attempt,
        id,
        end: async (how = "well") => {
          const why = { kind: "exit", code: 3 } as const;
          finish(how === "well" ? undefined : { why, stdout: "", stderr: `no ${id}` });
          await settled();
        },
      };
      this.running.push(playing);
      const why = { kind: "signal", signal: "SIGTERM" } as const;
      attempt.signal.addEventListener("abort", () => finish({ why, stdout: "", stderr: "" }));
    });
  }
}

/** All that follows without waiting has been done. */
export async function settled(): Promise<void> {
  for (let turns = 0; turns < 3; turns++)
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
}
