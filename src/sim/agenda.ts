/** What is to happen, by virtual time: a binary heap, and what comes at one time in order of planning. */
export class Agenda<T> {
  readonly #heap: Entry<T>[] = [];
  #planned = 0;

  /** `at` in milliseconds. */
  plan(at: number, what: T): void {
    const entry: Entry<T> = { at, order: this.#planned, what };
    this.#planned += 1;
    let place = this.#heap.length;
    this.#heap.push(entry);
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!isBefore(entry, this.#heap[above]!)) break;
      this.#heap[place] = this.#heap[above]!;
      place = above;
    }
    this.#heap[place] = entry;
  }

  next(): { readonly at: number; readonly what: T } | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (last !== undefined && last !== first) this.#sink(last);
    return first;
  }

  #sink(entry: Entry<T>): void {
    const heap = this.#heap;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below += 1;
      if (isBefore(entry, heap[below]!)) break;
      heap[place] = heap[below]!;
      place = below;
    }
    heap[place] = entry;
  }
}

interface Entry<T> {
  readonly at: number;
  readonly order: number;
  readonly what: T;
}

function isBefore<T>(a: Entry<T>, b: Entry<T>): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
