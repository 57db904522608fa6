import type { AgentId, TaskId } from "../protocol/ids.ts";
import { SimulatedLine } from "./line.ts";
import { seededFraction, shuffle } from "./random.ts";
import type { Strategy } from "./strategy.ts";

/** Agents that are all idle on one snapshot of tasks that are all open. */
export interface Burst {
  readonly agents: number;
  readonly tasks: number;
  readonly strategy: Strategy;
  readonly seed: number;
  /** After so many it is over in any case. */
  readonly attempts: number;
}

export interface Rounds {
  readonly claims: number;
  readonly attempts: number;
  readonly lost: number;
  /** How often an agent found nothing to take, or held back. */
  readonly idle: number;
  readonly rounds: number;
  /** Whether every task was taken, or every agent has one. */
  readonly over: boolean;
}

/** From one round to the next, in milliseconds: all that happened in one is seen in the next. */
const ROUND_MS = 30_000;
/** With not one claim in so many rounds nobody will ever take what is left. */
const FRUITLESS = 50;

/**
 * Rounds in which every idle agent chooses on the same snapshot and claims, in random order; who lost
 * chooses again in the next round, until all tasks are taken or all agents have one.
 */
export function runRounds({ agents, tasks, strategy, seed, attempts: most }: Burst): Rounds {
  const fraction = seededFraction(seed);
  const line = new SimulatedLine(ROUND_MS, seed);
  let idlers = Array.from({ length: agents }, (_, index) => {
    const id = `ant-${String(index + 1).padStart(4, "0")}` as AgentId;
    line.join(id, []);
    return { id, losses: [] as TaskId[] };
  });
  line.add(Array.from({ length: tasks }, (_, index) => ({ title: `Task ${index}` })));
  const count = { claims: 0, attempts: 0, lost: 0, idle: 0, rounds: 0 };
  const isOver = (): boolean => count.claims === Math.min(agents, tasks);
  let fruitless = 0;
  while (!isOver() && fruitless < FRUITLESS && count.attempts < most) {
    line.advance(line.now + ROUND_MS);
    count.rounds += 1;
    const before = count.claims;
    const { now, past: view, delay } = line;
    const wanted = idlers.map(({ id: agent, losses }) =>
      strategy.choose({ view, delay, agent, now, fraction, losses, own: new Set() }),
    );
    const winners = new Set<AgentId>();
    for (const at of shuffle(idlers.length, fraction)) {
      const task = wanted[at];
      const { id, losses } = idlers[at]!;
      if (task === undefined) count.idle += 1;
      else if (line.contend(id, { type: "claim", task })) winners.add(id);
      else losses.push(task);
    }
    count.claims += winners.size;
    const tried = wanted.filter((task) => task !== undefined).length;
    count.attempts += tried;
    count.lost += tried - winners.size;
    fruitless = count.claims === before ? fruitless + 1 : 0;
    idlers = idlers.filter(({ id }) => !winners.has(id));
  }
  return { ...count, over: isOver() };
}
