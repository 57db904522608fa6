/**
 * All who judge a line, each in its own way over the same commits: they must say the same of each, and
 * end with the same state. One line of the table for each.
 */
import type { DoorAnswer } from "../../src/app/door.ts";
import { Line } from "../../src/app/line.ts";
import { readFacts } from "../../src/app/facts.ts";
import type { RawCommit, StateCache } from "../../src/app/ports.ts";
import { ShardedState, withKeys } from "../../src/app/sharded-state.ts";
import { defined } from "../../src/base/assert.ts";
import { sha256Hex } from "../../src/git/hash.ts";
import { virtualClock, type VirtualClock } from "../../src/memory/clock.ts";
import { memoryObjects } from "../../src/memory/objects.ts";
import { memoryRefs } from "../../src/memory/refs.ts";
import { memoryStateCache } from "../../src/memory/state-cache.ts";
import type { Fault } from "../../src/protocol/fault.ts";
import { fold } from "../../src/protocol/fold.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { judge, type CommitFacts, type Verdict } from "../../src/protocol/judge.ts";
import { RECORD_BYTES } from "../../src/protocol/limits.ts";
import { stateDigest } from "../../src/protocol/state-digest.ts";
import { type Key, MemoryState, type Value } from "../../src/protocol/state.ts";
import { auditingOf, report } from "./auditing.ts";
import { memoryDoor } from "./memory-door.ts";
import type { WorldObjects } from "./world-objects.ts";
import type { World } from "./world.ts";

/** A line that was made in a world, as objects. */
export interface History {
  readonly world: World;
  readonly git: WorldObjects;
  /** Where to stop on the way: numbers of commits, rising. */
  readonly cuts: readonly number[];
}

/** What a judge says of each commit, `undefined` where it takes it, and the digest of the state that it keeps at the end. */
export interface Said {
  readonly verdicts: readonly (string | undefined)[];
  readonly digest: string | undefined;
}

export type Judge = (history: History) => Promise<Said>;

export const JUDGES: Readonly<Record<string, Judge>> = {
  /** As a client submits: decided on the state that it has, and judged on it. */
  client: async ({ world }) => said(world.verdicts, world.state.entries()),
  whole: async (history) => {
    const state = new MemoryState();
    const verdicts = (await factsOf(history)).map((facts) => fold(state, facts));
    return said(verdicts, state.entries());
  },
  pieces: async (history) => {
    const facts = await factsOf(history);
    const verdicts: Verdict[] = [];
    let state = new MemoryState();
    for (const piece of pieces(facts, history.cuts)) {
      for (const commit of piece) verdicts.push(fold(state, commit));
      const kept = JSON.stringify([...state.entries()]);
      state = new MemoryState(JSON.parse(kept) as [Key, Value][]);
    }
    return said(verdicts, state.entries());
  },
  /** As a one-shot process or a hook: of a cache it reads what a commit asks for, and nothing else. */
  keyed: async (history) => {
    const cache = memoryStateCache();
    const verdicts: Verdict[] = [];
    for (const facts of await factsOf(history)) verdicts.push(await judgeByKey(cache, facts));
    const cached = defined(await cache.open(), "the cache");
    return said(verdicts, await cached.load());
  },
  /** As a reader: it syncs now and then, and opens again from its cache. */
  synced: async ({ world, git, cuts }) => {
    const clone = readerOf(world, git);
    const verdicts: Verdict[] = [];
    let line = await Line.open(clone.ports);
    for (const cut of [...cuts, world.log.length]) {
      if (cut === 0) continue;
      clone.tip = world.log[cut - 1]!.oid;
      const synced = await line.sync();
      if (!synced.ok) throw new Error(JSON.stringify(synced.error));
      verdicts.push(...synced.value.folded.map(({ verdict }) => verdict));
      line = await Line.open(clone.ports);
    }
    await line.state.load("all");
    return said(verdicts, line.state.entries());
  },
  /** As a server's hook: what it refuses is forced in all the same, and the next push is on top of that. */
  door: async ({ world, git, cuts }) => {
    const door = memoryDoor(git.objects, late(world), git.verifier);
    const line = world.log.map(({ oid }) => oid);
    const faults: (Fault | undefined)[] = [];
    for (const end of [...cuts, line.length]) {
      while (faults.length < end) {
        const answer = await door.push({ old: line[faults.length - 1], next: line[end - 1]! });
        const { commit, fault } = answer.accepted ? {} : refusalOf(answer);
        const taken = (commit === undefined ? end : line.indexOf(commit)) - faults.length;
        faults.push(...Array.from({ length: taken }, () => undefined));
        if (fault !== undefined) faults.push(fault);
      }
    }
    return saidOf(faults, await door.stateAt(line.at(-1)!));
  },
  /** As an audit now and then: each goes on from what the one before it has kept. */
  audit: async ({ world, git, cuts }) => {
    const ports = auditingOf({ ...git, clock: late(world) });
    const line = world.log.map(({ oid }) => oid);
    for (const cut of cuts.filter((at) => at > 0)) await report(ports, line[cut - 1]!);
    const { findings, proof, tally } = await report(ports, line.at(-1)!);
    const faults = new Map(findings.map(({ commit, fault }) => [commit, fault]));
    if (tally.refused !== faults.size || tally.commits !== line.length)
      throw new Error(`the audit has lost count: ${JSON.stringify(tally)}`);
    const { verdicts } = saidOf(line.map((oid) => faults.get(oid)));
    return { verdicts, digest: proof.digest };
  },
};

