/** What an entry of `skill_names`, `skill_texts` or `skill_tags` says: the id of a skill, a space, a text. */
export interface AboutSkill {
  readonly id: string;
  readonly text: string;
}

/** Records are flat: what describes a skill stands beside the list of skills, and names it first. */
export function readAboutSkill(entry: string): AboutSkill {
  const space = entry.indexOf(" ");
  return space < 0
    ? { id: entry, text: "" }
    : { id: entry.slice(0, space), text: entry.slice(space + 1).trim() };
}

/** The entry that `readAboutSkill` reads. */
export function writeAboutSkill({ id, text }: AboutSkill): string {
  return `${id} ${text}`;
}

/** What entries say of one skill; undefined: nothing. */
export function aboutSkill(entries: readonly string[], id: string): string | undefined {
  return entries.map(readAboutSkill).find((about) => about.id === id)?.text;
}
