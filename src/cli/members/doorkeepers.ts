import { settings } from "../../protocol/rules/members.ts";
import { principalOf } from "../../protocol/rules/operators.ts";
import { trustIn, trustTable } from "../../protocol/rules/trust/table.ts";
import { formatShare } from "../../protocol/share.ts";
import type { View } from "../../protocol/state.ts";
import { plural } from "../plural.ts";

/** What is to be known of a mound that nobody can join, for want of members whose vouches count; else undefined. */
export function closedDoor(view: View, now: number): string | undefined {
  const { membership, vouches, vouchTrust } = settings(view);
  if (membership !== "vouched") return undefined;
  const table = trustTable(view, now);
  const trusted = table.agents.filter((agent) => trustIn(table, agent).score >= vouchTrust);
  // Vouches of one operator's agents count as one.
  const count = new Set(trusted.map((agent) => principalOf(view, agent))).size;
  if (count >= vouches) return undefined;
  return `A key needs ${plural(vouches, "vouch", "vouches")} of members with a trust of ${formatShare(vouchTrust)} to join, and ${plural(count, "member has", "members have")} it: for now nobody can join.`;
}
