import * as z from "zod/mini";
import { agentId, common, instant, integer, list, skill } from "../fields.ts";
import { kind, type Fields } from "./kind.ts";

const fields = z.strictObject({
  kind: z.literal("capabilities"),
  agent: agentId,
  skills: z.optional(list(skill)),
  load: z.optional(integer(0)),
  capacity: z.optional(integer(1)),
  until: z.optional(instant),
  ...common,
});

/** What an agent says it can do; signed by itself, and in force until it says otherwise or `until`. */
export const capabilities = kind<Fields<typeof fields>>({
  name: "capabilities",
  fields,
  path: (body) => `agents/${body.agent}/capabilities.yaml`,
  actor: (body) => body.agent,
  // [CP1] holds by LN5 and RE7 alone: the actor is the agent that the path names.
  judge: () => undefined,
  apply({ fields: body }, { state }) {
    state.set(`can/${body.agent}`, {
      skills: body.skills ?? [],
      load: body.load ?? 0,
      capacity: body.capacity ?? 1,
      until: body.until,
    });
  },
});
