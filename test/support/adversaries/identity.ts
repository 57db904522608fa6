/** Attacks on who somebody is: names, keys and signatures. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { recordNamespace } from "../../../src/protocol/signature.ts";
import type { Attack } from "./attack.ts";
import type { Files, Scene } from "./scene.ts";

const run = promisify(execFile);

/** An end of alice's work that she did not write. */
function forged(scene: Scene, by: "alice" | "bob" | "mallory" = "mallory"): Promise<Files> {
  return scene.record(
    "attempt",
    { task: scene.victim.tasks.held, token: "1", agent: "alice", outcome: "released" },
    { by: [by] },
  );
}

/** A commit of alice's, but for the signatures of its record. */
function misSigned(
  name: string,
  sign: (scene: Scene, body: string) => Promise<readonly string[]>,
  { rule = "RE6", code = "signature-invalid" } = {},
): Attack {
  return {
    name,
    rule,
    code,
    build: async (scene) => {
      const armors = (body: string) => sign(scene, body);
      const fields = { id: "zzzzzz1", creator: "alice", title: "signed oddly" };
      return scene.commit({
        author: "alice",
        files: await scene.record("task", fields, { armors }),
      });
    },
  };
}

/** The armor of a right signature with its bytes changed. */
function bent(name: string, bend: (sshsig: Buffer) => Buffer): Attack {
  return misSigned(name, async ({ victim }, body) => {
    const armor = await victim.signers.alice.sign(Buffer.from(body), recordNamespace(victim.id));
    const base64 = armor.split("\n").slice(1, -2).join("");
    const lines = bend(Buffer.from(base64, "base64"))
      .toString("base64")
      .match(/.{1,70}/g);
    return [`${[BEGIN, ...(lines ?? []), END].join("\n")}\n`];
  });
}

const BEGIN = "-----BEGIN SSH SIGNATURE-----";
const END = "-----END SSH SIGNATURE-----";
/** The order of the curve's group, little-endian: a signature with it added is the same by mathematics. */
const ORDER = Buffer.from(
  "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010",
  "hex",
);

/** An RSA key of the moment, by stock ssh-keygen. */
async function signWithRsa(body: string, namespace: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mound-test-rsa-"));
  try {
    const key = join(folder, "key");
    const file = join(folder, "body");
    await run("ssh-keygen", ["-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", key]);
    await writeFile(file, body);
    await run("ssh-keygen", ["-q", "-Y", "sign", "-f", key, "-n", namespace, file]);
    return await readFile(`${file}.sig`, "utf8");
  } finally {
    await rm(folder, { recursive: true });
  }
}

