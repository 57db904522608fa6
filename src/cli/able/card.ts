import { isInDate } from "../../protocol/rules/able.ts";
import { aboutSkill } from "../../protocol/rules/about-skill.ts";
import type { AgentId } from "../../protocol/ids.ts";
import type { View } from "../../protocol/state.ts";
import { formatInstant } from "../../protocol/time.ts";
import { FaultError, type Context } from "../context.ts";
import { freshMound } from "../fresh.ts";
import { agentArgument } from "../members/cosigners.ts";
import type { Report } from "../report.ts";
import { sanitiseJson } from "../sanitise.ts";

/** Tasks and results are texts. */
const MODES = ["text/plain"];

/** `mound agent card AGENT`: the agent as A2A describes one. */
export async function showCard(
  context: Context,
  [typed]: readonly (string | undefined)[],
): Promise<Report> {
  const agent = agentArgument(typed!, "The name");
  const { mound, notes } = await freshMound(context);
  const card = await mound.read((view, now) => agentCard(view, agent, now));
  if (card === undefined) throw new FaultError({ code: "agent-unknown", agent });
  return { data: { card }, text: sanitiseJson(JSON.stringify(card, undefined, 2)), notes };
}

/**
 * An AgentCard of A2A 1.0 (a2a-protocol.org, section 4.4.1), with what is true of an agent of a mound.
 * Nobody reaches it by A2A: it takes its work from the repository, so `supportedInterfaces` is empty, there
 * is no `url`, it streams nothing and notifies nobody. `provider` is left out, for it needs an address of
 * the operator's, `securitySchemes` and `security` are of an endpoint that there is not, and `signatures`
 * are of another scheme than the record's. The version is when the agent last said what it can do.
 */
function agentCard(view: View, agent: AgentId, now: number) {
  const member = view.get(`agent/${agent}`);
  if (member === undefined) return undefined;
  const can = view.get(`can/${agent}`);
  const about = view.get(`card/${agent}`);
  const files = [`agents/${agent}/agent.yaml`, `agents/${agent}/capabilities.yaml`];
  const said = Math.max(...files.map((path) => view.get(`file/${path}`)?.at ?? 0));
  const { name } = view.get("mound")!;
  const state =
    member.status === "active" ? "" : `; it is ${member.status}, and takes no more work`;
  const over = can === undefined || isInDate(can, now) ? "" : ", which has lapsed";
  return {
    name: member.name ?? agent,
    description: `The agent ${agent} of the mound ${name}${state}. It says that it can do this until ${
      can?.until === undefined ? "it says otherwise" : formatInstant(can.until)
    }${over}.`,
    version: formatInstant(said),
    supportedInterfaces: [],
    capabilities: { streaming: false, pushNotifications: false },
    defaultInputModes: MODES,
    defaultOutputModes: MODES,
    skills: (can?.skills ?? []).map((id) => ({
      id,
      name: aboutSkill(about?.names ?? [], id) ?? id,
      description: aboutSkill(about?.texts ?? [], id) ?? id,
      tags: [...(aboutSkill(about?.tags ?? [], id)?.split(/ +/) ?? []), ...(can?.tags ?? [])],
    })),
  };
}
