/**
 * What became of operations whose process is gone: their nonces are among the accepted commits, or
 * they are not. A push that was under way may outlive its process; the compare-and-swap refuses it
 * once the line has moved on, so only from then on is it certain that it did not land.
 */
import type { Nonce, Oid } from "../protocol/ids.ts";
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
  /** What this very process could not answer, and the line and the time at which it could not. */
  readonly #own = new Map<Nonce, { readonly tip: Oid | undefined; readonly at: number }>();
  #found: { readonly left: readonly JournalEntry[]; readonly tip: Oid | undefined } | undefined;

  constructor(line: Line, ports: { readonly journal: Journal; readonly clock: Clock }) {
    this.#line = line;
    this.#ports = ports;
  }

  /** What was found out since the last call. */
  take(): readonly Recovered[] {
    return this.#told.splice(0);
  }

  /** These operations of this process are answered as unknown; they are put away once that is settled. */
  doubt(nonces: readonly Nonce[]): void {
    const at = this.#ports.clock.now();
    for (const nonce of nonces) this.#own.set(nonce, { tip: this.#line.tip, at });
  }

  /** Before the line is moved: looks for leftovers, and where there are some, at the origin. */
  async begin(): Promise<void> {
    const left = await this.#ports.journal.leftovers();
    const looked = left.length > 0 && (await this.#line.sync()).ok;
    this.#found = looked ? { left, tip: this.#line.tip } : undefined;
  }

  /** After it was moved, or was not: tells what is known of them now. */
  async finish(): Promise<void> {
    const found = this.#found;
    this.#found = undefined;
    if (found !== undefined) await this.#tell(found.left, found.tip !== this.#line.tip);
    await this.#settleOwn();
  }

  /** Tells what a fetch that just ended says of leftovers. */
  async look(): Promise<void> {
    await this.#tell(await this.#ports.journal.leftovers(), false);
    await this.#settleOwn();
  }

  async #tell(left: readonly JournalEntry[], moved: boolean): Promise<void> {
    const { state } = this.#line;
    for (const entry of left) {
      const landed = await withKeys(state, () => state.get(`nonce/${entry.nonce}`) !== undefined);
      const settled = landed || moved || this.#isOld(entry.at);
      this.#told.push({ ...entry, landed, settled });
      if (settled) await this.#ports.journal.end([entry.nonce]);
    }
  }

  async #settleOwn(): Promise<void> {
    for (const [nonce, { tip, at }] of this.#own) {
      if (tip === this.#line.tip && !this.#isOld(at)) continue;
      await this.#ports.journal.end([nonce]);
      this.#own.delete(nonce);
    }
  }

  #isOld(at: number): boolean {
    return this.#ports.clock.now() - at > SETTLED_MS;
  }
}
