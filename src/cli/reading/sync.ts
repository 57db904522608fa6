import type { Folded } from "../../app/line.ts";
import type { CloneStart } from "../../git/clone.ts";
import type { Projection } from "../../git/worktree.ts";
import type { Mound } from "../../open/mound.ts";
import { unreachable } from "../../base/assert.ts";
import { formatInstant } from "../../protocol/time.ts";
import { proofSentence } from "../checkpoints/start-text.ts";
import { FaultError, type Context } from "../context.ts";
import type { Report } from "../report.ts";
import { sanitiseLine } from "../sanitise.ts";
import { refusalSentence } from "./refusals.ts";

/** Accepted commits that are listed; of those refused, every one is. */
const SHOWN = 20;
const KEPT_SHOWN = 20;

interface CameIn {
  readonly commit: string;
  /** RFC 3339; null where the object is no commit that Mound can read. */
  readonly time: string | null;
  readonly author: string;
  readonly subject: string;
  readonly refused: string | null;
}

/** `mound sync`: fetches and judges, and says what came of it. */
export async function sync(
  context: Context,
  _args: readonly unknown[],
  options: Record<string, unknown>,
): Promise<Report> {
  const mound = await context.mound();
  const synced = await mound.sync();
  if (!synced.ok) throw new FaultError(synced.error);
  const proved = options["verify"] === true ? await prove(mound) : undefined;
  const { tip, folded, deferred, projection } = synced.value;
  const cameIn: CameIn[] = [];
  for (const step of folded) cameIn.push(await describe(step));
  const refused = cameIn.filter((commit) => commit.refused !== null);
  const accepted = cameIn.filter((commit) => commit.refused === null);
  return {
    data: {
      tip,
      accepted: accepted.length,
      commits: accepted.slice(-SHOWN),
      refused,
      deferred:
        deferred === undefined
          ? null
          : { commit: deferred.commit, time: formatInstant(deferred.time) },
      working_tree: {
        current: projection.current,
        held: projection.held ?? null,
        kept: projection.kept,
      },
      ...(proved === undefined ? {} : { proved: proved.start ?? null }),
    },
    text: [
      ...acceptedLines(accepted, tip),
      ...refused.map((commit) => `Refused ${lineOf(commit)}\n    ${sanitiseLine(commit.refused!)}`),
      ...(deferred === undefined
        ? []
        : [
            `The commit ${deferred.commit.slice(0, 12)} is dated ${formatInstant(deferred.time)}, ahead of this clock: it and what follows it wait.`,
          ]),
      ...projectionLines(projection),
      ...(proved === undefined ? [] : [proofSentence(proved.start)]),
    ].join("\n"),
    next: refused.length === 0 ? ["mound status"] : ["mound repair --dry-run", "mound status"],
  };
}

/** Loaded when it is asked for: most clones have nothing to prove. */
async function prove(mound: Mound): Promise<{ readonly start: CloneStart | undefined }> {
  const { proveStart } = await import("../../open/prove-start.ts");
  const proved = await proveStart(mound);
  if (!proved.ok) throw new FaultError(proved.error);
  return { start: proved.value };
}

async function describe({ facts, verdict }: Folded): Promise<CameIn> {
  const { commit } = facts;
  return {
    commit: facts.oid,
    time: commit === undefined ? null : formatInstant(commit.committer.seconds * 1_000),
    author: commit?.author.name ?? "",
    subject: commit?.message.split("\n")[0]?.slice(0, 300) ?? "",
    refused: verdict.accepted ? null : await refusalSentence(verdict),
  };
}

function acceptedLines(accepted: readonly CameIn[], tip: string): readonly string[] {
  if (accepted.length === 0) return [`Nothing new: the line is at ${tip.slice(0, 12)}.`];
  const shown = accepted.slice(-SHOWN).map((commit) => `  ${lineOf(commit)}`);
  const older =
    accepted.length > shown.length ? [`  ${accepted.length - shown.length} older ones, then:`] : [];
  const count = accepted.length === 1 ? "1 commit" : `${accepted.length} commits`;
  return [`${count} came in; the line is at ${tip.slice(0, 12)}.`, ...older, ...shown];
}

function lineOf({ commit, author, subject }: CameIn): string {
  return `${commit.slice(0, 9)}  ${sanitiseLine(author) || "nobody"}: ${sanitiseLine(subject)}`;
}

function projectionLines({ held, kept }: Projection): readonly string[] {
  const lines = held === undefined ? [] : [heldSentence(held)];
  if (kept.length === 0) return lines;
  const names = kept.slice(0, KEPT_SHOWN).map((path) => `  ${sanitiseLine(path)}`);
  const more = kept.length > names.length ? [`  ... and ${kept.length - names.length} more`] : [];
  const title =
    kept.length === 1
      ? "1 file has edits of your own, which stay:"
      : `${kept.length} files have edits of your own, which stay:`;
  return [...lines, title, ...names, ...more, "What the line has there: git diff"];
}

function heldSentence(held: NonNullable<Projection["held"]>): string {
  switch (held) {
    case "other-branch":
      return "The files here stay as they are, because another branch is checked out.";
    case "local-commits":
      return "The files here stay as they are, because this branch has commits that are not on the line. See them with: git log refs/mound/line..HEAD";
    case "staged":
      return "The files here stay as they are, because something is staged. Commit it, or take it back with: git restore --staged .";
    case "busy":
      return "The files here stay as they are for now, because another process is at work on them.";
    default:
      return unreachable(held);
  }
}
