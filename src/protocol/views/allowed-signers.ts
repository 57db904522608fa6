import type { AgentId, PublicKey } from "../ids.ts";
import { COMMIT_NAMESPACE, GENESIS_NAMESPACE, recordNamespace } from "../signature.ts";
import { settings } from "../rules/members.ts";
import type { AgentState, View } from "../state.ts";

/** One key that an agent has or had, and what its signatures count for. */
export interface AllowedSigner {
  readonly agent: AgentId;
  readonly key: PublicKey;
  readonly namespaces: readonly string[];
  /** Milliseconds: the last moment at which it was in force; undefined while it is. */
  readonly until: number | undefined;
}

/** Every key of every agent, ordered by agent, oldest first. `founders` may sign a mound's first record. */
export function allowedSigners(
  view: View,
  founders: ReadonlySet<AgentId>,
): readonly AllowedSigner[] {
  const everyRecord = [COMMIT_NAMESPACE, recordNamespace(settings(view).id)];
  return agentsOf(view).flatMap((agent) => {
    const namespaces = founders.has(agent.id) ? [...everyRecord, GENESIS_NAMESPACE] : everyRecord;
    return agent.keys.map(({ key }, index) => ({
      agent: agent.id,
      key,
      namespaces,
      until: endOf(agent, index),
    }));
  });
}

/** The file that `ssh-keygen -Y verify` and git's `gpg.ssh.allowedSignersFile` read. */
export function allowedSignersText(signers: readonly AllowedSigner[]): string {
  return signers
    .map(({ agent, key, namespaces, until }) => {
      const before = until === undefined ? "" : `,valid-before="${stamp(until)}"`;
      return `${agent} namespaces="${namespaces.join(",")}"${before} ${key}\n`;
    })
    .join("");
}

/** All agents that ever joined, by name. */
export function agentsOf(view: View): readonly AgentState[] {
  return view.keys("agent/").map((key) => view.get(key as `agent/${string}`)!);
}

/** A key ends when the next one comes, or with the revocation of its agent. */
function endOf(agent: AgentState, index: number): number | undefined {
  const next = agent.keys[index + 1];
  return next?.since ?? (agent.status === "revoked" ? agent.ended : undefined);
}

/** `YYYYMMDDHHMMSSZ`, which is inclusive to ssh-keygen: a rotation's own commit is signed by the old key. */
function stamp(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19).replace(/[-:T]/g, "")}Z`;
}
