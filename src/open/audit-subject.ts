/** What is to be audited: the mound of a clone at its origin, or a line in any git repository. */
import type { AppFault } from "../app/faults.ts";
import { LINE_REF } from "../app/line.ts";
import { err, ok, type Result } from "../base/result.ts";
import { objectStore, originUrl, type Clone } from "../git/clone.ts";
import { FETCHED_REF } from "../git/remote.ts";
import {
  hasFile,
  headBranch,
  isSha256,
  resolveCommit,
  type Repository,
} from "../git/repository.ts";
import type { Oid } from "../protocol/ids.ts";
import type { AuditFault } from "./audit-faults.ts";
import { wirePorts } from "./ports.ts";

export interface AuditSubject {
  /** Where the objects are. */
  readonly store: Repository;
  /** The git directory in which an audit keeps its own files. */
  readonly home: string;
  readonly url: string;
  readonly tip: Oid;
  /** undefined where a commit was named, or HEAD is on no branch. */
  readonly branch: string | undefined;
  /** The newest commit that Mound has verified here, where it has set up this clone. */
  readonly line: Oid | undefined;
  /** The origin has no such branch any more; then `tip` is what was verified here. */
  readonly gone: boolean;
  /** Why the origin did not answer: then `tip` is what is known here. */
  readonly unreached: AppFault | undefined;
}

/** The mound of a clone, as it is at its origin; whether the clone itself can follow it does not matter. */
export async function subjectOfClone(clone: Clone): Promise<Result<AuditSubject, AppFault>> {
  const { remote, refs, objects } = wirePorts(clone);
  const { commonDir, settings } = clone;
  const url = originUrl(clone);
  try {
    const line = await refs.read(LINE_REF);
    const peeked = await remote.peek();
    // What a local origin shows needs no fetch where it is here already.
    const fetched = peeked !== undefined && peeked === line ? ok(peeked) : await remote.fetch();
    const found = fetched.ok ? fetched.value : await refs.read(FETCHED_REF);
    const tip = found ?? line;
    if (tip === undefined)
      return fetched.ok ? err({ code: "line-missing", url, branch: settings.branch }) : fetched;
    return ok({
      store: storeOf(clone),
      home: commonDir,
      url,
      tip,
      branch: settings.branch,
      line,
      gone: fetched.ok && fetched.value === undefined,
      unreached: fetched.ok ? undefined : fetched.error,
    });
  } finally {
    await objects.close();
  }
}

/** The repository that has the objects of a clone. */
export function storeOf(clone: Clone): Repository {
  const store = objectStore(clone);
  return { gitDir: store, commonDir: store };
}

export interface TipWish {
  readonly branch?: string | undefined;
  /** A commit, in any spelling that git knows. */
  readonly tip?: string | undefined;
}

/** A line in a repository that Mound need not have set up: what was named, else what HEAD is on. */
export async function subjectOfRepository(
  repository: Repository,
  { branch, tip }: TipWish,
): Promise<Result<AuditSubject, AuditFault>> {
  if (isSha256(repository)) return err({ code: "repository-sha256", dir: repository.gitDir });
  const chosen =
    tip !== undefined
      ? await choose(repository, [{ name: tip, branch: undefined }])
      : branch !== undefined
        ? await choose(repository, ofBranch(branch))
        : await chooseUnnamed(repository);
  if (chosen === undefined)
    return err({ code: "tip-missing", name: tip ?? branch ?? "HEAD", dir: repository.gitDir });
  return ok({
    ...chosen,
    store: repository,
    home: repository.commonDir,
    url: repository.gitDir,
    line: undefined,
    gone: false,
    unreached: undefined,
  });
}

interface Named {
  readonly name: string;
  readonly branch: string | undefined;
}

/** As the origin last had it, where this is a clone of one. */
function ofBranch(branch: string): readonly Named[] {
  return [`refs/remotes/origin/${branch}`, `refs/heads/${branch}`].map((name) => ({
    name,
    branch,
  }));
}

/** Beside code the line is on the branch `mound`; the first that has a mound is taken, else the first. */
async function chooseUnnamed(repository: Repository) {
  const head = await headBranch(repository);
  const named = head === undefined ? [{ name: "HEAD", branch: undefined }] : ofBranch(head);
  const first = await choose(repository, named);
  if (first !== undefined && (await hasFile(repository, first.tip, "mound.yaml"))) return first;
  const beside = await choose(repository, ofBranch("mound"));
  const better = beside !== undefined && (await hasFile(repository, beside.tip, "mound.yaml"));
  return better ? beside : (first ?? beside);
}

async function choose(
  repository: Repository,
  candidates: readonly Named[],
): Promise<{ readonly tip: Oid; readonly branch: string | undefined } | undefined> {
  for (const { name, branch } of candidates) {
    const tip = await resolveCommit(repository, name);
    if (tip !== undefined) return { tip, branch };
  }
  return undefined;
}
