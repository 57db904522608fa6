import { existsSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { SignatureCheck } from "../app/ports.ts";
import type { SignatureFact } from "../protocol/signature.ts";
import type { PackedFacts } from "./batch.ts";
import { packChecks, unpackFacts } from "./batch.ts";
import { verifySignature } from "./sshsig.ts";

/**
 * Each thread holds 25 MB and more (measured), and takes 0.15 s to start: a process that runs for long
 * verifies large batches at its start, and hardly ever again.
 */
const IDLE_MS = 1_000;

/**
 * Up to `limit` threads that verify batches. They start with a batch, end with `close` or when none has
 * come for a while, and hold the process only while an answer is due. Where a thread cannot run, its
 * part is verified here.
 */
export class WorkerPool {
  readonly #url: URL;
  readonly #limit: number;
  #workers: Worker[] = [];
  /** One batch at a time: each uses every thread, and a thread has one answer due at most. */
  #turn: Promise<unknown> = Promise.resolve();
  #idle: NodeJS.Timeout | undefined;

  constructor(url: URL, limit: number) {
    this.#url = url;
    this.#limit = limit;
  }

  /** False where the code runs from source: a worker cannot load it there. */
  available(): boolean {
    return existsSync(this.#url);
  }

  verify(checks: readonly SignatureCheck[]): Promise<SignatureFact[]> {
    const answer = this.#turn.then(() => this.#run(checks));
    this.#turn = answer.catch(() => {});
    return answer;
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const workers = this.#workers;
    this.#workers = [];
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  async #run(checks: readonly SignatureCheck[]): Promise<SignatureFact[]> {
    clearTimeout(this.#idle);
    const parts: (readonly SignatureCheck[])[] = [];
    for (let at = 0; at < checks.length; at += PART) parts.push(checks.slice(at, at + PART));
    const answers: SignatureFact[][] = [];
    let next = 0;
    const drain = async (worker: Worker) => {
      for (let index = next++; index < parts.length; index = next++) {
        const part = parts[index] ?? [];
        answers[index] = (await ask(worker, part)) ?? part.map(verifySignature);
      }
    };
    await Promise.all(this.#start(Math.min(this.#limit, parts.length)).map(drain));
    this.#idle = setTimeout(() => void this.close(), IDLE_MS).unref();
    return answers.flat();
  }

  /** `count` threads of this pool, started where they are missing. */
  #start(count: number): Worker[] {
    while (this.#workers.length < count) {
      const worker = new Worker(this.#url);
      worker.unref();
      // An unhandled `error` event would end the process; `ask` sees the exit that follows.
      worker.on("error", () => {});
      worker.once("exit", () => {
        this.#workers = this.#workers.filter((other) => other !== worker);
      });
      this.#workers.push(worker);
    }
    return this.#workers.slice(0, count);
  }
}

/** Small enough that threads of unequal speed end together, large enough to be few messages. */
const PART = 1000;

/** The facts, or undefined when the thread has ended. */
async function ask(
  worker: Worker,
  checks: readonly SignatureCheck[],
): Promise<SignatureFact[] | undefined> {
  // A thread that has ended gives no event any more.
  if (worker.threadId === ENDED) return undefined;
  const packed = packChecks(checks);
  worker.ref();
  const facts = await new Promise<PackedFacts | undefined>((resolve) => {
    const done = (answer: PackedFacts | undefined) => {
      worker.off("message", done);
      worker.off("exit", gone);
      resolve(answer);
    };
    const gone = () => done(undefined);
    worker.on("message", done);
    worker.on("exit", gone);
    worker.postMessage(packed, [packed.lengths.buffer, packed.bytes.buffer]);
  });
  worker.unref();
  return facts && unpackFacts(facts);
}

/** What Node gives as the id of a thread that has ended. */
const ENDED = -1;
