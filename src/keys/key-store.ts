/**
 * Private keys under the user's configuration folder, one for each agent of each mound:
 *
 *   <config>/mound/keys/<mound id>/<agent>        an OpenSSH private key file, mode 0600
 *                                  <agent>.ref    or where else the key is (an adopted key)
 *                                  <agent>.next   the key that a rotation is about to use
 *                                  <agent>.old    the key before the last rotation
 *
 * A rotation signs with the old and the new key and may crash at any step: `stageKey`, the commit,
 * `promoteKey`. Each step may be repeated, and `<agent>` is a whole key at every moment.
 */
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { assert } from "../base/assert.ts";
import type { KeyFault, Keys, Random, Signer } from "../app/ports.ts";
import type { Result } from "../base/result.ts";
import { err, ok } from "../base/result.ts";
import type { AgentId, PublicKey } from "../protocol/ids.ts";
import { isAgentId } from "../protocol/ids.ts";
import { findKey } from "./adopt.ts";
import { createFile, exists, readText, replaceFile } from "./key-files.ts";
import { readReference, writeReference } from "./key-reference.ts";
import { encodePrivateKey, generateKey } from "./private-key.ts";
import { fileSigner, referenceSigner } from "./signers.ts";

type Made<T> = Promise<Result<T, KeyFault>>;

export interface KeyStore {
  /** A new key; never over one that is there. */
  createKey(moundId: string, agent: AgentId): Made<PublicKey>;
  /** Uses a key that the user has: a path, `ssh-agent`, or `ssh-agent:SHA256:...`. */
  adoptKey(moundId: string, agent: AgentId, source: string): Made<PublicKey>;
  signer(moundId: string, agent: AgentId): Made<Signer>;
  /** The signer of a new key for a rotation; of the one that is staged already, if there is one. */
  stageKey(moundId: string, agent: AgentId): Made<Signer>;
  /** The staged key becomes the agent's key; `key-missing` when none is staged. */
  promoteKey(moundId: string, agent: AgentId): Made<PublicKey>;
  /** The port that the use cases see. */
  forMound(moundId: string): Keys;
}

export interface KeyStoreOptions {
  /** As `configFolder` finds it. */
  readonly config: string;
  readonly random: Random;
  /** What ssh-keygen and ssh-add are given of it is scrubbed. */
  readonly environment: NodeJS.ProcessEnv;
}

export function openKeyStore(options: KeyStoreOptions): KeyStore {
  const { random, environment } = options;
  const place = (moundId: string, agent: AgentId) => keyPath(options.config, moundId, agent);
  return {
    async createKey(moundId, agent) {
      const path = place(moundId, agent);
      if (await exists(reference(path))) return taken(agent, reference(path));
      return createAt(path, agent, random);
    },
    adoptKey: (moundId, agent, source) => adopt(place(moundId, agent), agent, source, environment),
    signer: (moundId, agent) => openSigner(place(moundId, agent), agent, environment),
    stageKey: (moundId, agent) => stage(staged(place(moundId, agent)), agent, options),
    promoteKey: (moundId, agent) => promote(place(moundId, agent), agent, environment),
    forMound(moundId) {
      return { signer: (agent) => openSigner(place(moundId, agent), agent, environment) };
    },
  };
}

const MOUND_ID = /^[0-9a-hjkmnp-tv-z]{52}$/;

function keyPath(config: string, moundId: string, agent: AgentId): string {
  // Both become segments of a path; who calls has checked them.
  assert(MOUND_ID.test(moundId), "a mound's id is 52 Crockford characters");
  assert(isAgentId(agent), "an agent's name is checked before it is used");
  return join(config, "mound", "keys", moundId, agent);
}

function reference(path: string): string {
  return `${path}.ref`;
}

function staged(path: string): string {
  return `${path}.next`;
}

async function openSigner(
  path: string,
  agent: AgentId,
  environment: NodeJS.ProcessEnv,
): Made<Signer> {
  // A rotation from an adopted key to a file may crash before the reference is put away: the file wins.
  const own = await fileSigner(path, environment);
  if (!own.ok) return own;
  if (own.value !== undefined) return ok(own.value);
  const text = await readText(reference(path));
  if (text === undefined) return err({ code: "key-missing", agent, path });
  const found = readReference(text);
  if (found !== undefined) return referenceSigner(found, agent, environment);
  return err({ code: "key-unusable", path: reference(path), detail: "does not name a key" });
}

async function createAt(path: string, agent: AgentId, random: Random): Made<PublicKey> {
  const pair = generateKey(random);
  const [check = 0] = new Uint32Array(Uint8Array.from(random.bytes(4)).buffer);
  const text = encodePrivateKey(pair, `${agent}@mound`, check);
  return (await createFile(path, text)) ? ok(pair.key) : taken(agent, path);
}

async function adopt(
  path: string,
  agent: AgentId,
  source: string,
  environment: NodeJS.ProcessEnv,
): Made<PublicKey> {
  if (await exists(path)) return taken(agent, path);
  const found = await findKey(source, agent, environment);
  if (!found.ok) return found;
  const made = await createFile(reference(path), writeReference(found.value));
  return made ? ok(found.value.publicKey) : taken(agent, reference(path));
}

async function stage(path: string, agent: AgentId, options: KeyStoreOptions): Made<Signer> {
  if (!(await exists(path))) {
    const made = await createAt(path, agent, options.random);
    if (!made.ok && made.error.code !== "key-exists") return made;
  }
  const signer = await fileSigner(path, options.environment);
  if (!signer.ok) return signer;
  return signer.value ? ok(signer.value) : err({ code: "key-missing", agent, path });
}

async function promote(
  path: string,
  agent: AgentId,
  environment: NodeJS.ProcessEnv,
): Made<PublicKey> {
  const next = await fileSigner(staged(path), environment);
  if (!next.ok) return next;
  if (next.value === undefined) return err({ code: "key-missing", agent, path: staged(path) });
  await replaceFile(staged(path), path, `${path}.old`);
  if (await exists(reference(path))) await rename(reference(path), `${reference(path)}.old`);
  return ok(next.value.key);
}

function taken(agent: AgentId, path: string): Result<never, KeyFault> {
  return err({ code: "key-exists", agent, path });
}
