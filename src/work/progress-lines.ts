import { LINE_CHARS } from "../protocol/limits.ts";
import type { Progress } from "./desk.ts";

/** Between the notes of lines that came together. */
const BETWEEN = "; ";
const LEFT_OUT = "... ";

/**
 * What a line says: `40% note`, a percent alone (`40%` or `40`), or a note. Undefined where it says
 * nothing. A percent over 100 is a note.
 */
export function readProgressLine(line: string): Progress | undefined {
  const text = line.trim();
  if (text === "") return undefined;
  const match = /^(\d{1,3})(?:%\s*(.*)|)$/.exec(text);
  const percent = match === null ? Number.NaN : Number(match[1]);
  if (!(percent <= 100)) return { note: clip(text) };
  const note = match?.[2] ?? "";
  return note === "" ? { percent } : { percent, note: clip(note) };
}

/** Two words of progress as one: the later percent, and the notes as far as they fit, the last first. */
export function foldProgress(before: Progress | undefined, next: Progress): Progress {
  const percent = next.percent ?? before?.percent;
  const note = joinNotes(before?.note, next.note);
  return {
    ...(percent === undefined ? {} : { percent }),
    ...(note === undefined ? {} : { note }),
  };
}

function joinNotes(before: string | undefined, next: string | undefined): string | undefined {
  if (before === undefined || next === undefined || before === next) return next ?? before;
  const whole = `${before}${BETWEEN}${next}`;
  if (whole.length <= LINE_CHARS) return whole;
  // What no longer fits is the oldest; it goes note by note.
  const room = LINE_CHARS - LEFT_OUT.length;
  const parts = whole.replace(/^\.\.\. /, "").split(BETWEEN);
  while (parts.length > 1 && parts.join(BETWEEN).length > room) parts.shift();
  const kept = parts.join(BETWEEN);
  return kept.length > room ? next : `${LEFT_OUT}${kept}`;
}

function clip(note: string): string {
  const kept = note.length <= LINE_CHARS ? note : note.slice(0, LINE_CHARS);
  return kept.replace(/[\ud800-\udbff]$/, "");
}
