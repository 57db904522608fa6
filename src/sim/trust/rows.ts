/** The rows of `npm run bench:trust`: every model, with each way to choose, lived once with each seed. */
import { live } from "./life.ts";
import { models, type Group, type Model } from "./models.ts";
import { POLICIES } from "./policies.ts";

export type Column = keyof typeof POLICIES;
export const COLUMNS = ["none", "eigenTrust", "mound"] as const satisfies readonly Column[];

/** Of the seeds that are reported the first; the constants were chosen with 101 to 110. */
const FIRST_SEED = 40_261;

/** By seed, in percent, to two digits after the point. */
export interface Cell {
  /** What honest peers got that was bad. */
  readonly bad: readonly number[];
  /** The weight in the choice, of all weight, that attackers hold at the end. */
  readonly captured: readonly number[];
}

export interface Row extends Readonly<Record<Column, Cell>> {
  readonly name: string;
  readonly group: Group;
}

/** One life. */
export interface Job {
  readonly row: string;
  readonly column: Column;
  readonly seed: number;
}

export interface Lived {
  readonly bad: number;
  readonly captured: number;
}

export function seedsFrom(count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => FIRST_SEED + at);
}

/** The names of all rows, in order. */
export function rowNames(): readonly string[] {
  return MODELS.map(({ name }) => name);
}

/** What is to be lived for these rows: the longest first, so that no worker is left alone with one. */
export function jobsFor(rows: readonly string[], seeds: readonly number[]): readonly Job[] {
  const sizes = new Map(MODELS.map(({ name, peers }) => [name, peers.length]));
  return rows
    .flatMap((row) => COLUMNS.flatMap((column) => seeds.map((seed) => ({ row, column, seed }))))
    .toSorted((a, b) => sizes.get(b.row)! - sizes.get(a.row)!);
}

/** The same for the same job on every machine. */
export function liveOnce({ row, column, seed }: Job): Lived {
  const model = modelOf(row);
  const { good, bad, captured } = live(model, POLICIES[column](model.peers.length), seed);
  return { bad: percent(bad / (good + bad)), captured: percent(captured) };
}

/** Rows in the order of `rows`, seeds in the order of `seeds`. */
export function rowsOf(
  rows: readonly string[],
  seeds: readonly number[],
  lived: (job: Job) => Lived,
): readonly Row[] {
  return rows.map((row) => {
    const cell = (column: Column): Cell => {
      const lives = seeds.map((seed) => lived({ row, column, seed }));
      return { bad: lives.map(({ bad }) => bad), captured: lives.map((one) => one.captured) };
    };
    const { name, group } = modelOf(row);
    return {
      name,
      group,
      none: cell("none"),
      eigenTrust: cell("eigenTrust"),
      mound: cell("mound"),
    };
  });
}

const MODELS: readonly Model[] = models();

function modelOf(name: string): Model {
  const model = MODELS.find((one) => one.name === name);
  if (model === undefined) throw new RangeError(`no row is named ${name}`);
  return model;
}

function percent(share: number): number {
  return Math.round(10_000 * share) / 100;
}
