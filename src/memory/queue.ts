import type { Queue } from "../app/ports.ts";

/** First come, first served, among those who share it. */
export function memoryQueue(): Queue {
  let last: Promise<void> = Promise.resolve();
  return {
    async turn() {
      const before = last;
      let pass: () => void = () => undefined;
      last = new Promise((resolve) => {
        pass = resolve;
      });
      await before;
      return async () => pass();
    },
  };
}
