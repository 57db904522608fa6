/** The body of a verifying thread: packed checks in, packed facts out, one answer for each message. */
import { parentPort } from "node:worker_threads";
import { defined } from "../base/assert.ts";
import type { PackedChecks } from "./batch.ts";
import { packFacts, unpackChecks } from "./batch.ts";
import { verifySignature } from "./sshsig.ts";

const port = defined(parentPort ?? undefined, "the port of a worker thread");

port.on("message", (packed: PackedChecks) => {
  const facts = packFacts(unpackChecks(packed).map(verifySignature));
  port.postMessage(facts, [facts.rows.buffer]);
});
