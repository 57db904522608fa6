import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { factOfMade } from "../../src/keys/made.ts";
import { encodePrivateKey, generateKey } from "../../src/keys/private-key.ts";
import { fileSigner } from "../../src/keys/signers.ts";
import { signSshsig, verifySignature } from "../../src/keys/sshsig.ts";
import { createVerifier } from "../../src/keys/verifier.ts";
import { random, temporary } from "./openssh.ts";

const payload = Buffer.from("kind: claim\n");

async function signed() {
  const pair = generateKey(random);
  const path = join(temporary(), "key");
  writeFileSync(path, encodePrivateKey(pair, "ant", 1), { mode: 0o600 });
  const signer = await fileSigner(path, {});
  if (!signer.ok || signer.value === undefined) throw new Error("the key file cannot be used");
  return { pair, armor: await signer.value.sign(payload, "record@m") };
}

test("what a key file's signer has made is known, and is what verifying it gives", async () => {
  const { armor } = await signed();
  const fact = factOfMade({ payload, armor });
  expect(fact).toEqual(verifySignature({ payload, armor }));
  expect(fact?.valid).toBe(true);
});

test("the same armor over another payload is verified, and refused", async () => {
  const { armor } = await signed();
  const other = { payload: Buffer.from("kind: Claim\n"), armor };
  expect(factOfMade(other)).toBeUndefined();
  expect(await createVerifier().verify([other])).toMatchObject([{ valid: false }]);
});

test("a signature that came from elsewhere is not known, whoever's key made it", async () => {
  const { pair } = await signed();
  const armor = signSshsig(pair.seed, pair.key, payload, "record@n");
  expect(factOfMade({ payload, armor })).toBeUndefined();
});
