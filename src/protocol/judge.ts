/**
 * The one judge: whether a commit is legal on a state. Pure and synchronous; no clock, no network,
 * no machine. A commit is taken whole or refused whole, and either way the verdict says what the
 * state becomes, so that folding is applying verdicts.
 */
import type { Result } from "../base/result.ts";
import { cheatOf } from "./judge-cheats.ts";
import { type ParsedCommit, trailers } from "./commit.ts";
import { refuseSize } from "./commit-size.ts";
import { clipFault, fault, type Fault } from "./fault.ts";
import type { Oid } from "./ids.ts";
import { COMMIT_PATHS, FACT_CHARS, MESSAGE_BYTES, REFUSALS_KEPT } from "./limits.ts";
import { FILE_MODE } from "./objects.ts";
import { isLegalPath } from "./paths.ts";
import type { RawRecord } from "./record.ts";
import { judgeRecords } from "./judge-records.ts";
import type { Incoming } from "./kinds/incoming.ts";
import type { SignatureFact } from "./signature.ts";
import type { AstrayState } from "./file-state.ts";
import { Overlay, type Delta, type View } from "./state.ts";
import { PROTOCOL } from "./version.ts";

export interface ChangeFacts {
  readonly path: string;
  /** undefined: the commit removes the path. */
  readonly mode: string | undefined;
  readonly oid: Oid | undefined;
  readonly size: number;
  /** The file taken apart, for regular files outside the furniture. */
  readonly record: Result<RawRecord, Fault> | undefined;
  /** One for each armor of the record, in order. */
  readonly signatures: readonly SignatureFact[];
}

export interface CommitFacts {
  readonly oid: Oid;
  /** undefined when the object is not a commit that Mound accepts. */
  readonly commit: ParsedCommit | undefined;
  /** What the commit's own signature says over the commit's payload. */
  readonly signature: SignatureFact | undefined;
  readonly changes: readonly ChangeFacts[];
}

export type Verdict =
  | {
      readonly accepted: true;
      readonly records: readonly Incoming[];
      readonly delta: Delta;
      readonly time: number;
    }
  | {
      readonly accepted: false;
      readonly fault: Fault;
      readonly delta: Delta;
      readonly time: number;
    };

/** Judges one commit on the state at its parent. A view that lacks keys throws `NeedKeys`. */
export function judge(before: View, facts: CommitFacts): Verdict {
  const time = logTime(before, facts);
  const state = new Overlay(before);
  const frame = judgeFrame(before, facts);
  const outcome = frame ?? judgeRecords(before, state, facts, time);
  if ("rule" in outcome)
    return { accepted: false, fault: outcome, delta: refusal(before, facts, outcome, time), time };
  recordLine(state, before, facts, time, true);
  return { accepted: true, records: outcome, delta: state.delta, time };
}

/** [LN1] [LN2] [LN6] [LN7] [LN8] [LN9]: what holds of the commit before any record is read. */
function judgeFrame(before: View, facts: CommitFacts): Fault | undefined {
  const line = before.get("line");
  const { commit } = facts;
  if (commit === undefined)
    return fault("LN1", { code: "lineage", detail: "it is not a commit that git itself writes" });
  const [parent, ...others] = commit.parents;
  if (others.length > 0)
    return fault("LN1", { code: "lineage", detail: "it has more than one parent" });
  if (parent !== line?.tip)
    return fault("LN1", { code: "lineage", detail: "its parent is not the tip before it" });
  const at = commit.committer.seconds * 1_000;
  if (line !== undefined && at < line.time)
    return fault("LN2", { code: "time-backwards", time: at, before: line.time });
  if (commit.messageBytes > MESSAGE_BYTES) {
    return fault("LN7", {
      code: "commit-too-large",
      what: "bytes of message",
      found: commit.messageBytes,
      limit: MESSAGE_BYTES,
    });
  }
  const protocol = before.get("mound")?.protocol ?? PROTOCOL;
  if (protocol !== PROTOCOL) return fault("LN8", { code: "protocol-unknown", found: protocol });
  return judgePaths(before, facts) ?? judgeTrailers(facts, commit);
}

