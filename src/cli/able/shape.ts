import type { CapabilitiesState, CardState } from "../../protocol/capabilities-state.ts";
import { isInDate } from "../../protocol/rules/able.ts";
import { aboutSkill } from "../../protocol/rules/about-skill.ts";
import { formatInstant } from "../../protocol/time.ts";
import { sanitiseLine } from "../sanitise.ts";

/** What an agent says that it can do, in JSON; absent things are null. */
export function abilityJson(
  can: CapabilitiesState | undefined,
  card: CardState | undefined,
  now: number,
) {
  if (can === undefined) return null;
  return {
    skills: can.skills.map((id) => ({
      id,
      name: aboutSkill(card?.names ?? [], id) ?? null,
      description: aboutSkill(card?.texts ?? [], id) ?? null,
      tags: aboutSkill(card?.tags ?? [], id)?.split(/ +/) ?? [],
    })),
    tags: can.tags,
    load: can.load,
    capacity: can.capacity,
    until: can.until === undefined ? null : formatInstant(can.until),
    in_date: isInDate(can, now),
  };
}

/** The same for people, a line for each skill and one for each other fact. */
export function abilityText(
  can: CapabilitiesState,
  card: CardState | undefined,
  now: number,
): string {
  const skills = can.skills.map((id) => {
    const name = aboutSkill(card?.names ?? [], id);
    const text = aboutSkill(card?.texts ?? [], id);
    const tags = aboutSkill(card?.tags ?? [], id);
    const about = [name, text, tags === undefined ? undefined : `[${tags}]`];
    return ["skill", [id, ...about.flatMap((one) => (one === undefined ? [] : [one]))].join("  ")];
  });
  const rows = [
    ...(skills.length === 0 ? [["skills", "none"]] : skills),
    ...(can.tags.length === 0 ? [] : [["tags", can.tags.join(", ")]]),
    ["load", loadText(can)],
    ["until", untilText(can, now)],
  ];
  return rows.map(([name, value]) => `${name!.padEnd(12)}${sanitiseLine(value!)}`).join("\n");
}

/** `1 of 4`. */
export function loadText({ load, capacity }: Pick<CapabilitiesState, "load" | "capacity">): string {
  return `${load} of ${capacity}`;
}

function untilText(can: Pick<CapabilitiesState, "until">, now: number): string {
  if (can.until === undefined) return "it says otherwise";
  return `${formatInstant(can.until)}${isInDate(can, now) ? "" : " (has lapsed)"}`;
}
