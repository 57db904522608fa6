import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { generateKey } from "../../src/keys/private-key.ts";
import {
  fingerprint,
  keyBlob,
  keyParts,
  keyText,
  parsePublicKey,
  readKeyBlob,
} from "../../src/keys/public-key.ts";
import { torsionEncodings } from "./curve.ts";
import { must, random, stockKey, temporary } from "./openssh.ts";

const { key } = generateKey(random);
const { raw } = keyParts(key);
const token = keyText({
  type: "sk-ssh-ed25519@openssh.com",
  raw,
  application: Buffer.from("ssh:"),
});

describe("a public key line", () => {
  test("loses its comment and the space around it", () => {
    expect(parsePublicKey(key)).toBe(key);
    expect(parsePublicKey(`${key} somebody@somewhere and more\n`)).toBe(key);
    expect(parsePublicKey(`  ${key.replace(" ", "\t ")}\r\n`)).toBe(key);
  });

  test("may name a key on a token", () => {
    expect(token).toMatch(/^sk-ssh-ed25519@openssh\.com AAAA/);
    expect(parsePublicKey(`${token} my token`)).toBe(token);
    expect(keyParts(token).application).toEqual(Buffer.from("ssh:"));
  });

  test("made by ssh-keygen is read, and one of RSA or ECDSA is not", () => {
    const folder = temporary();
    const line = readFileSync(`${stockKey(folder, "ed25519")}.pub`, "utf8");
    expect(parsePublicKey(line)).toBe(line.split(" ").slice(0, 2).join(" "));
    for (const type of ["rsa", "ecdsa"]) {
      const path = stockKey(folder, type, ["-t", type]);
      expect(parsePublicKey(readFileSync(`${path}.pub`, "utf8"))).toBeUndefined();
    }
  });

  const blob = Buffer.from(keyBlob(key));
  const line = (bytes: Uint8Array, type = "ssh-ed25519") =>
    `${type} ${Buffer.from(bytes).toString("base64")}`;
  const small = torsionEncodings()[0] ?? new Uint8Array(32);
  test.each([
    ["is empty", ""],
    ["has no key", "ssh-ed25519"],
    ["has two lines", `${key}\n${key}`],
    ["names another type than the blob", line(blob, "sk-ssh-ed25519@openssh.com")],
    ["has options before it", `no-pty ${key}`],
    ["is not base64", key.replace("AAAA", "AA*A")],
    ["lacks a byte", line(blob.subarray(0, -1))],
    ["has a byte too many", line(Buffer.concat([blob, Buffer.of(0)]))],
    ["lacks the padding that base64 demands", token.replace(/=+$/, "")],
    [
      "is a point of small order",
      keyText({ type: "ssh-ed25519", raw: small, application: undefined }),
    ],
  ])("that %s is refused", (_, text) => {
    expect(parsePublicKey(text)).toBeUndefined();
  });

  test("the padding case above differs from a good key in its padding alone", () => {
    expect(token.endsWith("=")).toBe(true);
  });
});

test("a blob of another type, or a token without application, has no parts", () => {
  expect(readKeyBlob(Buffer.from(keyBlob(key)).fill(0x41, 4, 15))).toBeUndefined();
  expect(readKeyBlob(Buffer.from(keyBlob(token)).subarray(0, -8))).toBeUndefined();
});

test("a fingerprint is what ssh-keygen -l prints", () => {
  const folder = temporary();
  const path = `${stockKey(folder, "key")}.pub`;
  const stock = parsePublicKey(readFileSync(path, "utf8"));
  expect(stock).toBeDefined();
  expect(stock && fingerprint(stock)).toBe(must("ssh-keygen", ["-l", "-f", path]).split(" ")[1]);
  expect(fingerprint(token)).toBe(must("ssh-keygen", ["-l", "-f", "-"], token).split(" ")[1]);
});
