/**
 * What trusted keys have signed of a line that nobody has folded yet. All of it is untrusted but the
 * signatures: a record counts where one of these keys signed it for this mound, whatever the commit
 * that brought it. A key that was ever given up counts for nothing, since whoever has stolen it can
 * date a checkpoint back.
 */
import type { SubmitPorts } from "../app/request.ts";
import { fileVersions, firstParents, type FileVersion } from "../git/file-versions.ts";
import type { CheckpointState } from "../protocol/checkpoint-state.ts";
import type { AgentId, Oid, PublicKey } from "../protocol/ids.ts";
import { typeBody } from "../protocol/judge-typing.ts";
import { RECORD_BYTES } from "../protocol/limits.ts";
import { readRecord } from "../protocol/record.ts";
import { keyFingerprint } from "../protocol/rules/fingerprint.ts";
import { recordNamespace } from "../protocol/signature.ts";

/** One checkpoint that a trusted key has signed. */
export interface TrustedRecord extends Pick<
  CheckpointState,
  "agent" | "commit" | "number" | "digest"
> {
  readonly key: PublicKey;
  readonly path: string;
  /** Of the file. */
  readonly oid: Oid;
}

export interface LookOptions {
  readonly gitDir: string;
  readonly ports: Pick<SubmitPorts, "objects" | "verifier">;
  readonly tip: Oid;
  /** The full id of the mound. */
  readonly mound: string;
  /** Fingerprints: `SHA256:...`. */
  readonly trusted: ReadonlySet<string>;
}

/**
 * The newest commits that have checkpoints by trusted keys, the newest first, at most so many of
 * them: where hundreds of these are of no use, older ones are not what one wants to start from.
 */
const COMMITS_MAX = 200;

export interface TrustedCheckpoints {
  /** For each commit, the newest first: what was signed of it, once for each key. */
  readonly commits: readonly (readonly TrustedRecord[])[];
  /** Fingerprints of trusted keys that were given up. */
  readonly retired: readonly string[];
}

export async function trustedCheckpoints(options: LookOptions): Promise<TrustedCheckpoints> {
  const { gitDir, tip } = options;
  const versions = await fileVersions(gitDir, tip, ["agents", "checkpoints"]);
  const retired = await retiredKeys(versions, options);
  const trusted = new Set([...options.trusted].filter((print) => !retired.has(print)));
  const line = await firstParents(gitDir, tip);
  const numbers = new Map(line.map((oid, at) => [oid, at + 1]));
  const named = new Map<Oid, FileVersion[]>();
  for (const version of versions) {
    const commit = /^checkpoints\/([0-9a-f]{40})\/[^/]+\.yaml$/.exec(version.path)?.[1] as Oid;
    if (commit === undefined || !numbers.has(commit)) continue;
    named.set(commit, [...(named.get(commit) ?? []), version]);
  }
  const newest = [...named].toSorted(([a], [b]) => numbers.get(b)! - numbers.get(a)!);
  const commits: TrustedRecord[][] = [];
  for (const [commit, files] of newest) {
    const signed = await readCheckpoints(files, trusted, options);
    const sound = signed.filter(({ number }) => number === numbers.get(commit));
    if (sound.length > 0) commits.push(oncePerKey(sound));
    if (commits.length === COMMITS_MAX) break;
  }
  return { commits, retired: [...retired].filter((print) => options.trusted.has(print)) };
}

async function readCheckpoints(
  files: readonly FileVersion[],
  trusted: ReadonlySet<string>,
  options: LookOptions,
): Promise<readonly TrustedRecord[]> {
  const found: TrustedRecord[] = [];
  for (const { path, oid } of files) {
    const record = await readUntrusted(path, oid, options);
    if (record?.kind !== "checkpoint") continue;
    const { agent, commit, number, digest } = record.fields as CheckpointState;
    for (const key of await record.signers())
      if (trusted.has(keyFingerprint(key)))
        found.push({ agent, commit, number, digest, key, path, oid });
  }
  return found;
}

/** A key that has signed two things of one commit has signed the first. */
function oncePerKey(records: readonly TrustedRecord[]): TrustedRecord[] {
  return records.filter(({ key }, at) => records.findIndex((other) => other.key === key) === at);
}

interface AgentFields {
  readonly agent: AgentId;
  readonly key: PublicKey;
  readonly status?: "active" | "withdrawn" | "revoked";
}

/**
 * The fingerprints of keys that an agent's record says to be over, or that have signed for another
 * key in their place. Who may say so is not known before the fold, so whoever says it is believed:
 * that can keep a clone from starting here, and never make it start from what is false.
 */
async function retiredKeys(
  versions: readonly FileVersion[],
  options: LookOptions,
): Promise<ReadonlySet<string>> {
  const retired = new Set<string>();
  /** The trusted keys that a path has named: who signs for another one there has given up its own. */
  const earlier = new Map<string, Set<PublicKey>>();
  for (const { path, oid } of versions) {
    if (!/^agents\/[^/]+\/agent\.yaml$/.test(path)) continue;
    const record = await readUntrusted(path, oid, options);
    if (record?.kind !== "agent") continue;
    const { key, status = "active" } = record.fields as AgentFields;
    const print = keyFingerprint(key);
    const before = [...(earlier.get(path) ?? [])].filter((known) => known !== key);
    if (options.trusted.has(print)) earlier.set(path, new Set([...before, key]));
    const ends = status !== "active" && options.trusted.has(print);
    // Signatures take time, and most agents are nobody whose word is taken here.
    if (!ends && before.length === 0) continue;
    const signers = await record.signers();
    if (ends && signers.length > 0) retired.add(print);
    for (const known of before) if (signers.includes(known)) retired.add(keyFingerprint(known));
  }
  return retired;
}

interface UntrustedRecord {
  readonly kind: string;
  readonly fields: unknown;
  /** Keys whose signatures are right, for this mound. */
  readonly signers: () => Promise<readonly PublicKey[]>;
}

/** A record that is what its path says; undefined where it is none. */
async function readUntrusted(
  path: string,
  oid: Oid,
  { ports, mound }: LookOptions,
): Promise<UntrustedRecord | undefined> {
  const object = await ports.objects.read(oid);
  if (object?.type !== "blob" || object.bytes.length > RECORD_BYTES) return undefined;
  const read = readRecord(path, object.bytes);
  if (!read.ok) return undefined;
  const { body, signed, armors } = read.value;
  const typed = typeBody(path, body);
  if ("rule" in typed) return undefined;
  const signers = async (): Promise<readonly PublicKey[]> => {
    const facts = await ports.verifier.verify(armors.map((armor) => ({ payload: signed, armor })));
    return facts.flatMap(({ key, namespace, valid }) =>
      valid && key !== undefined && namespace === recordNamespace(mound) ? [key] : [],
    );
  };
  return { kind: typed.definition.name, fields: typed.fields, signers };
}
