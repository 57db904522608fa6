import type { AgentId } from "../ids.ts";
import type { TaskState, View } from "../state.ts";
import { refuseTaking } from "./eligibility.ts";

/**
 * The best tasks that an agent may take at log time `now`: by priority, and within a priority in an
 * order of the agent's own, so that many agents that read the same tip do not all want the same
 * task. The order is rendezvous hashing (Thaler and Ravishankar, 1998) of agent and task.
 * None of `except`.
 */
export function bestFor(
  view: View,
  agent: AgentId,
  now: number,
  count: number,
  except?: ReadonlySet<string>,
): readonly TaskState[] {
  const may = (key: `todo/${string}`): TaskState | undefined => {
    const task = view.get(`task/${key.slice("todo/".length)}`)!;
    if (except?.has(task.id) === true) return undefined;
    return refuseTaking(view, agent, task, now) === undefined ? task : undefined;
  };
  // As a rule the first may be taken, and nobody asks for the next: it is found without a list.
  const first = count === 1 ? firstOf(view, agent, now) : undefined;
  const taken = first === undefined ? undefined : may(first);
  if (taken !== undefined) return [taken];
  const best: TaskState[] = [];
  for (const { key } of inOrder(view, agent, now)) {
    const task = may(key);
    if (task !== undefined) best.push(task);
    if (best.length >= count) break;
  }
  return best;
}

interface Candidate {
  readonly key: `todo/${string}`;
  readonly priority: number;
  readonly draw: number;
}

function firstOf(view: View, agent: AgentId, now: number): Candidate["key"] | undefined {
  const seed = absorb(FNV_OFFSET, agent);
  let first: Candidate["key"] | undefined;
  let highest = -1;
  let least = 0;
  view.eachTodo((key, { priority, token, until }) => {
    if (priority < highest || (until !== undefined && now < until)) return;
    const own = draw(seed, key, token);
    const later = own > least || (own === least && first !== undefined && key > first);
    if (priority === highest && later) return;
    first = key;
    highest = priority;
    least = own;
  });
  return first;
}

function inOrder(view: View, agent: AgentId, now: number): readonly Candidate[] {
  const seed = absorb(FNV_OFFSET, agent);
  const candidates: Candidate[] = [];
  view.eachTodo((key, { priority, token, until }) => {
    if (until === undefined || now >= until)
      candidates.push({ key, priority, draw: draw(seed, key, token) });
  });
  return candidates.toSorted(
    (a, b) => b.priority - a.priority || a.draw - b.draw || (a.key < b.key ? -1 : 1),
  );
}

/**
 * FNV-1a with the finaliser of MurmurHash3, 32 bits: nobody is to be convinced of the draw, and SHA-256
 * took most of the time of a choice among 1,500 tasks.
 */
function draw(agent: number, key: string, token: number): number {
  // Of a task's id the random head alone: no two on the line share it, and slugs are long.
  let hash = absorb(agent, key, HEAD_AT, HEAD_AT + HEAD_LENGTH);
  hash = Math.imul(hash ^ token, FNV_PRIME);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const HEAD_AT = "todo/".length;
const HEAD_LENGTH = 7;

function absorb(seed: number, text: string, from = 0, to = text.length): number {
  let hash = seed;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME);
  return hash;
}
