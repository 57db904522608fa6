import { dirname } from "node:path";
import { runChild, type ChildResult } from "../../open/child.ts";
import type { Delivery, Failure } from "./ledger.ts";
import type { Reaction } from "./reaction.ts";

export type Failed = Omit<Failure, "at">;

/** How a try went; `undefined`: well. */
export type Tried = Failed | undefined;

export interface Try {
  readonly reaction: Reaction;
  readonly delivery: Delivery;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Told the process that runs it. */
  readonly onStart: (pid: number) => void;
}

/** Of each output of a program that failed this much of the end is kept, in bytes. */
const OUTPUT_BYTES = 4 * 1024;

/**
 * Runs the program of a reaction: the event on its standard input and its name, type and task in the
 * environment. Nothing of the event is in the arguments. It runs in the folder of the reactions file,
 * so that `./tell.sh` is the script beside it, whatever the mound's own files are called.
 */
export function programs(
  file: string,
  environment: NodeJS.ProcessEnv,
): (attempt: Try) => Promise<Tried> {
  return async ({ reaction, delivery, signal, onStart }) => {
    const { event } = delivery;
    const result = await runChild({
      argv: reaction.run,
      cwd: dirname(file),
      environment: { ...environment, ...variables(delivery) },
      input: `${event.json}\n`,
      keepBytes: OUTPUT_BYTES,
      timeoutMs: reaction.timeout,
      signal,
      onStart,
    });
    return failureOf(result, reaction.timeout);
  };
}

function variables({ reaction, event }: Delivery): NodeJS.ProcessEnv {
  const { id, type, task } = event;
  // Without a task the variable is absent, also where the daemon itself has one.
  return { MOUND_EVENT_ID: id, MOUND_EVENT_TYPE: type, MOUND_TASK: task, MOUND_REACTION: reaction };
}

function failureOf({ end, timedOut, stdout, stderr }: ChildResult, timeout: number): Tried {
  if (end.kind === "exit" && end.code === 0) return undefined;
  const why = timedOut ? ({ kind: "timeout", after: timeout } as const) : end;
  return { why, stdout: stdout.text, stderr: stderr.text };
}
