/** Those whom the simulation is made of: what they serve, and what they say of others. */

export interface Peer {
  /** How often what it serves is bad, in each cycle. */
  readonly bad: (cycle: number) => number;
  /** Whether it says the opposite of what it got; never a bad word of those whom it praises. */
  readonly lies: (cycle: number) => boolean;
  /** The numbers of those whom it praises in each cycle, whatever they did. */
  readonly praises: readonly number[];
  /** The numbers of those whom it slanders in each cycle. */
  readonly slanders: readonly number[];
  readonly honest: boolean;
  /** Comes back under a new name after so many cycles. */
  readonly washes?: number;
}

/** Honest peers err: five in a hundred of what they serve is bad. */
export const ERROR = 0.05;

export const HONEST: Peer = {
  bad: always(ERROR),
  lies: always(false),
  praises: [],
  slanders: [],
  honest: true,
};

export function always<T>(value: T): () => T {
  return () => value;
}

export function range(from: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => from + at);
}

/** Bad with such a probability, and a liar about all others. */
export function liars(first: number, count: number, bad: number): readonly Peer[] {
  return range(first, count).map(() => ({
    ...HONEST,
    bad: always(bad),
    lies: always(true),
    honest: false,
  }));
}

/** Each praises all the others. */
export function together(first: number, peers: readonly Peer[]): readonly Peer[] {
  const all = range(first, peers.length);
  return peers.map((peer, at) => ({
    ...peer,
    praises: all.filter((other) => other !== first + at),
  }));
}

/** Spies do good work and tell the truth, but praise those who do no good at all. */
export function withSpies(first: number, bad: number, spying: number): readonly Peer[] {
  const spy: Peer = { ...HONEST, praises: range(first, bad), honest: false };
  const paid = together(first, liars(first, bad, 1));
  return [...paid, ...Array.from({ length: spying }, () => spy)];
}
