/** The events of what members say for and against each other. */
import type { AgentId, Oid } from "../ids.ts";
import { QUARTERS, SEVERITIES } from "../rules/trust/slash.ts";
import type { View } from "../state.ts";
import type { Level } from "../trust-state.ts";
import type { MoundEvent } from "./event.ts";

type Told = Omit<MoundEvent, "id" | "commit" | "time" | "actor">;

interface Vouch {
  readonly subject: AgentId;
  readonly fingerprint: string;
  readonly scope: string;
  readonly level: Level;
  readonly reason: string;
  readonly until: number;
  readonly status?: "withdrawn";
}

export function tellVouch(fields: Vouch): Told {
  const { subject, fingerprint, scope, level, reason, until, status } = fields;
  return {
    type: status === undefined ? "vouch.added" : "vouch.withdrawn",
    agent: subject,
    fingerprint,
    scope,
    level,
    until,
    text: reason,
  };
}

interface Denouncement {
  readonly subject: AgentId;
  readonly proof: Oid;
  readonly reason: string;
  readonly status?: "withdrawn";
}

/** What is said, and then what it took. */
export function tellDenounce(
  { subject, proof, reason, status }: Denouncement,
  { before, after }: { readonly before: View; readonly after: View },
): readonly Told[] {
  const about = { agent: subject, refs: [proof] };
  if (status !== undefined) return [{ type: "denounce.withdrawn", ...about, text: reason }];
  const slashes = after.get(`slashed/${subject}`) ?? [];
  const taken = slashes.slice(before.get(`slashed/${subject}`)?.length ?? 0);
  return [
    { type: "agent.denounced", ...about, text: reason },
    ...taken.map(({ quarters }): Told => {
      const severity = SEVERITIES.find((name) => QUARTERS[name] === quarters)!;
      return { type: "agent.slashed", ...about, severity };
    }),
  ];
}
