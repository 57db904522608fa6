import { err, ok, type Result } from "../base/result.ts";
import { STATE_REFS } from "../app/ports.ts";
import { stateAt, type FoldStart } from "../app/state-at.ts";
import { readSnapshot, writeSnapshot, type Snapshot } from "../app/snapshot.ts";
import { sha256Hex } from "../git/hash.ts";
import type { AgentId, Oid } from "../protocol/ids.ts";
import type { Key, Value } from "../protocol/state.ts";
import type { AnyFault, CheckpointFault } from "./faults.ts";
import type { Mound } from "./mound.ts";
import { unproven } from "./usable-clone.ts";

export interface CheckpointOptions {
  /** The commit to speak of; the newest verified one unless said. */
  readonly commit?: Oid;
  /** Milliseconds after which the next one is due; undefined promises none. */
  readonly promise?: number;
  /** Runs what moves the line, one piece at a time; a daemon lets others wait for no more than that. */
  readonly turn?: <T>(work: () => Promise<T>) => Promise<T>;
}

export interface Checkpoint {
  readonly commit: Oid;
  readonly number: number;
  readonly digest: string;
  /** Whether this agent had signed one of that commit already. */
  readonly already: boolean;
  /** Who has signed the same, besides. */
  readonly agree: readonly AgentId[];
  /** Others have signed something else, each a fault `checkpoint-false`: their word against this one. */
  readonly lies: readonly CheckpointFault[];
  readonly snapshot: Pick<Snapshot, "tree" | "shards" | "fresh">;
  /** Why the origin has no copy of the state; undefined: it has. */
  readonly unpublished: AnyFault | undefined;
}

/**
 * Signs what the state is at a commit, and lays the state itself beside the line for who starts from
 * there.
 */
export async function signCheckpoint(
  mound: Mound,
  agent: AgentId,
  options: CheckpointOptions = {},
): Promise<Result<Checkpoint, AnyFault>> {
  const start = unproven(mound.clone);
  // One who has it from others alone has nothing to say of it.
  if (start !== undefined)
    return err({ code: "history-unproven", commit: start.commit, number: start.number });
  const { turn = (work) => work() } = options;
  const fetched = await turn(() => mound.fetch());
  if (!fetched.ok) return fetched;
  const found = await folded(mound, agent, options.commit);
  if (!found.ok) return found;
  const { commit, entries } = found.value;
  const number = await mound.read((view) => view.get(`commit/${commit}`) ?? 0);
  const snapshot = await keepSnapshot(mound, agent, entries);
  const { digest } = snapshot;
  // Nobody can have signed the newest commit: that would have made another.
  const others = options.commit === undefined ? [] : await othersAt(mound, agent, commit);
  const ref = `${STATE_REFS}${agent}`;
  const published = await mound.ports.remote.publish([{ ref, oid: snapshot.tree }]);
  const { promise } = options;
  const until = promise === undefined ? {} : { until: mound.ports.clock.now() + promise };
  const command = { type: "checkpoint", commit, number, digest, ...until } as const;
  const [outcome] = await turn(() => mound.submit(agent, [command]));
  if (outcome?.ok !== true) return outcome!;
  return ok({
    commit,
    number,
    digest,
    already: outcome.value.answer.already === true,
    agree: others.filter((other) => other.digest === digest).map((other) => other.agent),
    lies: others.flatMap((other): CheckpointFault[] => {
      const { agent: by, digest: said } = other;
      const lie = { code: "checkpoint-false", commit, number, by, said, found: digest } as const;
      return said === digest ? [] : [lie];
    }),
    snapshot,
    unpublished: published.ok ? undefined : published.error,
  });
}

interface FoldedState {
  readonly commit: Oid;
  readonly entries: Iterable<readonly [Key, Value]>;
}

async function folded(
  mound: Mound,
  agent: AgentId,
  commit: Oid | undefined,
): Promise<Result<FoldedState, AnyFault>> {
  const { line, ports } = mound;
  if (commit === undefined || commit === line.tip) {
    const tip = line.tip!;
    // Out of the cache where it is as new: a process that runs on need not hold all of it from then on.
    const cached = await ports.cache.open();
    try {
      if (cached?.tip === tip) return ok({ commit: tip, entries: await cached.load() });
    } catch {
      // Damaged: the line builds it anew.
    } finally {
      await cached?.close();
    }
    await line.state.load("all");
    return ok({ commit: tip, entries: [...line.state.entries()] });
  }
  const known = await mound.read((view) => view.get(`commit/${commit}`));
  if (known === undefined) return err({ code: "commit-unknown", commit, matches: 0 });
  const start = await ownSnapshot(mound, agent, commit);
  const state = await stateAt(ports, commit, { start });
  return ok({ commit, entries: state.entries() });
}

/** The last state that this clone has itself folded and kept, where the commit comes after it. */
async function ownSnapshot(
  mound: Mound,
  agent: AgentId,
  commit: Oid,
): Promise<FoldStart | undefined> {
  const { refs, objects, history } = mound.ports;
  const tree = await refs.read(`${OWN_REFS}${agent}`);
  if (tree === undefined) return undefined;
  const read = await readSnapshot(tree, objects, sha256Hex);
  if (!read.ok) return undefined;
  const line = read.value.entries.find(([key]) => key === "line")?.[1] as { tip: Oid } | undefined;
  if (line === undefined || !(await history.contains(line.tip, commit))) return undefined;
  return { commit: line.tip, entries: read.value.entries };
}

/** What this clone has folded itself; no fetch ever writes there. */
const OWN_REFS = "refs/mound/folded/";

/** Writes the state as objects of this clone, and keeps them from git's collector. */
async function keepSnapshot(
  mound: Mound,
  agent: AgentId,
  entries: Iterable<readonly [Key, Value]>,
): Promise<Snapshot> {
  const { refs } = mound.ports;
  const ref = `${OWN_REFS}${agent}`;
  const before = await refs.read(ref);
  const snapshot = await writeSnapshot(entries, mound.ports, sha256Hex, before);
  if (before !== snapshot.tree) await refs.swap(ref, snapshot.tree, before);
  return snapshot;
}

/** What others have signed of a commit, as far as it is the newest that they have signed. */
async function othersAt(mound: Mound, agent: AgentId, commit: Oid) {
  return mound.read((view) =>
    view
      .keys("agent/")
      .map((key) => key.slice("agent/".length) as AgentId)
      .flatMap((other) => {
        const signed = view.get(`checkpoint/${other}`);
        return other !== agent && signed?.commit === commit ? [signed] : [];
      }),
  );
}
