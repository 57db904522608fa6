/** Choosing in a warm process: a state that is whole in memory, as a daemon has it, with all that a choice goes by. */
import { ShardedState } from "../../src/app/sharded-state.ts";
import type { AgentId } from "../../src/protocol/ids.ts";
import { Overlay } from "../../src/protocol/state.ts";
import { choose } from "../../src/protocol/views/match.ts";
import { board, idAt, NOW, type Planted } from "../support/board.ts";

const SKILLS = ["go", "rust", "python", "docs", "sql", "gpu", "ops", "test"];
const AGENTS = 32;
const HOUR_MS = 3_600_000;

export interface Choosing {
  /** Milliseconds of processor time, user and system, of each choice on a tip that is new to the process. */
  readonly newTip: readonly number[];
  /** Of each further choice on the same tip, as in a chain that a daemon plans for many. */
  readonly sameTip: readonly number[];
}

/** Chooses so many times for agents in turn, in a draw that is spread among them. */
export function measureChoosing(tasks: number, choices: number): Choosing {
  const state = stateOf(tasks);
  const once = (at: number, now: number): number => {
    const agent = `ant-${1 + (at % AGENTS)}` as AgentId;
    const from = process.cpuUsage();
    const choice = choose(new Overlay(state), agent, now, {});
    const { user, system } = process.cpuUsage(from);
    if (choice.kind !== "task") throw new Error(`the choice was ${choice.kind}`);
    return (user + system) / 1_000;
  };
  const times = (step: number): readonly number[] =>
    Array.from({ length: choices }, (_, at) => once(at, NOW + at * step));
  times(1_000);
  return { newTip: times(1_000), sameTip: times(0) };
}

/** Needs, edges, paths, deadlines, failures and ages of all kinds; agents with skills and deeds. */
function stateOf(count: number): ShardedState {
  const tasks = Array.from({ length: count }, (_, at): Planted => ({
    priority: at % 5,
    created: NOW - ((at * 7_919) % 500) * HOUR_MS,
    ...(at % 3 === 0 ? {} : { needs: [SKILLS[at % 8]!] }),
    ...(at % 5 === 4 ? { after: [idAt(at - 1)] } : {}),
    ...(at % 7 === 0 ? { deadline: NOW + (at % 100) * HOUR_MS } : {}),
    ...(at % 11 === 0 ? { failed: [`ant-${1 + (at % AGENTS)}`] } : {}),
  }));
  const record = { done: 9, accepted: 5, rejected: 1, failed: 1, lapsed: 0 };
  const agents = Object.fromEntries(
    Array.from({ length: AGENTS }, (_, at) => {
      const skills = [SKILLS[at % 8]!, SKILLS[(at + 3) % 8]!];
      const deeds = { "*": record, [skills[0]!]: record };
      const declined = Object.fromEntries([5, 6, 7].map((other) => [idAt(at + other), NOW + 1e9]));
      return [`ant-${at + 1}`, { skills, deeds, capacity: 4, idle: 1_000, declined }];
    }),
  );
  const pace = { minute: Math.floor(NOW / 60_000), claims: Array.from({ length: 10 }, () => 30) };
  const whole = new ShardedState(undefined);
  whole.apply(board({ tasks, agents, pace }).entries());
  return whole;
}
