import { fault, type Fault } from "../fault.ts";
import type { AgentId } from "../ids.ts";
import type { TaskState, View } from "../state.ts";
import { standingOf } from "./lease.ts";
import { taskStatus } from "./task-status.ts";

/**
 * [CL4] A write under any token but the current one, or by anyone but its holder, is refused. Who
 * once held the token learns that it is fenced; who never held it, that another holds the task.
 * The lease may have lapsed (CL3): as long as nobody has taken over, the holder's writes count.
 */
export function refuseStaleToken(
  view: View,
  task: TaskState,
  agent: AgentId,
  token: number,
  now: number,
): Fault | undefined {
  const current = task.claim;
  const heldOnce = task.attempts.some(
    (attempt) => attempt.token === token && attempt.agent === agent,
  );
  const standing = standingOf(task, agent, token, heldOnce);
  if (standing === "holder") return undefined;
  const status = taskStatus(view, task, now);
  if (standing === "fenced") {
    return fault("CL4", {
      code: "fenced",
      task: task.id,
      token,
      current: current?.token,
      by: current?.agent ?? task.attempts.at(-1)?.agent,
      status,
    });
  }
  if (current === undefined) return fault("CL4", { code: "not-held", task: task.id, status });
  return fault("CL4", {
    code: "held",
    task: task.id,
    by: current.agent,
    until: current.until,
    token: current.token,
  });
}
