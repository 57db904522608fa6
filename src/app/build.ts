import { defined } from "../base/assert.ts";
import { err, ok, type Result } from "../base/result.ts";
import { commitPayload, encodeCommit, type CommitDraft } from "../protocol/commit.ts";
import type { Decision, DecidedFile } from "../protocol/decide.ts";
import type { AgentId, Oid } from "../protocol/ids.ts";
import { FILE_MODE } from "../protocol/objects.ts";
import { joinRecord } from "../protocol/record.ts";
import { COMMIT_NAMESPACE } from "../protocol/signature.ts";
import type { GitObject, Objects, RawChange, RawCommit, Signer } from "./ports.ts";
import { diffStoredTrees } from "./tree-diff.ts";
import { changeTree, type Keep } from "./tree.ts";

/** A file of a decision with its signatures: what stays when a commit must be built anew. */
export interface SignedFile {
  readonly path: string;
  /** undefined: the path is removed. */
  readonly bytes: Uint8Array | undefined;
  /** The blob is put back that was accepted here: it is in the store, and `bytes` says nothing. */
  readonly restored?: Oid;
}

/** A commit that is ready to be written, with the objects it brings. */
export interface BuiltCommit {
  readonly raw: RawCommit;
  readonly tree: Oid;
  readonly objects: readonly GitObject[];
}

/** Signs the records of a decision: by the acting agent, and by the cosigners where they are asked. */
export async function signFiles(
  files: readonly DecidedFile[],
  signers: readonly Signer[],
): Promise<readonly SignedFile[]> {
  const signed: SignedFile[] = [];
  for (const file of files) {
    if (file.write === "restore")
      signed.push({ path: file.path, bytes: undefined, restored: file.oid });
    else if (file.write === "removal") signed.push({ path: file.path, bytes: undefined });
    else if (file.write === "file")
      signed.push({ path: file.path, bytes: new TextEncoder().encode(file.text) });
    else signed.push({ path: file.path, bytes: await signRecord(file, signers) });
  }
  return signed;
}

export interface BuildRequest {
  readonly author: AgentId;
  /** The author unless said. */
  readonly committer?: AgentId;
  /** The committer's. */
  readonly signer: Signer;
  readonly decision: Pick<Decision, "message" | "seconds">;
  readonly files: readonly SignedFile[];
  readonly parent: { readonly commit: Oid; readonly tree: Oid } | undefined;
}

/** Builds the commit of one command on its parent, signed by who commits. */
export async function buildCommit(request: BuildRequest, objects: Objects): Promise<BuiltCommit> {
  const { files, parent } = request;
  const kept = new Map<Oid, GitObject>();
  const keep: Keep = (type, bytes, like) => {
    const oid = objects.name(type, bytes);
    kept.set(oid, { oid, type, bytes, ...(like === undefined ? {} : { like }) });
    return oid;
  };
  const changes: RawChange[] = files.map(({ path, bytes, restored }) => {
    if (restored !== undefined) return { path, mode: FILE_MODE, oid: restored, size: 0, bytes };
    if (bytes === undefined) return { path, mode: undefined, oid: undefined, size: 0, bytes };
    return { path, mode: FILE_MODE, oid: keep("blob", bytes), size: bytes.length, bytes };
  });
  const { tree, regular } = await changeTree(parent?.tree, changes, objects, keep);
  const person = (name: AgentId) => ({
    name,
    email: `${name}@mound.invalid`,
    seconds: request.decision.seconds,
  });
  const draft: CommitDraft = {
    tree,
    parent: parent?.commit,
    author: person(request.author),
    committer: person(request.committer ?? request.author),
    message: request.decision.message,
  };
  const armor = await request.signer.sign(commitPayload(draft), COMMIT_NAMESPACE);
  const bytes = encodeCommit(draft, armor);
  const oid = keep("commit", bytes);
  // Where junk was in the way, git lists more than was asked for, and everyone else reads it so; where
  // a blob is put back under a mode that git does not tell from its own, it lists less.
  const exact = regular && files.every(({ restored }) => restored === undefined);
  const seen = exact ? changes : await changesAsGit(parent?.tree, tree, changes, objects, kept);
  return { raw: { oid, bytes, changes: seen }, tree, objects: [...kept.values()] };
}

async function changesAsGit(
  before: Oid | undefined,
  after: Oid,
  asked: readonly RawChange[],
  objects: Objects,
  kept: ReadonlyMap<Oid, GitObject>,
): Promise<readonly RawChange[]> {
  const read = async (tree: Oid): Promise<Uint8Array> =>
    (kept.get(tree) ?? defined(await objects.read(tree), `the tree ${tree}`)).bytes;
  const known = new Map(asked.map((change) => [change.path, change]));
  return (await diffStoredTrees(read, before, after)).map(
    (change) => known.get(change.path) ?? { ...change, size: 0, bytes: undefined },
  );
}

/** The tree of a commit that is in the store. */
export async function treeOf(
  commit: Oid,
  objects: Objects,
): Promise<Result<Oid, { code: "object-missing"; oid: Oid }>> {
  const object = await objects.read(commit);
  const tree =
    object === undefined
      ? undefined
      : /^tree ([0-9a-f]{40})$/m.exec(new TextDecoder().decode(object.bytes.subarray(0, 64)));
  return tree === null || tree === undefined
    ? err({ code: "object-missing", oid: commit })
    : ok(tree[1] as Oid);
}

async function signRecord(
  file: DecidedFile & { write: "record" },
  signers: readonly Signer[],
): Promise<Uint8Array> {
  const chosen = file.cosigned
    ? signers.toSorted((a, b) => (a.key < b.key ? -1 : 1))
    : signers.slice(0, 1);
  const payload = new TextEncoder().encode(file.body);
  const armors: string[] = [];
  for (const signer of chosen) armors.push(await signer.sign(payload, file.namespace));
  return joinRecord(file.body, armors);
}
