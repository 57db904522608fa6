import type { Row } from "./rows.ts";
import { mean } from "./numbers.ts";

export interface Passed {
  readonly title: string;
  readonly value: number;
  readonly bound: string;
  readonly met: boolean;
}

/** What is known of the published figure: about ten percent, at any share of malicious peers up to this. */
const PLATEAU = [8, 13] as const;
/** Camouflage is said to be worst near f = 0.5, with about 28 percent. */
const PEAK_AT = [0.4, 0.6] as const;
const PEAK = [20, 36] as const;
const BAD = 15;
const TURNED = 40;
const TURNED_LATER = 20;

/** The gates whose rows were simulated, of means over the seeds, in percent; `most`: what Mound's rows may have. */
export function checkGates(rows: readonly Row[], most: number = BAD): readonly Passed[] {
  return [...plateau(rows), ...peak(rows), ...moundRows(rows, most), ...traitors(rows)];
}

/** What is published of EigenTrust must come out of the simulation, or its figures for Mound mean nothing. */
function plateau(rows: readonly Row[]): readonly Passed[] {
  return rows
    .filter(({ name }) => /^[AB] 70 %/.test(name))
    .map(({ name, eigenTrust }) => {
      return within(`EigenTrust's plateau, ${name}`, mean(eigenTrust.bad), PLATEAU);
    });
}

function peak(rows: readonly Row[]): readonly Passed[] {
  const camouflage = rows.filter(({ group }) => group === "C");
  if (camouflage.length < FRACTIONS) return [];
  const values = camouflage.map(({ eigenTrust }) => mean(eigenTrust.bad));
  const highest = Math.max(...values);
  const at = values.indexOf(highest) / (FRACTIONS - 1);
  return [
    within("EigenTrust's peak in C, bad outcomes", highest, PEAK),
    within("EigenTrust's peak in C, f", at, PEAK_AT),
  ];
}

/** In C, from 0 to 1 by tenths. */
const FRACTIONS = 11;

/** What goes beyond the promise is shown, and has no gate. */
function moundRows(rows: readonly Row[], most: number): readonly Passed[] {
  return rows
    .filter(({ group }) => !["traitors", "beyond"].includes(group))
    .map(({ name, mound }) => ({ name, bad: mean(mound.bad) }))
    .toSorted((a, b) => b.bad - a.bad)
    .filter(({ bad }, at) => at === 0 || bad > most)
    .map(({ name, bad }, at) => {
      const title = at === 0 ? "Mound's worst row but traitors" : "and";
      return { title: `${title}, ${name}`, value: bad, bound: `at most ${most}`, met: bad <= most };
    });
}

function traitors(rows: readonly Row[]): readonly Passed[] {
  return rows
    .filter(({ group }) => group === "traitors")
    .map(({ name, mound }) => {
      const bound = name.includes("fourth cycle") ? TURNED_LATER : TURNED;
      const value = mean(mound.bad);
      return { title: `Mound, ${name}`, value, bound: `under ${bound}`, met: value < bound };
    });
}

function within(title: string, value: number, [least, most]: readonly [number, number]): Passed {
  const met = value >= least && value <= most;
  return { title, value, bound: `from ${least} to ${most}`, met };
}
