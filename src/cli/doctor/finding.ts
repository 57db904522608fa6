import type { RemoteFault } from "../../app/ports.ts";
import type { Result } from "../../base/result.ts";
import type { Clone } from "../../git/clone.ts";
import type { Mound } from "../../open/mound.ts";
import type { Oid } from "../../protocol/ids.ts";

/** `note`: worth knowing. `warn`: it works, and will not for ever. `fail`: something does not work. */
export type Level = "ok" | "note" | "warn" | "fail";

/** What one check found, as programs get it. */
export interface Finding {
  readonly check: string;
  readonly level: Level;
  readonly message: string;
  /** A command that mends it, or that shows more; null where there is none to type. */
  readonly fix: string | null;
  readonly fixed: boolean;
}

/** What a check says; the engine adds the rest. */
export interface Said {
  readonly level: Level;
  readonly message: string;
  readonly fix?: string;
  /** What `--fix` does about it; rejects where it cannot. Only what is safe is mended. */
  readonly mend?: () => Promise<void>;
}

/** What is looked at. */
export interface Patient {
  /** The folder that the command is about. */
  readonly dir: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Who acts, where somebody is named. */
  readonly agent: string | undefined;
  readonly clone: Clone | undefined;
}

export interface ClonePatient extends Patient {
  readonly clone: Clone;
  /** The mound, opened once for all checks; rejects where it cannot be. */
  readonly mound: () => Promise<Mound>;
  /** The tip at the origin, fetched once for all checks, in bounded time. */
  readonly fetch: () => Promise<Result<Oid | undefined, RemoteFault>>;
}

/** A check of the machine, or one that needs a clone; without a clone the latter is left out. */
export type Check =
  | { readonly name: string; readonly of: "machine"; look(patient: Patient): Promise<Found> }
  | { readonly name: string; readonly of: "clone"; look(patient: ClonePatient): Promise<Found> };

export type Found = readonly Said[];

export function fine(message: string): Found {
  return [{ level: "ok", message }];
}
