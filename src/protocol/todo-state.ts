import type { AgentId, TaskId } from "./ids.ts";

/** What a choice among tasks looks at first, so that it need not read the tasks themselves. */
export interface TodoState {
  readonly priority: number;
  readonly token: number;
  /** The end of the lease under which it is claimed; undefined: it has no claim. */
  readonly until: number | undefined;
  readonly created: number;
  readonly deadline: number | undefined;
  /** These three are undefined where they would be empty. */
  readonly needs: readonly string[] | undefined;
  readonly after: readonly TaskId[] | undefined;
  /** Whose attempts failed or expired, once for each. */
  readonly failed: readonly AgentId[] | undefined;
  /** These are undefined where they would be 0: lapses as `lapsesAtEnd` counts them, and what it asks, is worth and locks. */
  readonly lapses: number | undefined;
  readonly trust: number | undefined;
  readonly value: number | undefined;
  readonly stake: number | undefined;
  /** Whether it is auctioned; then only whose turn it is may take it. */
  readonly auction: true | undefined;
}

/** How many claims began in each of the ten minutes of log time up to `minute`, oldest first. */
export interface PaceState {
  /** Minutes since 1970. */
  readonly minute: number;
  readonly claims: readonly number[];
}
