import type { Context } from "../context.ts";
import { grouped } from "./shown.ts";

/** Milliseconds between two looks at a terminal, and between two lines where there is none. */
const TERMINAL_MS = 100;
const LOG_MS = 5_000;

export interface Progress {
  readonly step: (judged: number) => void;
  /** Leaves the terminal as it was. */
  readonly end: () => void;
}

/**
 * How far an audit is, on standard error. At a terminal the line is short and the cursor goes back to
 * its beginning: whatever is said next, also of an interruption, takes its place.
 */
export function progressOf({ env }: Context, terminal = process.stderr.isTTY): Progress {
  let told = performance.now();
  let shown = false;
  return {
    step(judged) {
      const now = performance.now();
      if (now - told < (terminal ? TERMINAL_MS : LOG_MS)) return;
      told = now;
      shown = true;
      const line = `${grouped(judged)} commits judged`;
      env.err(terminal ? `\u001b[K${line}\r` : `${line}\n`);
    },
    end() {
      if (terminal && shown) env.err("\u001b[K");
    },
  };
}
