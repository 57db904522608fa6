import { creditLog, type CreditEntry } from "../../app/credit-log.ts";
import { formatInstant } from "../../protocol/time.ts";
import { FaultError, type Context } from "../context.ts";
import { freshMound } from "../fresh.ts";
import { agentArgument } from "../members/cosigners.ts";
import { limitOption } from "../options.ts";
import { progressOf, tipOf } from "../replay/point.ts";
import type { Report } from "../report.ts";
import { sanitiseLine } from "../sanitise.ts";
import { shorten } from "../shorten.ts";

/** Lines that fit on a screen or two. */
const LIMIT = 50;

/** `mound ledger [AGENT]`: what became of credits, each entry with the commit that made it. */
export async function ledger(
  context: Context,
  [typed]: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const agent = typed === undefined ? undefined : agentArgument(typed, "The name");
  const limit = limitOption(options, LIMIT);
  const { mound, notes } = await freshMound(context);
  const known =
    agent === undefined || (await mound.read((view) => view.get(`agent/${agent}`) !== undefined));
  if (!known) throw new FaultError({ code: "agent-unknown", agent });
  const progress = progressOf(context, mound);
  const found = await creditLog({ ports: mound.ports, tip: tipOf(mound), progress }, agent);
  if (!found.ok) throw new FaultError(found.error);
  const entries = found.value;
  const shown = entries.slice(-limit);
  const more = entries.length - shown.length;
  const lines = shown.map((entry) => entryLine(entry, agent === undefined));
  if (more > 0) lines.unshift(`${more} earlier; see them with --limit ${entries.length}`);
  const whose = agent === undefined ? "No credits were ever granted." : `${agent} has no entries.`;
  return {
    data: {
      agent: agent ?? null,
      entries: shown.map(entryJson),
      total: entries.length,
      more,
    },
    text: entries.length === 0 ? whose : lines.join("\n"),
    notes,
  };
}

/** Of an agent what is free after it is told; of all, whose it is as well. */
function entryLine(entry: CreditEntry, named: boolean): string {
  const { time, commit, what, agent, amount, task, by, free, locked, reason } = entry;
  const columns = [
    `${formatInstant(time).slice(0, 19)}Z`,
    commit.slice(0, 9),
    named ? agent : undefined,
    `${what.padEnd(9)} ${amount}`,
    `${free} free, ${locked} locked`,
    task,
    by === agent ? undefined : `by ${sanitiseLine(by)}`,
    reason === undefined ? undefined : JSON.stringify(shorten(sanitiseLine(reason))),
  ];
  return columns.filter((column) => column !== undefined).join("  ");
}

function entryJson({ time, task, reason, ...entry }: CreditEntry) {
  return { ...entry, time: formatInstant(time), task: task ?? null, reason: reason ?? null };
}
