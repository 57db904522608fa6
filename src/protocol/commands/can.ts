import { ok } from "../../base/result.ts";
import type { WireFields } from "../encode.ts";
import type { AgentId } from "../ids.ts";
import { isInDate } from "../rules/able.ts";
import { readAboutSkill } from "../rules/about-skill.ts";
import type { View } from "../state.ts";
import { formatInstant } from "../time.ts";
import { commitTime, commonFields, type Draft, type PlanContext, type Planned } from "./plan.ts";

/** What an agent says anew of what it can do; what is not said stays as it was. */
export interface Declaration {
  readonly skills?: readonly string[];
  /** The skills and tags are added to those that were declared before; else they replace them. */
  readonly add?: boolean;
  readonly tags?: readonly string[];
  /** Entries `id text`, see `AboutSkill`; each replaces what was said of that skill. */
  readonly names?: readonly string[];
  readonly texts?: readonly string[];
  readonly skillTags?: readonly string[];
  readonly load?: number;
  readonly capacity?: number;
  /** Milliseconds from now on, or for ever. */
  readonly for?: number | "ever";
}

export interface CanCommand extends Declaration {
  readonly type: "can";
}

/** Declares what the acting agent can do. */
export function planCan(
  { type: _type, ...declaration }: CanCommand,
  context: PlanContext,
): Planned {
  const draft = capabilitiesDraft(declaration, context, 0);
  return ok({
    drafts: draft === undefined ? [] : [draft],
    subject: `declare what ${context.agent} can do`,
    tasks: [],
    answer: { tasks: [], already: draft === undefined },
  });
}

/** The record that says so; undefined where it would say what is said already. */
export function capabilitiesDraft(
  declaration: Declaration,
  context: PlanContext,
  index: number,
): Draft | undefined {
  const { view, agent } = context;
  const before = fieldsBefore(view, agent);
  const path = `agents/${agent}/capabilities.yaml`;
  const common = commonFields(context, path, index);
  const until = untilOf(declaration, context, Date.parse(common["at"] as string));
  const said = { ...changed(before, declaration), until: wireInstant(until) };
  if (view.get(`can/${agent}`) !== undefined && JSON.stringify(said) === JSON.stringify(before))
    return undefined;
  return {
    write: "record",
    kind: "capabilities",
    path,
    fields: { agent, ...said, ...common },
  };
}

/**
 * How long a declaration was to hold when it was made, in milliseconds; undefined: for ever, or there is
 * none.
 */
export function declaredLength(view: View, agent: AgentId): number | undefined {
  const until = view.get(`can/${agent}`)?.until;
  const at = view.get(`file/agents/${agent}/capabilities.yaml`)?.at;
  return until === undefined || at === undefined ? undefined : Math.max(0, until - at);
}

/** What was said before, as its record has it, in the order in which `changed` answers. */
function fieldsBefore(view: View, agent: AgentId) {
  const can = view.get(`can/${agent}`);
  const card = view.get(`card/${agent}`);
  return {
    skills: can?.skills ?? [],
    skill_names: card?.names ?? [],
    skill_texts: card?.texts ?? [],
    skill_tags: card?.tags ?? [],
    tags: can?.tags ?? [],
    load: wireCount(can?.load, 0),
    capacity: wireCount(can?.capacity, 1),
    until: wireInstant(can?.until),
  } satisfies WireFields;
}

function changed(before: ReturnType<typeof fieldsBefore>, declaration: Declaration) {
  const { add, load, capacity } = declaration;
  const list = (was: readonly string[], given: readonly string[] | undefined) =>
    given === undefined ? was : [...new Set(add === true ? [...was, ...given] : given)];
  const skills = list(before.skills, declaration.skills);
  const most = capacity ?? Number(before.capacity ?? 1);
  return {
    skills,
    skill_names: about(skills, before.skill_names, declaration.names),
    skill_texts: about(skills, before.skill_texts, declaration.texts),
    skill_tags: about(skills, before.skill_tags, declaration.skillTags),
    tags: list(before.tags, declaration.tags).filter((tag) => !skills.includes(tag)),
    // A load that was said before is no reason to refuse a smaller capacity (CP2).
    load: wireCount(load ?? Math.min(most, Number(before.load ?? 0)), 0),
    capacity: wireCount(most, 1),
  };
}

/** Of the skills that are declared; what is said last of one counts, and an empty text takes it away. */
function about(
  skills: readonly string[],
  before: readonly string[],
  given: readonly string[] = [],
): readonly string[] {
  const said = new Map([...before, ...given].map((entry) => [readAboutSkill(entry).id, entry]));
  const strange = given.filter((entry) => !skills.includes(readAboutSkill(entry).id));
  return [
    ...skills.flatMap((skill) => {
      const entry = said.get(skill);
      return entry === undefined || readAboutSkill(entry).text === "" ? [] : [entry];
    }),
    // What speaks of no skill that is declared is for the judge to refuse (CP4).
    ...strange,
  ];
}

/** One that has lapsed and is said anew holds for as long as it did; so nobody declares what is over. */
function untilOf(declaration: Declaration, context: PlanContext, at: number): number | undefined {
  const { view, agent } = context;
  const length = declaration.for;
  if (length === "ever") return undefined;
  if (length !== undefined) return at + length;
  const can = view.get(`can/${agent}`);
  if (can === undefined || isInDate(can, commitTime(context))) return can?.until;
  return at + Math.max(1, declaredLength(view, agent) ?? 0);
}

function wireCount(value: number | undefined, usual: number): string | undefined {
  return value === undefined || value === usual ? undefined : String(value);
}

function wireInstant(time: number | undefined): string | undefined {
  return time === undefined ? undefined : formatInstant(time);
}
