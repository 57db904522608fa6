import type { DoorFault } from "../app/door.ts";
import type { AppFault } from "../app/faults.ts";
import type { BeforeTheLine } from "../app/replay.ts";
import type { GitFault } from "../git/fault.ts";
import type { GuardHookKept } from "../git/guard-hook.ts";
import type { AuditFault } from "./audit-faults.ts";
import type { HookFault } from "./hook.ts";
import type { NoMound } from "./usable-clone.ts";

/** What can stop the making or moving of a clone. */
export type SetupFault =
  | { readonly code: "mound-exists"; readonly dir: string }
  /** The origin's branch is taken: by a mound, or by something else. */
  | { readonly code: "branch-taken"; readonly url: string; readonly branch: string }
  | { readonly code: "folder-not-empty"; readonly dir: string }
  | { readonly code: "folder-missing"; readonly dir: string }
  | { readonly code: "not-a-repository"; readonly dir: string }
  | {
      readonly code: "mound-id-differs";
      readonly url: string;
      readonly wanted: string;
      readonly found: string;
    }
  | { readonly code: "not-embedded"; readonly url: string }
  | { readonly code: "agent-unknown"; readonly agent: string }
  | { readonly code: "not-auctioned"; readonly task: string }
  | { readonly code: "publish-unknown"; readonly url: string; readonly detail: string };

/** What keeps a hand-written record from being signed, besides the rules of the protocol. */
export type SignFault =
  /** Lines with fresh values, ready to be pasted in, for the fields that are missing. */
  | { readonly code: "fields-missing"; readonly path: string; readonly lines: readonly string[] }
  /** A signature of another that the body no longer fits, or that is none; `by` where that is known. */
  | { readonly code: "signature-stale"; readonly path: string; readonly by: string | undefined };

/** A daemon of this clone runs already; `pid` where it is of this build and says so. */
export interface DaemonRunning {
  readonly code: "daemon-running";
  readonly pid: number | undefined;
}

/** The mound of this clone was published while a daemon watched its old origin. */
export interface OriginChanged {
  readonly code: "origin-changed";
  readonly to: string;
}

/** The origin does not let the verified line be pushed back over what is there. */
export interface ForceRefused {
  readonly code: "force-refused";
  readonly url: string;
  /** What its owner types on this machine; undefined where it lies elsewhere. */
  readonly command: string | undefined;
  readonly detail: string;
}

/** A commit that a reader named: no commit of the line begins like this, or several do. */
export interface CommitUnknown {
  readonly code: "commit-unknown";
  readonly commit: string;
  readonly matches: number;
}

/** No member says, in date, that it can do all of this; `lapsed` did, until then (RFC 3339). */
export interface NobodyAble {
  readonly code: "nobody-able";
  readonly skills: readonly string[];
  readonly lapsed: readonly { readonly agent: string; readonly until: string }[];
}

/** The task was added after the moment that is looked at; `created` and `at` in milliseconds. */
export interface TaskNotYet {
  readonly code: "task-not-yet";
  readonly task: string;
  readonly created: number;
  readonly at: number;
}

/** What checkpoints say, and what they are good for here. */
export type CheckpointFault =
  /** The state at a commit is another than the one that was signed. */
  | {
      readonly code: "checkpoint-false";
      readonly commit: string;
      readonly number: number;
      readonly by: string;
      /** Digests. */
      readonly said: string;
      readonly found: string;
      /** Of the origin, where this clone was started from that checkpoint. */
      readonly url?: string;
    }
  /** No clone can be started from a checkpoint there. */
  | { readonly code: "checkpoint-unusable"; readonly url: string; readonly detail: string }
  /** What this clone says of the state rests on the word of others so far. */
  | { readonly code: "history-unproven"; readonly commit: string; readonly number: number };

/** What is wrong with the user's reactions, or with what was asked of them. */
export type ReactionsFault =
  | { readonly code: "reactions-missing"; readonly path: string }
  | { readonly code: "reactions-unreadable"; readonly path: string; readonly detail: string }
  /** It lies in the working tree of a mound, `folder`: others could write it. */
  | { readonly code: "reactions-misplaced"; readonly path: string; readonly folder: string }
  /** Anybody on the machine may write it; `mode` in octal. */
  | { readonly code: "reactions-exposed"; readonly path: string; readonly mode: string }
  | {
      readonly code: "reactions-invalid";
      readonly path: string;
      readonly flaws: readonly { readonly line: number; readonly message: string }[];
    }
  /** No delivery has this number. */
  | { readonly code: "delivery-unknown"; readonly number: string };

/** What keeps a draft from being submitted, besides what the line says to it; `draft` is its name. */
export type DraftFault =
  /** `line` is counted from 1. */
  | {
      readonly code: "draft-invalid";
      readonly draft: string;
      readonly line: number;
      readonly detail: string;
    }
  | { readonly code: "draft-missing"; readonly draft: string }
  /** It is no plain file, or the system does not give it. */
  | { readonly code: "draft-unreadable"; readonly draft: string; readonly detail: string }
  /** Another process of this machine is submitting it. */
  | { readonly code: "draft-busy"; readonly draft: string; readonly pid: number }
  /** What it said before has landed, and the file says something else now. */
  | {
      readonly code: "draft-changed";
      readonly draft: string;
      readonly task: string | undefined;
    };

/** Files of a repository of code that are not to be edited now. */
export interface GuardedFault {
  readonly code: "guarded";
  /** Paths under live claims of others; `until` in RFC 3339. */
  readonly conflicts: readonly {
    readonly path: string;
    readonly glob: string;
    readonly task: string;
    readonly title: string;
    readonly by: string;
    readonly until: string;
    readonly shared: boolean;
  }[];
  /** Paths under no claim of one's own, where that is asked for. */
  readonly unclaimed: readonly string[];
  /** Whether a commit was stopped by it. */
  readonly hook: boolean;
  /** How old what is known of the claims is, in words. */
  readonly view: string;
}

/** What the guard of a repository of code finds, or what keeps it from being put there. */
export type GuardFault =
  | GuardedFault
  | GuardHookKept
  | { readonly code: "guard-in-mound"; readonly dir: string }
  | { readonly code: "guard-missing"; readonly dir: string };

/** Vouches that are taken to another mound, or come from one. */
export type VouchFileFault =
  | { readonly code: "vouches-none"; readonly agent: string }
  /** `record`: its place in its mound; undefined where the file itself is none. */
  | {
      readonly code: "vouch-file-wrong";
      readonly file: string;
      readonly record: string | undefined;
      readonly detail: string;
    };

/** Every fault that a command can end with. */
export type AnyFault =
  | AppFault
  | AuditFault
  | BeforeTheLine
  | CheckpointFault
  | CommitUnknown
  | DaemonRunning
  | DoorFault
  | DraftFault
  | ForceRefused
  | GitFault
  | GuardFault
  | HookFault
  | NoMound
  | NobodyAble
  | OriginChanged
  | ReactionsFault
  | SetupFault
  | SignFault
  | TaskNotYet
  | VouchFileFault;
