import type { ReactionNote } from "../../daemon/reactions/notes.ts";
import { explain } from "../explain.ts";
import { whyText } from "../reactions/shape.ts";

/** What a person at the terminal must hear of the reactions; the rest is in the log. */
export function noteText(note: ReactionNote): string | undefined {
  switch (note.code) {
    case "reactions-kept":
      return `${explain(note.fault).message}\nWhat was in force before stays so.`;
    case "delivery-dead":
      return `The reaction ${note.reaction} gave up ${note.event} after ${note.tries} tries: ${whyText(note.why)}.\n  mound reactions retry ${note.n}`;
    case "unwritten":
      return `What has ended cannot be noted at the moment, and may be run again: ${note.detail}`;
    case "orphan-ended":
      return `Process ${note.pid} of the reaction ${note.reaction} was still running and was ended.`;
    default:
      return undefined;
  }
}
