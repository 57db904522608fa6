import { err, ok } from "../../base/result.ts";
import type { WireFields } from "../encode.ts";
import { fault } from "../fault.ts";
import type { AgentId, PublicKey } from "../ids.ts";
import { fingerprintSegment } from "../rules/fingerprint.ts";
import type { AgentState } from "../state.ts";
import { capabilitiesDraft } from "./can.ts";
import { moundDraft } from "./configure.ts";
import { commonFields, type Draft, type PlanContext, type Planned } from "./plan.ts";

export interface JoinCommand {
  readonly type: "join";
  readonly key: PublicKey;
  readonly name?: string;
  /** Counts once it has signed the record too. */
  readonly operator?: string;
  /** The operator's signer is at hand: a record that it has not signed yet is written anew. */
  readonly operatorSigns?: boolean;
  /** Replaces what was declared before; undefined leaves it. */
  readonly skills?: readonly string[];
}

export interface RotateCommand {
  readonly type: "rotate";
  readonly key: PublicKey;
}

export interface EndMembershipCommand {
  readonly type: "end-membership";
  readonly agent: string;
  readonly status: "withdrawn" | "revoked";
  readonly reason?: string;
}

export interface InviteCommand {
  readonly type: "invite";
  /** As ssh-keygen prints it: `SHA256:...`. */
  readonly fingerprint: string;
  readonly note?: string;
}

/** Makes the agent a member, or says anew what it can do. */
export function planJoin(command: JoinCommand, context: PlanContext): Planned {
  const { view, agent } = context;
  const current = view.get(`agent/${agent}`);
  if (current !== undefined && current.key !== command.key)
    return err(fault("AG2", { code: "agent-exists", agent }));
  const drafts: Draft[] = [];
  const operator = command.operator ?? current?.operator;
  const vouched = command.operatorSigns === true && current?.operatorSigned === false;
  const changed =
    current === undefined ||
    current.status !== "active" ||
    operator !== current.operator ||
    vouched;
  if (changed || (command.name !== undefined && command.name !== current.name)) {
    const fields = { agent, key: command.key, name: command.name ?? current?.name, operator };
    drafts.push(agentDraft(agent, fields, context, 0, operator !== undefined));
  }
  const { skills } = command;
  const draft = skills && capabilitiesDraft({ skills }, context, drafts.length);
  if (draft !== undefined) drafts.push(draft);
  const verb = current === undefined ? "join" : "update";
  return ok({
    drafts,
    subject: `${verb} ${agent}`,
    tasks: [],
    answer: { tasks: [], already: drafts.length === 0 },
  });
}

/** A new key for the agent, signed with the old and the new; a root's key changes in mound.yaml too. */
export function planRotate(command: RotateCommand, context: PlanContext): Planned {
  const { view, agent } = context;
  const current = view.get(`agent/${agent}`);
  if (current === undefined) return err(fault("AG1", { code: "not-a-member", agent }));
  const fields = { ...agentFields(current), key: command.key };
  const drafts: Draft[] = [agentDraft(agent, fields, context, 0, true)];
  const settings = view.get("mound")!;
  if (settings.roots.some((root) => root.agent === agent)) {
    const roots = settings.roots.map((root) =>
      root.agent === agent ? { agent, key: command.key } : root,
    );
    drafts.push(moundDraft({ ...settings, roots }, context, 1));
  }
  return ok({ drafts, subject: `rotate the key of ${agent}`, tasks: [], answer: { tasks: [] } });
}

/** The agent leaves, or a root revokes it. */
export function planEndMembership(command: EndMembershipCommand, context: PlanContext): Planned {
  const { view } = context;
  const current = view.get(`agent/${command.agent}`);
  if (current === undefined)
    return err(fault("AG1", { code: "not-a-member", agent: command.agent }));
  if (current.status === command.status) {
    return ok({ drafts: [], subject: "", tasks: [], answer: { tasks: [], already: true } });
  }
  const by = command.agent === context.agent ? undefined : context.agent;
  const fields = { ...agentFields(current), status: command.status, reason: command.reason, by };
  const verb = command.status === "revoked" ? "revoke" : "leave";
  return ok({
    drafts: [agentDraft(current.id, fields, context, 0, false)],
    subject: `${verb} ${current.id}`,
    tasks: [],
    answer: { tasks: [] },
  });
}

/** A root lets one key join. */
export function planInvite(command: InviteCommand, context: PlanContext): Planned {
  const segment = fingerprintSegment(command.fingerprint);
  const path = `invites/${segment ?? "unknown"}.yaml`;
  if (segment !== undefined && context.view.get(`invite/${segment}`) !== undefined) {
    return ok({ drafts: [], subject: "", tasks: [], answer: { tasks: [], already: true } });
  }
  const fields = {
    fingerprint: command.fingerprint,
    by: context.agent,
    note: command.note,
    ...commonFields(context, path, 0),
  };
  return ok({
    drafts: [{ write: "record", kind: "invite", path, fields }],
    subject: `invite ${command.fingerprint}`,
    tasks: [],
    answer: { tasks: [] },
  });
}

/** The record of an agent. */
export function agentDraft(
  id: AgentId,
  fields: WireFields,
  context: PlanContext,
  index: number,
  cosigned: boolean,
): Draft {
  const path = `agents/${id}/agent.yaml`;
  return {
    write: "record",
    kind: "agent",
    path,
    cosigned,
    fields: { agent: id, ...fields, ...commonFields(context, path, index) },
  };
}

function agentFields(agent: AgentState): WireFields {
  return { key: agent.key, name: agent.name, operator: agent.operator };
}
