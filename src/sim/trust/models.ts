/** The threat models: who is there, and what they do. */

export interface Peer {
  /** How often what it serves is bad, in each cycle. */
  readonly bad: (cycle: number) => number;
  /** What it says of what it got: the truth, the opposite, or nothing. */
  readonly says: "truth" | "opposite" | "nothing";
  /** The numbers of those whom it praises in each cycle, whatever they did. */
  readonly praises: readonly number[];
  /** The numbers of those whom it slanders in each cycle. */
  readonly slanders: readonly number[];
  readonly honest: boolean;
  /** Comes back under a new name after so many cycles. */
  readonly washes?: number;
}

export interface Model {
  readonly name: string;
  readonly group: "A" | "B" | "C" | "D" | "root" | "wash" | "traitors";
  /** Of the roots, the first `roots.length - bought` are honest. */
  readonly roots: readonly number[];
  readonly peers: readonly Peer[];
  /** The cycles in which what honest peers get is counted. */
  readonly counted: readonly [number, number];
}

export const CYCLES = 30;
const SETTLED = [15, CYCLES] as const;
/** Honest peers err: five in a hundred of what they serve is bad. */
const ERROR = 0.05;
const ROOTS = 5;
const always = (share: number) => () => share;

const HONEST: Peer = {
  bad: always(ERROR),
  says: "truth",
  praises: [],
  slanders: [],
  honest: true,
};

/** `roots` honest roots, `good` further honest peers, and then the others. */
function build(
  name: string,
  group: Model["group"],
  good: number,
  others: (first: number) => readonly Peer[],
): Model {
  const honest = Array.from({ length: ROOTS + good }, () => HONEST);
  const roots = Array.from({ length: ROOTS }, (_, at) => at);
  const peers = [...honest, ...others(honest.length)];
  return { name, group, roots, peers, counted: [SETTLED[0], SETTLED[1]] };
}

function range(from: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => from + at);
}

function liars(first: number, count: number, bad: number, together: boolean): readonly Peer[] {
  const all = range(first, count);
  return all.map((own) => ({
    bad: always(bad),
    says: "opposite" as const,
    praises: together ? all.filter((other) => other !== own) : [],
    slanders: [],
    honest: false,
  }));
}

/** How many bad peers make such a share of all. */
function countFor(share: number, good: number): number {
  return Math.round((share * good) / (1 - share));
}

const GOOD_AB = 60;
const GOOD_C = 50;
const GOOD_D = 60;

/** A: each for itself. B: they praise one another. */
function individualAndCollective(): readonly Model[] {
  return [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7].flatMap((share) => {
    const count = countFor(share, GOOD_AB + ROOTS);
    const percent = `${Math.round(100 * share)} %`;
    return [
      build(`A ${percent} malicious`, "A", GOOD_AB, (first) => liars(first, count, 1, false)),
      build(`B ${percent} malicious`, "B", GOOD_AB, (first) => liars(first, count, 1, true)),
    ];
  });
}

/** C: together, and bad only with probability f. */
function camouflage(): readonly Model[] {
  return [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1].map((f) =>
    build(`C f = ${f.toFixed(1)}`, "C", GOOD_C, (first) =>
      liars(first, 20, f === 0 ? ERROR : f, true),
    ),
  );
}

/** D: spies do good work and praise those who do not. */
function spies(): readonly Model[] {
  const splits = [
    [40, 0],
    [39, 1],
    [36, 4],
    [35, 5],
    [30, 10],
    [25, 15],
    [20, 20],
    [15, 25],
    [10, 30],
    [5, 35],
  ] as const;
  return splits.map(([bad, spying]) =>
    build(`D ${bad} bad, ${spying} spies`, "D", GOOD_D, (first) => withSpies(first, bad, spying)),
  );
}

function withSpies(first: number, bad: number, spying: number): readonly Peer[] {
  const paid = range(first, bad);
  const spy: Peer = { ...HONEST, praises: paid, honest: false };
  return [...liars(first, bad, 1, true), ...Array.from({ length: spying }, () => spy)];
}

/** One root of five is bought: it praises the attackers and slanders the honest. */
function boughtRoot(): readonly Model[] {
  const count = countFor(0.4, GOOD_AB + ROOTS);
  const collective = build("one root bought, B 40 %", "root", GOOD_AB, (first) =>
    liars(first, count, 1, true),
  );
  const spied = build("one root bought, D 20 bad, 20 spies", "root", GOOD_D, (first) =>
    withSpies(first, 20, 20),
  );
  return [collective, spied].map((model) => ({
    ...model,
    peers: model.peers.map((peer, at) =>
      at === ROOTS - 1
        ? {
            ...HONEST,
            says: "opposite" as const,
            honest: false,
            praises: numbersOf(model, ({ honest }) => !honest),
            slanders: numbersOf(model, ({ honest }) => honest).filter((other) => other !== at),
          }
        : peer,
    ),
  }));
}

function numbersOf({ peers }: Model, which: (peer: Peer) => boolean): readonly number[] {
  return peers.flatMap((peer, at) => (which(peer) ? [at] : []));
}

function whitewashing(): readonly Model[] {
  const count = countFor(0.7, GOOD_AB + ROOTS);
  return [
    build("whitewashing, 70 % malicious", "wash", GOOD_AB, (first) =>
      liars(first, count, 1, false).map((peer, at) => ({ ...peer, washes: 3 + (at % 3) })),
    ),
  ];
}

/** Twenty do good work for half of the time, and then none. */
function traitors(): readonly Model[] {
  const model = build("20 traitors of 75", "traitors", GOOD_C, (first) =>
    range(first, 20).map((own) => ({
      bad: (cycle: number) => (cycle < CYCLES / 2 ? ERROR : 1),
      says: "truth" as const,
      praises: range(first, 20).filter((other) => other !== own),
      slanders: [],
      honest: false,
    })),
  );
  return [
    { ...model, name: `${model.name}, all cycles after the turn` },
    {
      ...model,
      name: `${model.name}, from the fourth cycle on`,
      counted: [CYCLES / 2 + 3, CYCLES],
    },
  ];
}

export function models(): readonly Model[] {
  return [
    ...individualAndCollective(),
    ...camouflage(),
    ...spies(),
    ...boughtRoot(),
    ...whitewashing(),
    ...traitors(),
  ];
}
