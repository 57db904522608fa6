/**
 * The threat models of the EigenTrust paper, A to D, and what it does not ask: bought roots, names that are
 * thrown away, traitors, and attackers of C who are more cunning than the paper's. The sizes are the paper's,
 * but for five roots where it has three pre-trusted peers: a quorum needs five.
 */
import { always, ERROR, HONEST, liars, range, together, withSpies, type Peer } from "./peers.ts";

export type Group = "A" | "B" | "C" | "D" | "cunning" | "root" | "wash" | "traitors" | "beyond";

export interface Model {
  readonly name: string;
  readonly group: Group;
  readonly roots: readonly number[];
  readonly peers: readonly Peer[];
  /** Which queries attackers answer: those for the most popular categories, or every one. */
  readonly answered: "popular" | "all";
  /** The cycles in which what honest peers get is counted. */
  readonly counted: readonly [number, number];
}

export const CYCLES = 30;
/** The early cycles are discarded. */
const SETTLED = [15, CYCLES] as const;
/** When traitors turn. */
const TURN = 15;
const ROOTS = 5;
const GOOD_AB = 60;
const GOOD_C = 50;
const GOOD_D = 60;
/** How many there are in C, and how many of the traitors. */
const CAMOUFLAGED = 20;

/** In the order of the table. */
export function models(): readonly Model[] {
  return [
    ...SHARES.map((share) => liarsOf("A", share)),
    ...SHARES.map((share) => liarsOf("B", share)),
    ...TENTHS.map((tenth) => camouflage(tenth / 10)),
    ...SPLITS.map(([bad, spying]) => spies(bad, spying)),
    ...cunning(),
    ...boughtRoots(),
    whitewashing(),
    ...traitors(),
    ...beyond(),
  ];
}

const TENTHS = range(0, 11);
const SHARES = range(0, 8).map((tenth) => tenth / 10);
const SPLITS = [
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

/** Five roots, `good` further honest peers, and then the others. */
function build(
  name: string,
  group: Group,
  good: number,
  others: (first: number) => readonly Peer[],
): Model {
  const honest = Array.from({ length: ROOTS + good }, () => HONEST);
  const peers = [...honest, ...others(honest.length)];
  return { name, group, roots: range(0, ROOTS), peers, answered: "popular", counted: SETTLED };
}

/** How many bad peers make such a share of all in A and B. */
function countFor(share: number): number {
  return Math.round((share * (GOOD_AB + ROOTS)) / (1 - share));
}

/** A: each for itself. B: they praise one another. */
function liarsOf(group: "A" | "B", share: number): Model {
  return build(`${group} ${Math.round(100 * share)} % malicious`, group, GOOD_AB, (first) => {
    const all = liars(first, countFor(share), 1);
    return group === "A" ? all : together(first, all);
  });
}

/** C: together, and bad only with probability f, though no better than honest peers. */
function camouflage(f: number): Model {
  return build(`C f = ${f.toFixed(1)}`, "C", GOOD_C, (first) =>
    together(first, liars(first, CAMOUFLAGED, Math.max(ERROR, f))),
  );
}

/** D: spies praise those who are always bad. */
function spies(bad: number, spying: number): Model {
  return build(`D ${bad} bad, ${spying} spies`, "D", GOOD_D, (first) =>
    withSpies(first, bad, spying),
  );
}

/** C again, where they lie about nobody but one another, or slander every honest peer in each cycle. */
function cunning(): readonly Model[] {
  const honest = range(0, ROOTS + GOOD_C);
  const change = (f: number, manner: string, changed: Partial<Peer>): Model => {
    const model = camouflage(f);
    const peers = model.peers.map((peer) => (peer.honest ? peer : { ...peer, ...changed }));
    return { ...model, name: `${model.name}, ${manner}`, group: "cunning", peers };
  };
  return [0.2, 0.4].flatMap((f) => [
    change(f, "honest about others", { lies: always(false) }),
    change(f, "slander of all honest peers", { slanders: honest }),
  ]);
}

/** One root of five is bought. */
function boughtRoots(): readonly Model[] {
  return (["loud", "discreet"] as const).flatMap((manner) =>
    [liarsOf("B", 0.4), spies(20, 20)].map((model) => {
      const name = `one ${manner} root bought, ${model.name}`;
      return { ...bought(model, 1, manner), name, group: "root" };
    }),
  );
}

/**
 * The last so many roots praise all attackers, and one another. Loud, they also lie about and slander
 * everybody else; discreet, they are honest about the rest.
 */
function bought(model: Model, count: number, manner: "loud" | "discreet"): Model {
  const isBought = (at: number): boolean => at < ROOTS && at >= ROOTS - count;
  const numbers = (which: (honest: boolean) => boolean): readonly number[] =>
    model.peers.flatMap(({ honest }, at) => (which(honest && !isBought(at)) ? [at] : []));
  const root: Peer = {
    ...HONEST,
    honest: false,
    lies: always(manner === "loud"),
    praises: numbers((honest) => !honest),
    slanders: manner === "loud" ? numbers((honest) => honest) : [],
  };
  return { ...model, peers: model.peers.map((peer, at) => (isBought(at) ? root : peer)) };
}

/** Each comes back under a new name in every cycle. */
function whitewashing(): Model {
  return build("whitewashing, 70 % malicious", "wash", GOOD_AB, (first) =>
    liars(first, countFor(0.7), 1).map((peer) => ({ ...peer, washes: 1 })),
  );
}

/** Twenty do good work and tell the truth for half of the time, and then no more; all along they praise one another. */
function traitors(): readonly Model[] {
  const model = build("20 traitors of 75", "traitors", GOOD_C, (first) =>
    together(
      first,
      Array.from({ length: CAMOUFLAGED }, () => ({
        ...HONEST,
        bad: (cycle: number) => (cycle < TURN ? ERROR : 1),
        lies: (cycle: number) => cycle >= TURN,
        honest: false,
      })),
    ),
  );
  return [
    { ...model, name: `${model.name}, all cycles after the turn`, counted: [TURN, CYCLES] },
    { ...model, name: `${model.name}, from the fourth cycle on`, counted: [TURN + 3, CYCLES] },
  ];
}

/** More than is promised: a quorum stands one bad root of five, and attackers of the paper's are not everywhere. */
function beyond(): readonly Model[] {
  const two = bought(liarsOf("B", 0.4), 2, "loud");
  const everywhere = [camouflage(0.4), spies(20, 20)].map((model): Model => {
    return { ...model, name: `${model.name}, every query answered`, answered: "all" };
  });
  return [{ ...two, name: `two loud roots bought, ${two.name}` }, ...everywhere].map((model) => {
    return { ...model, name: `beyond: ${model.name}`, group: "beyond" };
  });
}
