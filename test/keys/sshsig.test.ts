import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sign } from "../../src/keys/ed25519.ts";
import {
  decodePrivateKey,
  encodePrivateKey,
  generateKey,
  keyPair,
} from "../../src/keys/private-key.ts";
import type { KeyPair } from "../../src/keys/private-key.ts";
import { keyBlob, keyParts, keyText } from "../../src/keys/public-key.ts";
import { parseSignature, signSshsig, verifySignature } from "../../src/keys/sshsig.ts";
import { torsionEncodings } from "./curve.ts";
import { random, stockKey, stockSign, stockVerifies, temporary } from "./openssh.ts";

const NAMESPACE = `record@${"0".repeat(52)}`;
/** Always the same, so that the cases below are the same in every run. */
const pair = keyPair(Uint8Array.from({ length: 32 }, (_, index) => index + 1));
const payload = Buffer.from("kind: claim\ntask: k3f9qz7-fix-login\n");
const good = signSshsig(pair.seed, pair.key, payload, NAMESPACE);
const MALFORMED = { key: undefined, namespace: "", valid: false };

/** PROTOCOL.sshsig written down a second time, so that each part can be made wrong. */
interface Spelling {
  magic?: string;
  version?: number;
  publicKey?: Uint8Array;
  namespace?: Uint8Array;
  reserved?: string;
  hash?: string;
  type?: string;
  signature?: Uint8Array;
  tail?: string;
  innerTail?: Uint8Array;
}

