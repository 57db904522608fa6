import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generateKey } from "../../src/keys/private-key.ts";
import { referenceSigner, SigningError } from "../../src/keys/signers.ts";
import { signSshsig } from "../../src/keys/sshsig.ts";
import { random, temporary } from "./openssh.ts";

const pair = generateKey(random);
const payload = Buffer.from("kind: claim\n");

/** An ssh-agent's signer, where ssh-keygen answers with `armor` whatever it is asked. */
async function signerThatGives(armor: string) {
  const folder = temporary();
  writeFileSync(join(folder, "armor"), armor);
  const script = `#!/bin/sh\ncat > /dev/null\ncat ${join(folder, "armor")}\n`;
  writeFileSync(join(folder, "ssh-keygen"), script);
  chmodSync(join(folder, "ssh-keygen"), 0o700);
  const environment = { PATH: `${folder}:/usr/bin:/bin` };
  const reference = { kind: "ssh-agent", publicKey: pair.key } as const;
  const signer = await referenceSigner(reference, "ant-3", environment);
  if (!signer.ok) throw new Error(signer.error.code);
  return signer.value;
}

test("a signature that the tool makes is handed on when it holds", async () => {
  const armor = signSshsig(pair.seed, pair.key, payload, "n");
  expect(await (await signerThatGives(armor)).sign(payload, "n")).toBe(armor);
});

const other = generateKey(random);
test.each([
  ["of other bytes", signSshsig(pair.seed, pair.key, Buffer.from("other"), "n")],
  ["in another namespace", signSshsig(pair.seed, pair.key, payload, "m")],
  ["of another key", signSshsig(other.seed, other.key, payload, "n")],
  ["that is none", "-----BEGIN SSH SIGNATURE-----\n"],
])("a signature %s is not handed on", async (_, armor) => {
  const signer = await signerThatGives(armor);
  const detail = "ssh-keygen made a signature that does not verify";
  const signing = signer.sign(payload, "n");
  await expect(signing).rejects.toThrow(SigningError);
  await expect(signing).rejects.toMatchObject({ fault: { code: "key-unusable", detail } });
});
