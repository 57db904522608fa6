/** The state that a push is judged on: out of the door's cache, or folded up to there. */
import type { Oid } from "../protocol/ids.ts";
import { judge } from "../protocol/judge.ts";
import type { Delta, Key, Value } from "../protocol/state.ts";
import type { CachedState, Clock, History, Verifier } from "./ports.ts";
import { ShardedState, withKeys } from "./sharded-state.ts";
import { verifiedCommits } from "./verified.ts";

/** States at commits, kept for a while each: which of two pushes at once lands is not known beforehand. */
export interface DoorStates {
  /** The state at exactly this commit; undefined where it is not kept, or is damaged. */
  openAt(tip: Oid): Promise<CachedState | undefined>;
  /** Some commits of which the state is kept, the most promising first. */
  tips(): Promise<readonly Oid[]>;
  /** Keeps what changed from `from` (undefined: from nothing) to `tip`. Never rejects. */
  keep(from: Oid | undefined, tip: Oid, delta: Delta): Promise<void>;
  /** All that is kept is in doubt. */
  discard(): Promise<void>;
}

export interface DoorStatePorts {
  readonly states: DoorStates;
  readonly history: History;
  readonly verifier: Verifier;
  readonly clock: Clock;
  /** Throws once time is up. */
  readonly inTime: () => void;
  /** To whoever waits: so many commits were folded to catch up. */
  readonly progress: (folded: number) => void;
}

/** Thrown where the time did not suffice to catch up; what was folded is kept, and the next push goes on. */
export class Behind extends Error {}

/** Thrown where what is kept turns out to be damaged when it is read. */
export class Damaged extends Error {}

/** Each look at a kept commit may take a process; those of pushes that did not land lead nowhere. */
const LOOKS_MAX = 4;

/** The state at `tip`; what the cache has missed is folded, judged as every reader does. */
export async function stateAt(ports: DoorStatePorts, tip: Oid | undefined): Promise<ShardedState> {
  if (tip === undefined) return new ShardedState(undefined);
  const kept = await open(ports, tip);
  if (kept !== undefined) return kept;
  const from = await nearest(ports, tip);
  const base = from === undefined ? undefined : await open(ports, from);
  return foldTo(ports, base === undefined ? undefined : from, base, tip);
}

async function open(ports: DoorStatePorts, tip: Oid): Promise<ShardedState | undefined> {
  const kept = await ports.states.openAt(tip);
  if (kept === undefined) return undefined;
  return new ShardedState(kept, async () => {
    throw new Damaged();
  });
}

async function nearest(ports: DoorStatePorts, tip: Oid): Promise<Oid | undefined> {
  for (const kept of (await ports.states.tips()).slice(0, LOOKS_MAX)) {
    if (await ports.history.contains(kept, tip)) return kept;
  }
  return undefined;
}

async function foldTo(
  ports: DoorStatePorts,
  from: Oid | undefined,
  base: ShardedState | undefined,
  tip: Oid,
): Promise<ShardedState> {
  const state = base ?? new ShardedState(undefined);
  const delta = new Map<Key, Value | undefined>();
  let at = from;
  let folded = 0;
  for await (const window of verifiedCommits(ports, from, tip)) {
    try {
      ports.inTime();
    } catch {
      if (at !== undefined && at !== from) await ports.states.keep(from, at, delta);
      throw new Behind();
    }
    for (const facts of window) {
      const verdict = await withKeys(state, () => judge(state, facts));
      state.apply(verdict.delta);
      for (const [key, value] of verdict.delta) delta.set(key, value);
      at = facts.oid;
    }
    folded += window.length;
    ports.progress(folded);
  }
  await ports.states.keep(from, tip, delta);
  return state;
}
