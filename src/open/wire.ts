/**
 * What is said on the daemon's socket: one JSON object a line, in both directions. A client sends typed
 * commands and never an argv; each request has a number of the client's own, and gets one answer. While
 * it waits, the daemon says now and then that it is alive.
 */
import type { QueueFull } from "../app/faults.ts";
import type { Outcome } from "../app/request.ts";
import type { Command } from "../protocol/commands/index.ts";
import type { AgentId, Nonce, Oid } from "../protocol/ids.ts";
import type { TaskView } from "../protocol/views/task-view.ts";

declare const MOUND_BUILD: string | undefined;

/** Client and daemon are of one build, or the client goes on alone. */
export const WIRE_BUILD = typeof MOUND_BUILD === "string" ? MOUND_BUILD : "source";

/** An import of a thousand long tasks fits; what is larger goes without the daemon. */
export const FRAME_BYTES = 8 * 1024 * 1024;

/**
 * The daemon says that it is alive this often, in milliseconds. One that says nothing for so long as
 * five times that is stopped or hangs; a person waits no longer for it, and no harm is done where it
 * was only slow.
 */
export const ALIVE_MS = 2_000;
export const SILENCE_MS = 5 * ALIVE_MS;

export interface Operation {
  readonly nonce: Nonce;
  readonly command: Command;
}

/** A decision that its author has signed already: a person was there, or an ssh-agent. */
export interface SignedOperation extends Operation {
  readonly message: string;
  /** In the order of the decision; `bytes` in base64, null where the path is removed. */
  readonly files: readonly {
    readonly path: string;
    readonly bytes: string | null;
    /** What stood at the path when it was decided. */
    readonly stood: string | null;
  }[];
  readonly answer: { readonly tasks: readonly string[]; readonly token?: number };
}

export type Ask =
  | { readonly type: "submit"; readonly agent: AgentId; readonly operations: readonly Operation[] }
  | { readonly type: "order"; readonly agent: AgentId; readonly operation: SignedOperation }
  | { readonly type: "presence"; readonly agent: AgentId; readonly state: "here" | "leaving" }
  | { readonly type: "status" };

export type RequestFrame = Ask & { readonly id: number; readonly build: string };

/** Why the daemon does not take a request; `queue-full` alone is to be tried again as it is. */
export type WireFault =
  | QueueFull
  | {
      readonly code:
        /** The client goes on without the daemon. */
        | "other-build"
        | "key-attended"
        | "key-unavailable"
        | "no-committer"
        | "stopping"
        /** The signed decision is legal no more. */
        | "decide-again"
        | "malformed"
        | "too-large"
        /** It broke while it was carried out: what has become of it is not known. */
        | "broken";
      readonly detail: string;
    };

export interface Submitted {
  readonly outcomes: readonly Outcome[];
  /** The tasks that the answers name, as they are now. */
  readonly tasks: readonly TaskView[];
  readonly tip: Oid | undefined;
  /** Milliseconds since the origin was last heard. */
  readonly age: number | undefined;
}

export interface DaemonStatus {
  readonly pid: number;
  readonly build: string;
  readonly since: number;
  readonly tip: string | undefined;
  readonly waiting: number;
  readonly connections: number;
  readonly carried: number;
  readonly pushes: number;
  readonly agents: readonly string[];
}

export type AnswerFrame =
  | { readonly id: number; readonly ok: true; readonly submitted: Submitted }
  | { readonly id: number; readonly ok: true; readonly status: DaemonStatus }
  | { readonly id: number; readonly ok: true; readonly said: true }
  | { readonly id: number; readonly ok: false; readonly error: WireFault }
  | { readonly alive: true };
