/**
 * The chart of `npm run bench:trust`, as SVG: three panels of lines, and one of bars. The same figures give the
 * same bytes. It brings its own ground, so that it can be read where a page is light or dark; lines differ in
 * their marks and dashes too, not in colour alone.
 */
import { COLUMNS, type Column, type Row } from "./rows.ts";
import { mean } from "./numbers.ts";

const WIDTH = 960;
const HEIGHT = 850;
const NAMES: Readonly<Record<Column, string>> = {
  none: "no reputation",
  eigenTrust: "EigenTrust",
  mound: "Mound",
};

/** `rows`: all of them. */
export function chartOf(rows: readonly Row[]): string {
  const of = (group: string) => rows.filter((row) => row.group === group);
  const count = rows[0]!.mound.bad.length;
  const panels = [
    lines({ x: 60, y: 110 }, "A, B: malicious peers, of all", of("B"), shareOf),
    lines({ x: 540, y: 110 }, "C: bad with probability f", of("C"), fractionOf),
    lines({ x: 60, y: 470 }, "D: always bad / spies that praise them", of("D"), splitOf),
    bars({ x: 540, y: 470 }, [
      ...of("cunning"),
      ...of("root"),
      ...of("wash"),
      ...of("traitors"),
      ...of("beyond"),
    ]),
  ];
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title desc">`,
    `<title id="title">Bad outcomes under attack: no reputation, EigenTrust, Mound</title>`,
    `<desc id="desc">${escaped(description(rows))}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect class="ground" width="${WIDTH}" height="${HEIGHT}"/>`,
    text(60, 40, "Bad outcomes of honest peers, in percent", "head"),
    text(60, 62, `Means over ${count} seeds; the dotted line is Mound's bound of 15 percent.`),
    ...legend(),
    ...panels.flat(),
    "</svg>",
  ].join("\n")}\n`;
}

interface Place {
  readonly x: number;
  readonly y: number;
}

const PANEL_WIDTH = 380;
const PANEL_HEIGHT = 260;
const BARS_HEIGHT = 350;
/** Of the vertical axis, in percent. */
const TOP = 80;
const BOUND = 15;

const STYLE = [
  "text{font:12px system-ui,sans-serif;fill:#1f2328}.head{font-size:18px;font-weight:600}.name{font-weight:600}",
  ".small{font-size:9px}.end{text-anchor:end}.middle{text-anchor:middle}.ground{fill:#fff}",
  ".grid{stroke:#d0d7de}.bound{stroke:#57606a;stroke-dasharray:2 3}",
  ".line{fill:none;stroke:currentColor;stroke-width:2}.mark{fill:currentColor}",
  ".none{color:#6e7781}.eigenTrust{color:#bc4c00}.mound{color:#0969da}",
  ".line.none{stroke-dasharray:3 4}.line.eigenTrust{stroke-dasharray:10 3}",
  "@media (prefers-color-scheme:dark){text{fill:#e6edf3}.ground{fill:#0d1117}.grid{stroke:#30363d}",
  ".bound{stroke:#9198a1}.none{color:#9198a1}.eigenTrust{color:#ff9b50}.mound{color:#58a6ff}}",
].join("");

function legend(): readonly string[] {
  return COLUMNS.flatMap((column, at) => {
    const x = 540 + at * 140;
    return [
      `<path class="line ${column}" d="M${x} 36h28"/>`,
      mark(column, x + 14, 36),
      text(x + 36, 40, NAMES[column]),
    ];
  });
}

function lines(
  place: Place,
  name: string,
  rows: readonly Row[],
  label: (row: Row) => string,
): readonly string[] {
  const step = PANEL_WIDTH / (rows.length - 1);
  const bottom = place.y + PANEL_HEIGHT;
  const below = (row: Row, at: number): string =>
    text(place.x + at * step, bottom + 18, label(row), "middle");
  return [
    text(place.x, place.y - 14, name, "name"),
    ...grid(place),
    ...rows.map(below),
    ...COLUMNS.flatMap((column) => {
      const points = rows.map((row, at) => {
        return [place.x + at * step, bottom - height(mean(row[column].bad))] as const;
      });
      const path = points.map(([x, y]) => `${fixed(x)} ${fixed(y)}`).join("L");
      return [
        `<path class="line ${column}" d="M${path}"/>`,
        ...points.map(([x, y]) => mark(column, x, y)),
      ];
    }),
  ];
}

function grid({ x, y }: Place): readonly string[] {
  const bottom = y + PANEL_HEIGHT;
  const levels = [0, 20, 40, 60, TOP].flatMap((percent) => {
    const at = fixed(bottom - height(percent));
    return [
      `<path class="grid" d="M${x} ${at}h${PANEL_WIDTH}"/>`,
      text(x - 8, Number(at) + 4, String(percent), "end"),
    ];
  });
  return [
    ...levels,
    `<path class="bound" d="M${x} ${fixed(bottom - height(BOUND))}h${PANEL_WIDTH}"/>`,
  ];
}

function height(percent: number): number {
  return (percent * PANEL_HEIGHT) / TOP;
}

/** Bars lie, and the name of each row stands before them. */
function bars(place: Place, rows: readonly Row[]): readonly string[] {
  const names = 185;
  const step = BARS_HEIGHT / rows.length;
  const thick = (step - 6) / COLUMNS.length;
  const length = (percent: number): number => (percent * (PANEL_WIDTH - names - 25)) / TOP;
  const from = place.x + names;
  const limit = fixed(from + length(BOUND));
  return [
    text(place.x, place.y - 14, "Cunning, bought roots, new names, traitors, more", "name"),
    `<path class="bound" d="M${limit} ${place.y - 4}v${BARS_HEIGHT}"/>`,
    ...rows.flatMap((row, at) => [
      text(from - 8, place.y + at * step + step / 2 + 1, shortOf(row), "end"),
      ...COLUMNS.flatMap((column, nth) => {
        const bad = mean(row[column].bad);
        const y = place.y + at * step + nth * thick;
        const size = `width="${fixed(length(bad))}" height="${fixed(thick - 1)}"`;
        return [
          `<rect class="mark ${column}" x="${from}" y="${fixed(y)}" ${size}/>`,
          text(from + length(bad) + 6, y + thick - 1, bad.toFixed(0), "small"),
        ];
      }),
    ]),
  ];
}

/** A mark of its own for each: a small dot, a square, a large dot. */
function mark(column: Column, x: number, y: number): string {
  const style = `class="mark ${column}"`;
  if (column === "eigenTrust")
    return `<rect ${style} x="${fixed(x - 3.5)}" y="${fixed(y - 3.5)}" width="7" height="7"/>`;
  const radius = column === "none" ? 2.5 : 4;
  return `<circle ${style} cx="${fixed(x)}" cy="${fixed(y)}" r="${radius}"/>`;
}

function shareOf({ name }: Row): string {
  return name.replace(/^B (\d+) .*$/, "$1 %");
}

function fractionOf({ name }: Row): string {
  return name.replace(/^C f = /, "");
}

function splitOf({ name }: Row): string {
  return name.replace(/^D (\d+) bad, (\d+) spies$/, "$1/$2");
}

/** What there is room for. */
function shortOf({ name }: Row): string {
  return name
    .replace(/^one (loud|discreet) root bought, ([BD]).*$/, "one root bought, $1, $2")
    .replace(/^beyond: two loud roots bought, B.*$/, "beyond: two roots, loud, B")
    .replace(/^beyond: ([CD])[^,]*, .*$/, "beyond: $1, all queries")
    .replace(/, slander of all honest peers$/, ", all slander")
    .replace(/^20 traitors of 75, all cycles after the turn$/, "traitors, after the turn")
    .replace(/^20 traitors of 75, from the fourth cycle on$/, "traitors, fourth cycle on");
}

/** For who hears the chart: what is worst in each part of it. */
function description(rows: readonly Row[]): string {
  const worst = (column: Column, groups: readonly string[]): string => {
    const row = rows
      .filter(({ group }) => groups.includes(group))
      .toSorted((a, b) => mean(b[column].bad) - mean(a[column].bad))[0]!;
    return `${mean(row[column].bad).toFixed(1)} (${row.name})`;
  };
  const sentence = (what: string, ...groups: readonly string[]): string => {
    const all = COLUMNS.map((column) => `${NAMES[column]} ${worst(column, groups)}`);
    return `${what}, the highest: ${all.join(", ")}.`;
  };
  return [
    "Percent of what honest peers got that was bad, by threat model.",
    sentence("Malicious peers", "A", "B"),
    sentence("Camouflage", "C"),
    sentence("Spies", "D"),
    sentence("Cunning camouflage", "cunning"),
    sentence("Bought roots", "root"),
    sentence("Thrown-away names", "wash"),
    sentence("Traitors", "traitors"),
    sentence("Beyond what is promised", "beyond"),
  ].join(" ");
}

function text(x: number, y: number, words: string, style?: string): string {
  const named = style === undefined ? "" : ` class="${style}"`;
  return `<text${named} x="${fixed(x)}" y="${fixed(y)}">${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** One digit after the point is finer than any screen. */
function fixed(value: number): string {
  return String(Math.round(value * 10) / 10);
}
