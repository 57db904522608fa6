/**
 * Clocks that disagree. What an agent's clock says when it follows another, minus what the other's said,
 * is the difference of the two clocks and the time that passed between. So an agent's offset lies between
 * two medians, as in NTP (RFC 5905, section 8):
 *
 *   after  = median of its readings minus the ones that they follow          =  offset + delay
 *   before = median of the readings that follow its own, minus its own ones  = -offset + delay
 *   offset = (after - before) / 2, give or take (after + before) / 2
 *
 * Mound's own clients never write an `at` before the log time; they raise it. Such a reading says no more
 * than that the clock was behind: it counts as no difference, so that an offset may be larger than it
 * looks. Who alone sets the log time, or always follows it, shows nothing at all.
 */
import type { AgentId } from "../../ids.ts";
import type { Mark, Sight } from "./sight.ts";
import type { Notes } from "./notes.ts";

/** Leases count in minutes and the usual skew is two: what is below this hurts nobody. */
const CLOCK_OFFSET_MS = 15_000;
/** On each side, before anything is said. */
const CLOCK_SAMPLES = 8;
/** The newest count: a clock that was set right is right. */
const SAMPLES_KEPT = 64;

interface Sample {
  readonly ms: number;
  readonly with: string;
}

interface Samples {
  readonly after: Sample[];
  readonly before: Sample[];
  /** How many came since they were last judged. */
  fresh: number;
}

export class Clocks {
  readonly #agents: Map<string, Samples>;
  /** The committer whose clock set the log time. */
  #setter: string | undefined;
  /** The newest reading of an author's clock that was not raised, in milliseconds. */
  #reading: { readonly agent: string; readonly at: number } | undefined;
  readonly #notes: Notes;

  constructor(notes: Notes, kept?: ReturnType<Clocks["keep"]>) {
    this.#agents = new Map(kept?.agents);
    this.#setter = kept?.setter;
    this.#reading = kept?.reading;
    this.#notes = notes;
  }

  take({ mark, author, committer, at, lineTime }: Sight): void {
    if (at === undefined || author === undefined) return;
    const moves = lineTime === undefined || mark.time > lineTime;
    if (at === lineTime) {
      this.#compare(author, this.#setter, 0, mark);
    } else {
      this.#compare(author, this.#reading?.agent, at - (this.#reading?.at ?? 0), mark);
      this.#reading = { agent: author, at };
    }
    // Whoever commits for others reads its own clock after they have read theirs.
    if (moves) this.#compare(committer, author, mark.time - at, mark);
    if (moves) this.#setter = committer;
  }

  keep() {
    return { setter: this.#setter, reading: this.#reading, agents: [...this.#agents] };
  }

  /** One reading of a clock, this many milliseconds above an earlier reading of another's. */
  #compare(later: string | undefined, earlier: string | undefined, ms: number, mark: Mark): void {
    if (later === undefined || earlier === undefined || later === earlier) return;
    this.#push(later, "after", { ms, with: earlier }, mark);
    this.#push(earlier, "before", { ms, with: later }, mark);
  }

  #push(agent: string, side: "after" | "before", sample: Sample, mark: Mark): void {
    const samples = this.#agents.get(agent) ?? { after: [], before: [], fresh: 0 };
    this.#agents.set(agent, samples);
    const list = samples[side];
    list.push(sample);
    if (list.length > SAMPLES_KEPT) list.shift();
    const { after, before } = samples;
    samples.fresh += 1;
    if (after.length < CLOCK_SAMPLES || before.length < CLOCK_SAMPLES) return;
    if (samples.fresh < CLOCK_SAMPLES) return;
    samples.fresh = 0;
    this.#judge(agent as AgentId, samples, mark);
  }

  #judge(agent: AgentId, { after, before }: Samples, mark: Mark): void {
    const [above, below] = [medianOf(after), medianOf(before)];
    const offset = Math.trunc((above - below) / 2);
    if (Math.abs(offset) <= CLOCK_OFFSET_MS) return;
    if (!isBehind(after, above) && !isBehind(before, below)) return;
    this.#notes.note(agent, {
      code: "clock-offset",
      task: undefined,
      agent,
      commits: [mark.commit],
      time: mark.time,
      facts: {
        offset_ms: offset,
        spread_ms: Math.abs(Math.trunc((above + below) / 2)),
        samples: after.length + before.length,
      },
    });
  }
}

/**
 * Whether the later reading is mostly not above the earlier one. Where it is the same, it was raised to
 * it; one other clock that is a little slow does that too, and two hardly.
 */
function isBehind(samples: readonly Sample[], median: number): boolean {
  if (median !== 0) return median < 0;
  return new Set(samples.filter(({ ms }) => ms <= 0).map((sample) => sample.with)).size > 1;
}

/** The lower of the two in the middle: no mean that would have to be rounded. */
function medianOf(samples: readonly Sample[]): number {
  const sorted = samples.map(({ ms }) => ms).toSorted((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1]!;
}
