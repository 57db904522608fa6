import { SETTINGS, shownSettings, type Setting } from "../../protocol/commands/configure.ts";
import type { Command } from "../../protocol/commands/index.ts";
import { act } from "../act.ts";
import type { Context } from "../context.ts";
import { freshMound } from "../fresh.ts";
import { textOption } from "../options.ts";
import type { Report } from "../report.ts";
import { UsageError } from "../usage.ts";
import { closedDoor } from "./doorkeepers.ts";
import { agentArgument, rootsWith } from "./cosigners.ts";
import { fingerprintArgument } from "./fingerprint.ts";

/** `mound leave`: the acting agent is a member no more; its records stay. */
export async function leave(context: Context): Promise<Report> {
  const agent = context.agent();
  const mound = await context.mound();
  const accepted = await act(context, { type: "end-membership", agent, status: "withdrawn" });
  const held = await mound.read((view) => Object.keys(view.get(`held/${agent}`) ?? {}));
  const notes =
    held.length === 0
      ? []
      : [`It still holds ${held.join(", ")}; others may take that when the lease lapses.`];
  const text =
    accepted.answer.already === true ? `${agent} had left already.` : `${agent} has left.`;
  return {
    data: { agent, status: "withdrawn", ...landed(accepted) },
    text,
    next: [`mound join --as ${agent}`],
    notes,
  };
}

/** `mound agent revoke AGENT`: for good. */
export async function revoke(
  context: Context,
  [typed]: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const agent = agentArgument(typed!, "The name");
  const reason = textOption(options["reason"]);
  const accepted = await act(context, {
    type: "end-membership",
    agent,
    status: "revoked",
    ...(reason === undefined ? {} : { reason }),
  });
  const text =
    accepted.answer.already === true
      ? `${agent} was revoked already.`
      : `${agent} is revoked: nothing that its key signs counts any more.`;
  return { data: { agent, status: "revoked", ...landed(accepted) }, text };
}

/** `mound invite`: by fingerprint, key line or public key file. */
export async function invite(
  context: Context,
  words: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const invited = await fingerprintArgument(context, words.join(" ").trim());
  const note = textOption(options["note"]);
  const accepted = await act(context, {
    type: "invite",
    fingerprint: invited,
    ...(note === undefined ? {} : { note }),
  });
  const text =
    accepted.answer.already === true ? `${invited} was invited already.` : `${invited} may join.`;
  return {
    data: { fingerprint: invited, ...landed(accepted) },
    text,
    next: ["mound join --as AGENT   (where that key is)"],
  };
}

/** `mound root add|remove AGENT`. */
export async function changeRoots(
  context: Context,
  change: "addRoot" | "removeRoot",
  typed: string,
  options: Record<string, unknown>,
): Promise<Report> {
  const agent = agentArgument(typed, "The name");
  return configured(context, { type: "configure", [change]: agent }, options);
}

/** `mound config get [KEY]`. */
export async function getConfig(
  context: Context,
  [typed]: readonly (string | undefined)[],
): Promise<Report> {
  const { mound, notes } = await freshMound(context);
  const { id, protocol, roots, settings } = await settingsOf(mound);
  if (typed !== undefined) {
    const key = settingArgument(typed);
    return { data: { [key]: settings[key] }, text: settings[key], notes };
  }
  const lines = Object.entries(settings).map(([key, value]) => `${key}: ${value}`);
  return {
    data: { id, protocol, roots, settings },
    text: [`id: ${id}`, ...lines, `roots: ${roots.join(", ")}`].join("\n"),
    notes,
  };
}

/** `mound config set KEY VALUE`. */
export async function setConfig(
  context: Context,
  [typed, value]: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const key = settingArgument(typed!);
  const report = await configured(
    context,
    { type: "configure", set: { key, value: value! } },
    options,
    (settings) => `${key} is ${settings[key]} now.`,
  );
  const mound = await context.mound();
  const closed = await mound.read(closedDoor);
  if (closed === undefined) return report;
  return { ...report, notes: [closed], next: ["mound vouch AGENT --reason TEXT", ...report.next!] };
}

async function configured(
  context: Context,
  command: Command,
  options: Record<string, unknown>,
  said?: (settings: ReturnType<typeof shownSettings>) => string,
): Promise<Report> {
  const cosigners = await rootsWith(context, options["with"]);
  const accepted = await act(context, command, { cosigners });
  const { roots, settings } = await settingsOf(await context.mound());
  const text =
    accepted.answer.already === true
      ? "Nothing to change: it is so already."
      : (said?.(settings) ??
        `The mound's record is changed; its roots: ${roots.join(", ")}; ${settings.threshold} must sign.`);
  return { data: { roots, settings, ...landed(accepted) }, text, next: ["mound config get"] };
}

async function settingsOf(mound: Awaited<ReturnType<Context["mound"]>>) {
  const state = await mound.read((view) => view.get("mound")!);
  const roots = state.roots.map((root) => root.agent);
  return { id: state.id, protocol: state.protocol, roots, settings: shownSettings(state) };
}

function settingArgument(typed: string): Setting {
  const found = SETTINGS.find((name) => name === typed.replaceAll("-", "_"));
  if (found !== undefined) return found;
  throw new UsageError(
    `There is no setting "${typed}". There are: ${SETTINGS.join(", ")}.`,
    "mound config get",
  );
}

function landed(accepted: Awaited<ReturnType<typeof act>>): {
  commit: string | null;
  already: boolean;
} {
  return { commit: accepted.commit ?? null, already: accepted.answer.already === true };
}
