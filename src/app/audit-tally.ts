import type { CommitFacts, Verdict } from "../protocol/judge.ts";
import type { View } from "../protocol/state.ts";
import type { Tally } from "./audit-report.ts";

type Counted = { -readonly [Name in keyof Tally]: Tally[Name] } & {
  records: Record<string, number>;
  endings: Record<string, number>;
};

/** What one commit adds that only the state before it tells. */
export interface Newcomers {
  readonly agents: number;
  readonly tasks: number;
}

/** Counts what passes. */
export class TallyCounter {
  readonly #tally: Counted;

  constructor(kept?: Tally) {
    this.#tally =
      kept === undefined
        ? emptyTally()
        : { ...kept, records: { ...kept.records }, endings: { ...kept.endings } };
  }

  get commits(): number {
    return this.#tally.commits;
  }

  step(facts: CommitFacts, verdict: Verdict, newcomers: Newcomers): void {
    const tally = this.#tally;
    tally.commits += 1;
    this.#countSignature(facts.signature);
    for (const { signatures } of facts.changes) {
      for (const signature of signatures) this.#countSignature(signature);
    }
    if (!verdict.accepted) {
      tally.refused += 1;
      return;
    }
    tally.accepted += 1;
    tally.agents += newcomers.agents;
    tally.tasks += newcomers.tasks;
    for (const { kind, fields } of verdict.records) {
      add(tally.records, kind);
      if (kind !== "attempt") continue;
      const { outcome } = fields as unknown as { readonly outcome: string };
      add(tally.endings, outcome);
      if (outcome === "expired") tally.takeovers += 1;
    }
  }

  /** `claims`: how many began, which another part of the audit knows. */
  report(claims: number): Tally {
    const { records, endings, ...rest } = this.#tally;
    return { ...rest, claims, records: sorted(records), endings: sorted(endings) };
  }

  #countSignature(signature: CommitFacts["signature"]): void {
    if (signature === undefined) return;
    if (signature.valid) this.#tally.signatures += 1;
    else this.#tally.invalidSignatures += 1;
  }
}

/** The agents and tasks that a commit is the first to have. */
export function newcomersOf(before: View, verdict: Verdict): Newcomers {
  let agents = 0;
  let tasks = 0;
  for (const { kind, path } of verdict.accepted ? verdict.records : []) {
    if (kind !== "agent" && kind !== "task") continue;
    if (before.get(`file/${path}`) !== undefined) continue;
    if (kind === "agent") agents += 1;
    else tasks += 1;
  }
  return { agents, tasks };
}

function add(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

function sorted(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function emptyTally(): Counted {
  return {
    commits: 0,
    accepted: 0,
    refused: 0,
    records: {},
    agents: 0,
    tasks: 0,
    claims: 0,
    takeovers: 0,
    endings: {},
    signatures: 0,
    invalidSignatures: 0,
  };
}
