/**
 * What became of operations whose process is gone: their nonces are among the accepted commits, or
 * they are not. A push that was under way may outlive its process; the compare-and-swap refuses it
 * once the line has moved on, so only from then on is it certain that it did not land.
 */
import type { Oid } from "../protocol/ids.ts";
import type { Line } from "./line.ts";
import type { Clock, Journal, JournalEntry } from "./ports.ts";
import { withKeys } from "./sharded-state.ts";

export interface Recovered extends JournalEntry {
  readonly landed: boolean;
  /** False: it has not landed so far, and may still; it is looked for again. */
  readonly settled: boolean;
}

/** Longer than any push lives, and than a server takes over one whose client is gone. */
const SETTLED_MS = 5 * 60_000;

export class Recovery {
  readonly #line: Line;
  readonly #ports: { readonly journal: Journal; readonly clock: Clock };
  #told: Recovered[] = [];
  #found: { readonly left: readonly JournalEntry[]; readonly tip: Oid | undefined } | undefined;

  constructor(line: Line, ports: { readonly journal: Journal; readonly clock: Clock }) {
    this.#line = line;
    this.#ports = ports;
  }

  /** What was found out since the last call. */
  take(): readonly Recovered[] {
    return this.#told.splice(0);
  }

  /** Before the line is moved: looks for leftovers, and where there are some, at the origin. */
  async begin(): Promise<void> {
    const left = await this.#ports.journal.leftovers();
    const looked = left.length > 0 && (await this.#line.sync()).ok;
    this.#found = looked ? { left, tip: this.#line.tip } : undefined;
  }

  /** After it was moved, or was not: tells what is known of them now. */
  async finish(): Promise<void> {
    if (this.#found === undefined) return;
    const { left, tip } = this.#found;
    this.#found = undefined;
    await this.#tell(left, tip !== this.#line.tip);
  }

  /** Tells what a fetch that just ended says of leftovers. */
  async look(): Promise<void> {
    await this.#tell(await this.#ports.journal.leftovers(), false);
  }

  async #tell(left: readonly JournalEntry[], moved: boolean): Promise<void> {
    const { state } = this.#line;
    for (const entry of left) {
      const landed = await withKeys(state, () => state.get(`nonce/${entry.nonce}`) !== undefined);
      const settled = landed || moved || this.#ports.clock.now() - entry.at > SETTLED_MS;
      this.#told.push({ ...entry, landed, settled });
      if (settled) await this.#ports.journal.end([entry.nonce]);
    }
  }
}
