import * as z from "zod/mini";
import { fault, type Fault } from "../fault.ts";
import { agentId, common, duration, salt, taskId } from "../fields.ts";
import { taskFolder } from "../paths.ts";
import { bidOf, phaseOf, sealOf } from "../rules/auction.ts";
import { settings } from "../rules/members.ts";
import type { TaskState, View } from "../state.ts";
import { kind, type Fields } from "./kind.ts";

const fields = z.strictObject({
  kind: z.literal("reveal"),
  task: taskId,
  agent: agentId,
  /** How long the work will take. */
  eta: duration,
  salt,
  ...common,
});

type RevealFields = Fields<typeof fields>;

/** What a bid has sealed. A bid that is not revealed does not count, and costs its bond. */
export const reveal = kind<RevealFields>({
  name: "reveal",
  fields,
  path: (body) => `${taskFolder(body.task)}/reveals/${body.agent}.yaml`,
  actor: (body) => body.agent,

  judge({ fields: body }, { state, time }) {
    const task = state.get(`task/${body.task}`);
    if (task === undefined) return fault("TA0", { code: "task-missing", task: body.task });
    return refuseTime(state, task, time) ?? refuseSecret(state, body, task);
  },

  apply({ fields: body }, { state }) {
    const auction = state.get(`auction/${body.task}`)!;
    const bid = auction.bids[body.agent]!;
    const revealed = { ...bid, eta: body.eta, salt: body.salt };
    const bids = { ...auction.bids, [body.agent]: revealed };
    state.set(`auction/${body.task}`, { ...auction, bids });
  },
});

/** [AU5] */
function refuseTime(view: View, task: TaskState, now: number): Fault | undefined {
  if (task.auction === undefined) return wrong("AU5", task, "the task is not auctioned");
  if (task.cancelled !== undefined)
    return fault("AU5", { code: "not-open", task: task.id, status: "cancelled" });
  const { phase } = phaseOf(view, task, now);
  if (phase === "reveals") return undefined;
  const early = phase === "bids";
  return wrong("AU5", task, early ? "bids are not closed yet" : "the time to reveal is over");
}

/** [AU5] [AU6] */
function refuseSecret(view: View, body: RevealFields, task: TaskState): Fault | undefined {
  const { agent, eta } = body;
  const bid = bidOf(view, task.id, agent);
  if (bid === undefined) return wrong("AU5", task, `no bid of ${agent} stands`);
  if (bid.salt !== undefined) return wrong("AU5", task, `that of ${agent} is revealed already`);
  const mound = settings(view).id;
  const sealed = { mound, task: task.id, agent, stake: bid.stake, eta, salt: body.salt };
  if (sealOf(sealed) !== bid.seal)
    return wrong("AU6", task, "what is revealed does not fit the seal");
  if (bid.eta === undefined || bid.eta === eta) return undefined;
  return wrong("AU6", task, "what is revealed is not the eta that was bid");
}

function wrong(rule: string, { id }: TaskState, detail: string): Fault {
  return fault(rule, { code: "bid-wrong", task: id, detail });
}
