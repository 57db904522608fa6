/** PROGRAM while it runs, and what is left of it: the real one is in launch.ts, tests have others. */
import type { Progress, TakenTask } from "./desk.ts";

export type Exit =
  | { readonly kind: "code"; readonly code: number }
  | { readonly kind: "signal"; readonly signal: string };

/** What PROGRAM has given as its result, as a record can hold it. */
export interface ProgramResult {
  readonly text: string;
  /** SHA-256 of the whole in hexadecimal, and the local file that holds it; only where it was cut. */
  readonly sha256?: string;
  readonly file?: string;
}

export interface Ended {
  readonly exit: Exit;
  /** undefined where it gave none. */
  readonly result: ProgramResult | undefined;
  /** URLs, branches or commits where the work is. */
  readonly refs: readonly string[];
  /** The end of its standard error. */
  readonly complaint: string;
}

export interface Program {
  /** Resolves when PROGRAM and all that it left behind have ended. Never rejects. */
  readonly ended: Promise<Ended>;
  /** To PROGRAM and all that it has started. Nothing happens once it has ended. */
  signal(name: "SIGTERM" | "SIGKILL"): void;
  /** What it wrote of its progress since the last call; `last`: an unfinished line too. */
  progress(last?: boolean): Promise<Progress | undefined>;
  /** The result cut to so many UTF-16 units, its whole in a local file. */
  shorten(chars: number): Promise<ProgramResult | undefined>;
  /** Keeps the whole result in a local file; answers its path, or undefined where there is no result. */
  keep(): Promise<string | undefined>;
  /** Removes its temporary files. */
  dispose(): Promise<void>;
}

/** Starts PROGRAM on a task. Rejects with what the system says where it cannot be started. */
export type Start = (task: TakenTask) => Promise<Program>;
