import type { Tail } from "../open/tail.ts";

/** The end of what a program complained of, from the start of a line where there is one in it. */
export function complaintOf({ text, cut }: Tail): string {
  const newline = text.trimEnd().indexOf("\n");
  const whole = cut && newline >= 0 ? text.slice(newline + 1) : text;
  return whole.trim();
}
