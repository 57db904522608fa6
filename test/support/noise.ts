/** Random commits: records that are mostly sound field by field, and nonsense in between. */
import fc from "fast-check";
import type { ParsedCommit } from "../../src/protocol/commit.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import type { ChangeFacts, CommitFacts } from "../../src/protocol/judge.ts";
import { KINDS } from "../../src/protocol/kinds/index.ts";
import { isFurniture } from "../../src/protocol/paths.ts";
import { readRecord } from "../../src/protocol/record.ts";
import { recordNamespace } from "../../src/protocol/signature.ts";
import { recordFile } from "./record-file.ts";
import { madeKey } from "./world-files.ts";
import { type World } from "./world.ts";

const TIME = Date.UTC(2026, 10, 21, 9, 30);
export const AGENTS = ["root", "ant-1", "ant-2"];
export const TASKS = ["aaaaaa1", "aaaaaa2", "aaaaaa3"];
const OIDS = ["0", "1", "2", "3"].map((digit) => digit.repeat(40) as Oid);

const instant = fc
  .integer({ min: -200_000, max: 40_000_000 })
  .map((offset) => new Date(TIME + offset).toISOString());
const junk = fc.constantFrom(
  "",
  "x",
  "-1",
  "0",
  "1",
  "2",
  "99999999999999999999",
  "__proto__",
  "constructor",
  "../x",
  "a\nb",
  "é",
  "😀",
  "null",
);

/** Values that are right for some field, whichever; fields that get each other's. */
const scalar = fc.oneof(
  fc.constantFrom(...AGENTS),
  fc.constantFrom(...TASKS),
  fc.constantFrom(...OIDS),
  instant,
  junk,
  fc.constantFrom(
    "1h",
    "9h",
    "0s",
    "done",
    "failed",
    "released",
    "expired",
    "cancelled",
    "accepted",
    "rejected",
    "required",
    "withdrawn",
    "revoked",
    "active",
    "open",
    "invited",
  ),
  fc.constantFrom(...AGENTS.map(madeKey)),
  fc.stringMatching(/^[0-9a-hjkmnp-tv-z]{16}$/),
);

const NAMES: Record<string, fc.Arbitrary<string>> = {
  agent: fc.constantFrom(...AGENTS),
  creator: fc.constantFrom(...AGENTS),
  by: fc.constantFrom(...AGENTS),
  reviewer: fc.constantFrom(...AGENTS),
  task: fc.constantFrom(...TASKS),
  id: fc.constantFrom(...TASKS),
  parent: fc.constantFrom(...TASKS),
  token: fc.constantFrom("1", "2", "3"),
  n: fc.constantFrom("1", "2"),
  at: fc.integer({ min: 0, max: 60_000 }).map((offset) => new Date(TIME + offset).toISOString()),
  until: instant,
  nonce: fc.stringMatching(/^[0-9a-hjkmnp-tv-z]{16}$/),
  seen: fc.constantFrom(...OIDS),
  key: fc.constantFrom(...AGENTS.map(madeKey)),
  title: fc.constantFrom("work"),
  name: fc.constantFrom("test"),
  protocol: fc.constant("1"),
  threshold: fc.constantFrom("1", "2"),
  outcome: fc.constantFrom("done", "failed", "released", "expired", "cancelled"),
  verdict: fc.constantFrom("accepted", "rejected"),
  membership: fc.constantFrom("open", "invited"),
  fingerprint: fc.constant(`SHA256:${"A".repeat(43)}`),
};

/** A record of some kind: mostly sound field by field, and any of them may be nonsense or missing. */
const record = fc.constantFrom(...KINDS).chain((kind) => {
  const names = Object.keys(kind.fields.shape).filter((name) => name !== "kind");
  const values = names.map((name) =>
    fc.oneof(
      { weight: 20, arbitrary: NAMES[name] ?? fc.constant(undefined) },
      { weight: 1, arbitrary: scalar },
      { weight: 1, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.array(scalar, { minLength: 1, maxLength: 3 }) },
    ),
  );
  return fc.tuple(...values).map((chosen) => ({
    kind: kind.name,
    fields: {
      ...Object.fromEntries(names.map((name, at) => [name, chosen[at]])),
      ...(kind.name === "mound"
        ? { roots: AGENTS.slice(0, 2).map((name) => `${name} ${madeKey(name)}`) }
        : {}),
    },
  }));
});

