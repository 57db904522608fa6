import { Command, CommanderError } from "commander";
import { EMBEDDED } from "../git/clone.ts";
import { GitError } from "../git/fault.ts";
import { COMMANDS } from "./commands/index.ts";
import { Context, FaultError, type GlobalOptions } from "./context.ts";
import { processEnv, type Env } from "./env.ts";
import { EXIT } from "./exit.ts";
import type { Failure } from "./explain.ts";
import { complain, tell, type Report } from "./report.ts";
import { sanitise } from "./sanitise.ts";
import { UsageError } from "./usage.ts";

declare const MOUND_VERSION: string | undefined;

/** A command's implementation: the context, its arguments, and its options. */
export type Action = (
  context: Context,
  args: readonly (string | undefined)[],
  options: Record<string, unknown>,
) => Promise<Report>;

/** Wires an implementation to commander. */
export type Run = (action: Action) => (...args: unknown[]) => Promise<void>;

/** Runs one command line; answers the exit code. */
export async function main(argv: readonly string[], env: Env = processEnv()): Promise<number> {
  let code: number = EXIT.ok;
  const run: Run =
    (action) =>
    async (...args) => {
      const command = args.at(-1) as Command;
      const options = command.optsWithGlobals<GlobalOptions & Record<string, unknown>>();
      const given = args
        .slice(0, -2)
        .flat()
        .filter((value) => typeof value === "string" || value === undefined);
      code = await perform(action, new Context(env, options), given, options, helpOf(command));
    };
  const program = createProgram(env, run);
  try {
    await program.parseAsync(isBare(argv) ? ["status", ...argv] : [...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) code = refuseUsage(env, argv, error, program);
  }
  return settle(env, code);
}

/** An answer that a full disk swallowed is a failure, whatever was done; who reads no further has what they want. */
async function settle(env: Env, code: number): Promise<number> {
  try {
    await env.flush?.();
    return code;
  } catch (error) {
    const failure = systemFailure(error);
    if (failure === undefined) throw error;
    return complain(env, false, failure);
  }
}

/** Whether only options for every command were typed: then it is the status that is asked for. */
function isBare(argv: readonly string[]): boolean {
  return argv.every(
    (word, at) =>
      /^(--json|--no-input|--as(=.*)?|-C.*)$/.test(word) || /^(--as|-C)$/.test(argv[at - 1] ?? ""),
  );
}

/** The whole tree of commands; also what the documentation's tests walk. */
function createProgram(env: Env, run: Run): Command {
  const program = new Command("mound")
    .description("Coordinates software agents through files in a git repository.")
    .version(typeof MOUND_VERSION === "string" ? MOUND_VERSION : "0.0.0", "-V, --version")
    .option("--json", "answer one JSON document")
    .option("--as <agent>", "who acts (or MOUND_AGENT)")
    .option("-C <dir>", "run as if started in this folder")
    .option("--no-input", "never ask anything (nothing ever does)")
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({ writeOut: (text) => env.out(text), writeErr: () => undefined })
    .exitOverride();
  for (const add of COMMANDS) add(program, run);
  inherit(program);
  return program;
}

/** Subcommands made before the settings of their parents were known take them over. */
function inherit(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    inherit(child);
  }
}

/** The command that shows what a command takes. */
function helpOf(command: Command): string {
  const words = ["help"];
  for (let at = command; at.parent !== null; at = at.parent) words.splice(1, 0, at.name());
  return ["mound", ...words].join(" ");
}

async function perform(
  action: Action,
  context: Context,
  args: readonly (string | undefined)[],
  options: Record<string, unknown>,
  help: string,
): Promise<number> {
  const { env } = context;
  const json = context.options.json === true;
  const release = onInterrupt(context, json);
  try {
    const code = await tell(env, json, await action(context, args, options), context);
    await tellMove(context);
    return code;
  } catch (error) {
    const failure = await failureOf(error, help);
    if (failure === undefined) throw error;
    return complain(env, json, failure, error instanceof FaultError ? error.next : []);
  } finally {
    release();
    for (const { agent, summary, landed, settled } of context.opened?.takeRecovered() ?? []) {
      const became = landed
        ? "had landed"
        : settled
          ? "did not land"
          : "has not landed so far, but still may";
      env.err(
        sanitise(`An earlier command of ${agent} (${summary}) was interrupted: it ${became}.\n`),
      );
    }
    await context.close();
  }
}

