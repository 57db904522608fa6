import type { Signer } from "../../app/ports.ts";
import { viewAgent } from "../../protocol/views/agent-view.ts";
import { keyOption } from "../address.ts";
import { FaultError, type Context } from "../context.ts";
import type { Report } from "../report.ts";
import { UsageError } from "../usage.ts";
import { operatorSigner, rootsWith } from "./cosigners.ts";
import { agentJson } from "./shape.ts";

/**
 * `mound agent rotate`: a new key for the acting agent. The new key is staged, signs together with the
 * old one, and takes its place once the line has it; a crash in between is mended by the next command.
 */
export async function rotate(
  context: Context,
  _args: readonly unknown[],
  options: Record<string, unknown>,
): Promise<Report> {
  const agent = context.agent();
  const mound = await context.mound();
  const signer = await mound.signer(agent);
  if (!signer.ok) throw new FaultError(signer.error);
  const roots = await rootsWith(context, options["with"]);
  const staged = await mound.keys.stageKey(mound.id, agent, keyOption(context, options["key"]));
  if (!staged.ok) throw new FaultError(staged.error);
  if (staged.value.key === signer.value.key) {
    await mound.keys.unstageKey(mound.id, agent);
    throw new UsageError(
      `That is the key of ${agent} already.`,
      `mound agent rotate --as ${agent}`,
    );
  }
  const operator = await mound.read((view) => view.get(`agent/${agent}`)?.operator);
  const cosigners = distinct(
    [staged.value, ...roots, await operatorSigner(context, operator)],
    signer.value,
  );
  const [outcome] = await mound.submitSigned(
    agent,
    signer.value,
    [{ type: "rotate", key: staged.value.key }],
    { cosigners },
  );
  if (!outcome!.ok) {
    if ("rule" in outcome!.error) await mound.keys.unstageKey(mound.id, agent);
    throw new FaultError(outcome!.error);
  }
  const promoted = await mound.keys.promoteKey(mound.id, agent);
  // Another process may have seen the new key in force, and promoted it, a moment earlier.
  if (!promoted.ok && promoted.error.code !== "key-missing") throw new FaultError(promoted.error);
  const found = await mound.read((view) => viewAgent(view, agent)!);
  return {
    data: { agent: agentJson(found), commit: outcome!.value.commit ?? null },
    text: `${agent} has a new key: ${found.fingerprint}. The old one signs nothing any more.`,
    next: [`mound whoami --as ${agent}`],
  };
}

/** One key signs a record once. */
function distinct(signers: readonly (Signer | undefined)[], first: Signer): readonly Signer[] {
  const byKey = new Map(
    signers.flatMap((signer) => (signer === undefined ? [] : [[signer.key, signer] as const])),
  );
  byKey.delete(first.key);
  return [...byKey.values()];
}