/** A commit of random records, at and beyond what is legal. */
export const commit = fc.record({
  records: fc.array(record, { maxLength: 4 }),
  paths: fc.array(
    fc.constantFrom(
      "README.md",
      "x",
      "mound.yaml",
      "tasks/aa/aaaaaa1/claim.lock",
      "tasks/aa/aaaaaa1/task.yaml",
      "a\u0000",
      "..",
      "",
    ),
    { maxLength: 2 },
  ),
  author: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...AGENTS) },
    { weight: 1, arbitrary: junk },
  ),
  committer: fc.oneof(
    { weight: 9, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(...AGENTS, "x") },
  ),
  offset: fc.integer({ min: -10, max: 60 }),
  message: fc.constantFrom("m\n", "m\n\nAgent: root\n", "m\n\nTask: aaaaaa1\n", "\n\n\n", ""),
  broken: fc.constantFrom("no", "no", "no", "no", "no", "commit", "signature", "parents", "sizes"),
});

export type Commit = typeof commit extends fc.Arbitrary<infer T> ? T : never;

/** What the judge is told of it, as the child of `tip`. */
export function factsOf(
  made: Commit,
  world: World,
  oid: Oid,
  tip: Oid | undefined,
  moundId: string,
): CommitFacts {
  const seconds = Math.floor(TIME / 1_000) + made.offset;
  const person = (name: string) => ({ name, email: "", seconds });
  const parsed: ParsedCommit = {
    tree: OIDS[0]!,
    parents: made.broken === "parents" ? OIDS : tip === undefined ? [] : [tip],
    author: person(made.author),
    committer: person(made.committer ?? made.author),
    message: made.message,
    messageBytes: made.message.length,
    signature: undefined,
  };
  const changes = [
    ...made.records.map((one) => recordChange(one, world, made.author, moundId)),
    ...made.paths.map(otherChange),
  ];
  return {
    oid,
    commit: made.broken === "commit" ? undefined : parsed,
    signature:
      made.broken === "signature"
        ? undefined
        : { key: world.key(made.committer ?? made.author), namespace: "git", valid: true },
    changes:
      made.broken === "sizes"
        ? changes.map((change) => ({ ...change, record: undefined }))
        : changes,
  };
}

function recordChange(
  one: Commit["records"][number],
  world: World,
  author: string,
  moundId: string,
): ChangeFacts {
  const signers = [world.key(author), world.key("ant-2")].slice(0, author === "ant-2" ? 1 : 2);
  const namespace = recordNamespace(moundId);
  const path = pathFor(one);
  const file = recordFile({ ...one, path, signers, namespace })[path]!;
  return {
    path,
    mode: "100644",
    oid: world.nonce().padEnd(40, "0") as Oid,
    size: file.bytes.length,
    record: isFurniture(path) ? undefined : readRecord(path, file.bytes),
    signatures: file.signatures,
  };
}

function pathFor({ kind, fields }: Commit["records"][number]): string {
  const { id, task, token, n, agent } = fields as Record<string, unknown>;
  const folder = `tasks/aa/${String(task)}`;
  const places: Record<string, string> = {
    mound: "mound.yaml",
    agent: `agents/${String(agent)}/agent.yaml`,
    capabilities: `agents/${String(agent)}/capabilities.yaml`,
    task: `tasks/aa/${String(id)}/task.yaml`,
    claim: `${folder}/claim.lock`,
    attempt: `${folder}/attempts/${String(token)}.yaml`,
    review: `${folder}/reviews/${String(token)}.yaml`,
    cancel: `${folder}/cancel.yaml`,
    progress: `${folder}/progress/${String(token)}-${String(n)}.yaml`,
  };
  return places[kind] ?? `invites/${"0".repeat(52)}.yaml`;
}

function otherChange(path: string): ChangeFacts {
  return { path, mode: undefined, oid: undefined, size: 0, record: undefined, signatures: [] };
}
