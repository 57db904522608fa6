/** Who is around, by what agents say of themselves and by what they did. */
import type { AgentId, TaskId } from "../ids.ts";
import type { Heartbeat, PresenceFlaw } from "../presence.ts";
import { keyInForce, settings } from "../rules/members.ts";
import { presenceNamespace, type SignatureFact } from "../signature.ts";
import type { View } from "../state.ts";

/** An accepted commit of an agent: working is a sign of life too. */
export interface SeenCommit {
  readonly agent: AgentId;
  /** Milliseconds. */
  readonly time: number;
}

export interface Presence {
  readonly agent: AgentId;
  readonly state: "here" | "quiet" | "left";
  /** The newest sign of it. */
  readonly by: "heartbeat" | "commit";
  /** Milliseconds: since when the state is what it is, as far as that is known. */
  readonly since: number;
  /** Milliseconds: its newest sign. */
  readonly seen: number;
  /** Where it last said to be; undefined where it never said. */
  readonly host: string | undefined;
  /** The tasks that it said to be at work on; none once it is not here. */
  readonly doing: readonly TaskId[];
  /** Its claims on the line, and until when each holds, in order of their ids. */
  readonly holds: readonly { readonly task: TaskId; readonly until: number }[];
}

/** Who commits needs no heartbeat for so long: as long as a heartbeat promises. */
export const COMMIT_PROMISE_MS = 210_000;

/** Why a heartbeat is not to be believed on this state, at `now` in milliseconds. */
export function heartbeatFlaw(
  view: View,
  { agent, at }: Heartbeat,
  signature: SignatureFact,
  now: number,
): Pick<PresenceFlaw, "code" | "detail"> | undefined {
  const key = keyInForce(view, agent);
  if (key === undefined) return { code: "not-a-member", detail: `${agent} is no member` };
  const { id, skew } = settings(view);
  const detail = signatureDetail(signature, key, presenceNamespace(id));
  if (detail !== undefined) return { code: "signature-invalid", detail };
  const ahead = at - now;
  return ahead > skew
    ? { code: "ahead", detail: `it is dated ${Math.ceil(ahead / 1_000)} s ahead of this clock` }
    : undefined;
}

function signatureDetail(
  { key, valid, namespace }: SignatureFact,
  needed: string,
  expected: string,
): string | undefined {
  if (key === undefined) return "its signature is not an ed25519 SSHSIG as ssh-keygen writes it";
  if (namespace !== expected) return "it was signed for another mound or another purpose";
  if (!valid) return "its signature does not fit its body";
  return key === needed ? undefined : "it is not signed by the agent's key in force";
}

const ORDER = { here: 0, quiet: 1, left: 2 } as const;

/**
 * The agents of which there is any sign, those here first, then by name. `heartbeats` are believed
 * ones, at most one for an agent; `now` in milliseconds.
 */
export function presence(
  view: View,
  heartbeats: readonly Heartbeat[],
  commits: readonly SeenCommit[],
  now: number,
): readonly Presence[] {
  const said = new Map(heartbeats.map((heartbeat) => [heartbeat.agent, heartbeat]));
  const done = new Map<AgentId, number>();
  for (const { agent, time } of commits) done.set(agent, Math.max(time, done.get(agent) ?? 0));
  const agents = [...new Set([...said.keys(), ...done.keys()])].filter(
    (agent) => keyInForce(view, agent) !== undefined,
  );
  return agents
    .map((agent) => ({
      agent,
      ...stateOf(said.get(agent), done.get(agent), now),
      holds: holdsOf(view, agent),
    }))
    .toSorted((a, b) => ORDER[a.state] - ORDER[b.state] || (a.agent < b.agent ? -1 : 1));
}

function stateOf(
  said: Heartbeat | undefined,
  done: number | undefined,
  now: number,
): Omit<Presence, "agent" | "holds"> {
  const host = said?.host;
  if (said === undefined || (done ?? 0) > said.at) {
    const seen = done ?? 0;
    const stays = said?.state === "here" && said.until > seen;
    const until = Math.max(seen + COMMIT_PROMISE_MS, stays ? said.until : 0);
    const here = until > now;
    const since = here ? (stays ? said.since : seen) : until;
    return {
      state: here ? "here" : "quiet",
      by: "commit",
      since,
      seen,
      host,
      doing: here && stays ? said.doing : [],
    };
  }
  const { at, until, since, doing } = said;
  const base = { by: "heartbeat", seen: at, host } as const;
  if (said.state === "leaving") return { ...base, state: "left", since: at, doing: [] };
  const promised = Math.max(until, (done ?? 0) + COMMIT_PROMISE_MS);
  return promised > now
    ? { ...base, state: "here", since, doing }
    : { ...base, state: "quiet", since: promised, doing: [] };
}

function holdsOf(view: View, agent: AgentId): Presence["holds"] {
  return Object.entries(view.get(`held/${agent}`) ?? {})
    .map(([task, until]) => ({ task: task as TaskId, until }))
    .toSorted((a, b) => (a.task < b.task ? -1 : 1));
}
