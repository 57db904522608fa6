import { auditLine, type AuditPorts, type AuditRequest } from "../../src/app/audit.ts";
import type { AuditReport } from "../../src/app/audit-report.ts";
import { sha256Hex } from "../../src/git/hash.ts";
import { memoryStateCache } from "../../src/memory/state-cache.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { stateDigest } from "../../src/protocol/state-digest.ts";
import { worldOrigins } from "./world-ports.ts";
import type { World } from "./world.ts";

/** The ports of an audit of a world, with nothing kept yet. */
export interface Auditing extends AuditPorts {
  /** What was kept besides the state; a test may spoil it. */
  text: string | undefined;
}

export function auditing(world: World, cache = memoryStateCache()): Auditing {
  return auditingOf(worldOrigins(world)().clone(), cache);
}

/** The same of a history that is read from elsewhere. */
export function auditingOf(
  { history, verifier, clock }: Pick<AuditPorts, "history" | "verifier" | "clock">,
  cache = memoryStateCache(),
): Auditing {
  const ports: Auditing = {
    history,
    verifier,
    clock,
    cache,
    notes: {
      read: async () => ports.text,
      write: async (text) => void (ports.text = text),
    },
    sha256: sha256Hex,
    text: undefined,
  };
  return ports;
}

/** Audits up to a commit; anything but a report ends the test. */
export async function report(
  ports: AuditPorts,
  tip: Oid,
  more: Partial<AuditRequest> = {},
): Promise<AuditReport> {
  const audited = await auditLine(ports, { tip, url: "memory://world", branch: true, ...more });
  if (!audited.ok) throw new Error(`met ${JSON.stringify(audited.error)}`);
  return audited.value;
}

/** The digest of the state that a world has folded by itself. */
export function digestOf(world: World): string {
  return stateDigest(world.state.entries(), sha256Hex);
}
