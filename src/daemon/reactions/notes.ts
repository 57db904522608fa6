import type { ReactionsFault } from "../../open/faults.ts";
import type { Failure } from "./ledger.ts";

/** What the reactions have to tell while they run, as data. */
export type ReactionNote =
  /** This file is in force from now on. */
  | { readonly code: "reactions-loaded"; readonly path: string; readonly count: number }
  /** The file has changed and cannot be used: what was in force before stays so. */
  | { readonly code: "reactions-kept"; readonly fault: ReactionsFault }
  | {
      readonly code: "delivery-failed";
      readonly n: number;
      readonly reaction: string;
      readonly event: string;
      readonly tries: number;
      /** Milliseconds: when it is tried again. */
      readonly due: number;
      readonly why: Failure["why"];
    }
  | {
      readonly code: "delivery-dead";
      readonly n: number;
      readonly reaction: string;
      readonly event: string;
      readonly tries: number;
      readonly why: Failure["why"];
    }
  /** There were too many dead letters: the oldest one is gone. */
  | { readonly code: "dead-letter-forgotten" }
  /** The log cannot be written at the moment: a daemon killed now would try again what has ended. */
  | { readonly code: "unwritten"; readonly detail: string }
  /** Lines of the log that say nothing: the disk has damaged them. */
  | { readonly code: "log-damaged"; readonly lines: number }
  | { readonly code: "request-unreadable"; readonly name: string }
  /** A program that a killed daemon had left running was ended. */
  | { readonly code: "orphan-ended"; readonly reaction: string; readonly pid: number };
