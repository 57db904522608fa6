import { keyFingerprint } from "../../protocol/rules/fingerprint.ts";
import { viewAgent } from "../../protocol/views/agent-view.ts";
import { agentsOf } from "../../protocol/views/allowed-signers.ts";
import { FaultError, type Context } from "../context.ts";
import { freshMound } from "../fresh.ts";
import type { Report } from "../report.ts";
import { ID_SHOWN } from "../setup/describe.ts";
import { agentArgument } from "./cosigners.ts";
import { agentJson, agentLine, agentText } from "./shape.ts";

/** `mound agent list`: everyone who ever joined. */
export async function listAgents(context: Context): Promise<Report> {
  const { mound, notes } = await freshMound(context);
  const agents = await mound.read((view) => agentsOf(view).map(({ id }) => viewAgent(view, id)!));
  return { data: { agents: agents.map(agentJson) }, text: agents.map(agentLine).join("\n"), notes };
}

/** `mound agent show AGENT`. */
export async function showAgent(
  context: Context,
  [typed]: readonly (string | undefined)[],
): Promise<Report> {
  const agent = agentArgument(typed!, "The name");
  const { mound, notes } = await freshMound(context);
  const found = await mound.read((view) => viewAgent(view, agent));
  if (found === undefined) throw new FaultError({ code: "agent-unknown", agent });
  return { data: { agent: agentJson(found) }, text: agentText(found), notes };
}

/** `mound whoami`: the acting agent, as the mound and this machine know it. */
export async function whoami(context: Context): Promise<Report> {
  const agent = context.agent();
  const { mound, notes } = await freshMound(context);
  const signer = await mound.signer(agent);
  const { found, settings } = await mound.read((view) => ({
    found: viewAgent(view, agent),
    settings: view.get("mound")!,
  }));
  const home = { id: settings.id, name: settings.name };
  const place = `mound       ${settings.name} (${settings.id.slice(0, ID_SHOWN)})`;
  if (found !== undefined) {
    const here = signer.ok && signer.value.key === found.key;
    const absent = here
      ? []
      : [`The key in force of ${agent} is not on this machine, so it cannot act here.`];
    return {
      data: {
        mound: home,
        agent: agentJson(found),
        member: found.status === "active",
        key_here: here,
      },
      text: `${place}\n${agentText(found)}`,
      notes: [...notes, ...absent],
    };
  }
  if (!signer.ok) throw new FaultError(signer.error);
  const { key } = signer.value;
  const fingerprint = keyFingerprint(key);
  const { membership } = settings;
  const invite =
    membership === "invited"
      ? [`mound invite ${fingerprint}`]
      : membership === "vouched"
        ? [`mound vouch ${agent} --key ${fingerprint} --reason TEXT   (a member)`]
        : [];
  return {
    data: {
      mound: home,
      agent: { id: agent, status: "none", role: "none", key, fingerprint, skills: [], held: [] },
      member: false,
      key_here: true,
    },
    text: `${place}\nagent       ${agent}\nstatus      not a member\nfingerprint ${fingerprint}\nkey         ${key}`,
    next: [...invite, `mound join --as ${agent}`],
    notes,
  };
}
