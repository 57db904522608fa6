import { shellWord } from "../../base/shell-quote.ts";

/** Words as one would type them in a shell: quoted where they have to be. */
export function shell(...words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}
