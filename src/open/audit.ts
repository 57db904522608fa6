/** An audit on the real ports: what it reads lies in a git repository, and so does what it keeps. */
import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { auditLine, type AuditPorts, type AuditRequest } from "../app/audit.ts";
import type { AuditReport } from "../app/audit-report.ts";
import { err, ok, type Result } from "../base/result.ts";
import { systemClock } from "../git/clock.ts";
import { sha256Hex } from "../git/hash.ts";
import { keptText } from "../git/kept-text.ts";
import { countCommits, listFolder, missingObjects, resolveCommit } from "../git/repository.ts";
import { FileStateCache } from "../git/state-cache.ts";
import { isOid, type Oid } from "../protocol/ids.ts";
import type { AuditFault } from "./audit-faults.ts";
import type { AuditSubject } from "./audit-subject.ts";
import type { CommitUnknown } from "./faults.ts";
import { lateHistory, lateVerifier } from "./late-ports.ts";
import { cacheFolder } from "./ports.ts";

export type AuditWish = Pick<AuditRequest, "fresh" | "keep" | "progress">;

/** Audits a subject; what it keeps lies in the git directory, and nothing else is written. */
export async function auditSubject(
  subject: AuditSubject,
  wish: AuditWish,
): Promise<Result<AuditReport, AuditFault>> {
  const { store, tip, url, branch, gone } = subject;
  const dir = store.gitDir;
  const missing = await missingObjects(store, tip);
  if (missing > 0) return err({ code: "clone-partial", dir, missing });
  const ports = auditPorts(subject);
  try {
    const verified = await lastAccepted(subject, ports);
    return await auditLine(ports, {
      tip,
      url,
      gone,
      verified,
      branch: branch !== undefined,
      // A checkpoint lies in a folder that is named after the commit that it speaks of.
      named: new Set((await listFolder(store, tip, "checkpoints")).filter(isOid)),
      ...wish,
    });
  } finally {
    await ports.verifier.close();
  }
}

/** Which commit of the line a name stands for, counted from 1. */
export async function numberOf(
  { store, tip }: AuditSubject,
  name: string,
): Promise<Result<{ readonly commit: Oid; readonly number: number }, CommitUnknown>> {
  const commit = await resolveCommit(store, name);
  if (commit === undefined || !(await lateHistory(store.commonDir).contains(commit, tip)))
    return err({ code: "commit-unknown", commit: name, matches: 0 });
  return ok({ commit, number: await countCommits(store, commit) });
}

function auditPorts({ store, home, branch }: AuditSubject): AuditPorts {
  const folder = auditFolder(home, branch);
  return {
    history: lateHistory(store.commonDir),
    verifier: lateVerifier(),
    clock: systemClock,
    cache: new FileStateCache(folder),
    notes: keptText(join(folder, "audit.json")),
    sha256: sha256Hex,
  };
}

/** Beside the folded state of the clone itself; each branch, and whatever is on none, has its own. */
function auditFolder(home: string, branch = ""): string {
  const own = cacheFolder(home);
  const name = createHash("sha256").update(branch).digest("hex").slice(0, 12);
  return join(dirname(own), `${basename(own)}-audit-${name}`);
}

/**
 * The newest commit that this clone has accepted, if it is not on the branch any more. The cache of
 * the clone tells, or judging the line up to there once more.
 */
async function lastAccepted(
  { home, line, tip, url }: AuditSubject,
  ports: AuditPorts,
): Promise<AuditRequest["verified"]> {
  if (line === undefined || (await ports.history.contains(line, tip))) return line;
  const opened = await new FileStateCache(cacheFolder(home)).open();
  try {
    if (opened?.tip === line) {
      for (const [key, value] of await opened.load(["root"])) {
        if (key === "line") return (value as { readonly accepted: typeof line }).accepted;
      }
    }
  } catch {
    // A damaged cache counts as none.
  } finally {
    await opened?.close();
  }
  const judged = await auditLine(ports, {
    tip: line,
    url,
    branch: false,
    fresh: true,
    keep: false,
  });
  return judged.ok ? judged.value.accepted : line;
}
