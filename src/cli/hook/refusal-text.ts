import type { DoorAnswer } from "../../app/door.ts";
import { explain } from "../explain.ts";
import { sanitise, sanitiseLine } from "../sanitise.ts";

/** A stranger wrote some of it, and all of it is shown in a terminal. */
const TEXT_CHARS = 2_000;
const NAME_CHARS = 80;

/** What whoever pushes is told, in the words of every other command: why, and what to type next. */
export function refusalText({ fault, finding }: DoorAnswer & { readonly accepted: false }): string {
  const { message, fix } = explain(fault);
  const commit =
    finding === undefined
      ? ""
      : `commit ${finding.commit.slice(0, 12)} by ${short(finding.author)}`;
  // Most messages name the path themselves.
  const path =
    finding?.path === undefined || message.includes(finding.path) ? "" : `, ${short(finding.path)}`;
  const where = commit === "" ? "" : `${commit}${path}: `;
  const rule = "rule" in fault ? ` [${fault.rule}]` : "";
  const first = `mound: refused: ${where}${message.slice(0, TEXT_CHARS)}${rule}`;
  return sanitise(fix === "" ? first : `${first}\n  ${fix.slice(0, TEXT_CHARS)}`);
}

function short(text: string): string {
  return sanitiseLine(text.slice(0, NAME_CHARS));
}
