import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { defined } from "../base/assert.ts";
import type { Oid } from "../protocol/ids.ts";
import { type BatchAnswer, batchParser } from "./batch-parser.ts";
import { gitEnvironment, gitPrefix } from "./environment.ts";
import { GitError } from "./fault.ts";
import { holdEventLoop } from "./hold-event-loop.ts";
import { needSpareFiles } from "./spare-files.ts";

export interface CatFileOptions {
  readonly gitDir: string;
  readonly mode: "--batch" | "--batch-check";
  /** Content beyond this many bytes is left out: `bytes` is then shorter than `size`. */
  readonly maxBytes: number;
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

export interface CatFile {
  /**
   * Answers in the order of the names; undefined for what is missing. Calls may overlap: they are
   * pipelined. Throws GitError where git gives up on an object (a damaged one) twice.
   */
  ask(oids: readonly Oid[]): Promise<readonly (BatchAnswer | undefined)[]>;
  close(): void;
}

interface Request {
  readonly oids: readonly Oid[];
  readonly answers: (BatchAnswer | undefined)[];
  readonly resolve: (answers: readonly (BatchAnswer | undefined)[]) => void;
  readonly reject: (error: Error) => void;
  tries: number;
}

/** A request that outlives two processes is itself what kills them. */
const TRIES = 2;
const STDERR_CHARS = 4_000;

/**
 * A `git cat-file` process, started at the first request and kept. One that dies is replaced and
 * the open requests are put again. It never keeps this process alive while it has nothing to do.
 */
export function catFile(options: CatFileOptions): CatFile {
  return new Conversation(options);
}

class Conversation implements CatFile {
  readonly #options: CatFileOptions;
  #child: ChildProcessWithoutNullStreams | undefined;
  #open: Request[] = [];

  constructor(options: CatFileOptions) {
    this.#options = options;
  }

  async ask(oids: readonly Oid[]): Promise<readonly (BatchAnswer | undefined)[]> {
    if (oids.length === 0) return [];
    return new Promise((resolve, reject) => {
      this.#put({ oids, answers: [], resolve, reject, tries: 0 });
    });
  }

  close(): void {
    const closing = this.#child;
    if (closing === undefined) return;
    this.#child = undefined;
    for (const request of this.#open.splice(0)) request.reject(failed(undefined, "closed"));
    closing.kill("SIGKILL");
  }

  #put(request: Request): void {
    try {
      this.#child ??= this.#start();
    } catch (error) {
      return request.reject(error as Error);
    }
    request.answers.length = 0;
    this.#open.push(request);
    holdEventLoop(this.#child, true);
    this.#child.stdin.write(`${request.oids.join("\n")}\n`);
  }

  #start(): ChildProcessWithoutNullStreams {
    const { gitDir, mode, maxBytes, environment } = this.#options;
    needSpareFiles();
    const child = spawn("git", [...gitPrefix(gitDir), "cat-file", mode], {
      env: gitEnvironment(environment),
    });
    const parser = batchParser(mode === "--batch", maxBytes, (found) => this.#answer(child, found));
    let stderr = "";
    child.stdout.on("data", (chunk: Uint8Array) => {
      if (child !== this.#child) return;
      try {
        parser.push(chunk);
      } catch (error) {
        this.#lost(child, error as Error);
      }
    });
    child.stderr.on("data", (chunk: Uint8Array) => {
      stderr = (stderr + new TextDecoder().decode(chunk)).slice(-STDERR_CHARS);
    });
    // A write to a process that has just died fails here; its exit is what is acted on.
    child.stdin.on("error", () => undefined);
    child.on("error", (error: NodeJS.ErrnoException) => {
      this.#lost(child, error.code === "ENOENT" ? new GitError({ code: "git-missing" }) : error);
    });
    child.on("close", (exitCode) =>
      this.#lost(child, failed(exitCode ?? undefined, stderr.trim())),
    );
    return child;
  }

  #answer(child: ChildProcessWithoutNullStreams, found: BatchAnswer | undefined): void {
    const request = defined(this.#open[0], "the request that git answers");
    request.answers.push(found);
    if (request.answers.length < request.oids.length) return;
    this.#open.shift();
    if (this.#open.length === 0) holdEventLoop(child, false);
    request.resolve(request.answers);
  }

  #lost(child: ChildProcessWithoutNullStreams, error: Error): void {
    if (child !== this.#child) return;
    this.#child = undefined;
    child.kill("SIGKILL");
    for (const [index, request] of this.#open.splice(0).entries()) {
      // Only the request being answered can be at fault; the ones behind it were not looked at.
      if (index === 0) request.tries += 1;
      if (request.tries >= TRIES) request.reject(error);
      else this.#put(request);
    }
  }
}

function failed(exitCode: number | undefined, detail: string): GitError {
  return new GitError({ code: "git-failed", command: "cat-file", exitCode, detail });
}
