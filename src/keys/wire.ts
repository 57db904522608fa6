/**
 * The SSH wire format (RFC 4251, section 5): `uint32` is big-endian, `string` is a `uint32` length
 * and that many bytes.
 */
export class WireReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #short = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** `count` bytes, a view. A read past the end gives what `ended` reports, and no bytes. */
  bytes(count: number): Uint8Array {
    if (this.#short || count > this.#bytes.length - this.#at) {
      this.#short = true;
      return new Uint8Array(0);
    }
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  uint8(): number {
    return this.bytes(1)[0] ?? 0;
  }

  uint32(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.bytes(4);
    return a * 0x1000000 + ((b << 16) | (c << 8) | d);
  }

  string(): Uint8Array {
    return this.bytes(this.uint32());
  }

  /** The string as one character for each byte; for names, which are compared with ASCII. */
  name(): string {
    return Buffer.from(this.string()).toString("latin1");
  }

  rest(): Uint8Array {
    return this.bytes(this.#bytes.length - this.#at);
  }

  /** True when every read was answered and no byte is left over. Values count only if it is. */
  ended(): boolean {
    return !this.#short && this.#at === this.#bytes.length;
  }

  /** Whether some read went past the end. */
  get short(): boolean {
    return this.#short;
  }
}

export function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function string(value: Uint8Array | string): Uint8Array {
  const bytes = typeof value === "string" ? Buffer.from(value, "utf8") : value;
  return Buffer.concat([uint32(bytes.length), bytes]);
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}
