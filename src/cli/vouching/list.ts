import { SEVERITIES, QUARTERS } from "../../protocol/rules/trust/slash.ts";
import { isAgentId, type AgentId } from "../../protocol/ids.ts";
import { formatInstant } from "../../protocol/time.ts";
import type { View } from "../../protocol/state.ts";
import { admissionsOf, viewVouches, type VouchView } from "../../protocol/views/vouches.ts";
import type { Context } from "../context.ts";
import { freshMound } from "../fresh.ts";
import { grid } from "../matching/grid.ts";
import { agentArgument } from "../members/cosigners.ts";
import type { Report } from "../report.ts";
import { sanitiseLine } from "../sanitise.ts";
import { shorten } from "../shorten.ts";
import { vouchJson, worthText } from "./shape.ts";

/** `mound vouches [AGENT]`: who vouches for whom, and what each word is worth. */
export async function listVouches(
  context: Context,
  [typed]: readonly (string | undefined)[],
): Promise<Report> {
  const agent = typed === undefined ? undefined : agentArgument(typed, "The name");
  const { mound, notes } = await freshMound(context);
  const found = await mound.read((view, now) => {
    const vouches = viewVouches(view, agent, now);
    const admissions = agent === undefined ? [] : admissionsOf(view, agent, vouches);
    return { vouches, admissions, against: againstOf(view, agent) };
  });
  const { vouches, admissions, against } = found;
  const whose = agent === undefined ? "" : ` for ${agent}, nor ${agent} for anybody`;
  const lines = [
    ...(vouches.length === 0 ? [`Nobody vouches${whose}.`] : grid(vouches.map(row))),
    ...admissions.map(
      (one) =>
        `${agent!} joins with the key ${one.fingerprint} once ${one.needed} vouches for it count: ${one.found} do.`,
    ),
    ...against.denounced.map(
      ({ subject, issuer, proof, reason }) =>
        `${subject} is denounced by ${issuer} for ${proof.slice(0, 12)}: ${sanitiseLine(shorten(reason))}`,
    ),
    ...against.slashed.map(
      ({ subject, severity, proof, at }) =>
        `${subject} was slashed (${severity}) on ${at} for ${proof.slice(0, 12)}`,
    ),
  ];
  return {
    data: { vouches: vouches.map(vouchJson), admissions, ...against },
    text: lines.join("\n"),
    notes,
  };
}

function row(vouch: VouchView): readonly string[] {
  const { subject, issuer, level, scope, until, reason } = vouch;
  const end = `until ${formatInstant(until).slice(0, 10)}`;
  const why = JSON.stringify(sanitiseLine(shorten(reason)));
  return [subject, `by ${issuer}`, level, scope, end, worthText(vouch), why];
}

/** What was said against an agent, or against all, and what that took. */
function againstOf(view: View, agent: AgentId | undefined) {
  const subjects = (family: "denounced/" | "slashed/"): readonly AgentId[] =>
    view
      .keys(family)
      .map((key) => key.slice(family.length))
      .filter(isAgentId)
      .filter((subject) => agent === undefined || subject === agent);
  return {
    denounced: subjects("denounced/").flatMap((subject) =>
      Object.entries(view.get(`denounced/${subject}`)!)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([issuer, { proof, reason, at }]) => {
          return { subject, issuer, proof, reason, at: formatInstant(at) };
        }),
    ),
    slashed: subjects("slashed/").flatMap((subject) =>
      view.get(`slashed/${subject}`)!.map(({ quarters, proof, at }) => {
        const severity = SEVERITIES.find((name) => QUARTERS[name] === quarters)!;
        return { subject, severity, proof, at: formatInstant(at) };
      }),
    ),
  };
}
