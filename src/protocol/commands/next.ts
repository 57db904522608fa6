import { err } from "../../base/result.ts";
import { fault } from "../fault.ts";
import { refuseAny } from "../rules/eligibility.ts";
import { claimTask } from "./claim.ts";
import { commitTime, type PlanContext, type Planned } from "./plan.ts";

export interface NextCommand {
  readonly type: "next";
  /** At most: an agent that may not hold a claim so long holds it as long as it may. */
  readonly lease?: number;
  /** Ids of tasks that the agent leaves alone for now: it has just given them back, or failed at them. */
  readonly except?: readonly string[];
  /** Leaves tasks to others, at random, where more are idle that could do them: it will ask again soon. */
  readonly yields?: boolean;
}

/** Picks and claims as one decision: when the claim loses its race, the next try picks again. */
export function planNext(command: NextCommand, context: PlanContext): Planned {
  const { view, agent, race } = context;
  const time = commitTime(context);
  const refusal = refuseAny(view, agent, time);
  if (refusal !== undefined) return err(refusal);
  const choice = context.choose(view, agent, time, {
    ...race,
    except: new Set(command.except),
    yields: command.yields === true,
  });
  if (choice.kind === "task") return claimTask(choice.task, context, command.lease, true);
  const crowd = choice.kind === "yield" ? { open: choice.open, idle: choice.idle } : {};
  return err(fault("CL1", { code: "nothing-to-take", ...crowd }));
}
