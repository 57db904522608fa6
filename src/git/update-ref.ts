import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { gitEnvironment, gitPrefix } from "./environment.ts";
import { GitError } from "./fault.ts";
import { holdEventLoop } from "./hold-event-loop.ts";
import { needSpareFiles } from "./spare-files.ts";

/** How a transaction ended: `exitCode` 0 when git said that it is committed, else as git ended. */
export interface RefTransaction {
  readonly exitCode: number | undefined;
  readonly stderr: string;
}

export interface UpdateRef {
  /** Runs `update ...` lines as one transaction. Transactions run one after the other. */
  transact(updates: string): Promise<RefTransaction>;
}

/** A ref is moved in milliseconds; a minute means a dead disk. */
const TIMEOUT_MS = 60_000;
/** Long enough to serve the next command of an agent at work, short enough to leave nothing behind. */
const IDLE_MS = 5_000;
const COMMITTED = "commit: ok\n";

/**
 * `git update-ref --stdin`, kept for the next transaction: starting a process from one as large as
 * node costs 5 to 10 ms, the transaction itself half of one. git ends itself over a transaction that
 * fails, and the next one starts it anew. Idle, it keeps nobody alive, and it ends with its pipe.
 */
export function updateRef(gitDir: string, settings: readonly string[] = []): UpdateRef {
  let child: ChildProcessWithoutNullStreams | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  let idle: NodeJS.Timeout | undefined;

  const start = (): ChildProcessWithoutNullStreams => {
    needSpareFiles();
    // A group of its own: an interrupt at the terminal is for us to act on, not for git.
    const started = spawn("git", [...gitPrefix(gitDir, settings), "update-ref", "--stdin"], {
      env: gitEnvironment(),
      detached: process.platform !== "win32",
    });
    started.on("close", () => {
      if (child === started) child = undefined;
    });
    // A write to a process that has just ended fails here; its end is what is acted on.
    started.stdin.on("error", () => undefined);
    return started;
  };

  const transact = async (updates: string): Promise<RefTransaction> => {
    clearTimeout(idle);
    child ??= start();
    const used = child;
    holdEventLoop(used, true);
    const ended = await converse(used, `start\n${updates}prepare\ncommit\n`);
    holdEventLoop(used, false);
    const dismiss = (): void => {
      if (child === used) child = undefined;
      used.stdin.end();
    };
    if (ended.exitCode === 0) idle = setTimeout(dismiss, IDLE_MS).unref();
    else dismiss();
    return ended;
  };

  return {
    transact(updates) {
      const answer = turn.then(() => transact(updates));
      turn = answer.catch(() => undefined);
      return answer;
    },
  };
}

function converse(child: ChildProcessWithoutNullStreams, input: string): Promise<RefTransaction> {
  return new Promise((resolve, reject) => {
    let stdout = "";
    let stderr = "";
    const onOutput = (chunk: Buffer): void => {
      stdout += chunk.toString("latin1");
      if (stdout.endsWith(COMMITTED)) settle(() => resolve({ exitCode: 0, stderr }));
    };
    const onStderr = (chunk: Buffer): void => {
      stderr += chunk.toString("utf8");
    };
    const onClose = (code: number | null): void => {
      settle(() => resolve({ exitCode: code === 0 ? undefined : (code ?? undefined), stderr }));
    };
    const onError = (error: NodeJS.ErrnoException): void => {
      settle(() => reject(error.code === "ENOENT" ? new GitError({ code: "git-missing" }) : error));
    };
    const timer = setTimeout(() => child.kill("SIGTERM"), TIMEOUT_MS);
    const settle = (answer: () => void): void => {
      clearTimeout(timer);
      child.stdout.off("data", onOutput);
      child.stderr.off("data", onStderr);
      child.off("close", onClose);
      child.off("error", onError);
      answer();
    };
    child.stdout.on("data", onOutput);
    child.stderr.on("data", onStderr);
    child.on("close", onClose);
    child.on("error", onError);
    child.stdin.write(input);
  });
}
