import type { AgentId } from "./ids.ts";

/** Finished work for which a review is asked, and that has none: what who may review it looks at first. */
export interface UnreviewedState {
  readonly creator: AgentId;
  readonly reviewer: AgentId | undefined;
  readonly worker: AgentId;
  readonly token: number;
  /** Milliseconds: when it was done. */
  readonly since: number;
  /** Whether only an independent reviewer may review it. */
  readonly independent: boolean;
}
