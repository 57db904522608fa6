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
  const tiers = new Map<number, Candidate[]>();
  const seed = absorb(FNV_OFFSET, agent);
  for (const [key, { priority, token, until }] of view.todo()) {
    if (until !== undefined && now < until) continue;
    const tier = tiers.get(priority);
    const candidate = { key, draw: draw(seed, key, token) };
    if (tier === undefined) tiers.set(priority, [candidate]);
    else tier.push(candidate);
  }
  const best: TaskState[] = [];
  for (const priority of [...tiers.keys()].toSorted((a, b) => b - a)) {
    for (const { key } of inOrder(tiers.get(priority)!)) {
      const task = view.get(`task/${key.slice("todo/".length)}`)!;
      if (except?.has(task.id) === true) continue;
      if (refuseTaking(view, agent, task, now) === undefined) best.push(task);
      if (best.length >= count) return best;
    }
  }
  return best;
}

interface Candidate {
  readonly key: `todo/${string}`;
  readonly draw: number;
}

/** The first alone is found without sorting: as a rule it may be taken, and nobody asks for the next. */
function* inOrder(tier: readonly Candidate[]): Iterable<Candidate> {
  const first = tier.reduce((least, one) => (compare(one, least) < 0 ? one : least));
  yield first;
  for (const one of tier.toSorted(compare)) if (one !== first) yield one;
}

function compare(a: Candidate, b: Candidate): number {
  return a.draw - b.draw || (a.key < b.key ? -1 : 1);
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
