/** What a worker tells as it happens; the command puts it into lines or JSON. */
import type { DeskFault, Progress, TakenTask } from "./desk.ts";

export type WorkEvent =
  | { readonly type: "claimed"; readonly task: TakenTask }
  | { readonly type: "progress"; readonly task: TakenTask; readonly progress: Progress }
  /** `file` holds the whole result where the record has only its beginning. */
  | {
      readonly type: "done";
      readonly task: TakenTask;
      readonly result?: string;
      readonly file?: string;
    }
  | { readonly type: "failed" | "released"; readonly task: TakenTask; readonly reason: string }
  /** The claim was gone before the result came; `file` keeps the result. */
  | {
      readonly type: "lost";
      readonly task: TakenTask;
      readonly fault: DeskFault;
      readonly file?: string;
    }
  /** The end could not be recorded: the claim stands until its lease is over. */
  | {
      readonly type: "unsent";
      readonly task: TakenTask;
      readonly outcome: "done" | "failed" | "released";
      readonly fault: DeskFault;
      readonly file?: string;
    }
  | WorkTalk;

/** What is not data, but lets a person who watches understand. */
export type WorkTalk =
  | { readonly type: "waiting" }
  | { readonly type: "stopping"; readonly running: number }
  /** Something failed that will be tried again; said once until it goes well. */
  | { readonly type: "trouble"; readonly fault: DeskFault; readonly task?: TakenTask }
  /** The lease ran out before it could be renewed. The work goes on: it counts until another takes over. */
  | { readonly type: "lapsed"; readonly task: TakenTask };

export type Tell = (event: WorkEvent) => void;
