import * as z from "zod/mini";
import { fault, type Fault } from "../fault.ts";
import { agentId, common, duration, integer, sha256Digest, taskId } from "../fields.ts";
import { BIDS_MAX } from "../limits.ts";
import { taskFolder } from "../paths.ts";
import { bidOf, bidsOn, bondOf } from "../rules/auction.ts";
import { lockStake, refuseShort, releaseStake, stakeOf } from "../rules/ledger.ts";
import { principalOf } from "../rules/operators.ts";
import { isSettled, taskStatus } from "../rules/task-status.ts";
import type { TaskState, View } from "../state.ts";
import { kind, type Fields } from "./kind.ts";

const fields = z.strictObject({
  kind: z.literal("bid"),
  task: taskId,
  agent: agentId,
  /** Credits that it locks. */
  stake: z.optional(integer(1)),
  seal: z.optional(sha256Digest),
  /** Where bids are open: how long the work will take. */
  eta: z.optional(duration),
  status: z.optional(z.literal("withdrawn")),
  ...common,
});

type BidFields = Fields<typeof fields>;

/** What an agent offers for a task that is auctioned. It may be written anew while bids count. */
export const bid = kind<BidFields>({
  name: "bid",
  fields,
  path: (body) => `${taskFolder(body.task)}/bids/${body.agent}.yaml`,
  actor: (body) => body.agent,

  judge({ fields: body }, { state, time, author }) {
    const task = state.get(`task/${body.task}`);
    if (task === undefined) return fault("TA0", { code: "task-missing", task: body.task });
    const closed = refuseClosed(state, task, time);
    if (closed !== undefined) return closed;
    if (principalOf(state, author) === principalOf(state, task.creator))
      return wrong("AU2", task, "its creator and who is of the creator's operator do not bid");
    return refuseOffer(body, task) ?? refuseStake(state, body, task) ?? refuseMany(state, body);
  },

  apply({ fields: body }, { state, time }) {
    const task = state.get(`task/${body.task}`)!;
    const { agent, stake = 0, seal, eta } = body;
    const locked = lockedOn(state, task, agent);
    if (stake > locked) lockStake(state, task.id, agent, stake - locked, "bid");
    else releaseStake(state, task.id, agent, stake);
    const { [agent]: _former, ...others } = state.get(`auction/${task.id}`)?.bids ?? {};
    const own = { agent, stake, seal: seal!, eta, salt: undefined, at: time };
    const bids = body.status === "withdrawn" ? others : { ...others, [agent]: own };
    const none = Object.keys(bids).length === 0;
    state.set(`auction/${task.id}`, none ? undefined : { bids, award: undefined });
  },
});

/** [AU1] */
function refuseClosed(view: View, task: TaskState, now: number): Fault | undefined {
  if (task.auction === undefined) return wrong("AU1", task, "the task is not auctioned");
  if (isSettled(task))
    return fault("AU1", { code: "not-open", task: task.id, status: taskStatus(view, task, now) });
  return now < task.auction.bidsUntil ? undefined : wrong("AU1", task, "bids are closed");
}

/** [AU4] What a bid says, and what it does not. */
function refuseOffer(body: BidFields, task: TaskState): Fault | undefined {
  const { stake, seal, eta, status } = body;
  if (status === "withdrawn") {
    const bare = stake === undefined && seal === undefined && eta === undefined;
    return bare ? undefined : wrong("AU4", task, "a withdrawn bid says nothing else");
  }
  if (stake === undefined || seal === undefined)
    return wrong("AU4", task, "it needs a stake and a seal");
  const open = task.auction!.bids === "open";
  if (open === (eta !== undefined)) return undefined;
  return wrong(
    "AU4",
    task,
    open ? "bids are open: it says its eta" : "bids are sealed: its eta is",
  );
}

/** [AU3] [LE1] */
function refuseStake(view: View, { agent, stake, status }: BidFields, task: TaskState) {
  if (status === "withdrawn") {
    if (bidOf(view, task.id, agent) !== undefined) return undefined;
    return wrong("AU4", task, `no bid of ${agent} stands`);
  }
  const bond = bondOf(task);
  if (stake! < bond) return wrong("AU3", task, `its stake does not cover the bond of ${bond}`);
  return refuseShort(view, agent, stake! - lockedOn(view, task, agent));
}

function lockedOn(view: View, { id }: TaskState, agent: string): number {
  return stakeOf(view, id, agent)?.amount ?? 0;
}

/** [AU8] */
function refuseMany(view: View, { task, agent }: BidFields): Fault | undefined {
  if (bidOf(view, task, agent) !== undefined || bidsOn(view, task).length < BIDS_MAX)
    return undefined;
  const detail = `${BIDS_MAX} others stand already`;
  return fault("AU8", { code: "bid-wrong", task, detail });
}

function wrong(rule: string, { id }: TaskState, detail: string): Fault {
  return fault(rule, { code: "bid-wrong", task: id, detail });
}
