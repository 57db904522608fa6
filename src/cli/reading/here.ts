import type { PresenceFlaw } from "../../protocol/presence.ts";
import { formatDuration, formatInstant } from "../../protocol/time.ts";
import type { Presence } from "../../protocol/views/presence.ts";
import { QUIET_MS } from "../../app/presence.ts";
import { ok } from "../../base/result.ts";
import { HandOver } from "../../open/hand-over.ts";
import { sayPresence, whoIsHere, type WhoIsHere } from "../../open/presence.ts";
import { FaultError, type Context } from "../context.ts";
import { formatAge, freshMound } from "../fresh.ts";
import type { Report } from "../report.ts";
import { sanitiseLine } from "../sanitise.ts";
import { UsageError } from "../usage.ts";

/** Who was last seen before this is not around, unless one asks for everybody. */
const AROUND_MS = 24 * 60 * 60_000;
/** Flaws that are listed for people; JSON has them all. */
const FLAWS_SHOWN = 10;

/** `mound here [--say | --bye] [--all]`: who is around. */
export async function here(
  context: Context,
  _args: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const say = options["say"] === true;
  const bye = options["bye"] === true;
  if (say && bye)
    throw new UsageError("--say and --bye contradict each other.", "mound here --say");
  const agent = say || bye ? context.agent() : undefined;
  const early = agent === undefined ? (await context.mound()).ports.remote.presence() : undefined;
  // Where the line itself is in doubt, that is what is told.
  early?.catch(() => undefined);
  const { mound, notes } = await freshMound(context);
  if (agent !== undefined) {
    const state = say ? "here" : "leaving";
    // A daemon goes on saying it; without one it holds as long as it holds.
    const desk = new HandOver(mound.clone.commonDir);
    const handed = await desk.sayPresence(agent, state);
    desk.close();
    const told = handed ? ok(undefined) : await sayPresence(mound, agent, state);
    if (!told.ok) throw new FaultError(told.error);
  }
  const found = await whoIsHere(mound, early);
  const present = found.present.filter(
    ({ seen }) => options["all"] === true || found.now - seen <= AROUND_MS,
  );
  const earlier = found.present.length - present.length;
  const said = agent === undefined ? [] : [saidLine(agent, say)];
  return {
    data: {
      agents: present.map((one) => presenceJson(one)),
      earlier,
      not_believed: found.flaws.map(({ name, code, detail }) => ({ name, code, detail })),
      ...(agent === undefined ? {} : { said: { agent, state: say ? "here" : "leaving" } }),
    },
    text: [...said, ...table(present, found.now), ...earlierLines(earlier)].join("\n"),
    notes: [...notes, ...(await faultNotes(found)), ...flawNotes(found.flaws)],
  };
}

function saidLine(agent: string, say: boolean): string {
  return say
    ? `Said that ${agent} is here; that holds for ${formatDuration(QUIET_MS)} unless it is said again.`
    : `Said that ${agent} leaves.`;
}

function presenceJson({ agent, state, by, since, seen, host, doing, holds }: Presence) {
  return {
    agent,
    state,
    by,
    since: formatInstant(since),
    seen: formatInstant(seen),
    host: host ?? null,
    doing,
    holds: holds.map(({ task, until }) => ({ task, until: formatInstant(until) })),
  };
}

const HEADS = ["AGENT", "STATE", "SINCE", "SEEN", "WHERE", "HOLDS"] as const;

function table(present: readonly Presence[], now: number): readonly string[] {
  if (present.length === 0) return ["Nobody is around."];
  const rows = present.map(({ agent, state, by, since, seen, host, holds }) => [
    agent,
    state,
    `${formatInstant(since).slice(0, 19)}Z`,
    `${formatAge(Math.max(0, now - seen))} ago${by === "commit" ? " (commit)" : ""}`,
    host === undefined ? "-" : sanitiseLine(host),
    holds.length === 0 ? "-" : holds.map(({ task }) => task).join(", "),
  ]);
  const widths = HEADS.map((head, at) =>
    Math.max(head.length, ...rows.map((row) => row[at]!.length)),
  );
  return [HEADS, ...rows].map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join("  ")
      .trimEnd(),
  );
}

function earlierLines(earlier: number): readonly string[] {
  return earlier === 0
    ? []
    : [
        `${earlier} ${earlier === 1 ? "was" : "were"} last seen more than a day ago: mound here --all`,
      ];
}

async function faultNotes({ fault }: WhoIsHere): Promise<readonly string[]> {
  if (fault === undefined) return [];
  const { explain } = await import("../explain.ts");
  return [`${explain(fault).message}\nThe heartbeats are those of an earlier look.`];
}

function flawNotes(flaws: readonly PresenceFlaw[]): readonly string[] {
  const shown = flaws
    .slice(0, FLAWS_SHOWN)
    .map(
      ({ name, detail }) =>
        `Not believed: refs/mound/presence/${sanitiseLine(name)}: ${sanitiseLine(detail)}.`,
    );
  const more = flaws.length - shown.length;
  return more > 0 ? [...shown, `... and ${more} more; see them with --json.`] : shown;
}
