/** Which rows are simulated, and the table that they make. */
import { GATES, nameOf } from "./gates.ts";
import type { Measured, Row, Setting, Size } from "./rows.ts";

export { checkGates, nameOf } from "./gates.ts";
export { measure } from "./rows.ts";

/** Enough claims for a standard error of half a percent where seven collide in a hundred. */
const CLAIMS = 2_500;
/** For each claim: a strategy of which nearly every attempt is lost is not worth more time. */
const ATTEMPTS = 5;
/** The stream goes on until the last old task is taken: several days of the virtual clock. */
const STREAM: Size = { claims: 30_000, attempts: 60_000 };
/** A round in which everyone wants the same is over after so many. */
const ROUND: Size = { claims: 1_000, attempts: 12_000 };

/** As many claims as it takes, or as are asked for; a stream and a round are over when they are. */
export function sizeOf({ setting }: Row, claims = CLAIMS): Size {
  if (setting === "stream") return STREAM;
  return setting === "round" ? ROUND : { claims, attempts: claims * ATTEMPTS };
}

const STRATEGY_NAMES = ["argmax", "uniform", "mound"] as const;
const AGENTS = [10, 100, 1_000];
const TASKS = [10, 100, 1_000, 10_000];
const DELAYS = [0, 5, 30, 120];

/** Agents, tasks and delays in seconds that show the most for their time. */
const FEW: readonly (readonly [number, number, number])[] = [
  [10, 10, 30],
  [100, 100, 0],
  [100, 100, 5],
  [100, 100, 30],
  [100, 100, 120],
  [1_000, 100, 5],
  [1_000, 100, 30],
  [1_000, 1_000, 5],
  [1_000, 1_000, 30],
  [1_000, 1_000, 120],
];

/** The rows of the gates and some more, or (`full`) every number of agents and tasks with every delay. */
export function rowsFor(full: boolean): readonly Row[] {
  const cells = full
    ? AGENTS.flatMap((agents) =>
        TASKS.flatMap((tasks) => DELAYS.map((delay) => [agents, tasks, delay] as const)),
      )
    : FEW;
  const rows = [
    ...cells.flatMap(([agents, tasks, delay]) => each("alike", agents, tasks, delay)),
    ...each("mixed", 1_000, 1_000, 30),
    ...each("skills", 100, 200, 30),
    ...each("skills", 1_000, 1_000, 30),
    ...[100, 1_000, ...(full ? [10_000] : [])].flatMap((tasks) => each("round", 1_000, tasks, 30)),
    ...GATES.map(({ row }) => row),
  ];
  return [...new Map(rows.map((row) => [nameOf(row), row])).values()];
}

function each(setting: Setting, agents: number, tasks: number, delay: number): readonly Row[] {
  return STRATEGY_NAMES.map((strategy) => ({ setting, agents, tasks, delay, strategy }));
}

const HEAD = [
  "setting",
  "agents",
  "tasks",
  "delay s",
  "strategy",
  "attempts/claim",
  "collide %",
  "predicted %",
  "idle/claim",
  "of ideal %",
  "longest wait s",
  "specialists ×",
  "old taken s",
  "rounds",
];

/** The table as Markdown. */
export function tableOf(rows: readonly Measured[]): string {
  const lines = [HEAD, HEAD.map(() => "---"), ...rows.map(cellsOf)];
  return `${lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n")}\n`;
}

function cellsOf(row: Measured): readonly string[] {
  return [
    row.setting,
    String(row.agents),
    String(row.tasks),
    String(row.delay),
    row.strategy,
    fixed(row.each, 2),
    fixed(row.collisions * 100, 1),
    fixed(row.predicted === undefined ? undefined : row.predicted * 100, 1),
    fixed(row.idle, 2),
    fixed(row.throughput === undefined ? undefined : row.throughput * 100, 0),
    fixed(row.longestWait, 0),
    fixed(row.specialists, 2),
    fixed(row.oldTaken, 0),
    fixed(row.rounds, 0),
  ];
}

function fixed(value: number | undefined, digits: number): string {
  if (value === undefined || Number.isNaN(value)) return "-";
  return Number.isFinite(value) ? value.toFixed(digits) : "never";
}
