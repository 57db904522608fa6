import { err, ok } from "../../base/result.ts";
import { fault } from "../fault.ts";
import type { AgentId } from "../ids.ts";
import { isRoot, settings } from "../rules/members.ts";
import type { MoundState } from "../state.ts";
import { DEFAULTS } from "../kinds/mound.ts";
import { formatShare, parseShare } from "../share.ts";
import { formatDuration, parseDuration } from "../time.ts";
import { commonFields, type Draft, type PlanContext, type Planned } from "./plan.ts";

/** The settings that `mound config set` knows, by the name that mound.yaml gives them. */
export const SETTINGS = [
  "name",
  "membership",
  "threshold",
  "lease_default",
  "lease_max",
  "skew",
  "claims_max",
  "tasks_open_max",
  "records_hour_max",
  "vouches",
  "vouch_trust",
  "limits",
  "cooldown",
  "quarantine",
  "review_value",
  "review_trust",
] as const;

export type Setting = (typeof SETTINGS)[number];

export interface ConfigureCommand {
  readonly type: "configure";
  readonly set?: { readonly key: Setting; readonly value: string };
  readonly addRoot?: string;
  readonly removeRoot?: string;
}

/** Rewrites mound.yaml; as many roots sign as the threshold says. */
export function planConfigure(command: ConfigureCommand, context: PlanContext): Planned {
  const { view, agent } = context;
  if (!isRoot(view, agent)) return err(fault("MO3", { code: "not-a-root", agent }));
  const next = { ...settings(view) };
  if (command.set !== undefined) {
    const applied = applySetting(next, command.set.key, command.set.value);
    if (applied !== undefined)
      return err(fault("MO1", { code: "config-invalid", detail: applied }));
  }
  if (command.addRoot !== undefined) {
    const root = view.get(`agent/${command.addRoot}`);
    if (root === undefined)
      return err(fault("AG1", { code: "not-a-member", agent: command.addRoot }));
    const others = next.roots.filter((entry) => entry.agent !== root.id);
    Object.assign(next, { roots: [...others, { agent: root.id, key: root.key }] });
  }
  if (command.removeRoot !== undefined) {
    const roots = next.roots.filter((entry) => entry.agent !== (command.removeRoot as AgentId));
    if (roots.length === next.roots.length)
      return err(fault("MO3", { code: "not-a-root", agent: command.removeRoot }));
    Object.assign(next, { roots });
  }
  if (JSON.stringify(next) === JSON.stringify(settings(view))) {
    return ok({ drafts: [], subject: "", tasks: [], answer: { tasks: [], already: true } });
  }
  const what =
    command.set !== undefined
      ? `set ${command.set.key}`
      : command.addRoot !== undefined
        ? `add root ${command.addRoot}`
        : `remove root ${command.removeRoot ?? ""}`;
  return ok({
    drafts: [moundDraft(next, context, 0)],
    subject: what,
    tasks: [],
    answer: { tasks: [] },
  });
}

/** mound.yaml with these settings. */
export function moundDraft(next: MoundState, context: PlanContext, index: number): Draft {
  const path = "mound.yaml";
  return {
    write: "record",
    kind: "mound",
    path,
    cosigned: true,
    fields: {
      protocol: String(next.protocol),
      ...wireSettings(next),
      roots: next.roots.map((root) => `${root.agent} ${root.key}`),
      ...commonFields(context, path, index),
    },
  };
}

/** The settings as `mound config` writes them. */
export function shownSettings(mound: MoundState): Record<Setting, string> {
  return { ...always(mound), ...sometimes(mound) };
}

/** The settings as mound.yaml writes them: of the later ones, those that are not as in a new mound. */
function wireSettings(mound: MoundState): Partial<Record<Setting, string>> {
  const said = Object.entries(sometimes(mound)) as [Setting, string][];
  const usual = (key: Setting) =>
    mound[PROPERTY[key]] === (DEFAULTS as Partial<MoundState>)[PROPERTY[key]];
  return { ...always(mound), ...Object.fromEntries(said.filter(([key]) => !usual(key))) };
}

function always(mound: MoundState) {
  return {
    name: mound.name,
    membership: mound.membership,
    threshold: String(mound.threshold),
    lease_default: formatDuration(mound.leaseDefault),
    lease_max: formatDuration(mound.leaseMax),
    skew: formatDuration(mound.skew),
    claims_max: String(mound.claimsMax),
    tasks_open_max: String(mound.tasksOpenMax),
    records_hour_max: String(mound.recordsHourMax),
  };
}

function sometimes(mound: MoundState) {
  return {
    vouches: String(mound.vouches),
    vouch_trust: formatShare(mound.vouchTrust),
    limits: mound.limits,
    cooldown: mound.cooldown === 0 ? NO_LENGTH : formatDuration(mound.cooldown),
    quarantine: String(mound.quarantine),
    review_value: String(mound.reviewValue),
    review_trust: formatShare(mound.reviewTrust),
  };
}

/** A length of 0 has no spelling among the durations. */
const NO_LENGTH = "none";

const PROPERTY: Record<Setting, keyof MoundState> = {
  name: "name",
  membership: "membership",
  threshold: "threshold",
  lease_default: "leaseDefault",
  lease_max: "leaseMax",
  skew: "skew",
  claims_max: "claimsMax",
  tasks_open_max: "tasksOpenMax",
  records_hour_max: "recordsHourMax",
  vouches: "vouches",
  vouch_trust: "vouchTrust",
  limits: "limits",
  cooldown: "cooldown",
  quarantine: "quarantine",
  review_value: "reviewValue",
  review_trust: "reviewTrust",
};

/** Sets one setting; answers what is wrong with the value where something is. */
function applySetting(next: MoundState, key: Setting, value: string): string | undefined {
  let typed: string | number = value;
  if (key === "cooldown" && value === NO_LENGTH) typed = 0;
  else if (key === "cooldown" || key === "lease_default" || key === "lease_max" || key === "skew") {
    const duration = parseDuration(value);
    if (duration === undefined) return `${key} must be a duration such as 30m, 2h or 1h30m`;
    typed = duration;
  } else if (key === "membership") {
    if (value !== "open" && value !== "invited" && value !== "vouched")
      return "membership must be open, invited or vouched";
  } else if (key === "limits") {
    if (value !== "fixed" && value !== "trusted") return "limits must be fixed or trusted";
  } else if (key === "vouch_trust" || key === "review_trust") {
    const thousandths = parseShare(value);
    if (thousandths === undefined) return `${key} must be from 0 to 1, such as 0.4`;
    typed = thousandths;
  } else if (key !== "name") {
    if (!/^(0|[1-9][0-9]{0,6})$/.test(value)) return `${key} must be a whole number`;
    typed = Number(value);
  }
  Object.assign(next, { [PROPERTY[key]]: typed });
  return undefined;
}
