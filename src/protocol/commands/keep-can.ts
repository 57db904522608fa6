import { ok } from "../../base/result.ts";
import { isLapsing, isWorthSaying } from "../rules/broadcast.ts";
import { capabilitiesDraft, declaredLength, type Declaration } from "./can.ts";
import { commitTime, type PlanContext, type Planned } from "./plan.ts";

/** Keeps a broadcast fresh, where that is worth a commit; see rules/broadcast.ts. */
export interface KeepCanCommand {
  readonly type: "keep-can";
  /** How much a worker does at once, whose load is what it holds; without it only a lapse is prevented. */
  readonly capacity?: number;
  /** The worker has just been started, or ends: it is said however recent the last broadcast is. */
  readonly atOnce?: boolean;
}

/** What is so is read as the command is decided: behind claims of the same chain it knows of them. */
export function planKeepCan(command: KeepCanCommand, context: PlanContext): Planned {
  const declaration = dueBroadcast(command, context);
  const draft = declaration && capabilitiesDraft(declaration, context, 0);
  return ok({
    drafts: draft === undefined ? [] : [draft],
    subject: `say how loaded ${context.agent} is, and until when`,
    tasks: [],
    answer: { tasks: [], already: draft === undefined },
  });
}

/** What is to be said; undefined: nothing that is worth a commit. */
export function dueBroadcast(
  { capacity, atOnce = false }: KeepCanCommand,
  context: Pick<PlanContext, "view" | "agent" | "now">,
): Declaration | undefined {
  const { view, agent } = context;
  const now = commitTime(context);
  const can = view.get(`can/${agent}`);
  const at = view.get(`file/agents/${agent}/capabilities.yaml`)?.at;
  if (can === undefined || at === undefined || view.get(`agent/${agent}`)?.status !== "active")
    return undefined;
  const said = { ...can, at };
  const length = declaredLength(view, agent);
  const renewed = length === undefined ? {} : { for: Math.max(1, length) };
  const lapsing = isLapsing(said, now);
  if (capacity === undefined) return lapsing ? renewed : undefined;
  const held = Object.values(view.get(`held/${agent}`) ?? {}).filter((until) => now < until);
  const real = { capacity, load: Math.min(capacity, held.length) };
  return lapsing || isWorthSaying(said, real, now, atOnce) ? { ...real, ...renewed } : undefined;
}
