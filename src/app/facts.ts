import { parseCommit } from "../protocol/commit.ts";
import { refuseSize } from "../protocol/commit-size.ts";
import type { ChangeFacts, CommitFacts } from "../protocol/judge.ts";
import { isFurniture } from "../protocol/paths.ts";
import { readRecord } from "../protocol/record.ts";
import type { RawChange, RawCommit, SignatureCheck, Verifier } from "./ports.ts";

/** What the judge is told of each commit: its files taken apart and its signatures checked, in order. */
export async function readFacts(
  raw: readonly RawCommit[],
  verifier: Verifier,
): Promise<readonly CommitFacts[]> {
  const checks: SignatureCheck[] = [];
  const fillers = raw.map((commit) => prepare(commit, checks));
  const facts = await verifier.verify(checks);
  return fillers.map((fill) => fill(facts));
}

type Filler = (facts: Awaited<ReturnType<Verifier["verify"]>>) => CommitFacts;

function prepare(raw: RawCommit, checks: SignatureCheck[]): Filler {
  const commit = parseCommit(raw.bytes);
  const signature = commit?.signature === undefined ? -1 : checks.push(commit.signature) - 1;
  // Nothing is parsed for a commit that is refused by its looks: hostile YAML takes its time.
  const hopeless = commit === undefined || refuseSize(raw.changes) !== undefined;
  const changes = raw.changes.map((change) =>
    prepareChange(hopeless ? { ...change, bytes: undefined } : change, checks),
  );
  return (facts) => ({
    oid: raw.oid,
    commit,
    signature: signature < 0 ? undefined : facts[signature],
    changes: changes.map(({ first, count, ...change }) => ({
      ...change,
      signatures: facts.slice(first, first + count),
    })),
  });
}

type Prepared = Omit<ChangeFacts, "signatures"> & {
  readonly first: number;
  readonly count: number;
};

function prepareChange(
  { path, mode, oid, size, bytes }: RawChange,
  checks: SignatureCheck[],
): Prepared {
  const plain = bytes !== undefined && mode === "100644" && !isFurniture(path);
  const record = plain ? readRecord(path, bytes) : undefined;
  const first = checks.length;
  const armors = record?.ok === true ? record.value.armors : [];
  for (const armor of armors)
    checks.push({ payload: record?.ok === true ? record.value.signed : bytes!, armor });
  return { path, mode, oid, size, record, first, count: armors.length };
}
