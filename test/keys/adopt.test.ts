import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { AgentId } from "../../src/protocol/ids.ts";
import { openKeyStore } from "../../src/keys/key-store.ts";
import { encodePrivateKey, generateKey } from "../../src/keys/private-key.ts";
import { fingerprint } from "../../src/keys/public-key.ts";
import { SigningError } from "../../src/keys/signers.ts";
import { signSshsig } from "../../src/keys/sshsig.ts";
import { addToAgent, must, random, startAgent, stockKey, temporary } from "./openssh.ts";

const MOUND = "0".repeat(52);
const ant = "ant-3" as AgentId;
const payload = Buffer.from("kind: claim\n");
const NAMESPACE = `record@${MOUND}`;

/** A store whose ssh programs see only this environment. */
function open(environment: NodeJS.ProcessEnv = {}) {
  const config = temporary();
  const seen = { PATH: process.env["PATH"], HOME: config, ...environment };
  return { config, store: openKeyStore({ config, random, environment: seen }) };
}

/** A private key file whose seed the test knows. */
function knownKey(folder = temporary(), passphrase = "") {
  const pair = generateKey(random);
  const path = join(folder, `id-${passphrase}`);
  writeFileSync(path, encodePrivateKey(pair, "known", 1), { mode: 0o600 });
  if (passphrase !== "") {
    must("ssh-keygen", ["-q", "-p", "-P", "", "-N", passphrase, "-a", "1", "-f", path]);
  }
  return { ...pair, path, armor: signSshsig(pair.seed, pair.key, payload, NAMESPACE) };
}

async function adopt(source: string, environment: NodeJS.ProcessEnv = {}) {
  const { store, config } = open(environment);
  const adopted = await store.adoptKey(MOUND, ant, source);
  if (!adopted.ok) throw new Error(JSON.stringify(adopted.error));
  const signer = await store.signer(MOUND, ant);
  if (!signer.ok) throw new Error(JSON.stringify(signer.error));
  return { adopted: adopted.value, signer: signer.value, store, config };
}

function askpass(passphrase: string): NodeJS.ProcessEnv {
  const script = join(temporary(), "askpass");
  writeFileSync(script, `#!/bin/sh\necho ${passphrase}\n`);
  chmodSync(script, 0o700);
  return { SSH_ASKPASS: script, SSH_ASKPASS_REQUIRE: "force" };
}

async function failure(signing: Promise<string>): Promise<SigningError["fault"]> {
  const error: unknown = await signing.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SigningError)) throw new Error(`no signing error: ${String(error)}`);
  return error.fault;
}

describe("a private key file", () => {
  test("is not copied, and signs in process where it is not encrypted", async () => {
    const known = knownKey();
    // With no ssh-keygen on the PATH, nothing but this process can sign.
    const { adopted, signer, config } = await adopt(known.path, { PATH: temporary() });
    expect([adopted, signer.key]).toEqual([known.key, known.key]);
    expect(await signer.sign(payload, NAMESPACE)).toBe(known.armor);
    const folder = join(config, "mound", "keys", MOUND);
    expect(readdirSync(folder)).toEqual(["ant-3.ref"]);
    expect(JSON.parse(readFileSync(join(folder, "ant-3.ref"), "utf8"))).toEqual({
      kind: "file",
      path: known.path,
      publicKey: known.key,
    });
  });

  test("that is encrypted signs through ssh-keygen, byte for byte the same", async () => {
    const known = knownKey(temporary(), "secret");
    const { adopted, signer } = await adopt(known.path, askpass("secret"));
    expect(adopted).toBe(known.key);
    expect(await signer.sign(payload, NAMESPACE)).toBe(known.armor);
  });

  test("does not sign with a wrong passphrase", async () => {
    const known = knownKey(temporary(), "secret");
    const { signer } = await adopt(known.path, askpass("wrong"));
    const fault = await failure(signer.sign(payload, NAMESPACE));
    expect(fault).toMatchObject({ code: "key-unusable", path: known.path });
    expect(fault).toMatchObject({ detail: expect.stringContaining("incorrect passphrase") });
  });

  test("that is encrypted does not sign without ssh-keygen", async () => {
    const known = knownKey(temporary(), "secret");
    const { signer } = await adopt(known.path, { PATH: temporary() });
    const detail = "ssh-keygen is not installed or not on the PATH";
    const fault = { code: "key-unusable", path: known.path, detail };
    expect(await failure(signer.sign(payload, NAMESPACE))).toEqual(fault);
  });

  test("is refused when it later holds another key, or is gone", async () => {
    const known = knownKey();
    const { store } = await adopt(known.path);
    renameSync(knownKey().path, known.path);
    const detail = "holds another key than the one that was adopted";
    const changed = { code: "key-unusable", path: known.path, detail };
    expect(await store.signer(MOUND, ant)).toEqual({ ok: false, error: changed });
    renameSync(known.path, `${known.path}.away`);
    const gone = { code: "key-missing", agent: ant, path: known.path };
    expect(await store.signer(MOUND, ant)).toEqual({ ok: false, error: gone });
  });

  test("is not adopted when it is absent, exposed, public or of another type", async () => {
    const { store, config } = open();
    const folder = temporary();
    const stock = stockKey(folder, "stock");
    const rsa = stockKey(folder, "rsa", ["-t", "rsa"]);
    const exposed = knownKey().path;
    chmodSync(exposed, 0o640);
    const absent = join(folder, "absent");
    const unusable = (path: string, detail: string) => ({ code: "key-unusable", path, detail });
    const cases = [
      [absent, { code: "key-missing", agent: ant, path: absent }],
      [exposed, { code: "key-exposed", path: exposed, mode: "640" }],
      [rsa, unusable(rsa, "holds a key of type ssh-rsa, not ed25519")],
      [
        `${stock}.pub`,
        unusable(`${stock}.pub`, "is a public key: name the private key file, or ssh-agent"),
      ],
    ] as const;
    for (const [source, error] of cases) {
      expect(await store.adoptKey(MOUND, ant, source)).toEqual({ ok: false, error });
    }
    expect(existsSync(join(config, "mound"))).toBe(false);
  });
});

