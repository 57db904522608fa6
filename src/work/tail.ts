/** A stream of which only the end is wanted: the complaints of a program that failed. */
export class Tail {
  readonly #bytes: number;
  #kept: Buffer = Buffer.alloc(0);
  #cut = false;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  write(chunk: Buffer): void {
    const all = Buffer.concat([this.#kept, chunk.subarray(-this.#bytes - 1)]);
    this.#cut ||= all.length > this.#bytes || chunk.length > this.#bytes;
    // A copy, so that a small end does not hold on to a large chunk.
    this.#kept = Buffer.from(all.subarray(-this.#bytes));
  }

  /** The end, from the start of a line where there is one in it. */
  text(): string {
    const whole = this.#kept.toString();
    const newline = whole.trimEnd().indexOf("\n");
    const text = this.#cut && newline >= 0 ? whole.slice(newline + 1) : whole;
    // Where the cut went through a character, its rest cannot be read.
    return text.replace(/^\ufffd+/, "").trim();
  }
}
