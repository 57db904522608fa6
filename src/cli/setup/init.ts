import { basename, resolve } from "node:path";
import { foundMound, type FoundOptions } from "../../open/found.ts";
import type { AnyFault } from "../../open/faults.ts";
import { addressOption, branchOption, keyOption } from "../address.ts";
import { FaultError, type Context } from "../context.ts";
import { listOption, textOption } from "../options.ts";
import type { Report } from "../report.ts";
import { UsageError } from "../usage.ts";
import { ciOption, requirePlainBranch } from "./ci.ts";
import { describeMound } from "./describe.ts";

const MEMBERSHIPS = ["open", "invited", "vouched"] as const;

/** `mound init`: founds a mound, of which the acting agent is the root. */
export async function init(
  context: Context,
  [typed]: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const agent = context.agent();
  const { remote, beside } = placeOptions(context, typed, options);
  const branch = branchOption(options["branch"]);
  const ci = ciOption(listOption(options["ci"]), remote);
  if (ci.length > 0) requirePlainBranch(branch ?? "main");
  const dir = context.path(typed ?? ".");
  const founded = await foundMound({
    dir,
    agent,
    name: textOption(options["name"]) ?? nameOf(beside ?? dir),
    membership: MEMBERSHIPS.find((name) => name === options["membership"]) ?? "open",
    ...optional("remote", remote),
    ...optional("beside", beside),
    ...optional("branch", branch),
    ci,
    ...optional("skills", listOption(options["can"])),
    ...optional("key", keyOption(context, options["key"])),
    environment: context.env.environment,
    trace: (phase) => context.enter(phase),
  });
  if (!founded.ok) throw new FaultError(founded.error, wayOn(founded.error, remote, agent));
  const mound = context.adopt(founded.value);
  const { data, summary, enter } = await describeMound(context, mound);
  const key = await mound.read((view) => view.get(`agent/${agent}`)!.key);
  return {
    data: { ...data, agent, key },
    text: `Founded the mound ${summary}`,
    next: [...enter, `export MOUND_AGENT=${agent}`, 'mound task add "TITLE"'],
  };
}

interface Place {
  readonly remote: string | undefined;
  readonly beside: string | undefined;
}

function placeOptions(
  context: Context,
  typed: string | undefined,
  options: Record<string, unknown>,
): Place {
  const remote = textOption(options["remote"]);
  const beside = textOption(options["in"]);
  if (beside !== undefined && (remote !== undefined || typed !== undefined)) {
    const other = remote === undefined ? "a folder" : "--remote";
    throw new UsageError(
      `With --in the mound is on that repository's origin, in REPO/.mound; leave ${other} out.`,
      `mound init --in ${beside} --as AGENT`,
    );
  }
  return {
    remote: remote === undefined ? undefined : addressOption(context, remote),
    beside: beside === undefined ? undefined : context.path(beside),
  };
}

function nameOf(folder: string): string {
  return basename(resolve(folder)) || "mound";
}

function optional<K extends keyof FoundOptions, V>(
  name: K,
  value: V | undefined,
): { readonly [name in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [name in K]?: V });
}

/** What else to type, where the fault alone cannot know. */
function wayOn(fault: AnyFault, remote: string | undefined, agent: string): readonly string[] {
  const absent =
    fault.code === "remote-unreachable" && remote !== undefined && !remote.includes(":");
  return absent
    ? [
        `git init --bare --initial-branch=main ${remote}`,
        `mound init --remote ${remote} --as ${agent}`,
      ]
    : [];
}
