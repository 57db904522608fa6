import { existsSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { SignatureCheck } from "../app/ports.ts";
import type { SignatureFact } from "../protocol/signature.ts";
import type { PackedFacts } from "./batch.ts";
import { packChecks, unpackFacts } from "./batch.ts";
import { verifySignature } from "./sshsig.ts";

/**
 * Each thread holds some 20 MB, and takes 0.15 s to start: a process that runs for long verifies large
 * batches at its start, and hardly ever again.
 */
const IDLE_MS = 1_000;

/** Some 12 ms of work: threads of unequal speed end together, and messages are few. */
const PART = 128;

/** Answers due from one thread: it goes on with the next part while this thread is busy otherwise. */
const DUE = 2;

/** What a thread allocates is garbage with its answer: a large nursery would only be filled. */
const THREAD_LIMITS = { maxYoungGenerationSizeMb: 8 };

/** What Node gives as the id of a thread that has ended. */
const ENDED = -1;

interface Part {
  readonly checks: readonly SignatureCheck[];
  readonly answer: (facts: SignatureFact[]) => void;
  readonly fail: (error: unknown) => void;
}

/** A thread, and the parts that it has not answered yet, in order. */
interface Thread {
  readonly worker: Worker;
  readonly due: Part[];
}

/**
 * Up to `limit` threads that verify batches, the parts of all batches in one queue. They start with a
 * batch, end with `close` or when none has come for a while, and hold the process only while an answer
 * is due. Where a thread cannot run, what it had is verified here.
 */
export class WorkerPool {
  readonly #url: URL;
  readonly #limit: number;
  #threads: Thread[] = [];
  readonly #queue: Part[] = [];
  #idle: NodeJS.Timeout | undefined;

  constructor(url: URL, limit: number) {
    this.#url = url;
    this.#limit = limit;
  }

  /** False where the code runs from source: a worker cannot load it there. */
  available(): boolean {
    return existsSync(this.#url);
  }

  /** Whether threads are there already: then a smaller batch is worth giving to them. */
  get running(): boolean {
    return this.#threads.length > 0;
  }

  async verify(checks: readonly SignatureCheck[]): Promise<SignatureFact[]> {
    clearTimeout(this.#idle);
    const answers: Promise<SignatureFact[]>[] = [];
    for (let at = 0; at < checks.length; at += PART) {
      const part = checks.slice(at, at + PART);
      answers.push(
        new Promise((answer, fail) => void this.#queue.push({ checks: part, answer, fail })),
      );
    }
    this.#start();
    this.#hand();
    return (await Promise.all(answers)).flat();
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const threads = this.#threads;
    this.#threads = [];
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }

  /** Threads are started where they are missing, one for each part that waits. */
  #start(): void {
    this.#threads = this.#threads.filter(({ worker }) => worker.threadId !== ENDED);
    const wanted = Math.min(this.#limit, this.#queue.length);
    while (this.#threads.length < wanted) {
      const worker = new Worker(this.#url, { resourceLimits: THREAD_LIMITS });
      const thread: Thread = { worker, due: [] };
      worker.unref();
      // An unhandled `error` event would end the process; the exit that follows is what counts.
      worker.on("error", () => {});
      worker.on("message", (facts: PackedFacts) => this.#heard(thread, facts));
      worker.once("exit", () => this.#lost(thread));
      this.#threads.push(thread);
    }
  }

  /** Gives parts to whoever has room for one, first to those that have nothing to do. */
  #hand(): void {
    for (let due = 1; due <= DUE; due += 1) {
      for (const thread of this.#threads) {
        const part = thread.due.length < due ? this.#queue.shift() : undefined;
        if (part === undefined) continue;
        if (thread.due.length === 0) thread.worker.ref();
        thread.due.push(part);
        const packed = packChecks(part.checks);
        thread.worker.postMessage(packed, [packed.lengths.buffer, packed.bytes.buffer]);
      }
    }
    if (this.#threads.length === 0) for (const part of this.#queue.splice(0)) verifyHere(part);
  }

  #heard(thread: Thread, packed: PackedFacts): void {
    const part = thread.due.shift();
    if (thread.due.length === 0) thread.worker.unref();
    part?.answer(unpackFacts(packed));
    this.#hand();
    if (this.#threads.every(({ due }) => due.length === 0)) this.#rest();
  }

  #lost(thread: Thread): void {
    this.#threads = this.#threads.filter((other) => other !== thread);
    for (const part of thread.due.splice(0)) verifyHere(part);
    this.#hand();
  }

  #rest(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => void this.close(), IDLE_MS).unref();
  }
}

function verifyHere({ checks, answer, fail }: Part): void {
  try {
    answer(checks.map(verifySignature));
  } catch (error) {
    fail(error);
  }
}
