import { err } from "../../base/result.ts";
import { fault } from "../fault.ts";
import { bestFor } from "../rules/choice.ts";
import { claimTask } from "./claim.ts";
import { commitTime, type PlanContext, type Planned } from "./plan.ts";

export interface NextCommand {
  readonly type: "next";
  readonly lease?: number;
  /** Ids of tasks that the agent leaves alone for now: it has just given them back, or failed at them. */
  readonly except?: readonly string[];
}

/** Picks and claims as one decision: when the claim loses its race, the next try picks again. */
export function planNext(command: NextCommand, context: PlanContext): Planned {
  const { view, agent } = context;
  const best = bestFor(view, agent, commitTime(context), 1, new Set(command.except))[0];
  return best === undefined
    ? err(fault("CL1", { code: "nothing-to-take" }))
    : claimTask(best, context, command.lease);
}
