import { ownEntry } from "../../base/own-entry.ts";
import { err, ok } from "../../base/result.ts";
import { fault } from "../fault.ts";
import { VOUCH_MS } from "../limits.ts";
import { keyFingerprint } from "../rules/fingerprint.ts";
import type { Level } from "../trust-state.ts";
import { formatInstant } from "../time.ts";
import { ALL_SKILLS } from "../rules/trust/vouches.ts";
import { commonFields, type PlanContext, type Planned } from "./plan.ts";

export interface VouchCommand {
  readonly type: "vouch";
  readonly subject: string;
  /** Of the key; of a member the one in force unless said. */
  readonly fingerprint?: string;
  /** `all` unless said. */
  readonly scope?: string;
  readonly level?: Level;
  readonly reason: string;
  /** Milliseconds; 90 days unless said. */
  readonly length?: number;
  /** RFC 3339; takes the place of `length`. */
  readonly until?: string;
  /** Vouches of another mound on which this one rests, a line each. */
  readonly cites?: readonly string[];
}

export interface UnvouchCommand {
  readonly type: "unvouch";
  readonly subject: string;
  readonly reason?: string;
}

/** Vouches for a key; said again it takes the place of what was said before. */
export function planVouch(command: VouchCommand, context: PlanContext): Planned {
  const { view, agent } = context;
  const { subject, reason, cites = [] } = command;
  const member = view.get(`agent/${subject}`);
  const fingerprint = command.fingerprint ?? (member && keyFingerprint(member.key));
  if (fingerprint === undefined) {
    const detail = `nobody called ${subject} has joined yet, so say for which key with --key`;
    return err(fault("VO3", { code: "vouch-wrong", subject, detail }));
  }
  const path = vouchPath(subject, agent);
  const common = commonFields(context, path, 0);
  const from = Date.parse(common["at"] as string);
  const fields = {
    subject,
    issuer: agent,
    fingerprint,
    scope: command.scope ?? ALL_SKILLS,
    level: command.level ?? "medium",
    reason,
    until: command.until ?? formatInstant(from + (command.length ?? VOUCH_MS)),
    ...common,
    ...(cites.length === 0 ? {} : { "x-cites": cites }),
  };
  return ok({
    drafts: [{ write: "record", kind: "vouch", path, fields }],
    subject: `vouch for ${subject}`,
    tasks: [],
    answer: { tasks: [] },
  });
}

/** Takes a vouch back. The record stays, for what was said was said. */
export function planUnvouch(command: UnvouchCommand, context: PlanContext): Planned {
  const { view, agent } = context;
  const { subject } = command;
  const said = ownEntry(view.get(`vouch/${subject}`), agent);
  if (said === undefined) return err(fault("VO5", { code: "vouch-missing", subject, agent }));
  const path = vouchPath(subject, agent);
  const { fingerprint, scope, level, until } = said;
  const fields = {
    subject,
    issuer: agent,
    fingerprint,
    scope,
    level,
    reason: command.reason ?? said.reason,
    until: formatInstant(until),
    status: "withdrawn",
    ...commonFields(context, path, 0),
  };
  return ok({
    drafts: [{ write: "record", kind: "vouch", path, fields }],
    subject: `vouch no more for ${subject}`,
    tasks: [],
    answer: { tasks: [] },
  });
}

function vouchPath(subject: string, issuer: string): string {
  return `vouches/${subject}/${issuer}.yaml`;
}