describe("an ssh-agent", () => {
  test("signs with its one ed25519 key, byte for byte the same, and leaves no file", async () => {
    const folder = temporary();
    const SSH_AUTH_SOCK = await startAgent(folder);
    const known = knownKey();
    addToAgent(SSH_AUTH_SOCK, known.path);
    addToAgent(SSH_AUTH_SOCK, stockKey(folder, "rsa", ["-t", "rsa"]));
    const { adopted, signer } = await adopt("ssh-agent", { SSH_AUTH_SOCK });
    const TMPDIR = temporary();
    vi.stubEnv("TMPDIR", TMPDIR);
    onTestFinished(() => void vi.unstubAllEnvs());
    expect([adopted, signer.key]).toEqual([known.key, known.key]);
    expect(await signer.sign(payload, NAMESPACE)).toBe(known.armor);
    expect(readdirSync(TMPDIR)).toEqual([]);
  });

  test("with several keys has to be told which", async () => {
    const SSH_AUTH_SOCK = await startAgent(temporary());
    const [one, two] = [knownKey(), knownKey()];
    addToAgent(SSH_AUTH_SOCK, one.path);
    addToAgent(SSH_AUTH_SOCK, two.path);
    const { store } = open({ SSH_AUTH_SOCK });
    const choices = [one, two].map(({ key }) => ({
      fingerprint: fingerprint(key),
      comment: "known",
    }));
    const ambiguous = { ok: false, error: { code: "key-ambiguous", choices } };
    expect(await store.adoptKey(MOUND, ant, "ssh-agent")).toEqual(ambiguous);
    const { adopted, signer } = await adopt(`ssh-agent:${fingerprint(two.key)}`, { SSH_AUTH_SOCK });
    expect(adopted).toBe(two.key);
    expect(await signer.sign(payload, NAMESPACE)).toBe(two.armor);
  });

  test("without the key that is named, without any, and without an agent", async () => {
    const SSH_AUTH_SOCK = await startAgent(temporary());
    const empty = open({ SSH_AUTH_SOCK }).store;
    const detail = (text: string) => ({ ok: false, error: { code: "key-unusable", detail: text } });
    const none = detail("holds no ed25519 key");
    expect(await empty.adoptKey(MOUND, ant, "ssh-agent")).toMatchObject(none);
    addToAgent(SSH_AUTH_SOCK, knownKey().path);
    const other = detail("holds no ed25519 key with the fingerprint SHA256:other");
    expect(await empty.adoptKey(MOUND, ant, "ssh-agent:SHA256:other")).toMatchObject(other);
    const unreachable = detail("Could not open a connection to your authentication agent.");
    expect(await open().store.adoptKey(MOUND, ant, "ssh-agent")).toMatchObject(unreachable);
  });

  test("that has lost the key says so when it is to sign", async () => {
    const SSH_AUTH_SOCK = await startAgent(temporary());
    addToAgent(SSH_AUTH_SOCK, knownKey().path);
    const { signer } = await adopt("ssh-agent", { SSH_AUTH_SOCK });
    must("env", [`SSH_AUTH_SOCK=${SSH_AUTH_SOCK}`, "ssh-add", "-q", "-D"]);
    const fault = await failure(signer.sign(payload, NAMESPACE));
    expect(fault).toMatchObject({ code: "key-unusable", path: "ssh-agent" });
    expect(fault).toMatchObject({ detail: expect.stringContaining("No private key found") });
  });
});
