import { sanitise } from "../sanitise.ts";

/** A line without an end is shown when it is this long: a program may never end it. */
const LINE_BYTES = 4 * 1024;

/** Passes what programs write to standard error on, line by line, with the task that it is about. */
export class Complaints {
  readonly #print: (text: string) => void;
  readonly #open = new Map<string, string>();

  constructor(print: (text: string) => void) {
    this.#print = print;
  }

  write(task: string, text: string): void {
    const lines = ((this.#open.get(task) ?? "") + text).split("\n");
    const rest = lines.pop() ?? "";
    for (const line of lines) this.#line(task, line);
    if (rest.length >= LINE_BYTES) this.#line(task, rest);
    this.#open.set(task, rest.length >= LINE_BYTES ? "" : rest);
  }

  /** Shows what is left of the last line. */
  end(task: string): void {
    const rest = this.#open.get(task) ?? "";
    this.#open.delete(task);
    if (rest !== "") this.#line(task, rest);
  }

  #line(task: string, line: string): void {
    this.#print(`${task}: ${sanitise(line.replace(/\r$/, ""))}\n`);
  }
}
