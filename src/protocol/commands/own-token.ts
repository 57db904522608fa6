import { err, ok, type Result } from "../../base/result.ts";
import type { Fault } from "../fault.ts";
import { refuseStaleToken } from "../rules/fencing.ts";
import type { TaskState } from "../state.ts";
import { commitTime, type PlanContext } from "./plan.ts";

/**
 * The token that the agent writes under: the one it names, else the one of its claim, else the last
 * it held. Refused where that token is not current (CL4).
 */
export function ownToken(
  task: TaskState,
  context: PlanContext,
  named: number | undefined,
): Result<number, Fault> {
  const { view, agent } = context;
  const last = task.attempts.findLast((attempt) => attempt.agent === agent)?.token;
  const token = named ?? (task.claim?.agent === agent ? task.claim.token : (last ?? 0));
  const stale = refuseStaleToken(view, task, agent, token, commitTime(context));
  return stale === undefined ? ok(token) : err(stale);
}
