import type { AgentId, TaskId } from "../ids.ts";
import { globMatches, globTouches } from "../rules/globs.ts";
import { isLapsed } from "../rules/lease.ts";
import type { View } from "../state.ts";

/** A path of the code, from the top of its repository, with `/` between its segments. */
export interface GuardedPath {
  readonly path: string;
  /** Whether all that is below it is meant too. */
  readonly below: boolean;
}

/** A live claim that reserves paths. */
export interface Reservation {
  readonly task: TaskId;
  readonly title: string;
  readonly agent: AgentId;
  /** Milliseconds. */
  readonly until: number;
  readonly paths: readonly string[];
  readonly shared: boolean;
}

/** A path that is under a claim of somebody else, and the glob that reserves it. */
export interface GuardConflict {
  readonly path: string;
  readonly glob: string;
  readonly by: Reservation;
}

export interface GuardFindings {
  readonly conflicts: readonly GuardConflict[];
  /** Paths under no claim of the agent's own. */
  readonly unclaimed: readonly string[];
}

/**
 * What stands against an agent's editing these paths at log time `now` (milliseconds): the live claims of
 * others, but for shared tasks where the agent has the path by a shared task too. Without an agent every
 * claim is somebody else's.
 */
export function guardPaths(
  view: View,
  agent: AgentId | undefined,
  now: number,
  paths: readonly GuardedPath[],
): GuardFindings {
  const conflicts: GuardConflict[] = [];
  const unclaimed: string[] = [];
  const live = liveReservations(view, now);
  for (const { path, below } of paths) {
    const over = live.flatMap((by) => {
      const glob = by.paths.find((one) =>
        below ? globTouches(one, path) : globMatches(one, path),
      );
      return glob === undefined ? [] : [{ path, glob, by }];
    });
    const own = over.filter(({ by }) => by.agent === agent);
    const sharing = own.some(({ by }) => by.shared);
    if (own.length === 0) unclaimed.push(path);
    conflicts.push(...over.filter(({ by }) => by.agent !== agent && !(sharing && by.shared)));
  }
  return { conflicts, unclaimed };
}

/** Every claim with paths that has not lapsed, in order of task. */
function liveReservations(view: View, now: number): readonly Reservation[] {
  const buckets = view.keys("paths/") as readonly `paths/${string}`[];
  const ids = new Set(buckets.flatMap((bucket) => Object.keys(view.get(bucket) ?? {})));
  return [...ids].toSorted().flatMap((id) => {
    const task = view.get(`task/${id}`)!;
    if (task.claim === undefined || isLapsed(task, now)) return [];
    const { agent, until } = task.claim;
    const { title, paths, shared } = task;
    return [{ task: task.id, title, agent, until, paths, shared }];
  });
}
