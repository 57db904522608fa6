import type { Measured, Row } from "./rows.ts";

export interface Gate {
  readonly title: string;
  readonly row: Row;
  readonly value: (measured: Measured) => number;
  readonly least?: number;
  readonly most?: number;
}

export interface Passed {
  readonly title: string;
  readonly value: number;
  readonly bound: string;
  readonly met: boolean;
}

const DAY = 86_400;
/**
 * When the lowest priority calls as loud as the highest at its first moment: a step of priority is a
 * factor of two, and a day of age adds one more. Where nobody races the choice goes by little else; where
 * agents do, it goes less by the weights, and most are taken long before (1 to 5 days, by seed).
 */
const EQUALLY_LOUD = 15 * DAY;

const mound = { strategy: "mound", delay: 30 } as const;

/** What Mound's choice promises of a crowd. */
export const GATES: readonly Gate[] = [
  {
    title: "1,000 agents, 1,000 tasks: the share of claims that collide",
    row: { setting: "alike", agents: 1_000, tasks: 1_000, ...mound },
    value: ({ collisions }) => collisions,
    most: 0.07,
  },
  {
    title: "1,000 agents, 1,000 tasks of all priorities: the share of claims that collide",
    row: { setting: "mixed", agents: 1_000, tasks: 1_000, ...mound },
    value: ({ collisions }) => collisions,
    most: 0.07,
  },
  {
    title: "1,000 agents, 100 tasks: attempts a claim",
    row: { setting: "alike", agents: 1_000, tasks: 100, ...mound },
    value: ({ each }) => each,
    most: 2,
  },
  {
    title: "1,000 idle agents on a snapshot of 100 tasks: attempts a claim",
    row: { setting: "round", agents: 1_000, tasks: 100, ...mound },
    value: ({ each }) => each,
    most: 2,
  },
  {
    title: "fresh urgent tasks never run out: seconds until the last of the old ones is taken",
    row: { setting: "stream", agents: 10, tasks: 20, ...mound },
    value: ({ oldTaken }) => oldTaken ?? Number.POSITIVE_INFINITY,
    most: EQUALLY_LOUD,
  },
  {
    title: "the same where all see everything at once",
    row: { setting: "stream", agents: 10, tasks: 20, ...mound, delay: 0 },
    value: ({ oldTaken }) => oldTaken ?? Number.POSITIVE_INFINITY,
    most: EQUALLY_LOUD,
  },
  {
    title: "how often specialists take tasks of their skill, by chance 1",
    row: { setting: "skills", agents: 100, tasks: 200, ...mound },
    value: ({ specialists }) => specialists ?? 0,
    least: 3,
  },
];

/** The gates whose row was simulated. */
export function checkGates(rows: readonly Measured[]): readonly Passed[] {
  return GATES.flatMap(({ title, row, value, least, most }) => {
    const measured = rows.find((other) => nameOf(other) === nameOf(row));
    if (measured === undefined) return [];
    const found = value(measured);
    const met = (most === undefined || found <= most) && (least === undefined || found >= least);
    const bound = most === undefined ? `at least ${least}` : `at most ${most}`;
    return [{ title, value: found, bound, met }];
  });
}

/** Such as `alike/1000/100/30/mound`: what it is about, agents, tasks, delay in seconds, strategy. */
export function nameOf({ setting, agents, tasks, delay, strategy }: Row): string {
  return [setting, agents, tasks, delay, strategy].join("/");
}
