import type { CanCommand } from "../../protocol/commands/can.ts";
import { writeAboutSkill } from "../../protocol/rules/about-skill.ts";
import { viewAgent } from "../../protocol/views/agent-view.ts";
import { act } from "../act.ts";
import { FaultError, type Context } from "../context.ts";
import { freshMound } from "../fresh.ts";
import { agentJson } from "../members/shape.ts";
import { durationOption, listOption, textOption } from "../options.ts";
import type { Report } from "../report.ts";
import { skillArgument } from "./skill.ts";
import { UsageError } from "../usage.ts";
import { abilityJson, abilityText } from "./shape.ts";

/** `mound can [SKILL...]`: declares what the acting agent can do; alone, shows it. */
export async function can(
  context: Context,
  words: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const agent = context.agent();
  const declaration = readDeclaration(words, options);
  if (declaration === undefined) return show(context);
  const accepted = await act(context, { type: "can", ...declaration });
  const { ability, rest } = await seen(context);
  const already = accepted.answer.already === true;
  const said = already ? `${agent} has said so already.` : `${agent} has said what it can do.`;
  return {
    data: { ...rest, commit: accepted.commit ?? null, already },
    text: [said, ability].join("\n"),
    next: ["mound next --claim"],
  };
}

async function show(context: Context): Promise<Report> {
  const { notes } = await freshMound(context);
  const { ability, rest } = await seen(context);
  return { data: rest, text: ability, notes };
}

async function seen(context: Context) {
  const agent = context.agent();
  const mound = await context.mound();
  const found = await mound.read((view, now) => {
    const member = viewAgent(view, agent);
    return member && { member, card: view.get(`card/${agent}`), now };
  });
  if (found === undefined) throw new FaultError({ rule: "AG1", code: "not-a-member", agent });
  const { member, card, now } = found;
  const { capabilities } = member;
  return {
    ability:
      capabilities === undefined
        ? `${agent} has not said what it can do; say it: mound can SKILL...`
        : abilityText(capabilities, card, now),
    rest: { agent: agentJson(member), can: abilityJson(capabilities, card, now) },
  };
}

/** What was typed; undefined where it was nothing. */
function readDeclaration(
  words: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Omit<CanCommand, "type"> | undefined {
  const skills = words
    .flatMap((word) => (word === undefined || word === "" ? [] : [word]))
    .map((word) => skillArgument(word, "mound can"));
  const add = options["add"] === true;
  const tags = listOption(options["tag"])
    ?.filter((tag) => tag !== "")
    .map((tag) => skillArgument(tag, "--tag"));
  const load = readLoad(options["load"]);
  const length = readLength(options["for"]);
  const about = {
    ...aboutOption("names", options["name"], "--name"),
    ...aboutOption("texts", options["describe"], "--describe"),
    ...aboutOption("skillTags", options["skillTags"], "--skill-tags"),
  };
  const declaration = {
    ...(words.length === 0 ? {} : { skills }),
    ...(tags === undefined ? {} : { tags }),
    ...load,
    ...(length === undefined ? {} : { for: length }),
    ...about,
  };
  if (Object.keys(declaration).length > 0) return { ...declaration, ...(add ? { add } : {}) };
  if (add) throw new UsageError("--add needs a skill, or a --tag, to add.", "mound help can");
  return undefined;
}

function readLength(value: unknown): number | "ever" | undefined {
  return value === "ever" ? value : durationOption(value, "--for");
}

function readLoad(value: unknown): { readonly load?: number; readonly capacity?: number } {
  const text = textOption(value);
  if (text === undefined) return {};
  const [whole, load, , capacity] = /^(\d{1,6})(\/(\d{1,6}))?$/.exec(text) ?? [];
  if (whole === undefined)
    throw new UsageError(
      `--load takes how much you do, of how much you can do at once, such as 2/4, not "${text}".`,
      "mound can --load 2/4",
    );
  return { load: Number(load), ...(capacity === undefined ? {} : { capacity: Number(capacity) }) };
}

/** Entries `id: text`, as the record has them. */
function aboutOption(field: string, value: unknown, option: string): Record<string, unknown> {
  const entries = listOption(value)?.map((entry) => {
    const colon = entry.indexOf(":");
    if (colon > 0)
      return writeAboutSkill({ id: entry.slice(0, colon), text: entry.slice(colon + 1).trim() });
    throw new UsageError(
      `${option} takes a skill, a colon and a text, not "${entry}".`,
      `mound can ${option} 'review: ...'`,
    );
  });
  return entries === undefined ? {} : { [field]: entries };
}
