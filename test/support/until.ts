import { setTimeout as pause } from "node:timers/promises";
import { inspect } from "node:util";

export interface Patience {
  /** Milliseconds after which the condition counts as failed; less than the time limit of a test. */
  readonly withinMs?: number;
  /** Milliseconds between two looks. */
  readonly everyMs?: number;
}

/**
 * Waits for a condition in place of a time: looks until it gives a truthy value, and returns that.
 * A condition that throws is looked at again. At the deadline the error says what was waited for,
 * and what the last look gave.
 */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  { withinMs = 20_000, everyMs = 20 }: Patience = {},
): Promise<Truthy<T>> {
  const start = performance.now();
  for (;;) {
    const from = performance.now();
    const look = await attempt(condition);
    if (look.value) return look.value as Truthy<T>;
    if (performance.now() - start >= withinMs) {
      const last = look.error === undefined ? JSON.stringify(look.value) : inspect(look.error);
      const message = `${what}: not within ${withinMs} ms; the last look gave ${last}`;
      throw new Error(message, { cause: look.error });
    }
    // A look may be a whole command: no more than a third of the time goes into looking.
    await pause(Math.max(everyMs, 2 * (performance.now() - from)));
  }
}

type Truthy<T> = Exclude<T, false | undefined | null | 0 | "">;

interface Look<T> {
  readonly value?: T;
  readonly error?: unknown;
}

async function attempt<T>(condition: () => T | Promise<T>): Promise<Look<T>> {
  try {
    return { value: await condition() };
  } catch (error) {
    return { error };
  }
}
