import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { endGroup, guardGroup, killGroup } from "../git/process-group.ts";
import { TailBuffer } from "../open/tail.ts";
import { formatInstant } from "../protocol/time.ts";
import type { TakenTask } from "./desk.ts";
import type { Exit, Program, Start } from "./program.ts";
import { complaintOf } from "./complaint.ts";
import { Scratch } from "./scratch.ts";

export interface LaunchOptions {
  /** The path of an executable file. */
  readonly program: string;
  readonly args: readonly string[];
  /** The folder in which it runs. */
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly agent: string;
  /** The clone's common git directory. */
  readonly commonDir: string;
  /** Told each line of standard error, as bytes that a stranger wrote. */
  readonly complain?: (task: TakenTask, text: string) => void;
}

/** As much of standard error as is a reason: the end says what went wrong. */
const COMPLAINT_BYTES = 1024;
/** A process that has left the group may hold the pipes open: after the end nobody waits longer. */
const DRAIN_MS = 1_000;

/** Starts PROGRAM for a task, in a process group of its own: by its path and arguments, never by a shell. */
export function launcher(options: LaunchOptions): Start {
  return async (task) => {
    const scratch = await Scratch.make(options.commonDir, task);
    const { program, args, cwd } = options;
    try {
      const child = spawn(program, args, {
        cwd,
        env: {
          ...options.environment,
          ...taskVariables(task, options.agent),
          ...scratch.variables,
        },
        stdio: ["pipe", "pipe", "pipe"],
        detached: process.platform !== "win32",
      });
      // Where it could not be started, it may not even have its pipes.
      if (child.pid === undefined) throw await failure(child);
      return runningProgram(child, child.pid, scratch, task, options);
    } catch (error) {
      await scratch.dispose();
      throw error;
    }
  };
}

function failure(child: ChildProcess): Promise<Error> {
  return new Promise((resolve) => {
    child.once("error", resolve);
  });
}

function runningProgram(
  child: ChildProcessWithoutNullStreams,
  pid: number,
  scratch: Scratch,
  task: TakenTask,
  options: LaunchOptions,
): Program {
  const exited = exitOf(child);
  const tail = new TailBuffer(COMPLAINT_BYTES);
  const unguard = guardGroup(pid, "SIGKILL");
  // PROGRAM may close its standard input without reading it.
  child.stdin.on("error", () => undefined);
  child.stdin.end(`${JSON.stringify(task.story)}\n`);
  child.stderr.on("error", () => undefined);
  child.stderr.on("data", (chunk: Buffer) => {
    tail.add(chunk);
    options.complain?.(task, chunk.toString());
  });
  const drained = Promise.all([scratch.output.drain(child.stdout), closed(child)]);
  let over = false;
  const finish = async () => {
    const exit = await exited;
    // What PROGRAM has left running.
    await endGroup(pid);
    unguard();
    over = true;
    const late = new AbortController();
    await Promise.race([drained, delay(DRAIN_MS, undefined, { signal: late.signal })]).finally(() =>
      late.abort(),
    );
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
    await drained;
    const { result, refs } = await scratch.collect();
    return { exit, result, refs, complaint: complaintOf(tail.read()) };
  };
  return {
    ended: finish(),
    signal: (name) => void (!over && killGroup(pid, name)),
    progress: (last) => scratch.progress.read(last),
    shorten: (chars) => scratch.chosen.result(chars),
    keep: () => scratch.chosen.keep(),
    dispose: () => scratch.dispose(),
  };
}

function exitOf(child: ChildProcessWithoutNullStreams): Promise<Exit> {
  return new Promise((resolve) => {
    // A signal that could not be delivered; whether it runs is told by its exit.
    child.on("error", () => undefined);
    child.on("exit", (code, signal) =>
      resolve(
        code === null ? { kind: "signal", signal: signal ?? "a signal" } : { kind: "code", code },
      ),
    );
  });
}

function closed(child: ChildProcessWithoutNullStreams): Promise<void> {
  return new Promise((resolve) => {
    child.stderr.on("close", resolve);
  });
}

function taskVariables(task: TakenTask, agent: string): NodeJS.ProcessEnv {
  return {
    MOUND_AGENT: agent,
    MOUND_TASK: task.id,
    // A variable cannot hold the character that ends it.
    MOUND_TASK_TITLE: task.title.replaceAll("\0", "\ufffd"),
    MOUND_TASK_TOKEN: String(task.token),
    MOUND_TASK_UNTIL: formatInstant(task.until),
    MOUND_TASK_NEEDS: task.needs.join(" "),
  };
}
