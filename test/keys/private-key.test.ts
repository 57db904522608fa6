import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { armor, unarmorLoosely } from "../../src/keys/armor.ts";
import {
  decodePrivateKey,
  encodePrivateKey,
  generateKey,
  keyPair,
} from "../../src/keys/private-key.ts";
import { keyBlob, keyParts, keyText, parsePublicKey } from "../../src/keys/public-key.ts";
import { concat, string, uint32 } from "../../src/keys/wire.ts";
import { must, random, stockKey, temporary } from "./openssh.ts";

const LABEL = "OPENSSH PRIVATE KEY";
const pair = generateKey(random);
const file = encodePrivateKey(pair, "ant-3@mound", 0x01020304);

function save(text: string): string {
  const path = join(temporary(), "key");
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

describe("a file of ours", () => {
  // Comments of 0 to 8 characters need every length of padding.
  test.each([..."012345678"].map(Number))("is read by ssh-keygen, comment of %i", (length) => {
    const comment = "c".repeat(length);
    const path = save(encodePrivateKey(pair, comment, 0xfffffffe));
    const line = comment === "" ? pair.key : `${pair.key} ${comment}`;
    expect(must("ssh-keygen", ["-y", "-f", path]).trimEnd()).toBe(line);
  });

  test("is read by ourselves, whatever seed, comment and check number", () => {
    const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const property = (seed: Uint8Array, comment: string, check: number) => {
      const made = keyPair(seed);
      const read = decodePrivateKey(encodePrivateKey(made, comment, check));
      expect(read).toEqual({ ok: true, value: { kind: "seed", ...made } });
    };
    const checks = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(fc.property(seeds, fc.string(), checks, property), { numRuns: 50 });
  });

  test("is the file that ssh-keygen would write", () => {
    const path = save(file);
    // Rewritten without a passphrase, only the random check number differs.
    must("ssh-keygen", ["-q", "-p", "-P", "", "-N", "", "-f", path]);
    const theirs = Buffer.from(unarmorLoosely(LABEL, readFileSync(path, "utf8")) ?? []);
    const at = theirs.length - secretLength(theirs);
    expect(readFileSync(path, "utf8")).toBe(
      encodePrivateKey(pair, "ant-3@mound", theirs.readUInt32BE(at)),
    );
  });
});

describe("a file of ssh-keygen", () => {
  test("is read, with CRLF too", () => {
    const path = stockKey(temporary(), "stock");
    const key = parsePublicKey(readFileSync(`${path}.pub`, "utf8"));
    const text = readFileSync(path, "utf8");
    for (const spelling of [text, text.replaceAll("\n", "\r\n")]) {
      const read = decodePrivateKey(spelling);
      expect(read.ok && read.value).toMatchObject({ kind: "seed", key });
    }
  });

  test.each(["aes256-ctr", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com"])(
    "encrypted with %s shows its public half",
    (cipher) => {
      const path = save(file);
      must("ssh-keygen", [
        "-q",
        "-p",
        "-P",
        "",
        "-N",
        "secret",
        "-Z",
        cipher,
        "-a",
        "1",
        "-f",
        path,
      ]);
      const read = decodePrivateKey(readFileSync(path, "utf8"));
      expect(read).toEqual({ ok: true, value: { kind: "encrypted", key: pair.key } });
    },
  );

  test("of another type is refused by name", () => {
    const folder = temporary();
    const types = { rsa: "ssh-rsa", ecdsa: "ecdsa-sha2-nistp256" };
    for (const [type, name] of Object.entries(types)) {
      const path = stockKey(folder, type, ["-t", type]);
      expect(decodePrivateKey(readFileSync(path, "utf8"))).toEqual(
        fault(`holds a key of type ${name}, not ed25519`),
      );
    }
  });

  test("in the old PEM format is refused", () => {
    const path = stockKey(temporary(), "pem", ["-t", "rsa", "-m", "PEM"]);
    expect(decodePrivateKey(readFileSync(path, "utf8"))).toEqual(NOT_ONE);
  });
});

test("a key on a token is recognised", () => {
  const key = keyText({
    type: "sk-ssh-ed25519@openssh.com",
    raw: keyParts(pair.key).raw,
    application: Buffer.from("ssh:"),
  });
  const text = container(keyBlob(key), concat(uint32(1), uint32(1)));
  expect(decodePrivateKey(text)).toEqual({ ok: true, value: { kind: "token", key } });
});

describe("damage is noticed", () => {
  const whole = Buffer.from(unarmorLoosely(LABEL, file) ?? []);

  test("at any cut", () => {
    for (let length = 0; length < whole.length; length += 1) {
      expect(decodePrivateKey(armor(LABEL, whole.subarray(0, length))).ok).toBe(false);
    }
  });

  test("and for a byte too many, a public key, and no key at all", () => {
    expect(decodePrivateKey(armor(LABEL, Buffer.concat([whole, Buffer.of(0)])))).toEqual(DAMAGED);
    expect(decodePrivateKey(pair.key)).toEqual(NOT_ONE);
    expect(decodePrivateKey("")).toEqual(NOT_ONE);
  });

  test("in every byte that matters: all but the comment", () => {
    const comment = whole.indexOf("ant-3@mound");
    for (let at = 0; at < whole.length; at += 1) {
      if (at >= comment && at < comment + "ant-3@mound".length) continue;
      const bytes = Buffer.from(whole);
      bytes.writeUInt8(bytes.readUInt8(at) ^ 0x01, at);
      const read = decodePrivateKey(armor(LABEL, bytes));
      // A changed name of the cipher makes an encrypted file of the same key: still no wrong seed.
      expect(read.ok && read.value.kind === "seed").toBe(false);
    }
  });

  test("when the secret belongs to another key", () => {
    const other = generateKey(random);
    const text = encodePrivateKey({ seed: other.seed, key: pair.key }, "", 1);
    expect(decodePrivateKey(text)).toEqual(
      fault("holds a secret and a public half that do not belong together"),
    );
  });
});

function container(blob: Uint8Array, secret: Uint8Array): string {
  const none = string("none");
  const head = concat(Buffer.from("openssh-key-v1\0"), none, none, string(""), uint32(1));
  return armor(LABEL, concat(head, string(blob), string(secret)));
}

/** The secret part is the last string of the file; its length is a multiple of eight. */
function secretLength(bytes: Buffer): number {
  for (let length = 8; length < bytes.length; length += 8) {
    if (bytes.readUInt32BE(bytes.length - length - 4) === length) return length;
  }
  throw new Error("there is no secret part");
}

const NOT_ONE = fault("is not an OpenSSH private key file");
const DAMAGED = fault("is a damaged OpenSSH private key file");

function fault(detail: string) {
  return { ok: false, error: { code: "private-key-unusable", detail } };
}
