import type { AgentId } from "../ids.ts";
import type { TaskState, View } from "../state.ts";
import { refuseTaking } from "./eligibility.ts";
import { isSettled } from "./task-status.ts";

/**
 * The best tasks that an agent may take at log time `now`: by priority, and within a priority in an
 * order of the agent's own, so that many agents that read the same tip do not all want the same
 * task. The order is rendezvous hashing (Thaler and Ravishankar, 1998) of agent and task.
 */
export function bestFor(
  view: View,
  agent: AgentId,
  now: number,
  count: number,
): readonly TaskState[] {
  const ranked: { task: TaskState; draw: number }[] = [];
  for (const key of view.keys("task/")) {
    const task = view.get(key as `task/${string}`)!;
    if (isSettled(task) || (task.claim !== undefined && now < task.claim.until)) continue;
    ranked.push({ task, draw: 0 });
  }
  ranked.sort((a, b) => b.task.priority - a.task.priority);
  const best: TaskState[] = [];
  let at = 0;
  while (at < ranked.length && best.length < count) {
    const priority = ranked[at]!.task.priority;
    const tier = ranked.filter((entry) => entry.task.priority === priority);
    at += tier.length;
    for (const entry of tier) entry.draw = draw(agent, entry.task);
    // The sort is stable: of two that draw the same, the first by id stays first.
    tier.sort((a, b) => a.draw - b.draw);
    for (const { task } of tier) {
      if (best.length === count) break;
      if (refuseTaking(view, agent, task, now) === undefined) best.push(task);
    }
  }
  return best;
}

/**
 * FNV-1a with the finaliser of MurmurHash3, 32 bits: nobody is to be convinced of the draw, and SHA-256
 * took most of the time of a choice among 1,500 tasks.
 */
function draw(agent: AgentId, task: TaskState): number {
  let hash = 0x811c9dc5;
  for (const text of [agent, task.id, String(task.token)]) {
    for (let at = 0; at < text.length; at++)
      hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    hash = Math.imul(hash ^ 0x2f, 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