export const IDENTITY: readonly Attack[] = [
  {
    name: "a record in another's name, committed by the forger",
    rule: "RE7",
    code: "signer-wrong",
    build: async (scene) =>
      scene.commit({
        author: "alice",
        committer: "mallory",
        files: { ...(await forged(scene)), [`${scene.folder("held")}/claim.lock`]: undefined },
      }),
  },
  {
    name: "a commit in another's name, signed by the forger",
    rule: "LN4",
    code: "commit-signature",
    build: async (scene) =>
      scene.commit({ author: "alice", signer: "mallory", files: await forged(scene) }),
  },
  {
    name: "a record in another's name, in a commit of one's own",
    rule: "LN5",
    code: "author-wrong",
    build: async (scene) => scene.commit({ author: "mallory", files: await forged(scene) }),
  },
  {
    name: "a record signed by another key than its author's",
    rule: "RE7",
    code: "signer-wrong",
    build: async (scene) => scene.commit({ author: "alice", files: await forged(scene, "bob") }),
  },
  {
    name: "a commit without records in another's name",
    rule: "LN5",
    code: "author-wrong",
    build: (scene) =>
      scene.commit({
        author: "root",
        committer: "mallory",
        files: { [`${scene.folder("held")}/claim.lock`]: undefined },
      }),
  },
  {
    name: "a commit that nobody signed",
    rule: "LN4",
    code: "commit-signature",
    build: async (scene) =>
      scene.commit({
        author: "mallory",
        signer: "nobody",
        files: await scene.claim("open", "mallory", 1),
      }),
  },
  misSigned("an unsigned record", async () => [], { rule: "RE6", code: "unsigned" }),
  misSigned("a signature for another mound", async ({ victim }, body) => [
    await victim.signers.alice.sign(Buffer.from(body), recordNamespace(victim.otherId)),
  ]),
  ...["git", "file", "presence@", "genesis@mound"].map((namespace) =>
    misSigned(`a signature in the namespace ${namespace}`, async ({ victim }, body) => [
      await victim.signers.alice.sign(
        Buffer.from(body),
        namespace.endsWith("presence@") ? namespace + victim.id : namespace,
      ),
    ]),
  ),
  misSigned("a signature of other bytes", async ({ victim }, body) => [
    await victim.signers.alice.sign(Buffer.from(`${body} `), recordNamespace(victim.id)),
  ]),
  misSigned("a signature with an RSA key", async ({ victim }, body) => [
    await signWithRsa(body, recordNamespace(victim.id)),
  ]),
  misSigned("the same signature twice", async ({ victim }, body) => {
    const armor = await victim.signers.alice.sign(Buffer.from(body), recordNamespace(victim.id));
    return [armor, armor];
  }),
  misSigned(
    "an armor without its end",
    async ({ victim }, body) => {
      const armor = await victim.signers.alice.sign(Buffer.from(body), recordNamespace(victim.id));
      return [armor.slice(0, -20)];
    },
    { rule: "RE2", code: "record-malformed" },
  ),
  bent("a truncated signature", (bytes) => bytes.subarray(0, -16)),
  bent("a signature with bytes after its end", (bytes) => Buffer.concat([bytes, Buffer.alloc(8)])),
  bent("a signature of a version that is not known", (bytes) => {
    bytes.writeUInt32BE(2, 6);
    return bytes;
  }),
  bent("a signature that was turned into its twin", (bytes) => {
    let carry = 0;
    for (let at = 0; at < 32; at += 1) {
      const sum = bytes[bytes.length - 32 + at]! + ORDER[at]! + carry;
      bytes[bytes.length - 32 + at] = sum & 0xff;
      carry = sum >> 8;
    }
    return bytes;
  }),
  {
    name: "a record signed by a key that was rotated away",
    rule: "RE7",
    code: "signer-wrong",
    build: async (scene) => {
      const fields = { id: "zzzzzz1", creator: "rita", title: "late" };
      const files = await scene.record("task", fields, { by: ["rita-before"] });
      return scene.commit({ author: "rita", files });
    },
  },
  {
    name: "a commit signed by a key that was rotated away",
    rule: "LN4",
    code: "commit-signature",
    build: async (scene) =>
      scene.commit({
        author: "rita",
        signer: "rita-before",
        files: await scene.claim("open", "rita", 1),
      }),
  },
  {
    name: "a key that comes back after it was rotated away",
    rule: "AG3",
    code: "key-taken",
    build: async (scene) => {
      const key = scene.victim.signers["rita-before"].key;
      const files = await scene.record(
        "agent",
        { agent: "mallory", key, status: "active" },
        { by: ["mallory", "rita-before"] },
      );
      return scene.commit({ author: "mallory", files });
    },
  },
  {
    name: "somebody who was revoked",
    rule: "LN4",
    code: "commit-signature",
    build: async (scene) =>
      scene.commit({ author: "vera", files: await scene.claim("open", "vera", 1) }),
  },
  {
    name: "somebody who was revoked, committed by a member",
    rule: "AG1",
    code: "agent-revoked",
    build: async (scene) =>
      scene.commit({
        author: "vera",
        committer: "mallory",
        files: await scene.claim("open", "vera", 1),
      }),
  },
  {
    name: "a stranger",
    rule: "LN4",
    code: "commit-signature",
    build: async (scene) =>
      scene.commit({ author: "stranger", files: await scene.claim("open", "stranger", 1) }),
  },
  {
    name: "another's agent record with a key of one's own",
    rule: "LN5",
    code: "author-wrong",
    build: async (scene) => {
      const key = scene.victim.signers.stranger.key;
      const files = await scene.record(
        "agent",
        { agent: "alice", key, status: "active" },
        { by: ["mallory"] },
      );
      return scene.commit({ author: "mallory", files });
    },
  },
  {
    name: "an invitation by a member who is no root",
    rule: "IN1",
    code: "not-a-root",
    build: async (scene) => {
      const fingerprint = `SHA256:${"A".repeat(43)}`;
      const files = await scene.record("invite", { fingerprint, by: "mallory" });
      return scene.commit({ author: "mallory", files });
    },
  },
];
