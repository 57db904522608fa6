/** Where a worker takes its tasks and hands them in: a mound, or in tests a table. */
import type { Result } from "../base/result.ts";
import type { AnyFault } from "../open/faults.ts";
import type { TaskId } from "../protocol/ids.ts";

/** A task that was taken, and under which token. */
export interface TakenTask {
  readonly id: TaskId;
  readonly title: string;
  readonly needs: readonly string[];
  readonly token: number;
  /** Milliseconds: the end of the lease. */
  readonly until: number;
  /** The task with all that is known of it, for PROGRAM, as JSON. */
  readonly story: unknown;
}

/** One word of progress. */
export interface Progress {
  readonly percent?: number;
  /** One line of at most `LINE_CHARS`. */
  readonly note?: string;
}

/** How a claim is to end. */
export type Ending =
  | {
      readonly outcome: "done";
      readonly result?: string;
      readonly resultSha256?: string;
      readonly refs?: readonly string[];
    }
  | { readonly outcome: "failed" | "released"; readonly reason: string };

/** Tasks that are not to be taken, whoever else may. */
export interface LeftAlone {
  /** They are run at the moment, or were given back a moment ago. */
  readonly forNow: readonly TaskId[];
  readonly forGood: readonly TaskId[];
}

export interface Outlook {
  /** There is a task that may be taken now. */
  readonly takeable: boolean;
  /** There is one that may be taken now, or could be once others, or time, have done their part. */
  readonly hope: boolean;
}

/** The machine failed: a full disk, a lack of memory. */
export interface IoFault {
  readonly code: "io";
  readonly detail: string;
}

export type DeskFault = AnyFault | IoFault;

export interface Desk {
  /**
   * Picks and claims up to `count` tasks. Fewer, or none, when there are no more; a fault only where
   * none was taken.
   */
  take(count: number, except: LeftAlone): Promise<Result<readonly TakenTask[], DeskFault>>;
  /** Claims of this desk whose push was left unknown, and that have turned out to be there. */
  adopt(): Promise<Result<readonly TakenTask[], DeskFault>>;
  /** What there is to take; `fresh`: as the origin has it now, else as it is known here. */
  look(fresh: boolean, except: LeftAlone): Promise<Result<Outlook, DeskFault>>;
  /**
   * Does what its agent has promised for a certain time, whether or not it looks for work: reveals what it has bid.
   * Cheap where there is nothing; what fails is tried again by the next call. Answers the milliseconds until that
   * time comes, where something is still to be done.
   */
  tend(): Promise<number | undefined>;
  /** Holds on to a task; answers the new end of the lease in milliseconds. */
  renew(task: TakenTask, progress?: Progress): Promise<Result<number, DeskFault>>;
  /** Ends the claim. `progress` is what was not said yet; it goes before the end. */
  finish(
    task: TakenTask,
    ending: Ending,
    progress?: Progress,
  ): Promise<Result<undefined, DeskFault>>;
  /** How the claim under this token was ended by its own holder; undefined where it was not. */
  ended(task: TakenTask): Promise<Ending["outcome"] | undefined>;
}

const LOST = new Set<DeskFault["code"]>([
  "fenced",
  "not-held",
  "held",
  "lock-fenced",
  "lock-not-held",
  "lock-held",
  "task-missing",
  "not-a-member",
  "agent-revoked",
  "key-replaced",
]);

/** Whether a refusal says that the claim, or the right to hold any, is gone for good. */
export function isLost(fault: DeskFault): boolean {
  return LOST.has(fault.code);
}

const PASSING = new Set<DeskFault["code"]>([
  "remote-unreachable",
  "contended",
  "outcome-unknown",
  "line-deferred",
  "ref-locked",
  "git-failed",
  "io",
]);

/** Whether the same may go well a little later, without anybody's help. */
export function isPassing(fault: DeskFault): boolean {
  return PASSING.has(fault.code);
}
