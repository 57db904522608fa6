import * as z from "zod/mini";
import { fault, type Fault } from "../fault.ts";
import { agentId, common, duration, integer, line, topic } from "../fields.ts";
import { HALF_LIFE_MAX_MS, HALF_LIFE_MIN_MS, SIGNALS_HOUR_MAX, STRENGTH_MAX } from "../limits.ts";
import { depositOn, HALF_LIVES, strengthAt } from "../rules/evaporation.ts";
import type { SignalState } from "../signal-state.ts";
import type { Overlay } from "../state.ts";
import { signalFile, taskOfTopic } from "../topics.ts";
import type { Context } from "./incoming.ts";
import { kind, type Fields } from "./kind.ts";

const fields = z.strictObject({
  kind: z.literal("signal"),
  topic,
  agent: agentId,
  mark: z.enum(["need", "stuck", "heat", "warn", "trail"]),
  /** What is added; 0 takes back what was there. */
  strength: integer(0, STRENGTH_MAX),
  half_life: z.optional(duration),
  note: z.optional(line),
  ...common,
});

type SignalFields = Fields<typeof fields>;

/**
 * A pheromone: what an agent leaves on a topic for others to smell. Each agent has one file for each
 * topic and writes it anew; what has faded meanwhile is for readers to compute.
 */
export const signal = kind<SignalFields>({
  name: "signal",
  fields,
  path: (body) => signalFile(body.topic, body.agent),
  actor: (body) => body.agent,

  judge({ fields: body, path }, { state, time, author }) {
    const task = taskOfTopic(body.topic);
    if (task !== undefined && state.get(`task/${task}`) === undefined)
      return fault("TA0", { code: "task-missing", task });
    return refuseHalfLife(body, path) ?? refuseFlood(state, author, time);
  },

  apply({ fields: body }, { state, time }) {
    const { topic: about, agent, mark, strength, note } = body;
    const { [agent]: former, ...others } = state.get(`signal/${about}`) ?? {};
    const standing = Object.entries(others).filter(([, other]) => strengthAt(other, time) > 0);
    const own: SignalState = {
      kind: mark,
      strength: depositOn(former, { kind: mark, added: strength, now: time }),
      halfLife: body.half_life ?? HALF_LIVES[mark],
      // [SG4] Log time: the author's clock has no say in how old it is.
      at: time,
      note: note ?? (former?.kind === mark ? former.note : undefined),
    };
    if (own.strength > 0) standing.push([agent, own]);
    const entry = standing.length === 0 ? undefined : Object.fromEntries(standing);
    state.set(`signal/${about}`, entry);
    state.set("signals", { count: (state.get("signals")?.count ?? 0) + 1 });
    const { hour, count } = signalledBefore(state, agent, time);
    state.set(`signalled/${agent}`, { hour, count: count + 1 });
  },
});

function refuseHalfLife({ half_life: halfLife }: SignalFields, path: string): Fault | undefined {
  if (halfLife === undefined || (halfLife >= HALF_LIFE_MIN_MS && halfLife <= HALF_LIFE_MAX_MS))
    return undefined;
  const detail = "must be from 10s to 30d";
  return fault("SG1", { code: "field-invalid", path, field: "half_life", detail });
}

/** [SG2] */
function refuseFlood(state: Overlay, agent: Context["author"], time: number): Fault | undefined {
  if (signalledBefore(state, agent, time).count < SIGNALS_HOUR_MAX) return undefined;
  return fault("SG2", {
    code: "cap-reached",
    agent,
    what: "signals an hour",
    limit: SIGNALS_HOUR_MAX,
  });
}

/** How many an agent has left in this hour of log time. */
function signalledBefore(state: Overlay, agent: string, time: number) {
  const hour = Math.floor(time / 3_600_000);
  const before = state.get(`signalled/${agent}`);
  return { hour, count: before?.hour === hour ? before.count : 0 };
}
