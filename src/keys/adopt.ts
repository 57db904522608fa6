import { resolve } from "node:path";
import type { KeyFault } from "../app/ports.ts";
import type { Result } from "../base/result.ts";
import { err, ok } from "../base/result.ts";
import type { KeyReference } from "./key-reference.ts";
import { fingerprint, parsePublicKey } from "./public-key.ts";
import { readText } from "./key-files.ts";
import { readKeyFile } from "./signers.ts";
import { listAgentKeys } from "./ssh-tools.ts";

/**
 * Finds the key that `source` names: the path of a private key file, `ssh-agent`, or
 * `ssh-agent:SHA256:...` where the ssh-agent holds several ed25519 keys.
 */
export async function findKey(
  source: string,
  agent: string,
  environment: NodeJS.ProcessEnv,
): Promise<Result<KeyReference, KeyFault>> {
  if (source === AGENT) return findInAgent(undefined, environment);
  if (source.startsWith(`${AGENT}:`))
    return findInAgent(source.slice(AGENT.length + 1), environment);
  return findInFile(resolve(source), agent);
}

const AGENT = "ssh-agent";

async function findInFile(path: string, agent: string): Promise<Result<KeyReference, KeyFault>> {
  if (path.endsWith(".pub") && parsePublicKey((await readText(path)) ?? "") !== undefined) {
    const detail = "is a public key: name the private key file, or ssh-agent";
    return err({ code: "key-unusable", path, detail });
  }
  const held = await readKeyFile(path);
  if (!held.ok) return held;
  if (held.value === undefined) return err({ code: "key-missing", agent, path });
  return ok({ kind: "file", path, publicKey: held.value.key });
}

async function findInAgent(
  wanted: string | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<Result<KeyReference, KeyFault>> {
  const listed = await listAgentKeys(environment);
  if (!listed.ok) return unusable(listed.error);
  const choices = listed.value.map((each) => ({ ...each, fingerprint: fingerprint(each.key) }));
  const named = choices.filter((each) => wanted === undefined || each.fingerprint === wanted);
  const [only, ...others] = named;
  if (only === undefined && wanted === undefined) return unusable("holds no ed25519 key");
  if (only === undefined) return unusable(`holds no ed25519 key with the fingerprint ${wanted}`);
  if (others.length === 0) return ok({ kind: "ssh-agent", publicKey: only.key });
  return err({
    code: "key-ambiguous",
    choices: named.map(({ fingerprint: print, comment }) => ({ fingerprint: print, comment })),
  });
}

function unusable(detail: string): Result<never, KeyFault> {
  return err({ code: "key-unusable", path: AGENT, detail });
}
