import type { AgentId, TaskId } from "./ids.ts";
import type { TaskTerms } from "./trust-state.ts";

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
  /** As `lapsesAtEnd` counts them; undefined where there are none. */
  readonly lapses: number | undefined;
  /** Undefined where its creator says none of these; one field, for what is not there takes longest to look up. */
  readonly terms: TodoTerms | undefined;
}

/** How many claims began in each of the ten minutes of log time up to `minute`, oldest first. */
export interface PaceState {
  /** Minutes since 1970. */
  readonly minute: number;
  readonly claims: readonly number[];
}

export interface TodoTerms extends Pick<TaskTerms, "trust" | "value" | "stake"> {
  /** Whether it is auctioned; then only whose turn it is may take it. */
  readonly auctioned: boolean;
}
