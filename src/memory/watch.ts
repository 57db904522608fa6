import type { Watch } from "../app/ports.ts";

export interface MemoryWatch extends Watch {
  /** Tells those who listen that the line has moved, in a later turn of the event loop. */
  moved(): void;
}

/** Hints that a test or a simulation gives itself; moves of one turn come as one hint. */
export function memoryWatch(): MemoryWatch {
  const hints = new Set<() => void>();
  let due = false;
  return {
    async start(hint) {
      const own = (): void => hint();
      hints.add(own);
      return async () => {
        hints.delete(own);
      };
    },
    moved() {
      if (due) return;
      due = true;
      setImmediate(() => {
        due = false;
        for (const hint of hints) hint();
      });
    },
  };
}
