import type { Missing } from "../../app/missing.ts";
import { findRewritten, forceLine as force, type Rewritten } from "../../open/force-line.ts";
import { FaultError, type Context } from "../context.ts";
import { formatInstant } from "../../protocol/time.ts";
import { EXIT } from "../exit.ts";
import { missingText } from "../missing-text.ts";
import type { Report } from "../report.ts";
import { sanitiseLine } from "../sanitise.ts";

/** `mound repair --force-line`: shows what an origin has lost, and with `--yes` gives it back. */
export async function forceLine(
  context: Context,
  _args: readonly unknown[],
  options: Record<string, unknown>,
): Promise<Report> {
  const mound = await context.mound();
  const found = await findRewritten(mound);
  if (!found.ok) throw new FaultError(found.error);
  const rewritten = found.value;
  if (rewritten === undefined) {
    return {
      data: { forced: false, missing: null, foreign: null, kept: null },
      text: "Nothing to force: the branch at the origin has all that was verified here.",
      next: ["mound sync"],
    };
  }
  const { url } = mound.ports.remote;
  const shown = describe(url, rewritten);
  if (options["yes"] !== true || options["dryRun"] === true) {
    return {
      data: { forced: false, ...json(rewritten), kept: null },
      text: shown.join("\n"),
      next: ["mound repair --force-line --yes"],
      exit: EXIT.finding,
    };
  }
  const forced = await force(mound, rewritten);
  if (!forced.ok) throw new FaultError(forced.error);
  const { kept } = forced.value;
  const synced = await mound.sync();
  if (!synced.ok) throw new FaultError(synced.error);
  return {
    data: { forced: true, ...json(rewritten), kept: kept ?? null },
    text: [
      ...shown,
      `The branch at ${url} is at ${rewritten.verified.slice(0, 12)} again, as it was verified here.`,
      ...(kept === undefined ? [] : [`What was only there is kept in this clone: git log ${kept}`]),
    ].join("\n"),
    next: ["mound sync", "mound audit"],
  };
}

function describe(url: string, rewritten: Rewritten): readonly string[] {
  const { missing, foreign } = rewritten;
  const where = whereIs(url, rewritten);
  const lost = missing === undefined ? [] : [`It lacks ${missingText(missing)}.`];
  if (foreign === undefined) return [where, ...lost];
  const more = foreign.commits - foreign.newest.length;
  return [
    where,
    ...lost,
    `It has ${missingText(foreign)} that the verified line has not:`,
    ...foreign.newest.map(
      ({ commit, author, subject }) =>
        `  ${commit.slice(0, 9)}  ${sanitiseLine(author) || "nobody"}: ${sanitiseLine(subject)}`,
    ),
    ...(more > 0 ? [`  ... and ${more} more`] : []),
  ];
}

function whereIs(url: string, { found, deferred }: Rewritten): string {
  if (found === undefined) return `The branch at ${url} is gone.`;
  if (deferred === undefined)
    return `The branch at ${url} is at ${found.slice(0, 12)}, and no longer contains what was verified here.`;
  const { commit, time } = deferred;
  return `The branch at ${url} goes on with ${commit.slice(0, 12)}, which is dated ${formatInstant(time)}, ahead of this clock: look at that clock first. Nobody whose clock is right gets past that commit.`;
}

function json({ verified, found, missing, foreign }: Rewritten): Readonly<Record<string, unknown>> {
  const counted = (what: Missing | undefined): unknown =>
    what === undefined
      ? null
      : {
          commits: what.commits,
          more: what.more,
          from: what.from,
          to: what.to,
          authors: what.authors,
        };
  return {
    verified,
    found: found ?? null,
    missing: counted(missing),
    foreign: counted(foreign),
  };
}
