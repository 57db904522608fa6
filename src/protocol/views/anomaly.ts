import type { AgentId, Oid, TaskId } from "../ids.ts";

/**
 * What is legal, or was refused as it should be, and yet tells that agents work against each other.
 * `stale-result`: a result under a token that was no longer current. `stale-view`: a record decided on
 * a view (`seen`) older than the change that made it illegal. `work-twice`: a task was finished by two
 * tokens' work. `lapsed-reporting`: a lease ran out while its holder still reported. `clock-offset`:
 * an agent's clock is off. `starved`: a task that waits much longer than others. `hot`: a task that many
 * want at once.
 */
export interface Anomaly {
  readonly code:
    | "stale-result"
    | "stale-view"
    | "work-twice"
    | "lapsed-reporting"
    | "clock-offset"
    | "starved"
    | "hot";
  readonly task: TaskId | undefined;
  readonly agent: AgentId | undefined;
  /** The commits that show it, oldest first. */
  readonly commits: readonly Oid[];
  /** Milliseconds of log time at which it was seen. */
  readonly time: number;
  /** Numbers and names for people: tokens, milliseconds, counts. */
  readonly facts: Readonly<Record<string, string | number>>;
}
