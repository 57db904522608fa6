import type { Entries, Key, View } from "../../src/protocol/state.ts";

export interface CountingView extends View {
  readonly reads: number;
}

/** A view that counts how often it is read by key: time that does not depend on the machine. */
export function counting(below: View): CountingView {
  let reads = 0;
  return {
    get<K extends Key>(key: K): Entries[K] | undefined {
      reads += 1;
      return below.get(key);
    },
    keys: (prefix) => below.keys(prefix),
    eachTodo(show) {
      below.eachTodo((key, todo) => {
        reads += 1;
        show(key, todo);
      });
    },
    get reads() {
      return reads;
    },
  };
}
