import { realpathSync } from "node:fs";
import { serviceText, type ServiceKind } from "../../daemon/service.ts";
import type { Context } from "../context.ts";
import { textOption } from "../options.ts";
import type { Report } from "../report.ts";
import { UsageError } from "../usage.ts";

const KINDS: readonly ServiceKind[] = ["systemd", "launchd"];

/** `mound watch --service`: what a service manager needs to keep this daemon running; runs nothing. */
export function printService(context: Context, options: Record<string, unknown>): Report {
  const named = options["service"] === true ? undefined : textOption(options["service"]);
  const kinds = KINDS.filter((kind) => named === undefined || kind === named);
  if (kinds.length === 0)
    throw new UsageError(
      `--service takes systemd or launchd, not "${named}".`,
      "mound watch --service systemd",
    );
  const { environment } = context.env;
  const passed = ["PATH", "MOUND_CONFIG_HOME", "XDG_CONFIG_HOME"].flatMap((name) => {
    const value = environment[name];
    return value === undefined || value === "" ? [] : [[name, value] as const];
  });
  const service = {
    node: process.execPath,
    command: realpathSync(process.argv[1]!),
    folder: context.clone().workTree,
    args: argumentsOf(context, options),
    environment: Object.fromEntries(passed),
  };
  const texts = kinds.map((kind) => {
    const text = serviceText(kind, service);
    if (text.ok) return [kind, text.value] as const;
    throw new UsageError(
      `No ${kind} file can hold the text ${JSON.stringify(text.error.text)}.`,
      "Move the clone, or node, to a path without control characters and quotes.",
    );
  });
  return {
    data: { services: Object.fromEntries(texts) },
    text: texts.map(([, text]) => text.trimEnd()).join("\n\n"),
  };
}

/** The options of this command, as the service is to be started with them. */
function argumentsOf(context: Context, options: Record<string, unknown>): readonly string[] {
  const budget = textOption(options["pushBudget"]);
  const reactions = textOption(options["reactions"]);
  const log = textOption(options["log"]);
  const every = textOption(options["checkpointEvery"]);
  const signs = options["checkpoint"] === true || every !== undefined;
  return [
    ...(budget === undefined ? [] : ["--push-budget", budget]),
    ...(reactions === undefined ? [] : ["--reactions", context.path(reactions)]),
    ...(log === undefined ? [] : ["--log", context.path(log)]),
    ...(options["submit"] === true ? ["--submit"] : []),
    ...(options["repair"] === true ? ["--repair"] : []),
    ...(signs ? ["--checkpoint"] : []),
    ...(every === undefined ? [] : ["--checkpoint-every", every]),
    ...(signs || acts(options) ? ["--as", context.agent()] : []),
  ];
}

/** Whether the daemon does something in the name of an agent. */
function acts(options: Record<string, unknown>): boolean {
  return options["submit"] === true || options["repair"] === true;
}
