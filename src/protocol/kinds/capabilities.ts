import * as z from "zod/mini";
import { fault, type Fault } from "../fault.ts";
import {
  aboutSkill,
  agentId,
  common,
  instant,
  integer,
  list,
  skill,
  skillTags,
} from "../fields.ts";
import { listAble } from "../rules/able.ts";
import { recordSign } from "../rules/deeds.ts";
import { readAboutSkill } from "../rules/about-skill.ts";
import { kind, type Fields } from "./kind.ts";

const fields = z.strictObject({
  kind: z.literal("capabilities"),
  agent: agentId,
  skills: z.optional(list(skill)),
  /** Entries `id text`: what a skill is called, what it is, and the tags that describe it, blanks between. */
  skill_names: z.optional(list(aboutSkill)),
  skill_texts: z.optional(list(aboutSkill)),
  skill_tags: z.optional(list(skillTags)),
  /** Languages, tools and resources. */
  tags: z.optional(list(skill)),
  load: z.optional(integer(0)),
  capacity: z.optional(integer(1)),
  until: z.optional(instant),
  ...common,
});

type CapabilitiesFields = Fields<typeof fields>;

/** What an agent says it can do; signed by itself, and in force until it says otherwise or `until`. */
export const capabilities = kind<CapabilitiesFields>({
  name: "capabilities",
  fields,
  path: (body) => `agents/${body.agent}/capabilities.yaml`,
  actor: (body) => body.agent,
  // [CP1] holds by LN5 and RE7 alone: the actor is the agent that the path names.
  judge: ({ fields: body }) => refuseLoad(body) ?? refuseTwice(body) ?? refuseAbout(body),
  apply({ fields: body }, { state, time }) {
    const { agent } = body;
    const before = state.get(`can/${agent}`);
    const after = {
      skills: body.skills ?? [],
      tags: body.tags ?? [],
      load: body.load ?? 0,
      capacity: body.capacity ?? 1,
      until: body.until,
    };
    state.set(`can/${agent}`, after);
    listAble(state, agent, before, after);
    recordSign(state, agent, time);
    const card = {
      names: body.skill_names ?? [],
      texts: body.skill_texts ?? [],
      tags: body.skill_tags ?? [],
    };
    const plain = card.names.length + card.texts.length + card.tags.length === 0;
    if (!plain || state.get(`card/${agent}`) !== undefined)
      state.set(`card/${agent}`, plain ? undefined : card);
  },
});

/** [CP2] The load is not above the capacity. */
function refuseLoad({ agent, load = 0, capacity = 1 }: CapabilitiesFields): Fault | undefined {
  if (load <= capacity) return undefined;
  const detail = `its load of ${load} is above its capacity of ${capacity}`;
  return fault("CP2", { code: "capabilities-invalid", agent, detail });
}

/** [CP3] Nothing is declared twice. */
function refuseTwice({ agent, skills = [], tags = [] }: CapabilitiesFields): Fault | undefined {
  const twice = [...skills, ...tags].find((name, at, all) => all.indexOf(name) !== at);
  if (twice === undefined) return undefined;
  const detail = `it declares ${twice} twice`;
  return fault("CP3", { code: "capabilities-invalid", agent, detail });
}

/** [CP4] What describes a skill names one that is declared, once in each list. */
function refuseAbout(body: CapabilitiesFields): Fault | undefined {
  const { agent, skills = [] } = body;
  const refuse = (detail: string) => fault("CP4", { code: "capabilities-invalid", agent, detail });
  for (const field of ["skill_names", "skill_texts", "skill_tags"] as const) {
    const described = new Set<string>();
    for (const { id } of (body[field] ?? []).map(readAboutSkill)) {
      if (!skills.includes(id))
        return refuse(`${field} speaks of ${id}, which it does not declare`);
      if (described.has(id)) return refuse(`${field} speaks of ${id} twice`);
      described.add(id);
    }
  }
  return undefined;
}
