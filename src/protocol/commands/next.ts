import { err } from "../../base/result.ts";
import { fault } from "../fault.ts";
import { refuseCooling } from "../rules/cooling.ts";
import { claimTask } from "./claim.ts";
import { commitTime, type PlanContext, type Planned } from "./plan.ts";

export interface NextCommand {
  readonly type: "next";
  readonly lease?: number;
  /** Ids of tasks that the agent leaves alone for now: it has just given them back, or failed at them. */
  readonly except?: readonly string[];
  /** Takes none now where more agents are idle than there are tasks: it will ask again soon. */
  readonly yields?: boolean;
}

/** Picks and claims as one decision: when the claim loses its race, the next try picks again. */
export function planNext(command: NextCommand, context: PlanContext): Planned {
  const { view, agent, race } = context;
  const cooling = refuseCooling(view, agent, undefined, commitTime(context));
  if (cooling !== undefined) return err(cooling);
  const choice = context.choose(view, agent, commitTime(context), {
    ...race,
    except: new Set(command.except),
    yields: command.yields === true,
  });
  if (choice.kind === "task") return claimTask(choice.task, context, command.lease);
  const crowd = choice.kind === "yield" ? { open: choice.open, idle: choice.idle } : {};
  return err(fault("CL1", { code: "nothing-to-take", ...crowd }));
}
