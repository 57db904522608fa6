/**
 * The judge at the door of a repository: whether a move of the line's branch is taken. It judges each
 * commit with the one judge, on the state at the old tip, and refuses besides what no reader can see or
 * undo any more: a branch deleted or rewound, a commit from the future, trees that readers differ on.
 * It only says yes when all of it was read and judged; whatever it throws means no.
 */
import type { Fault } from "../protocol/fault.ts";
import { isAgentId, type Oid, type PublicKey } from "../protocol/ids.ts";
import { judge, type CommitFacts } from "../protocol/judge.ts";
import type { Delta, Key, Value } from "../protocol/state.ts";
import type { Finding } from "../protocol/views/finding.ts";
import { readCommit, type DoorCommit, type DoorObjects } from "./door-commit.ts";
import { Damaged, stateAt, type DoorStatePorts } from "./door-state.ts";
import { type ShardedState, withKeys } from "./sharded-state.ts";

/** What only the door can see, or what keeps it from judging. */
export type DoorFault =
  | { readonly code: "door-deletion"; readonly ref: string }
  /** The new tip does not follow on the old one along first parents. */
  | {
      readonly code: "door-rewind";
      readonly ref: string;
      readonly old: string;
      readonly next: string;
    }
  /** Milliseconds: dated ahead of the server's clock by more than the mound's skew. */
  | {
      readonly code: "door-ahead";
      readonly commit: string;
      readonly time: number;
      readonly now: number;
      readonly skew: number;
    }
  /** Another push came first; `found` is where the branch is now. */
  | { readonly code: "door-moved"; readonly ref: string; readonly found: string }
  /** A ref that nothing of a mound lies in. */
  | { readonly code: "door-ref"; readonly ref: string; readonly detail: string }
  | { readonly code: "door-presence"; readonly ref: string; readonly detail: string }
  /** It took longer than `limit` milliseconds; `behind`: to catch up with the branch, so that it may go better next time. */
  | { readonly code: "door-late"; readonly limit: number; readonly behind: boolean }
  | { readonly code: "door-broken"; readonly detail: string };

export interface DoorMove {
  readonly ref: string;
  /** undefined: the branch is new. */
  readonly old: Oid | undefined;
  /** undefined: the branch is to be deleted. */
  readonly next: Oid | undefined;
}

export interface DoorPorts extends DoorStatePorts {
  readonly objects: DoorObjects;
  /** Told of keys in force, before they are needed: they were checked when they came. */
  readonly presume?: (keys: readonly PublicKey[]) => Promise<void>;
}

export type DoorAnswer =
  | { readonly accepted: true }
  | {
      readonly accepted: false;
      readonly fault: Fault | DoorFault;
      /** The commit that the judge refused; undefined where the move as a whole is refused. */
      readonly finding: Finding | undefined;
    };

/**
 * Commits read at the same time: enough to hide a round trip, few enough to hold in memory. It begins with
 * one and doubles, so that a push that is refused for its size at once has not been read in bulk.
 */
const WINDOW_MAX = 16;

/**
 * Judges a move of the line's branch and keeps the state at its end, whether or not the branch then
 * moves. Rejects where something is missing, damaged or late: that is a refusal too.
 */
export async function judgeMove(ports: DoorPorts, move: DoorMove): Promise<DoorAnswer> {
  const { ref, old, next } = move;
  if (next === undefined) return refused({ code: "door-deletion", ref });
  const line = await ports.objects.lineage(old, next);
  if (line === undefined || line.length === 0)
    return refused({ code: "door-rewind", ref, old: old ?? "", next });
  try {
    return await judgeLine(ports, old, line);
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    // A cache may be damaged or deleted at any time: it is made anew from the history.
    await ports.states.discard();
    return judgeLine(ports, old, line);
  }
}

async function judgeLine(
  ports: DoorPorts,
  old: Oid | undefined,
  line: readonly Oid[],
): Promise<DoorAnswer> {
  const { readFacts } = await import("./facts.ts");
  const state = await stateAt(ports, old);
  const delta = new Map<Key, Value | undefined>();
  for (const window of windows(old, line)) {
    const read = await Promise.all(
      window.map(({ oid, parent }) => readCommit(ports.objects, oid, parent)),
    );
    await ports.presume?.(await keysOf(state, read));
    const facts = await readFacts(
      read.map(({ raw }) => raw),
      ports.verifier,
    );
    for (const [index, each] of facts.entries()) {
      ports.inTime();
      const answer = await judgeOne(ports, state, each, read[index]!, delta);
      if (!answer.accepted) return answer;
    }
  }
  await ports.states.keep(old, line.at(-1)!, delta);
  return { accepted: true };
}

interface Step {
  readonly oid: Oid;
  readonly parent: Oid | undefined;
}

function* windows(old: Oid | undefined, line: readonly Oid[]): Iterable<readonly Step[]> {
  const steps = line.map((oid, at) => ({ oid, parent: at === 0 ? old : line[at - 1] }));
  for (let at = 0, size = 1; at < steps.length; at += size, size = Math.min(2 * size, WINDOW_MAX))
    yield steps.slice(at, at + size);
}

/** Of whoever says to have made these commits: signatures by other keys are checked all the same. */
async function keysOf(
  state: ShardedState,
  commits: readonly DoorCommit[],
): Promise<readonly PublicKey[]> {
  const names = new Set(
    commits.flatMap(({ commit }) =>
      [commit?.author.name ?? [], commit?.committer.name ?? []].flat(),
    ),
  );
  return withKeys(state, () =>
    [...names].flatMap((name) => (isAgentId(name) ? (state.get(`agent/${name}`)?.key ?? []) : [])),
  );
}

async function judgeOne(
  { clock }: DoorPorts,
  state: ShardedState,
  facts: CommitFacts,
  { flaw, excess }: DoorCommit,
  delta: Map<Key, Value | undefined>,
): Promise<DoorAnswer> {
  if (flaw !== undefined) return refused(flaw, facts);
  const verdict = await withKeys(state, () => judge(state, facts));
  if (!verdict.accepted) return refused(verdict.fault, facts);
  if (excess !== undefined) return refused(excess, facts);
  take(state, verdict.delta, delta);
  const skew = (await withKeys(state, () => state.get("mound")))!.skew;
  const now = clock.now();
  if (verdict.time > now + skew)
    return refused({ code: "door-ahead", commit: facts.oid, time: verdict.time, now, skew }, facts);
  return { accepted: true };
}

function take(state: ShardedState, changes: Delta, delta: Map<Key, Value | undefined>): void {
  state.apply(changes);
  for (const [key, value] of changes) delta.set(key, value);
}

function refused(found: Fault | DoorFault, facts?: CommitFacts): DoorAnswer {
  const commit = facts?.commit;
  const finding: Finding | undefined =
    facts === undefined || !("rule" in found)
      ? undefined
      : {
          commit: facts.oid,
          time: (commit?.committer.seconds ?? 0) * 1_000,
          author: commit?.author.name ?? "",
          path: "path" in found ? found.path : undefined,
          paths: [],
          fault: found,
          repaired: undefined,
        };
  return { accepted: false, fault: found, finding };
}
