/**
 * Private keys under the user's configuration folder, one for each agent of each mound:
 *
 *   <config>/mound/keys/<mound id>/<agent>        an OpenSSH private key file, mode 0600
 *                                  <agent>.ref    or where else the key is (an adopted key)
 *                                  <agent>.next   the key that a rotation is about to use
 *                                  <agent>.next.ref     or where else that key is
 *                                  <agent>.old    the key before the last rotation
 *
 * A rotation signs with the old and the new key and may crash at any step: `stageKey`, the commit,
 * `promoteKey`. Each step may be repeated; until the last one is done, the new key stays staged.
 */
import { rename, rm } from "node:fs/promises";
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
  /**
   * The signer of a new key for a rotation: of the one that `source` names (as for `adoptKey`), else of
   * the one that is staged already, else of one made now.
   */
  stageKey(moundId: string, agent: AgentId, source?: string): Made<Signer>;
  /** The signer of the key that a rotation has staged and not promoted; undefined where there is none. */
  stagedKey(moundId: string, agent: AgentId): Made<Signer | undefined>;
  /** The staged key becomes the agent's key; `key-missing` when none is staged. */
  promoteKey(moundId: string, agent: AgentId): Made<PublicKey>;
  /** Forgets a staged key whose rotation was refused. */
  unstageKey(moundId: string, agent: AgentId): Promise<void>;
  /** Forgets a key that no accepted record names: that of a join which was refused. */
  discardKey(moundId: string, agent: AgentId): Promise<void>;
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
    stageKey: (moundId, agent, source) =>
      stage(staged(place(moundId, agent)), agent, source, options),
    stagedKey: (moundId, agent) => openStaged(staged(place(moundId, agent)), agent, environment),
    promoteKey: (moundId, agent) => promote(place(moundId, agent), agent, environment),
    unstageKey: (moundId, agent) => forget(staged(place(moundId, agent))),
    discardKey: (moundId, agent) => forget(place(moundId, agent)),
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
  const referred = await openReference(path, agent, environment);
  if (!referred.ok) return referred;
  return referred.value === undefined
    ? err({ code: "key-missing", agent, path })
    : ok(referred.value);
}

/** The signer of an adopted key; undefined where none was adopted. */
async function openReference(
  path: string,
  agent: AgentId,
  environment: NodeJS.ProcessEnv,
): Made<Signer | undefined> {
  const text = await readText(reference(path));
  if (text === undefined) return ok(undefined);
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

async function stage(
  path: string,
  agent: AgentId,
  source: string | undefined,
  options: KeyStoreOptions,
): Made<Signer> {
  const { environment, random } = options;
  if (source !== undefined) {
    const found = await findKey(source, agent, environment);
    if (!found.ok) return found;
    // What was staged before never came into force: whoever opened the signer looked.
    await forget(path);
    await createFile(reference(path), writeReference(found.value));
  } else if (!(await exists(path)) && !(await exists(reference(path)))) {
    const made = await createAt(path, agent, random);
    if (!made.ok && made.error.code !== "key-exists") return made;
  }
  const signer = await openStaged(path, agent, environment);
  if (!signer.ok) return signer;
  return signer.value ? ok(signer.value) : err({ code: "key-missing", agent, path });
}

async function openStaged(
  path: string,
  agent: AgentId,
  environment: NodeJS.ProcessEnv,
): Made<Signer | undefined> {
  const own = await fileSigner(path, environment);
  return !own.ok || own.value !== undefined ? own : openReference(path, agent, environment);
}

async function promote(
  path: string,
  agent: AgentId,
  environment: NodeJS.ProcessEnv,
): Made<PublicKey> {
  const next = await openStaged(staged(path), agent, environment);
  if (!next.ok) return next;
  if (next.value === undefined) return err({ code: "key-missing", agent, path: staged(path) });
  if (await exists(staged(path))) {
    await replaceFile(staged(path), path, `${path}.old`);
    if (await exists(reference(path))) await rename(reference(path), `${reference(path)}.old`);
  } else {
    // A key file wins over a reference, so it goes first; until the rename below the new one is staged.
    if (await exists(path)) await rename(path, `${path}.old`);
    await replaceFile(reference(staged(path)), reference(path), `${reference(path)}.old`);
  }
  return ok(next.value.key);
}

async function forget(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(reference(path), { force: true });
}

function taken(agent: AgentId, path: string): Result<never, KeyFault> {
  return err({ code: "key-exists", agent, path });
}
