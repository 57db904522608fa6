import type { AppFault } from "../../app/faults.ts";
import { joiningSigner } from "../../open/joining.ts";
import type { AgentId } from "../../protocol/ids.ts";
import { viewAgent } from "../../protocol/views/agent-view.ts";
import { keyOption } from "../address.ts";
import { FaultError, type Context } from "../context.ts";
import { freshMound } from "../fresh.ts";
import { listOption, textOption } from "../options.ts";
import type { Report } from "../report.ts";
import { agentArgument, operatorSigner } from "./cosigners.ts";
import { agentJson } from "./shape.ts";

/** `mound join`: the agent becomes a member, or says anew what it can do. */
export async function join(
  context: Context,
  _args: readonly unknown[],
  options: Record<string, unknown>,
): Promise<Report> {
  const agent = context.agent();
  const named = textOption(options["operator"]);
  const { mound } = await freshMound(context);
  const before = await mound.read((view) => view.get(`agent/${agent}`));
  const operator = named === undefined ? before?.operator : agentArgument(named, "--operator");
  const cosigner = await operatorSigner(context, operator);
  const opened = await joiningSigner(
    mound,
    agent,
    keyOption(context, options["key"]),
    context.env.environment,
  );
  if (!opened.ok) throw new FaultError(opened.error);
  const { signer, fresh } = opened.value;
  const name = textOption(options["name"]);
  const skills = listOption(options["can"]);
  const command = {
    type: "join" as const,
    key: signer.key,
    operatorSigns: cosigner !== undefined,
    ...(name === undefined ? {} : { name }),
    ...(operator === undefined ? {} : { operator }),
    ...(skills === undefined ? {} : { skills }),
  };
  const [outcome] = await mound.submitSigned(agent, signer, [command], {
    cosigners: cosigner === undefined ? [] : [cosigner],
  });
  if (!outcome!.ok) {
    if (fresh && isFinal(outcome!.error)) await mound.keys.discardKey(mound.id, agent);
    throw new FaultError(outcome!.error);
  }
  return joined(context, agent, outcome!.value, before?.status === "active");
}

/** Whether a refusal stands however often the same key tries. One that waits for others' word keeps its key. */
function isFinal(fault: AppFault): boolean {
  return "rule" in fault && fault.code !== "not-invited" && fault.code !== "vouches-missing";
}

async function joined(
  context: Context,
  agent: AgentId,
  { answer, commit }: { answer: { already?: boolean }; commit: string | undefined },
  member: boolean,
): Promise<Report> {
  const mound = await context.mound();
  const view = await mound.read((state) => viewAgent(state, agent)!);
  const { name } = await mound.read((state) => state.get("mound")!);
  const already = answer.already === true;
  const became = already
    ? "is a member already, as asked"
    : member
      ? "is up to date"
      : "is a member now";
  const unsigned = view.operator !== undefined && !view.operatorSigned;
  const notes = unsigned
    ? [
        `The operator ${view.operator} counts only once it has signed too: where its key is, run: mound join --as ${agent}`,
      ]
    : [];
  return {
    data: { agent: agentJson(view), commit: commit ?? null, already },
    text: `${agent} ${became}, in the mound ${name}.`,
    next: [`export MOUND_AGENT=${agent}`, "mound next --claim"],
    notes,
  };
}
