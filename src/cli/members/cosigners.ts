import type { Signer } from "../../app/ports.ts";
import { isAgentId, type AgentId } from "../../protocol/ids.ts";
import { isRoot } from "../../protocol/rules/members.ts";
import { FaultError, type Context } from "../context.ts";
import { freshMound } from "../fresh.ts";
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

/** The signers of the roots that `--with` names: their keys are on this machine. A name that is no root's would sign for nothing. */
export async function rootsWith(context: Context, option: unknown): Promise<readonly Signer[]> {
  const mound = await context.mound();
  const signers: Signer[] = [];
  for (const typed of new Set(listOption(option) ?? [])) {
    const root = agentArgument(typed, "--with");
    if (root === context.agent()) continue;
    const signer = await mound.signer(root);
    if (!signer.ok) throw new FaultError(signer.error);
    await expectRoot(context, root);
    signers.push(signer.value);
  }
  return signers;
}

/** Whom this clone knows as no root may have become one since it last heard from its origin. */
async function expectRoot(context: Context, agent: AgentId): Promise<void> {
  const mound = await context.mound();
  if (await mound.read((view) => isRoot(view, agent))) return;
  const { mound: fresh } = await freshMound(context);
  if (await fresh.read((view) => isRoot(view, agent))) return;
  throw new FaultError({ rule: "MO3", code: "not-a-root", agent });
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