/** What the judge refuses; whatever only a door refuses is none of what is compared. */
function refusalOf({ fault, finding }: DoorAnswer & { readonly accepted: false }) {
  if (finding === undefined || !("rule" in fault))
    throw new Error(`only the door refuses: ${JSON.stringify(fault)}`);
  return { commit: finding.commit, fault };
}

/** Nothing waits, and nothing is ahead: what is dated so is for the judge alone. */
function late(world: World): VirtualClock {
  return virtualClock({ start: world.now + 365 * 24 * 3_600_000 });
}

function said(verdicts: readonly Verdict[], entries: Iterable<readonly [Key, Value]>): Said {
  return saidOf(
    verdicts.map((verdict) => (verdict.accepted ? undefined : verdict.fault)),
    entries,
  );
}

function saidOf(
  faults: readonly (Fault | undefined)[],
  entries: Iterable<readonly [Key, Value]> = [],
): Said {
  const verdicts = faults.map((fault) => (fault === undefined ? undefined : JSON.stringify(fault)));
  return { verdicts, digest: stateDigest(entries, sha256Hex) };
}

/** What the edge reads off the objects of every commit. */
async function factsOf({ world, git }: History): Promise<readonly CommitFacts[]> {
  const raw: RawCommit[] = [];
  for await (const commit of git.history.commits(undefined, world.tip!, RECORD_BYTES))
    raw.push(commit);
  return readFacts(raw, git.verifier);
}

async function judgeByKey(cache: StateCache, facts: CommitFacts): Promise<Verdict> {
  const cached = await cache.open();
  const state = new ShardedState(cached);
  const verdict = await withKeys(state, () => judge(state, facts));
  if (cached !== undefined && (await cache.append(cached.tip, facts.oid, verdict.delta)))
    return verdict;
  await state.load("all");
  state.apply(verdict.delta);
  await cache.replace(facts.oid, state.entries());
  return verdict;
}

/** A clone whose origin's branch is wherever `tip` says. */
function readerOf(world: World, git: WorldObjects) {
  const clone = {
    tip: undefined as Oid | undefined,
    ports: {
      objects: memoryObjects(git.objects),
      refs: memoryRefs(),
      history: git.history,
      verifier: git.verifier,
      cache: memoryStateCache(),
      clock: late(world),
      remote: {
        url: "memory://world",
        fetch: async () => ({ ok: true as const, value: clone.tip }),
        peek: async () => clone.tip,
        push: async () => {
          throw new Error("nothing is pushed to a world");
        },
        publish: async () => ({ ok: true as const, value: undefined }),
        presence: async () => ({ ok: true as const, value: [] }),
        state: async () => ({ ok: true as const, value: undefined }),
      },
    },
  };
  return clone;
}

function pieces<T>(items: readonly T[], cuts: readonly number[]): readonly (readonly T[])[] {
  const bounds = [0, ...cuts, items.length];
  return bounds.slice(1).map((end, at) => items.slice(bounds[at], end));
}
