import { existsSync } from "node:fs";
import { gitEnvironment, gitPrefix } from "./environment.ts";
import { GitError } from "./fault.ts";
import { killGroup, superviseGroup } from "./process-group.ts";
import { needSpareFiles } from "./spare-files.ts";

export interface GitOptions {
  /** The git directory; left out only for commands that make one or need none. */
  readonly gitDir?: string;
  readonly cwd?: string;
  readonly input?: Uint8Array | string;
  /** Milliseconds; then the process and all that it started are ended. */
  readonly timeoutMs?: number;
  /** Bytes of stdout after which the process is ended and `truncated` is set. */
  readonly maxBytes?: number;
  /** `name=value` settings for this call, as for `git -c`. */
  readonly settings?: readonly string[];
  /** Variables besides the scrubbed environment, such as git's quarantine in a hook. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface GitOutput {
  /** undefined when a signal ended the process. */
  readonly exitCode: number | undefined;
  readonly stdout: Uint8Array;
  readonly stderr: string;
  readonly timedOut: boolean;
  readonly truncated: boolean;
  readonly signal: string | undefined;
}

/** Local plumbing answers in milliseconds; a minute means a dead disk. */
const TIMEOUT_MS = 60_000;
/** More than any answer that is wanted in one piece; bulk data goes through streams. */
const STDOUT_BYTES = 64 * 1024 * 1024;
/** A server's banner, at most: what is beyond is noise or an attack. */
const STDERR_BYTES = 1024 * 1024;

/**
 * Runs git and answers whatever it says; a non-zero exit is an answer. Throws GitError
 * `git-missing` when there is no git on the PATH.
 */
export async function runGit(
  args: readonly string[],
  options: GitOptions = {},
): Promise<GitOutput> {
  const { execa } = await import("execa");
  needSpareFiles();
  const child = execa("git", [...gitPrefix(options.gitDir, options.settings), ...args], {
    env: gitEnvironment(options.environment),
    extendEnv: false,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.input === undefined ? { stdin: "ignore" as const } : { input: options.input }),
    encoding: "buffer",
    maxBuffer: { stdout: options.maxBytes ?? STDOUT_BYTES, stderr: STDERR_BYTES },
    reject: false,
    stripFinalNewline: false,
    // A group of its own, so that ending it ends ssh, receive-pack and hooks as well.
    detached: process.platform !== "win32",
    cleanup: false,
  });
  const group = superviseGroup(child, options.timeoutMs ?? TIMEOUT_MS);
  try {
    const result = await child;
    if (result.code === "ENOENT" && (options.cwd === undefined || existsSync(options.cwd))) {
      throw new GitError({ code: "git-missing" });
    }
    if (result.isMaxBuffer && child.pid !== undefined) killGroup(child.pid, "SIGKILL");
    return {
      exitCode: result.exitCode,
      stdout: result.stdout,
      stderr: new TextDecoder().decode(result.stderr),
      timedOut: group.timedOut(),
      truncated: result.isMaxBuffer,
      signal: result.signal,
    };
  } finally {
    await group.release();
  }
}

/** The stdout of a call that cannot fail but by a broken repository: then it throws `git-failed`. */
export async function gitText(args: readonly string[], options: GitOptions = {}): Promise<string> {
  const output = await runGit(args, options);
  if (output.exitCode !== 0) throw gitFailed(args, output);
  return new TextDecoder().decode(output.stdout);
}

/** The error for an exit that no caller has a use for. */
export function gitFailed(args: readonly string[], output: GitOutput): GitError {
  return new GitError({
    code: "git-failed",
    command: args[0] ?? "",
    exitCode: output.exitCode,
    detail: output.timedOut ? "timed out" : output.stderr.trim(),
  });
}
