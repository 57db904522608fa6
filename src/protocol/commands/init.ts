import { err, ok } from "../../base/result.ts";
import { fault } from "../fault.ts";
import type { PublicKey } from "../ids.ts";
import { DEFAULTS } from "../kinds/mound.ts";
import { PROTOCOL } from "../version.ts";
import { capabilitiesDraft } from "./can.ts";
import { moundDraft } from "./configure.ts";
import { agentDraft } from "./members.ts";
import type { MoundState } from "../state.ts";
import { type Draft, type PlanContext, type Planned } from "./plan.ts";

export interface InitCommand {
  readonly type: "init";
  readonly name: string;
  readonly key: PublicKey;
  readonly membership: MoundState["membership"];
  readonly skills?: readonly string[];
  /** What is laid down for people and hosts: path to text. */
  readonly files: Readonly<Record<string, string>>;
}

/** The first commit: the mound's record, its first root, and the templates. */
export function planInit(command: InitCommand, context: PlanContext): Planned {
  const { view, agent } = context;
  if (view.get("mound") !== undefined) {
    return err(fault("LN10", { code: "lineage", detail: "the line has a mound already" }));
  }
  const founded = {
    id: "",
    name: command.name,
    protocol: PROTOCOL,
    membership: command.membership,
    roots: [{ agent, key: command.key }],
    threshold: 1,
    ...DEFAULTS,
  };
  const drafts: Draft[] = [
    moundDraft(founded, context, 0),
    agentDraft(agent, { key: command.key }, context, 1, false),
  ];
  const { skills } = command;
  const declared = skills && skills.length > 0 && capabilitiesDraft({ skills }, context, 2);
  if (declared) drafts.push(declared);
  for (const [path, text] of Object.entries(command.files).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    drafts.push({ write: "file", path, text });
  return ok({
    drafts,
    subject: `found the mound ${command.name}`,
    tasks: [],
    answer: { tasks: [] },
  });
}