function text(value: Uint8Array | string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function spell(change: Spelling, width = 70): string {
  const namespace = change.namespace ?? Buffer.from(NAMESPACE);
  const hash = change.hash ?? "sha512";
  const digest = createHash(hash === "sha256" ? hash : "sha512")
    .update(payload)
    .digest();
  const parts = [text(namespace), text(change.reserved ?? ""), text(hash)];
  const data = Buffer.concat([Buffer.from("SSHSIG"), ...parts, text(digest)]);
  const signature = change.signature ?? sign(pair.seed, data);
  const inner = Buffer.concat([
    text(change.type ?? "ssh-ed25519"),
    text(signature),
    change.innerTail ?? Buffer.alloc(0),
  ]);
  const version = Buffer.of(0, 0, 0, change.version ?? 1);
  const head = Buffer.from(change.magic ?? "SSHSIG");
  const key = text(change.publicKey ?? keyBlob(pair.key));
  const trailing = Buffer.from(change.tail ?? "");
  const blob = Buffer.concat([head, version, key, ...parts, text(inner), trailing]);
  const lines = blob.toString("base64").match(new RegExp(`.{1,${width}}`, "g")) ?? [];
  return `-----BEGIN SSH SIGNATURE-----\n${lines.join("\n")}\n-----END SSH SIGNATURE-----\n`;
}

describe("with stock OpenSSH", () => {
  test("a signature of ours is the one that ssh-keygen makes, and each verifies the other's", () => {
    const path = stockKey(temporary(), "stock");
    const held = decodePrivateKey(readFileSync(path, "utf8"));
    if (!held.ok || held.value.kind !== "seed") throw new Error("a stock key is unencrypted");
    const { seed, key } = held.value;
    // These lengths end the base64 before, at and after the end of a line.
    for (const namespace of ["git", "file", "x".repeat(40), "x".repeat(50), NAMESPACE, "ä@ö"]) {
      const theirs = stockSign(path, payload, namespace);
      expect(signSshsig(seed, key, payload, namespace)).toBe(theirs);
      expect(stockVerifies(key, payload, namespace, theirs)).toBe(true);
      expect(verifySignature({ payload, armor: theirs })).toEqual({ key, namespace, valid: true });
    }
  });

  test("a key of ours signs there as it does here", () => {
    const path = join(temporary(), "ours");
    writeFileSync(path, encodePrivateKey(pair, "", 7), { mode: 0o600 });
    expect(stockSign(path, payload, NAMESPACE)).toBe(good);
    expect(stockSign(path, Buffer.alloc(0), "n")).toBe(
      signSshsig(pair.seed, pair.key, Buffer.alloc(0), "n"),
    );
  });

  test.each(["rsa", "ecdsa"])("a signature by %s is malformed here", (type) => {
    const path = stockKey(temporary(), type, ["-t", type]);
    const armor = stockSign(path, payload, NAMESPACE);
    expect(verifySignature({ payload, armor })).toEqual(MALFORMED);
  });

  test("a signature over sha256 is malformed here, though OpenSSH takes it", () => {
    const armor = spell({ hash: "sha256" });
    expect(stockVerifies(pair.key, payload, NAMESPACE, armor)).toBe(true);
    expect(verifySignature({ payload, armor })).toEqual(MALFORMED);
  });
});

describe("a signature that does not hold", () => {
  const fact = { key: pair.key, namespace: NAMESPACE };

  test("is well-formed and not valid for other bytes", () => {
    expect(verifySignature({ payload, armor: good })).toEqual({ ...fact, valid: true });
    const other = Buffer.from("kind: claim\ntask: k3f9qz8-fix-login\n");
    expect(verifySignature({ payload: other, armor: good })).toEqual({ ...fact, valid: false });
    expect(verifySignature({ payload: payload.subarray(1), armor: good }).valid).toBe(false);
  });

  test("is not valid when its namespace was changed", () => {
    const { signature } = parseSignature(good) ?? {};
    expect(signature).toHaveLength(64);
    const armor = spell({ namespace: Buffer.from("git"), ...(signature && { signature }) });
    const changed = { key: pair.key, namespace: "git", valid: false };
    expect(verifySignature({ payload, armor })).toEqual(changed);
  });

  test("is not valid under another's key", () => {
    const { signature } = parseSignature(good) ?? {};
    const other = generateKey(random).key;
    const armor = spell({ publicKey: keyBlob(other), ...(signature && { signature }) });
    expect(verifySignature({ payload, armor })).toEqual({ ...fact, key: other, valid: false });
  });

  test("is not valid under a key of small order, and says whose it claims to be", () => {
    for (const raw of torsionEncodings()) {
      const key = keyText({ type: "ssh-ed25519", raw, application: undefined });
      const signature = Uint8Array.from([...raw, ...new Uint8Array(32)]);
      const armor = spell({ publicKey: keyBlob(key), signature });
      expect(verifySignature({ payload, armor })).toEqual({ ...fact, key, valid: false });
    }
  });
});

describe("a signature has one spelling", () => {
  test("which is the one that this test writes", () => {
    expect(spell({})).toBe(good);
  });

  const body = good.split("\n").slice(1, -2).join("");
  test.each([
    ["version 2", spell({ version: 2 })],
    ["version 0", spell({ version: 0 })],
    ["another magic", spell({ magic: "SSHSIH" })],
    ["no namespace", spell({ namespace: Buffer.alloc(0) })],
    ["a NUL in the namespace", spell({ namespace: Buffer.from("git\0") })],
    ["a namespace that is not UTF-8", spell({ namespace: Buffer.of(0xff, 0x41) })],
    ["something reserved", spell({ reserved: "x" })],
    ["a hash in capitals", spell({ hash: "SHA512" })],
    ["data behind it", spell({ tail: "x" })],
    ["data behind the inner signature", spell({ innerTail: Buffer.of(1, 0, 0, 0, 0) })],
    ["another type within", spell({ type: "ssh-ed448" })],
    ["a signature of 63 bytes", spell({ signature: new Uint8Array(63) })],
    ["a signature of 65 bytes", spell({ signature: new Uint8Array(65) })],
    ["lines of 76", spell({}, 76)],
    ["one line", spell({}, 10_000)],
    ["CRLF", good.replaceAll("\n", "\r\n")],
    ["no newline at the end", good.trimEnd()],
    ["two newlines at the end", `${good}\n`],
    ["a newline before it", `\n${good}`],
    ["a space in it", good.replace(body.slice(0, 8), `${body.slice(0, 4)} ${body.slice(4, 8)}`)],
    ["base64 for URLs", good.replaceAll("+", "-").replaceAll("/", "_")],
    ["another label", good.replaceAll("SSH SIGNATURE", "PGP SIGNATURE")],
    ["nothing in it", "-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n"],
    ["no text", ""],
  ])("%s is malformed", (_, armor) => {
    expect(armor).not.toBe(good);
    expect(verifySignature({ payload, armor })).toEqual(MALFORMED);
  });

  test("every cut of the text is malformed", () => {
    for (let length = 0; length < good.length; length += 1) {
      expect(parseSignature(good.slice(0, length))).toBeUndefined();
    }
  });

  test("no change of one character leaves it valid", () => {
    const property = (at: number, character: string) => {
      const place = at % good.length;
      const armor = good.slice(0, place) + character + good.slice(place + 1);
      fc.pre(armor !== good);
      expect(verifySignature({ payload, armor }).valid).toBe(false);
    };
    const characters = fc.constantFrom(..."ABab01+/=\n\r -");
    fc.assert(fc.property(fc.nat(good.length - 1), characters, property), { numRuns: 300 });
  });
});

describe("a token's signature", () => {
  const token = tokenKey(pair, "ssh:");

  test("verifies here and with stock OpenSSH", () => {
    const armor = tokenSign(token, 0x01, 7);
    expect(stockVerifies(token.key, payload, NAMESPACE, armor)).toBe(true);
    const fact = { key: token.key, namespace: NAMESPACE, valid: true };
    expect(verifySignature({ payload, armor })).toEqual(fact);
    expect(verifySignature({ payload, armor: tokenSign(token, 0x05, 0xffff) })).toEqual(fact);
  });

  test("is not valid without a touch", () => {
    const armor = tokenSign(token, 0x04, 7);
    expect(verifySignature({ payload, armor })).toMatchObject({ key: token.key, valid: false });
  });

  test("is bound to application, flags, counter and payload", () => {
    const armors = [
      tokenSign({ ...token, application: "ssh:other" }, 0x01, 7),
      tokenSign(token, 0x01, 7, { flags: 0x05 }),
      tokenSign(token, 0x01, 7, { counter: 8 }),
    ];
    for (const armor of armors) {
      expect(verifySignature({ payload, armor })).toMatchObject({ key: token.key, valid: false });
    }
    const other = { payload: Buffer.from("other"), armor: tokenSign(token, 0x01, 7) };
    expect(verifySignature(other)).toMatchObject({ key: token.key, valid: false });
  });

  test("is malformed without its flags and counter, or with the type of a plain key", () => {
    const type = "sk-ssh-ed25519@openssh.com";
    const publicKey = keyBlob(token.key);
    expect(verifySignature({ payload, armor: spell({ type, publicKey }) })).toEqual(MALFORMED);
    const innerTail = Buffer.of(1, 0, 0, 0, 7);
    expect(verifySignature({ payload, armor: spell({ publicKey, innerTail }) })).toEqual(MALFORMED);
  });

  /** A token in software: PROTOCOL.u2f. What it says may differ from what it signed. */
  function tokenSign(
    { application, key }: ReturnType<typeof tokenKey>,
    flags: number,
    counter: number,
    said: { flags?: number; counter?: number } = {},
  ): string {
    const digest = createHash("sha512").update(payload).digest();
    const parts = [text(NAMESPACE), text(""), text("sha512"), text(digest)];
    const data = Buffer.concat([Buffer.from("SSHSIG"), ...parts]);
    const signature = sign(
      pair.seed,
      Buffer.concat([sha256(Buffer.from(application)), tail(flags, counter), sha256(data)]),
    );
    return spell({
      publicKey: keyBlob(key),
      type: "sk-ssh-ed25519@openssh.com",
      signature,
      innerTail: tail(said.flags ?? flags, said.counter ?? counter),
    });
  }
});

test("an empty namespace is never signed", () => {
  expect(() => signSshsig(pair.seed, pair.key, payload, "")).toThrow(/namespace/);
});

test("the wrong namespace is refused by stock OpenSSH too", () => {
  expect(stockVerifies(pair.key, payload, "git", good)).toBe(false);
});

function tokenKey({ key }: KeyPair, application: string) {
  const { raw } = keyParts(key);
  const type = "sk-ssh-ed25519@openssh.com" as const;
  return { application, key: keyText({ type, raw, application: Buffer.from(application) }) };
}

function tail(flags: number, counter: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt8(flags);
  bytes.writeUInt32BE(counter, 1);
  return bytes;
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}
