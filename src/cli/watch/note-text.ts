import { unreachable } from "../../base/assert.ts";
import type { ReactionNote } from "../../daemon/reactions/notes.ts";
import { explain } from "../explain.ts";
import { whyText } from "../reactions/shape.ts";

/** What the reactions have to tell, in words, and how loud. */
export function noteText(note: ReactionNote): { level: "info" | "warn"; text: string } {
  switch (note.code) {
    case "reactions-loaded":
      return { level: "info", text: `${note.path} is in force: ${note.count} reactions.` };
    case "reactions-kept":
      return {
        level: "warn",
        text: `${explain(note.fault).message}\nWhat was in force before stays so.`,
      };
    case "delivery-failed":
      return {
        level: "info",
        text: `The reaction ${note.reaction} failed at ${note.event}: ${whyText(note.why)}.`,
      };
    case "delivery-dead":
      return {
        level: "warn",
        text: `The reaction ${note.reaction} gave up ${note.event} after ${note.tries} tries: ${whyText(note.why)}.\n  mound reactions retry ${note.n}`,
      };
    case "dead-letter-forgotten":
      return { level: "warn", text: "There are too many dead letters: the oldest one is gone." };
    case "unwritten":
      return {
        level: "warn",
        text: `What has ended cannot be noted at the moment, and may be run again: ${note.detail}`,
      };
    case "log-damaged":
      return {
        level: "warn",
        text: `${note.lines} lines about deliveries are damaged and were left out.`,
      };
    case "request-unreadable":
      return { level: "warn", text: `A request of mound reactions cannot be read: ${note.name}` };
    case "orphan-ended":
      return {
        level: "warn",
        text: `Process ${note.pid} of the reaction ${note.reaction} was still running and was ended.`,
      };
    default:
      return unreachable(note);
  }
}
