import { once } from "node:events";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { expect, onTestFinished, test } from "vitest";
import { packChecks, unpackFacts, type PackedFacts } from "../../src/keys/batch.ts";
import { keyPair } from "../../src/keys/private-key.ts";
import { signSshsig, verifySignature } from "../../src/keys/sshsig.ts";
import { temporary } from "./openssh.ts";

const FILE = join(import.meta.dirname, "../../dist/audit.mjs");

test("the audit in one file verifies in a thread of its own, wherever that file lies", async () => {
  const alone = join(temporary(), "renamed.mjs");
  cpSync(FILE, alone);
  const { seed, key } = keyPair(new Uint8Array(32).fill(7));
  const payload = new TextEncoder().encode("kind: task\n");
  const armor = signSshsig(seed, key, payload, "record@x");
  const checks = [
    { payload, armor },
    { payload: payload.slice(1), armor },
    { payload, armor: "none" },
  ];
  const worker = new Worker(alone);
  onTestFinished(async () => void (await worker.terminate()));
  worker.postMessage(packChecks(checks), []);
  const [facts] = (await once(worker, "message")) as [PackedFacts];
  expect(unpackFacts(facts)).toEqual(checks.map(verifySignature));
  // It looks for no other file.
  expect(readFileSync(FILE, "utf8")).not.toContain("verify-worker.js");
});
