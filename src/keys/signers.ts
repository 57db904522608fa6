import type { KeyFault, Signer } from "../app/ports.ts";
import type { Result } from "../base/result.ts";
import { err, ok } from "../base/result.ts";
import type { PublicKey } from "../protocol/ids.ts";
import { readPrivate } from "./key-files.ts";
import type { KeyReference } from "./key-reference.ts";
import type { KeyPair, PrivateKey } from "./private-key.ts";
import { noteMade } from "./made.ts";
import { decodePrivateKey } from "./private-key.ts";
import { keyParts } from "./public-key.ts";
import type { SignRequest } from "./ssh-tools.ts";
import { signWithAgent, signWithFile } from "./ssh-tools.ts";
import { signSshsig, verifySignature } from "./sshsig.ts";

/** A signature that could not be made after all: no passphrase, no touch, the ssh-agent is gone. */
export class SigningError extends Error {
  readonly fault: KeyFault;

  constructor(fault: KeyFault) {
    super(`cannot sign: ${JSON.stringify(fault)}`);
    this.name = "SigningError";
    this.fault = fault;
  }
}

/** The signer of a private key file; undefined where there is no such file. */
export async function fileSigner(
  path: string,
  environment: NodeJS.ProcessEnv,
): Promise<Result<Signer | undefined, KeyFault>> {
  const held = await readKeyFile(path);
  if (!held.ok) return held;
  return ok(held.value && signerOf(held.value, path, environment));
}

/** The signer of a key that the user keeps elsewhere. `agent` is named in faults only. */
export async function referenceSigner(
  reference: KeyReference,
  agent: string,
  environment: NodeJS.ProcessEnv,
): Promise<Result<Signer, KeyFault>> {
  const { publicKey } = reference;
  if (reference.kind === "ssh-agent") {
    return ok(
      toolSigner(publicKey, "ssh-agent", environment, (request) =>
        signWithAgent(publicKey, request),
      ),
    );
  }
  const { path } = reference;
  const found = await fileSigner(path, environment);
  if (!found.ok) return found;
  if (found.value === undefined) return err({ code: "key-missing", agent, path });
  if (found.value.key === publicKey) return ok(found.value);
  return err({
    code: "key-unusable",
    path,
    detail: "holds another key than the one that was adopted",
  });
}

/** What a private key file holds; undefined where there is none. */
export async function readKeyFile(path: string): Promise<Result<PrivateKey | undefined, KeyFault>> {
  const text = await readPrivate(path);
  if (!text.ok) return text;
  if (text.value === undefined) return ok(undefined);
  const held = decodePrivateKey(text.value);
  return held.ok ? held : err({ code: "key-unusable", path, detail: held.error.detail });
}

function signerOf(held: PrivateKey, path: string, environment: NodeJS.ProcessEnv): Signer {
  if (held.kind === "seed") return seedSigner(held);
  return toolSigner(held.key, path, environment, (request) => signWithFile(path, request));
}

function seedSigner({ seed, key }: KeyPair): Signer {
  return {
    key,
    unattended: true,
    async sign(payload, namespace) {
      const armor = signSshsig(seed, key, payload, namespace);
      noteMade({ payload, armor }, { key, namespace, valid: true });
      return armor;
    },
  };
}

function toolSigner(
  key: PublicKey,
  path: string,
  environment: NodeJS.ProcessEnv,
  run: (request: SignRequest) => Promise<Result<string, string>>,
): Signer {
  const token = keyParts(key).application !== undefined;
  return {
    key,
    unattended: false,
    async sign(payload, namespace) {
      const made = await run({ payload, namespace, environment, token });
      if (!made.ok) throw new SigningError({ code: "key-unusable", path, detail: made.error });
      // Nothing leaves here that our own judge would refuse, whatever ssh-keygen made.
      const fact = verifySignature({ payload, armor: made.value });
      if (fact.valid && fact.key === key && fact.namespace === namespace) return made.value;
      const detail = "ssh-keygen made a signature that does not verify";
      throw new SigningError({ code: "key-unusable", path, detail });
    },
  };
}
