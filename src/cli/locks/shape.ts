import type { LockView } from "../../protocol/views/lock-view.ts";
import { formatInstant } from "../../protocol/time.ts";
import { sanitiseLine } from "../sanitise.ts";

/** A lock in JSON: times are RFC 3339, absent things are null. */
export function lockJson({ name, group, status, token, claim, last, creator }: LockView) {
  return {
    name,
    group: group ?? null,
    status,
    token,
    claim:
      claim === undefined
        ? null
        : {
            ...claim,
            since: formatInstant(claim.since),
            until: formatInstant(claim.until),
          },
    last: last === undefined ? null : { ...last, at: formatInstant(last.at) },
    creator,
  };
}

/** A lock on one line: `deploy  held by ant-3 until ... (token 4)`. */
export function lockLine({ name, status, claim, last }: LockView): string {
  return `${sanitiseLine(name)}  ${claim === undefined ? free(last) : `${status} by ${claim.agent} ${status === "held" ? "until" : "since"} ${formatInstant(claim.until)} (token ${claim.token})`}`;
}

function free(last: LockView["last"]): string {
  if (last === undefined) return "free";
  return `free; ${last.outcome === "released" ? "released" : "lost"} by ${last.agent} at ${formatInstant(last.at)} (token ${last.token})`;
}
