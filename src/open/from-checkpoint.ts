/**
 * Starts a clone from a checkpoint: the state of a commit that enough trusted keys have signed, taken
 * from beside the line, believed for its digest. What follows it is judged as ever; what came before
 * is folded later (see prove-start.ts), and until then rests on the word of the signers.
 */
import { err, ok, type Result } from "../base/result.ts";
import { readFacts } from "../app/facts.ts";
import { LINE_REF } from "../app/line.ts";
import type { SubmitPorts } from "../app/request.ts";
import { readSnapshot, type ReadState } from "../app/snapshot.ts";
import type { Clone, CloneStart } from "../git/clone.ts";
import { sha256Hex } from "../git/hash.ts";
import type { AgentId, Oid } from "../protocol/ids.ts";
import { judge } from "../protocol/judge.ts";
import { RECORD_BYTES } from "../protocol/limits.ts";
import { keyFingerprint } from "../protocol/rules/fingerprint.ts";
import { MemoryState, type LineState, type MoundState, type View } from "../protocol/state.ts";
import type { AnyFault } from "./faults.ts";
import { wirePorts } from "./ports.ts";
import { trustedCheckpoints, type TrustedRecord } from "./trusted-checkpoints.ts";

/** Whose word is taken for a state that nobody here has folded. */
export interface CheckpointTrust {
  /** Fingerprints of keys, `SHA256:...`; the keys of the first roots unless said. */
  readonly keys?: readonly string[];
  /** How many of them must have signed the same; the threshold of the first roots unless said. */
  readonly quorum?: number;
}

export interface Started {
  readonly start: CloneStart;
  /** What the signers' records must be, once the judge has taken them. */
  readonly records: readonly TrustedRecord[];
}

/** Fetches, and puts the state into the clone's cache; the next `Line` goes on from there. */
export async function startFromCheckpoint(
  clone: Pick<Clone, "commonDir" | "settings">,
  trust: CheckpointTrust,
): Promise<Result<Started, AnyFault>> {
  const ports = wirePorts(clone);
  try {
    return await start(clone, ports, trust);
  } finally {
    await ports.objects.close();
    await ports.verifier.close();
  }
}

async function start(
  { commonDir: gitDir, settings }: Pick<Clone, "commonDir" | "settings">,
  ports: SubmitPorts,
  trust: CheckpointTrust,
): Promise<Result<Started, AnyFault>> {
  const { url } = ports.remote;
  const fetched = await ports.remote.fetch();
  if (!fetched.ok) return fetched;
  const tip = fetched.value;
  if (tip === undefined) return err({ code: "line-missing", url, branch: settings.branch });
  const founded = await foundation(ports, tip);
  if (!founded.ok) return err({ code: "not-a-mound", url, detail: founded.error });
  const mound = founded.value;
  const unusable = (detail: string) => err({ code: "checkpoint-unusable" as const, url, detail });
  const trusted = new Set(trust.keys ?? mound.roots.map(({ key }) => keyFingerprint(key)));
  const quorum = trust.quorum ?? Math.min(mound.threshold, trusted.size);
  const found = await trustedCheckpoints({ gitDir, ports, tip, mound: mound.id, trusted });
  if (quorum > trusted.size - found.retired.length)
    return unusable(tooFewKeys(quorum, trusted.size, found.retired));
  const backed = found.commits.flatMap((records) => agreeing(records, quorum));
  if (backed.length === 0) return unusable(tooFewSigners(found.commits, quorum));
  const chosen = await firstWithState(backed, ports, mound.id);
  if (!chosen.ok) return unusable(chosen.error);
  const { records, state } = chosen.value;
  const [{ commit, number, digest }] = records as [TrustedRecord];
  await ports.cache.replace(commit, state.entries);
  await ports.refs.swap(LINE_REF, commit, undefined);
  const signers = records.map(({ agent }) => agent);
  return ok({ start: { commit, number, digest, signers }, records });
}

/** Whether the judge has taken the records that the start rests on; to be asked once the line is folded. */
export function acceptedAll(view: View, { records }: Started): boolean {
  return records.every(({ path, oid }) => view.get(`file/${path}`)?.oid === oid);
}

/** The mound as its first commit founds it. */
async function foundation(ports: SubmitPorts, tip: Oid): Promise<Result<MoundState, string>> {
  for await (const raw of ports.history.commits(undefined, tip, RECORD_BYTES)) {
    const [facts] = await readFacts([raw], ports.verifier);
    const state = new MemoryState();
    const verdict = judge(state, facts!);
    if (!verdict.accepted) return err(verdict.fault.code);
    state.apply(verdict.delta);
    return ok(state.get("mound")!);
  }
  return err("it has no commits");
}

/** The records of one commit that say the same, where they are enough. */
function agreeing(
  records: readonly TrustedRecord[],
  quorum: number,
): readonly (readonly TrustedRecord[])[] {
  const digests = [...new Set(records.map(({ digest }) => digest))];
  return digests
    .map((digest) => records.filter((record) => record.digest === digest))
    .filter((group) => group.length >= quorum);
}

interface Chosen {
  readonly records: readonly TrustedRecord[];
  readonly state: ReadState;
}

/** The first of these checkpoints whose state lies at the origin, for any of its signers. */
async function firstWithState(
  backed: readonly (readonly TrustedRecord[])[],
  ports: SubmitPorts,
  mound: string,
): Promise<Result<Chosen, string>> {
  const states = new Map<AgentId, Result<ReadState, string>>();
  for (const records of backed) {
    for (const { agent, commit, digest } of records) {
      const found = states.get(agent) ?? (await fetchState(agent, ports));
      states.set(agent, found);
      if (found.ok && found.value.digest === digest && isOf(found.value, commit, mound))
        return ok({ records, state: found.value });
    }
  }
  const why = [...states].map(
    ([agent, state]) => `that of ${agent}, ${state.ok ? OTHER : state.error}`,
  );
  return err(
    `none of the states that lie beside its line is the one that was signed (${why.join("; ")})`,
  );
}

const OTHER = "it is another";

async function fetchState(agent: AgentId, ports: SubmitPorts): Promise<Result<ReadState, string>> {
  const fetched = await ports.remote.state(agent);
  if (!fetched.ok) return err(`it cannot be fetched (${fetched.error.detail})`);
  if (fetched.value === undefined) return err("it is not there");
  return readSnapshot(fetched.value, ports.objects, sha256Hex);
}

/** Whether a state says of itself that it is of this commit of this mound, as its signers have said. */
function isOf({ entries }: ReadState, commit: Oid, mound: string): boolean {
  const of = (name: string): unknown => entries.find(([key]) => key === name)?.[1];
  return (
    (of("line") as LineState | undefined)?.tip === commit &&
    (of("mound") as MoundState | undefined)?.id === mound
  );
}

function tooFewKeys(quorum: number, trusted: number, retired: readonly string[]): string {
  const gone = retired.length === 0 ? "" : `, and ${retired.join(", ")} was given up`;
  return `${quorum} signers are asked for, ${trusted} keys are trusted${gone}`;
}

function tooFewSigners(commits: readonly (readonly TrustedRecord[])[], quorum: number): string {
  if (commits.length === 0) return "no trusted key has signed a checkpoint there";
  const most = Math.max(...commits.map((records) => largest(records)));
  return `${quorum} trusted keys must have signed the same state, and the most that did are ${most}`;
}

function largest(records: readonly TrustedRecord[]): number {
  return Math.max(
    ...records.map(({ digest }) => records.filter((other) => other.digest === digest).length),
  );
}
