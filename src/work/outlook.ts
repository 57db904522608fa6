import type { AgentId, TaskId } from "../protocol/ids.ts";
import { isInDate } from "../protocol/rules/able.ts";
import { choose } from "../protocol/views/match.ts";
import { isSettled, taskStatus, unmet, unmetAny } from "../protocol/rules/task-status.ts";
import type { TaskState, View } from "../protocol/state.ts";
import type { LeftAlone, Outlook } from "./desk.ts";

/**
 * What an agent may take at log time `now` (milliseconds), and whether it is worth its while to wait.
 * There is hope for a task that is
 *  - open or lapsed, and the agent may do it, or another member says it can what the agent cannot, or
 *    does not want (then there is hope for what waits for it, not for the task itself);
 *  - held by a living claim: its holder may finish it, give it back, or fall silent;
 *  - blocked by nothing but tasks for which there is hope; of those of which one is enough, by one such.
 * There is none in a review that has not been made: a person may take days over it.
 * `leaves`: what it could take, and leaves to others.
 */
export function outlook(
  view: View,
  agent: AgentId,
  now: number,
  { forNow, forGood }: LeftAlone,
  yields = false,
): Outlook & { readonly leaves?: TaskState } {
  const except = new Set(forGood);
  const left = new Set([...forNow, ...forGood]);
  const choice = choose(view, agent, now, { except: left, yields });
  // Who steps back now is let through another time, while there is something left.
  if (choice.kind === "task") return { takeable: true, hope: true };
  if (choice.kind === "yield") return { takeable: false, hope: true, leaves: choice.task };
  const own = skillsOf(view, agent, now);
  // Listing the members reads more of the state than most looks need.
  let others: readonly ReadonlySet<string>[] | undefined;
  const declined = view.get(`declined/${agent}`) ?? {};
  const mine = (task: TaskState): boolean => covers(own, task) && !(now < (declined[task.id] ?? 0));
  const mayDo = (task: TaskState): boolean => !except.has(task.id) && mine(task);
  const known = new Map<TaskId, boolean>();
  // Without recursion: a chain may have been added in one commit, and has thousands of tasks.
  const hopeful = (start: TaskState): boolean => {
    const trail = [start];
    for (let at = trail.at(-1); at !== undefined; at = trail.at(-1)) {
      const before = known.has(at.id) || isSettled(at) ? [] : unmet(view, at);
      const asked = before.filter((id) => !known.has(id)).map((id) => view.get(`task/${id}`)!);
      trail.push(...asked);
      if (asked.length > 0) continue;
      if (!known.has(at.id)) known.set(at.id, look(at));
      trail.pop();
    }
    return known.get(start.id)!;
  };
  const look = (task: TaskState): boolean => {
    if (isSettled(task)) return false;
    const status = taskStatus(view, task, now);
    if (status === "claimed") return true;
    // What is set apart waits for its creator, who may take days over it.
    if (status === "failed" || status === "quarantined") return false;
    const waiting = unmet(view, task);
    if (waiting.length > 0) {
      const any = unmetAny(view, task);
      const hoped = (id: TaskId): boolean => known.get(id) === true;
      const one = any.length === 0 || any.some(hoped);
      return one && waiting.every((id) => hoped(id) || isChoice(task, any, id));
    }
    if (mine(task)) return !except.has(task.id);
    others ??= membersBut(view, agent).map((other) => skillsOf(view, other, now));
    return others.some((able) => covers(able, task));
  };
  const tasks = view.keys("task/").map((key) => view.get(key as `task/${string}`)!);
  return { takeable: false, hope: tasks.some((task) => mayDo(task) && hopeful(task)) };
}

/** Whether a task is waited for only as one of several. */
function isChoice({ after }: TaskState, any: readonly TaskId[], id: TaskId): boolean {
  return any.includes(id) && !after.includes(id);
}

function covers(skills: ReadonlySet<string>, task: TaskState): boolean {
  return task.needs.every((skill) => skills.has(skill));
}

function membersBut(view: View, agent: AgentId): readonly AgentId[] {
  return view
    .keys("can/")
    .map((key) => key.slice("can/".length) as AgentId)
    .filter((other) => other !== agent && view.get(`agent/${other}`)?.status === "active");
}

/** What an agent says it can do at the moment. */
function skillsOf(view: View, agent: AgentId, now: number): ReadonlySet<string> {
  const declared = view.get(`can/${agent}`);
  if (declared === undefined || !isInDate(declared, now)) return new Set();
  return new Set([...declared.skills, ...declared.tags]);
}
