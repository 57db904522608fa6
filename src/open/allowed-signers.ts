import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Objects } from "../app/ports.ts";
import { ALLOWED_SIGNERS, moundFolder } from "../git/clone.ts";
import { parseCommit } from "../protocol/commit.ts";
import type { AgentId } from "../protocol/ids.ts";
import type { AgentState, View } from "../protocol/state.ts";
import {
  agentsOf,
  allowedSigners,
  allowedSignersText,
  type AllowedSigner,
} from "../protocol/views/allowed-signers.ts";

type Read = <T>(reader: (view: View) => T) => Promise<T>;

/** Every key ever of every agent, and what it may sign. */
export async function readAllowedSigners(
  read: Read,
  objects: Objects,
): Promise<readonly AllowedSigner[]> {
  const founders = await findFounders(await read(agentsOf), objects);
  return read((view) => allowedSigners(view, founders));
}

/** Writes them to where a clone's `gpg.ssh.allowedSignersFile` points, in one step; answers the path. */
export async function writeAllowedSigners(
  commonDir: string,
  signers: readonly AllowedSigner[],
): Promise<string> {
  const path = join(moundFolder(commonDir), ALLOWED_SIGNERS);
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, allowedSignersText(signers));
  await rename(temporary, path);
  return path;
}

/** Who joined with the commit that has no parent; a second's resolution alone does not tell. */
async function findFounders(
  agents: readonly AgentState[],
  objects: Objects,
): Promise<ReadonlySet<AgentId>> {
  const first = Math.min(...agents.map((agent) => agent.joined));
  const founders = new Set<AgentId>();
  for (const agent of agents) {
    if (agent.joined !== first) continue;
    const object = await objects.read(agent.keys[0]!.commit);
    if (object !== undefined && parseCommit(object.bytes)?.parents.length === 0)
      founders.add(agent.id);
  }
  return founders;
}
