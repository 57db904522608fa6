import type { Signer } from "../../app/ports.ts";
import { isAgentId, type AgentId } from "../../protocol/ids.ts";
import { FaultError, type Context } from "../context.ts";
import { listOption } from "../options.ts";
import { UsageError } from "../usage.ts";

/** An agent that was named on the command line. */
export function agentArgument(typed: string, what: string): AgentId {
  if (isAgentId(typed)) return typed;
  throw new UsageError(
    `${what} "${typed}" cannot be an agent's name. Use a-z, 0-9, - and _, at most 39 characters.`,
    "mound agent list",
  );
}

/** The signers of the roots that `--with` names: their keys are on this machine. */
export async function rootsWith(context: Context, option: unknown): Promise<readonly Signer[]> {
  const mound = await context.mound();
  const signers: Signer[] = [];
  for (const typed of new Set(listOption(option) ?? [])) {
    const root = agentArgument(typed, "--with");
    if (root === context.agent()) continue;
    const signer = await mound.signer(root);
    if (!signer.ok) throw new FaultError(signer.error);
    signers.push(signer.value);
  }
  return signers;
}

/** The operator's signer, where its key is on this machine and in force; undefined elsewhere. */
export async function operatorSigner(
  context: Context,
  operator: AgentId | undefined,
): Promise<Signer | undefined> {
  if (operator === undefined || operator === context.agent()) return undefined;
  const mound = await context.mound();
  const signer = await mound.signer(operator);
  const inForce = await mound.read((view) => view.get(`agent/${operator}`)?.key);
  return signer.ok && signer.value.key === inForce ? signer.value : undefined;
}