/** [PA1] [PA2] [PA6] [LN7] [LN9] */
function judgePaths(before: View, { changes }: CommitFacts): Fault | undefined {
  if (changes.length === 0) return fault("LN9", { code: "commit-empty" });
  const oversize = refuseSize(changes, ({ path, oid }) => oid === before.get(`file/${path}`)?.oid);
  if (oversize !== undefined) return oversize;
  const named = new Map<string, string | undefined>();
  for (const { path, mode } of changes) {
    // A damaged tree may hold one name twice, and then no two readers agree on what it holds; who
    // clears it takes all of them away.
    if (named.has(path) && (mode ?? named.get(path)) !== undefined)
      return fault("PA6", { code: "path-illegal", path, detail: "the commit has it twice" });
    named.set(path, mode);
    if (mode === undefined && before.get(`file/${path}`) === undefined) continue;
    if (!isLegalPath(path))
      return fault("PA1", { code: "path-illegal", path, detail: "it is not in the path grammar" });
    if (mode !== undefined && mode !== FILE_MODE) {
      return fault("PA2", {
        code: "path-illegal",
        path,
        detail: `its mode is ${mode}; only plain files (100644) are allowed`,
      });
    }
  }
  return undefined;
}

/** [LN6] Trailers, where present, are true. */
function judgeTrailers({ changes }: CommitFacts, commit: ParsedCommit): Fault | undefined {
  const found = trailers(commit.message);
  if (found.length === 0) return undefined;
  const touched = new Set(
    changes.map(({ path }) => (path.startsWith("tasks/") ? path.split("/")[2] : undefined)),
  );
  for (const { key, value } of found) {
    const name = key.toLowerCase();
    const truth =
      name === "agent" ? value === commit.author.name : name !== "task" || touched.has(value);
    if (!truth) return fault("LN6", { code: "trailer-false", trailer: key, value });
  }
  return undefined;
}

/** A commit that is no commit, or runs back in time, moves no clock. */
function logTime(before: View, { commit }: CommitFacts): number {
  const line = before.get("line");
  const at = commit === undefined ? 0 : commit.committer.seconds * 1_000;
  return Math.max(at, line?.time ?? 0);
}

function recordLine(
  state: Overlay,
  before: View,
  facts: CommitFacts,
  time: number,
  accepted: boolean,
): void {
  const line = before.get("line");
  const commits = (line?.commits ?? 0) + 1;
  state.set(`commit/${facts.oid}`, commits);
  state.set("line", {
    tip: facts.oid,
    accepted: accepted ? facts.oid : (line?.accepted ?? facts.oid),
    // A refused commit is no proof of time: only accepted ones move the log's clock.
    time: accepted ? time : (line?.time ?? 0),
    commits,
    refused: (line?.refused ?? 0) + (accepted ? 0 : 1),
  });
}

/** The state after a refused commit: the last good values, and where the tree has left them. */
function refusal(before: View, facts: CommitFacts, found: Fault, time: number): Delta {
  const state = new Overlay(before);
  recordLine(state, before, facts, time, false);
  let junk = 0;
  for (const { path, mode, oid } of facts.changes) {
    if (!isLegalPath(path)) continue;
    const good = before.get(`file/${path}`)?.oid;
    // Junk beside the good files is in nobody's way: one commit does not fill the state with it.
    if (good === undefined && (junk += 1) > COMMIT_PATHS) continue;
    const restored = good === oid && (mode ?? FILE_MODE) === FILE_MODE;
    const astray: AstrayState | undefined = restored ? undefined : { oid: oid ?? null };
    if (astray !== undefined || before.get(`astray/${path}`) !== undefined)
      state.set(`astray/${path}`, astray);
  }
  const author = facts.commit?.author.name.slice(0, FACT_CHARS) ?? "";
  const seconds = facts.commit?.committer.seconds ?? 0;
  const cheat = cheatOf(before, facts, found, time);
  if (cheat !== undefined) state.set(`cheat/${facts.oid}`, cheat);
  const kept = { commit: facts.oid, author, time: seconds * 1_000, fault: clipFault(found) };
  state.set("refusals", [...(before.get("refusals") ?? []), kept].slice(-REFUSALS_KEPT));
  return state.delta;
}
