import { unreachable } from "../base/assert.ts";
import type { TaskSpec } from "../protocol/commands/add.ts";
import { runRounds } from "./rounds.ts";
import { runSteady, TASK_MS, type Cell, type Steady } from "./steady.ts";
import { STRATEGIES } from "./strategy.ts";

export const SETTINGS = ["alike", "mixed", "skills", "stream", "round"] as const;

/**
 * `alike`: tasks that differ in nothing. `mixed`: of all priorities. `skills`: each needs one of eight
 * skills, which all agents have; each agent has proven one. `stream`: some of the lowest priority lie
 * among fresh ones of the highest, which never run out. `round`: everyone is idle on one snapshot.
 */
export type Setting = (typeof SETTINGS)[number];

export interface Row {
  readonly setting: Setting;
  readonly agents: number;
  readonly tasks: number;
  /** Seconds. */
  readonly delay: number;
  readonly strategy: keyof typeof STRATEGIES;
}

export interface Measured extends Row {
  readonly seed: number;
  readonly claims: number;
  readonly attempts: number;
  /** Attempts for each claim. */
  readonly each: number;
  /** The share of attempts that lost to another. */
  readonly collisions: number;
  /** Of the prediction; undefined where it says nothing. */
  readonly predicted: number | undefined;
  /** For each claim: how often an agent without a task found nothing, or held back. */
  readonly idle: number;
  /** As a share of the ideal: every agent at work all the time, and every task taken once it is seen. */
  readonly throughput: number | undefined;
  /** Of any task, in seconds. */
  readonly longestWait: number | undefined;
  /** How many times as often as by chance agents take tasks of the skill that they have proven. */
  readonly specialists: number | undefined;
  /** Until the last of the old tasks was taken, in seconds; infinite where it never was. */
  readonly oldTaken: number | undefined;
  readonly rounds: number | undefined;
}

/** How much is simulated: claims that are counted, and attempts at the most. */
export interface Size {
  readonly claims: number;
  readonly attempts: number;
}

/** Simulates one row; the same for the same seed on every machine. */
export function measure(row: Row, seed: number, size: Size): Measured {
  if (row.setting === "round") return measureRound(row, seed, size);
  const strategy = STRATEGIES[row.strategy];
  const { agents, tasks } = row;
  const cell = { agents, tasks, delay: row.delay * 1_000, strategy, seed, ...size };
  switch (row.setting) {
    case "alike":
      return steady(row, runSteady(cell), seed);
    case "mixed":
      return steady(row, runSteady({ ...cell, spec: ofAllPriorities }), seed);
    case "skills":
      return measureSkills(row, cell);
    case "stream":
      return measureStream(row, cell);
    default:
      return unreachable(row.setting);
  }
}

/**
 * The chance that a claim was already taken by one that its agent could not see yet: claims come as a
 * Poisson process of rate N/T, and one within the delay L wants the same task with probability sum p².
 */
export function predictedCollisions(
  agents: number,
  delayMs: number,
  concentration: number,
  taskMs = TASK_MS,
): number {
  return 1 - Math.exp((-agents / taskMs) * delayMs * concentration);
}

function steady(row: Row, run: Steady, seed: number): Measured {
  const delayMs = row.delay * 1_000;
  // A task is seen a delay after it was added: no more of them can be taken in that time than are open.
  const perSecond = Math.min(
    (row.agents * 1_000) / TASK_MS,
    row.delay === 0 ? Number.POSITIVE_INFINITY : row.tasks / row.delay,
  );
  return {
    ...row,
    seed,
    claims: run.claims,
    attempts: run.attempts,
    each: run.attempts / run.claims,
    collisions: run.lost / run.attempts,
    predicted: predictedCollisions(row.agents, delayMs, run.concentration),
    idle: run.idle / run.claims,
    throughput: run.throughput / perSecond,
    longestWait: run.longestWait / 1_000,
    specialists: undefined,
    oldTaken: undefined,
    rounds: undefined,
  };
}

function ofAllPriorities(index: number): TaskSpec {
  return { title: `Task ${index}`, priority: (index * 3) % 5 };
}

const SKILLS = ["api", "css", "docs", "go", "ops", "rust", "sql", "test"] as const;

function measureSkills(row: Row, cell: Cell): Measured {
  const skillOf = (index: number): string => SKILLS[index % SKILLS.length]!;
  let own = 0;
  let all = 0;
  const run = runSteady({
    ...cell,
    // The order of skills has nothing to do with that of agents.
    spec: (index) => ({ title: `Task ${index}`, needs: [skillOf(index * 5)] }),
    able: (index) => ({ skills: SKILLS, proven: skillOf(index) }),
    taken: ({ agent, needs }) => {
      all += 1;
      if (needs.includes(skillOf(agent))) own += 1;
      return false;
    },
  });
  return { ...steady(row, run, cell.seed), specialists: (own / all) * SKILLS.length };
}

/** Tasks of the lowest priority that are there from the first. */
const OLD = 20;
const LOWEST = 0;
const HIGHEST = 4;

function measureStream(row: Row, cell: Cell): Measured {
  let left = OLD;
  let oldTaken = Number.POSITIVE_INFINITY;
  const isOld = (index: number): boolean => index >= row.agents && index < row.agents + OLD;
  const run = runSteady({
    ...cell,
    // All is counted from the first claim on, or old ones would be taken before anyone looked.
    warmUp: 0,
    spec: (index) => ({ title: `Task ${index}`, priority: isOld(index) ? LOWEST : HIGHEST }),
    taken: ({ priority, at }) => {
      if (priority !== LOWEST) return false;
      left -= 1;
      if (left === 0) oldTaken = at / 1_000;
      return left === 0;
    },
  });
  return { ...steady(row, run, cell.seed), oldTaken };
}

function measureRound(row: Row, seed: number, { attempts }: Size): Measured {
  const { agents, tasks } = row;
  const strategy = STRATEGIES[row.strategy];
  const run = runRounds({ agents, tasks, strategy, seed, attempts });
  return {
    ...row,
    seed,
    claims: run.claims,
    attempts: run.attempts,
    each: run.attempts / run.claims,
    collisions: run.lost / run.attempts,
    predicted: undefined,
    idle: run.idle / run.claims,
    throughput: undefined,
    longestWait: undefined,
    specialists: undefined,
    oldTaken: undefined,
    rounds: run.over ? run.rounds : Number.POSITIVE_INFINITY,
  };
}
