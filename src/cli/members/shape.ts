import { keyFingerprint } from "../../protocol/rules/fingerprint.ts";
import { formatInstant } from "../../protocol/time.ts";
import type { AgentView } from "../../protocol/views/agent-view.ts";
import { loadText } from "../able/shape.ts";
import { sanitiseLine } from "../sanitise.ts";

/** An agent in JSON: times are RFC 3339, absent things are null. */
export function agentJson(agent: AgentView) {
  return {
    id: agent.id,
    name: agent.name ?? null,
    status: agent.status,
    role: agent.role,
    key: agent.key,
    fingerprint: agent.fingerprint,
    operator:
      agent.operator === undefined ? null : { agent: agent.operator, signed: agent.operatorSigned },
    joined: formatInstant(agent.joined),
    ended: agent.ended === undefined ? null : formatInstant(agent.ended),
    skills: agent.capabilities?.skills ?? [],
    tags: agent.capabilities?.tags ?? [],
    load: agent.capabilities?.load ?? null,
    capacity: agent.capabilities?.capacity ?? null,
    until: agent.capabilities?.until === undefined ? null : formatInstant(agent.capabilities.until),
    keys: agent.keys.map(({ key, commit, since }) => ({
      key,
      fingerprint: keyFingerprint(key),
      commit,
      since: formatInstant(since),
    })),
    held: agent.held.map(({ task, until }) => ({ task, until: formatInstant(until) })),
  };
}

/** An agent on one line: `ant-3  member  active  SHA256:...  typescript, review`. */
export function agentLine(agent: AgentView): string {
  const skills = agent.capabilities?.skills.join(", ") ?? "";
  return [agent.id, agent.role, agent.status, agent.fingerprint, skills]
    .filter((word) => word !== "")
    .join("  ");
}

/** Everything about an agent, a line each. */
export function agentText(agent: AgentView): string {
  const rows: [string, string | undefined][] = [
    ["agent", agent.name === undefined ? agent.id : `${agent.id} (${sanitiseLine(agent.name)})`],
    ["role", agent.role],
    [
      "status",
      agent.ended === undefined
        ? agent.status
        : `${agent.status} since ${formatInstant(agent.ended)}`,
    ],
    ["joined", formatInstant(agent.joined)],
    ["fingerprint", agent.fingerprint],
    ["key", agent.key],
    [
      "operator",
      agent.operator === undefined
        ? undefined
        : `${agent.operator}${agent.operatorSigned ? "" : " (has not signed)"}`,
    ],
    ["skills", agent.capabilities?.skills.join(", ")],
    ...(agent.capabilities === undefined ? [] : saidRows(agent.capabilities)),
    ...agent.keys
      .slice(0, -1)
      .map(({ key, since }): [string, string] => [
        "old key",
        `${keyFingerprint(key)} from ${formatInstant(since)}`,
      ]),
    ...agent.held.map(({ task, until }): [string, string] => [
      "holds",
      `${task} until ${formatInstant(until)}`,
    ]),
  ];
  return rows
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([name, value]) => `${name.padEnd(12)}${value}`)
    .join("\n");
}

function saidRows(can: NonNullable<AgentView["capabilities"]>): readonly [string, string][] {
  const { tags, until } = can;
  return [
    ["tags", tags.join(", ")],
    ["load", loadText(can)],
    ["until", until === undefined ? "" : formatInstant(until)],
  ];
}
