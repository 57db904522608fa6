import { sha256Text } from "../../base/sha256.ts";
import type { AgentId } from "../ids.ts";
import type { TaskState, View } from "../state.ts";
import { refuseTaking } from "./eligibility.ts";
import { isSettled } from "./task-status.ts";

/**
 * The best tasks that an agent may take at log time `now`: by priority, and within a priority in an
 * order of the agent's own, so that many agents that read the same tip do not all want the same
 * task. The order is rendezvous hashing (Thaler and Ravishankar, 1998) of agent and task.
 */
export function bestFor(view: View, agent: AgentId, now: number, count: number): readonly TaskState[] {
  const ranked: { task: TaskState; draw: string }[] = [];
  for (const key of view.keys("task/")) {
    const task = view.get(key as `task/${string}`)!;
    if (isSettled(task) || (task.claim !== undefined && now < task.claim.until)) continue;
    ranked.push({ task, draw: "" });
  }
  ranked.sort((a, b) => b.task.priority - a.task.priority);
  const best: TaskState[] = [];
  let at = 0;
  while (at < ranked.length && best.length < count) {
    const priority = ranked[at]!.task.priority;
    const tier = ranked.filter((entry) => entry.task.priority === priority);
    at += tier.length;
    for (const entry of tier) entry.draw = draw(agent, entry.task);
    tier.sort((a, b) => (a.draw < b.draw ? -1 : 1));
    for (const { task } of tier) {
      if (best.length === count) break;
      if (refuseTaking(view, agent, task, now) === undefined) best.push(task);
    }
  }
  return best;
}

function draw(agent: AgentId, task: TaskState): string {
  return Array.from(sha256Text(`${agent}/${task.id}/${task.token}`).subarray(0, 8), (byte) => String.fromCharCode(byte)).join("");
}
