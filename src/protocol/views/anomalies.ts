/**
 * Watches a line for what multi-agent bugs are made of, commit by commit. What it remembers is bounded
 * for each task that is not over and each agent, and holds whole numbers and names only: every machine
 * finds the same.
 */
import type { CommitFacts, Verdict } from "../judge.ts";
import type { View } from "../state.ts";
import { watchAccepted, watchRefused } from "./anomalies/claims.ts";
import { Clocks } from "./anomalies/clocks.ts";
import { Notes } from "./anomalies/notes.ts";
import { sightOf } from "./anomalies/sight.ts";
import { Trails } from "./anomalies/trails.ts";
import { Waits } from "./anomalies/waits.ts";
import type { Anomaly } from "./anomaly.ts";

interface Kept {
  readonly notes: ReturnType<Notes["keep"]>;
  readonly trails: ReturnType<Trails["keep"]>;
  readonly clocks: ReturnType<Clocks["keep"]>;
  readonly waits: ReturnType<Waits["keep"]>;
}

export class AnomalyWatch {
  readonly #notes: Notes;
  readonly #trails: Trails;
  readonly #clocks: Clocks;
  readonly #waits: Waits;

  /** `kept`: what `keep` of the same build gave, through JSON or not; undefined: before the first commit. */
  constructor(kept?: unknown) {
    // A copy: what is remembered changes in place.
    const from = kept === undefined ? undefined : (JSON.parse(JSON.stringify(kept)) as Kept);
    this.#notes = new Notes(from?.notes);
    this.#trails = new Trails(from?.trails);
    this.#clocks = new Clocks(this.#notes, from?.clocks);
    this.#waits = new Waits(from?.waits);
  }

  /** Takes one commit, on the state before it. A view that lacks keys throws `NeedKeys`: ask again. */
  step(before: View, { facts, verdict }: { facts: CommitFacts; verdict: Verdict }): void {
    const sight = sightOf(before, facts, verdict);
    watchRefused(sight, this.#trails, this.#notes);
    watchAccepted(sight, this.#trails, this.#notes);
    this.#clocks.take(sight);
    this.#waits.take(sight);
    this.#trails.take(sight);
  }

  /** What was found up to now, oldest first; `time`: the log time, in milliseconds, at which tasks wait. */
  found(view: View, time: number): readonly Anomaly[] {
    const all = [...this.#notes.all(), ...this.#waits.starved(view, time, this.#trails)];
    return all.toSorted((a, b) => a.time - b.time || compare(nameOf(a), nameOf(b)));
  }

  /** Plain JSON, from which another watch goes on. */
  keep(): unknown {
    return {
      notes: this.#notes.keep(),
      trails: this.#trails.keep(),
      clocks: this.#clocks.keep(),
      waits: this.#waits.keep(),
    } satisfies Kept;
  }
}

function nameOf({ code, task, agent, commits }: Anomaly): string {
  return `${code} ${task ?? ""} ${agent ?? ""} ${commits.join(" ")}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
