import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import type { SignatureCheck, Verifier } from "../app/ports.ts";
import type { SignatureFact } from "../protocol/signature.ts";
import { BoundedMap } from "./bounded-map.ts";
import { factOfMade } from "./made.ts";
import { verifySignature } from "./sshsig.ts";
import { WorkerPool } from "./worker-pool.ts";

/** Where all is bundled into one file, that file is the worker too. */
declare const MOUND_WORKER: string | undefined;

export interface VerifierOptions {
  /** The bundled `verify-worker.ts`; the file beside this one unless said. */
  readonly workerUrl?: URL;
  /** At most this many threads; at most four, and one for each processor, unless said. */
  readonly threads?: number;
}

/** Verifies SSHSIGs: a few in this thread, many in worker threads. `close` may be followed by use. */
export function createVerifier(options: VerifierOptions = {}): Verifier {
  const url = options.workerUrl ?? new URL(WORKER, import.meta.url);
  const threads = options.threads ?? Math.min(THREADS_MAX, availableParallelism());
  const pool = new WorkerPool(url, threads);
  const known = new BoundedMap<string, KnownFact>(CACHE_ENTRIES);
  return {
    async verify(checks) {
      const from = pool.running ? THREADS_ON_FROM : THREADS_FROM;
      if (checks.length >= from && pool.available()) return pool.verify(checks);
      return checks.map((check) => factOfMade(check) ?? verifyCached(check, known));
    },
    close: () => pool.close(),
  };
}

const WORKER = typeof MOUND_WORKER === "string" ? MOUND_WORKER : "./verify-worker.js";

/**
 * A check takes about 0.1 ms; two threads take about 0.15 s to start and to warm up (measured). From
 * here on threads are no slower, and this thread would be deaf for 0.2 s and more.
 */
const THREADS_FROM = 2000;

/** The same for threads that run: from here on the message is cheaper than the work. */
const THREADS_ON_FROM = 64;

/** Reading and judging take the time of the remaining processors. */
const THREADS_MAX = 4;

/** A batch that lost a race is judged again; this holds some twenty of the largest, in 2 MB. */
const CACHE_ENTRIES = 4096;

interface KnownFact {
  readonly digest: Buffer;
  readonly fact: SignatureFact;
}

/** The armor nearly names the payload: ed25519 is deterministic. The digest makes it certain. */
function verifyCached(check: SignatureCheck, known: BoundedMap<string, KnownFact>): SignatureFact {
  const digest = createHash("sha256").update(check.payload).digest();
  const before = known.get(check.armor);
  if (before !== undefined && before.digest.equals(digest)) return before.fact;
  const fact = verifySignature(check);
  if (check.armor.length <= CACHED_ARMOR_MAX) known.set(check.armor, { digest, fact });
  return fact;
}

/** An armor of ours has under 500 characters; longer ones are strangers' and not worth memory. */
const CACHED_ARMOR_MAX = 1000;
