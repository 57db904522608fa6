import { err, ok, type Result } from "../base/result.ts";
import type { KeyFault, Signer } from "../app/ports.ts";
import { findKey } from "../keys/adopt.ts";
import type { AgentId } from "../protocol/ids.ts";
import type { Mound } from "./mound.ts";

export interface JoiningSigner {
  readonly signer: Signer;
  /** The key was made or adopted just now: it goes again when the join is refused. */
  readonly fresh: boolean;
}

/**
 * The signer with which an agent joins: of the key that it has here, else of a new one, or of the one
 * that `source` names (as for `KeyStore.adoptKey`). A key that was kept for an earlier attempt gives
 * way to `source`, unless it ever belonged to a member.
 */
export async function joiningSigner(
  mound: Mound,
  agent: AgentId,
  source: string | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<Result<JoiningSigner, KeyFault>> {
  const present = await mound.signer(agent);
  if (!present.ok && present.error.code !== "key-missing") return present;
  if (source === undefined)
    return present.ok ? ok({ signer: present.value, fresh: false }) : make(mound, agent);
  const wanted = await findKey(source, agent, environment);
  if (!wanted.ok) return wanted;
  if (present.ok) {
    if (present.value.key === wanted.value.publicKey)
      return ok({ signer: present.value, fresh: false });
    await mound.sync();
    const holder = await mound.read((view) => view.get(`key/${present.value.key}`));
    if (holder !== undefined) return err({ code: "key-exists", agent, path: source });
    await mound.keys.discardKey(mound.id, agent);
  }
  const adopted = await mound.keys.adoptKey(mound.id, agent, source);
  return adopted.ok ? open(mound, agent) : adopted;
}

async function make(mound: Mound, agent: AgentId): Promise<Result<JoiningSigner, KeyFault>> {
  const made = await mound.keys.createKey(mound.id, agent);
  // Another process may have made one at the same moment: then that one it is.
  if (!made.ok && made.error.code !== "key-exists") return made;
  return open(mound, agent);
}

async function open(mound: Mound, agent: AgentId): Promise<Result<JoiningSigner, KeyFault>> {
  const signer = await mound.keys.signer(mound.id, agent);
  return signer.ok ? ok({ signer: signer.value, fresh: true }) : signer;
}
