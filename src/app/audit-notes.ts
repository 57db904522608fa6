import type { Oid } from "../protocol/ids.ts";
import type { Sha256 } from "../protocol/state-digest.ts";
import type { KeptFindings } from "./audit-findings.ts";
import type { Tally } from "./audit-report.ts";
import type { KeptCheckpoints } from "./checkpoints.ts";
import type { KeptOwnership } from "./ownership.ts";
import type { KeptAwards } from "./award-book.ts";
import type { KeptLedger } from "./ledger-book.ts";
import type { KeptReservations } from "./reservations.ts";

/** One text that an audit keeps for the next one; it may vanish at any time. */
export interface AuditNotes {
  read(): Promise<string | undefined>;
  /** All of it or, where the process dies, what was there before. */
  write(text: string): Promise<void>;
}

/** What an audit has gathered besides the state, up to a commit. */
export interface Gathered {
  readonly tip: Oid;
  /** The newest commit that was accepted. */
  readonly accepted: Oid;
  readonly findings: KeptFindings;
  readonly tally: Tally;
  readonly ownership: KeptOwnership;
  readonly locks: KeptOwnership;
  readonly reservations: KeptReservations;
  readonly ledger: KeptLedger;
  readonly awards: KeptAwards;
  readonly anomalies: unknown;
  readonly checkpoints: KeptCheckpoints;
  readonly digests: readonly (readonly [string, string])[];
}

/** Its first line is the digest of the rest: half a file, or a changed one, counts as none. */
export function encodeGathered(gathered: Gathered, sha256: Sha256): string {
  const text = JSON.stringify(gathered);
  return `${sha256(text)}\n${text}`;
}

export function decodeGathered(text: string, sha256: Sha256): Gathered | undefined {
  const end = text.indexOf("\n");
  const rest = text.slice(end + 1);
  return end > 0 && sha256(rest) === text.slice(0, end)
    ? (JSON.parse(rest) as Gathered)
    : undefined;
}
