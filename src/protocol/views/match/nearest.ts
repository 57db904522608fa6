/** The few smallest of many scores, in a binary heap with the largest of them on top. */
export class Nearest {
  readonly #scores: Float64Array;
  readonly #items: Int32Array;
  #size = 0;

  constructor(width: number) {
    this.#scores = new Float64Array(width);
    this.#items = new Int32Array(width);
  }

  /** What a score must be below to be among them. */
  get bound(): number {
    return this.#size < this.#scores.length ? Number.POSITIVE_INFINITY : this.#scores[0]!;
  }

  add(score: number, item: number): void {
    if (this.#size < this.#scores.length) {
      this.#up(this.#size++, score, item);
    } else if (score < this.#scores[0]!) {
      this.#down(score, item);
    }
  }

  /** The items, the smallest score first; the lower item where two are equal. */
  sorted(): readonly { readonly item: number; readonly score: number }[] {
    return Array.from({ length: this.#size }, (_, at) => ({
      item: this.#items[at]!,
      score: this.#scores[at]!,
    })).toSorted((a, b) => a.score - b.score || a.item - b.item);
  }

  #up(from: number, score: number, item: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#scores[parent]! >= score) break;
      this.#put(at, this.#scores[parent]!, this.#items[parent]!);
      at = parent;
    }
    this.#put(at, score, item);
  }

  #down(score: number, item: number): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#scores[child + 1]! > this.#scores[child]!) child += 1;
      if (this.#scores[child]! <= score) break;
      this.#put(at, this.#scores[child]!, this.#items[child]!);
      at = child;
    }
    this.#put(at, score, item);
  }

  #put(at: number, score: number, item: number): void {
    this.#scores[at] = score;
    this.#items[at] = item;
  }
}
