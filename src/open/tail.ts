/** The end of what a program wrote, however much that was. */
export interface Tail {
  /** At most as many bytes of UTF-8 as were to be kept; what is none becomes U+FFFD. */
  readonly text: string;
  /** Bytes written in all. */
  readonly bytes: number;
  /** Whether the beginning is missing. */
  readonly cut: boolean;
}

/** Keeps the last bytes of a stream, in memory of at most twice as many. */
export class TailBuffer {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #held = 0;
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(chunk: Buffer): void {
    this.#bytes += chunk.length;
    // A copy: a slice would keep the whole of a large chunk alive.
    this.#chunks.push(chunk.length > this.#limit ? Buffer.from(this.#end(chunk)) : chunk);
    this.#held += Math.min(chunk.length, this.#limit);
    if (this.#held > 2 * this.#limit) this.#squeeze();
  }

  read(): Tail {
    this.#squeeze();
    const kept = this.#chunks[0] ?? Buffer.alloc(0);
    const cut = this.#bytes > kept.length;
    return { text: kept.toString("utf8", cut ? firstCharacter(kept) : 0), bytes: this.#bytes, cut };
  }

  #squeeze(): void {
    const end = Buffer.from(this.#end(Buffer.concat(this.#chunks)));
    this.#chunks = [end];
    this.#held = end.length;
  }

  #end(bytes: Buffer): Buffer {
    return bytes.subarray(Math.max(0, bytes.length - this.#limit));
  }
}

/** Where the first whole character begins: a cut may go through the middle of one. */
function firstCharacter(bytes: Buffer): number {
  const at = bytes.subarray(0, 4).findIndex((byte) => (byte & 0xc0) !== 0x80);
  return Math.max(0, at);
}
