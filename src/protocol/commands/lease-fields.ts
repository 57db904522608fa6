import type { WireFields } from "../encode.ts";
import type { Leased } from "../rules/lease.ts";
import { formatInstant } from "../time.ts";
import { commonFields, type PlanContext } from "./plan.ts";

/**
 * What every lock file says of its lease, which begins or goes on now, always later than before.
 * `lease` in milliseconds; `index`: which record of the commit it is.
 */
export function leaseFields(
  path: string,
  token: number,
  leased: Leased,
  context: PlanContext,
  lease: number,
  index = 0,
): WireFields {
  const common = commonFields(context, path, index);
  const from = Date.parse(common["at"] as string);
  const { claim } = leased;
  const held = claim?.token === token ? claim.until + 1 : 0;
  return {
    agent: context.agent,
    token: String(token),
    until: formatInstant(Math.max(from + lease, held)),
    ...common,
  };
}
