import type { Fault } from "../protocol/fault.ts";
import type { Missing } from "./missing.ts";
import type { KeyFault, RemoteFault } from "./ports.ts";

/** Whatever stops a command: a rule, a key, the remote, or the line itself. */
export type AppFault = Fault | KeyFault | RemoteFault | LineFault;

export type LineFault =
  /** The origin has no such branch: nothing was founded there yet. */
  | { readonly code: "line-missing"; readonly url: string; readonly branch: string }
  /** The branch is there, but its first commit founds no mound. */
  | { readonly code: "not-a-mound"; readonly url: string; readonly detail: string }
  /** The origin's branch no longer contains the last commit that was verified here. */
  | {
      readonly code: "history-rewritten";
      readonly url: string;
      readonly verified: string;
      /** Empty: the branch is gone. */
      readonly found: string;
      /** What was verified here and is not there any more. */
      readonly missing?: Missing | undefined;
    }
  /** The newest commits are dated ahead of this clock by more than the mound's skew. */
  | {
      readonly code: "line-deferred";
      readonly commit: string;
      readonly time: number;
      readonly now: number;
    }
  /** Too many others pushed at the same time, for longer than the limit; nothing was changed. */
  | { readonly code: "contended"; readonly tries: number; readonly waited: number }
  /** The push may or may not have landed, and the origin cannot be asked. */
  | {
      readonly code: "outcome-unknown";
      readonly nonces: readonly string[];
      readonly detail: string;
    }
  /** What an agent had signed is legal no more: it decides, and signs, again. */
  | { readonly code: "decide-again"; readonly agent: string }
  /** Too many commands wait already; nothing was taken. `retry`: milliseconds until it may go better. */
  | QueueFull
  /** Something broke before anything was sent; nothing was changed. */
  | { readonly code: "aborted"; readonly detail: string };

export interface QueueFull {
  readonly code: "queue-full";
  readonly waiting: number;
  readonly retry: number;
}
