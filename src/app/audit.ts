/**
 * Audits a line: judges all of it from the first commit, and gathers what the verdicts tell. What an
 * earlier audit has gathered is gone on from, where its last commit is still on the line.
 */
import { err, ok, type Result } from "../base/result.ts";
import type { Oid } from "../protocol/ids.ts";
import type { Sha256 } from "../protocol/state-digest.ts";
import { checkedCache } from "./audit-digest.ts";
import { AuditFold, type AuditFoldStart } from "./audit-fold.ts";
import { decodeGathered, encodeGathered, type AuditNotes, type Gathered } from "./audit-notes.ts";
import type { AuditFault, AuditReport, LineFinding } from "./audit-report.ts";
import { deferralOf } from "./deferral.ts";
import { KeptState } from "./kept-state.ts";
import type { Clock, History, StateCache, Verifier } from "./ports.ts";
import { withKeys } from "./sharded-state.ts";
import { verifiedCommits } from "./verified.ts";

export interface AuditPorts {
  readonly history: History;
  readonly verifier: Verifier;
  readonly clock: Clock;
  readonly cache: StateCache;
  readonly notes: AuditNotes;
  readonly sha256: Sha256;
}

export interface AuditRequest {
  readonly tip: Oid;
  /** Where the line is, for messages. */
  readonly url: string;
  /** Whether the tip is a branch's: then one that lacks what was audited before is a finding. */
  readonly branch: boolean;
  /** What this clone has verified otherwise: the newest commit accepted. */
  readonly verified?: Oid | undefined;
  /** The origin has no such branch any more. */
  readonly gone?: boolean;
  /** Ignores what earlier audits have kept, or keeps nothing. */
  readonly fresh?: boolean;
  readonly keep?: boolean;
  /** The commits of which checkpoints in this history may speak. */
  readonly named?: ReadonlySet<Oid>;
  /** Called after every window of commits with how many of the line are judged. */
  readonly progress?: ((judged: number) => void) | undefined;
}

/** With what was found already, where another line is judged than was asked for. */
type Asked = AuditRequest & { readonly instead?: readonly LineFinding[] };

export async function auditLine(
  ports: AuditPorts,
  request: AuditRequest,
): Promise<Result<AuditReport, AuditFault>> {
  const gathered = request.fresh === true ? undefined : await readGathered(ports);
  try {
    return await auditFrom(ports, request, gathered);
  } catch (error) {
    if (!(error instanceof DamagedCache)) throw error;
    return auditFrom(ports, request, undefined);
  }
}

/** The kept state cannot be read, or is not the one that was kept. */
class DamagedCache extends Error {}

async function auditFrom(
  ports: AuditPorts,
  request: Asked,
  gathered: Gathered | undefined,
): Promise<Result<AuditReport, AuditFault>> {
  const { history } = ports;
  const goesOn = gathered !== undefined && (await history.contains(gathered.tip, request.tip));
  const verified = [request.verified, request.branch ? gathered?.accepted : undefined];
  const line = request.instead ?? (await rewritten(history, verified, request));
  const named = request.named ?? new Set<Oid>();
  const start = { ...(await startOf(ports, goesOn ? gathered : undefined)), named };
  try {
    const fold = new AuditFold(start, ports.sha256);
    const ended = await foldTo(ports, request, fold);
    if (ended.fault !== undefined) {
      const [lost] = line;
      if (lost === undefined || request.instead !== undefined) return err(ended.fault);
      // What is there now is no mound at all: the one that was verified is audited, and that it is gone is told.
      const keep = false;
      return await auditFrom(
        ports,
        { ...request, tip: lost.verified, instead: line, keep },
        undefined,
      );
    }
    const { report, gathered: next } = await fold.report();
    // A branch that was rewritten does not replace the proof that it was.
    if (request.keep !== false && line.length === 0 && (await fold.kept.save()))
      await ports.notes.write(encodeGathered(next, ports.sha256));
    return ok({
      ...report,
      line,
      asked: request.tip,
      deferred: ended.deferred,
      resumed: start.gathered?.tip,
    });
  } finally {
    await start.state.close();
  }
}

async function rewritten(
  history: History,
  verified: readonly (Oid | undefined)[],
  { tip: found, gone }: AuditRequest,
): Promise<LineFinding[]> {
  for (const commit of verified) {
    if (commit !== undefined && gone === true)
      return [{ code: "history-rewritten", verified: commit, found: "" }];
    if (commit !== undefined && !(await history.contains(commit, found)))
      return [{ code: "history-rewritten", verified: commit, found }];
  }
  return [];
}

async function readGathered({ notes, sha256 }: AuditPorts): Promise<Gathered | undefined> {
  const text = await notes.read();
  return text === undefined ? undefined : decodeGathered(text, sha256);
}

/** The state that goes with what was gathered; without it, or where it is of another commit, the empty one. */
async function startOf(
  { cache, sha256 }: AuditPorts,
  gathered: Gathered | undefined,
): Promise<Omit<AuditFoldStart, "named">> {
  if (gathered !== undefined) {
    const state = new KeptState(checkedCache(cache, gathered.digests, sha256), () => {
      throw new DamagedCache();
    });
    await state.open();
    if (state.tip === gathered.tip) return { state, gathered };
    await state.close();
  }
  return { state: new KeptState(cache, async () => []), gathered: undefined };
}

interface Ended {
  readonly fault?: AuditFault;
  readonly deferred?: AuditReport["deferred"];
}

async function foldTo(ports: AuditPorts, request: AuditRequest, fold: AuditFold): Promise<Ended> {
  const { tip, url } = request;
  if (fold.kept.tip === tip) return {};
  for await (const window of verifiedCommits(ports, fold.kept.tip, tip)) {
    for (const facts of window) {
      if (fold.kept.tip === undefined && (facts.commit?.parents.length ?? 0) > 0)
        return { fault: { code: "clone-shallow", commit: facts.oid } };
      const deferred = await deferralOf(facts, fold.kept.state, ports.clock);
      if (deferred !== undefined) {
        if (fold.commits > 0) return { deferred };
        return { fault: { code: "line-deferred", ...deferred, now: ports.clock.now() } };
      }
      await fold.take(facts);
      const founded = await withKeys(fold.kept.state, () => fold.kept.state.get("mound"));
      if (founded === undefined)
        return {
          fault: { code: "not-a-mound", url, detail: "its first commit founds no mound" },
        };
    }
    request.progress?.(fold.commits);
  }
  return {};
}