/** A frozen origin still gives what it has; who only reads would never learn that the line goes on elsewhere. */
async function tellMove({ env, opened }: Context): Promise<void> {
  const url = await opened?.movedTo();
  if (opened === undefined || url === undefined) return;
  const finish = opened.clone.settings.origin === EMBEDDED;
  const said = finish
    ? `The move of this mound to ${url} was interrupted.`
    : `This mound has moved to ${url}; nothing new comes in here.`;
  env.err(sanitise(`${said}\n  mound ${finish ? "publish" : "clone"} ${url}\n`));
}

/** What explains failures is loaded when there is one, unless the system gives no file any more. */
async function failureOf(error: unknown, help: string): Promise<Failure | undefined> {
  if (SCARCE.has((error as NodeJS.ErrnoException).code ?? "")) return systemFailure(error);
  const { explain } = await import("./explain.ts");
  const { SigningError } = await import("../keys/signers.ts");
  if (error instanceof FaultError || error instanceof GitError || error instanceof SigningError)
    return explain(error.fault);
  if (error instanceof UsageError) {
    const { code, message, details } = error;
    const fix = error.asksHelp ? help : error.fix;
    return {
      code,
      message,
      fix,
      retryable: false,
      exit: EXIT.usage,
      ...(details === undefined ? {} : { details }),
    };
  }
  return systemFailure(error);
}

/** No file descriptors are left: neither of this process, nor of the machine. */
const SCARCE = new Set(["EMFILE", "ENFILE"]);

function systemFailure(error: unknown): Failure | undefined {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return undefined;
  const scarce = SCARCE.has(code);
  return {
    code: "io",
    message: `The system refused: ${message}`,
    fix: scarce ? "ulimit -n 1024" : "Check the disk and the permissions.",
    retryable: scarce,
    exit: EXIT.bug,
  };
}

/** An interruption says whether something may have been sent, and leaves the rest to the journal. */
function onInterrupt(context: Context, json: boolean): () => void {
  let insists = false;
  const handler = (): void => {
    if (context.stop()) return;
    // The outcome is known and about to be told: whoever still wants to stop says so twice.
    const answering = context.phase === "answer" && !insists;
    insists = true;
    if (answering) return;
    const failure: Failure = context.sent
      ? {
          code: "outcome-unknown",
          message: "Interrupted while the push was under way: whether it landed is not known.",
          fix: "mound sync",
          retryable: true,
          exit: EXIT.unknown,
        }
      : {
          code: "interrupted",
          message: "Interrupted; nothing was sent.",
          fix: "",
          retryable: true,
          exit: 130,
        };
    process.exit(complain(context.env, json, failure));
  };
  process.on("SIGINT", handler);
  process.on("SIGTERM", handler);
  return () => {
    process.off("SIGINT", handler);
    process.off("SIGTERM", handler);
  };
}

function refuseUsage(
  env: Env,
  argv: readonly string[],
  error: CommanderError,
  program: Command,
): number {
  const message = error.message.replace(/^error: /, "");
  const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}`.replace(/\n/g, " ");
  const failure: Failure = {
    code: "usage",
    message: /[.?!)]$/.test(sentence) ? sentence : `${sentence}.`,
    fix: helpOf(commandIn(argv, program)),
    retryable: false,
    exit: EXIT.usage,
  };
  return complain(env, argv.includes("--json"), failure);
}

/** The command that was typed, as far as its name goes: the first words that are neither options nor their values. */
function commandIn(argv: readonly string[], program: Command): Command {
  let found = program;
  for (const [at, word] of argv.entries()) {
    if (word.startsWith("-") || /^(--as|-C)$/.test(argv[at - 1] ?? "")) continue;
    const child = found.commands.find((command) => command.name() === word);
    if (child === undefined) break;
    found = child;
  }
  return found;
}
