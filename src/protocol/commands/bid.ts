import { ownEntry } from "../../base/own-entry.ts";
import { err, ok } from "../../base/result.ts";
import { fault } from "../fault.ts";
import { taskFolder } from "../paths.ts";
import { phaseOf } from "../rules/auction.ts";
import { mayAward } from "../rules/award-due.ts";
import { refuseSkills } from "../rules/eligibility.ts";
import { formatDuration } from "../time.ts";
import { signalFile } from "../topics.ts";
import { commitTime, commonFields, resolveTask, type PlanContext, type Planned } from "./plan.ts";

export interface BidCommand {
  readonly type: "bid";
  readonly task: string;
  readonly stake: number;
  /** See `sealOf`: what it seals stays with who bids. */
  readonly seal: string;
  /** Milliseconds; only where bids are open. */
  readonly eta?: number;
}

export interface WithdrawBidCommand {
  readonly type: "withdraw-bid";
  readonly task: string;
}

export interface RevealCommand {
  readonly type: "reveal";
  readonly task: string;
  /** Milliseconds, in whole seconds. */
  readonly eta: number;
  readonly salt: string;
}

export interface AwardCommand {
  readonly type: "award";
  readonly task: string;
}

/** Offers to do a task; a newer bid takes the place of the one before it. */
export function planBid({ task, stake, seal, eta }: BidCommand, context: PlanContext): Planned {
  const offer = {
    stake: String(stake),
    seal,
    eta: eta === undefined ? undefined : formatDuration(eta),
  };
  const { view, agent } = context;
  const found = resolveTask(view, task);
  // The judge asks at the award, when it costs the bond: nobody is to run into that unawares.
  const unfit = found.ok ? refuseSkills(view, agent, found.value, commitTime(context)) : undefined;
  return unfit === undefined ? offered(task, offer, "bid on", context) : err(unfit);
}

/** Takes one's bid back; all that it has locked is free again. */
export function planWithdrawBid({ task }: WithdrawBidCommand, context: PlanContext): Planned {
  return offered(task, { status: "withdrawn" }, "take back the bid on", context);
}

function offered(
  reference: string,
  offer: Readonly<Record<string, string | undefined>>,
  verb: string,
  context: PlanContext,
): Planned {
  const found = resolveTask(context.view, reference);
  if (!found.ok) return found;
  const { id } = found.value;
  const { agent } = context;
  const path = `${taskFolder(id)}/bids/${agent}.yaml`;
  const fields = { task: id, agent, ...offer, ...commonFields(context, path, 0) };
  return ok({
    drafts: [{ write: "record", kind: "bid", path, fields }],
    subject: `${verb} ${id}`,
    tasks: [id],
    answer: { tasks: [id] },
  });
}

/** Says what one's bid sealed. */
export function planReveal({ task, eta, salt }: RevealCommand, context: PlanContext): Planned {
  const found = resolveTask(context.view, task);
  if (!found.ok) return found;
  const { id } = found.value;
  const { agent } = context;
  const path = `${taskFolder(id)}/reveals/${agent}.yaml`;
  const fields = {
    task: id,
    agent,
    eta: formatDuration(eta),
    salt,
    ...commonFields(context, path, 0),
  };
  return ok({
    drafts: [{ write: "record", kind: "reveal", path, fields }],
    subject: `reveal the bid on ${id}`,
    tasks: [id],
    answer: { tasks: [id] },
  });
}

/** The word on which the signal below lies, for one file of each agent. */
const AWARD_TOPIC = "award";

/**
 * Has the award made that is due, where nobody else commits anything: any record does, and this one takes
 * back a signal that is not there.
 */
export function planAward({ task }: AwardCommand, context: PlanContext): Planned {
  const { view, agent } = context;
  const found = resolveTask(view, task);
  if (!found.ok) return found;
  const { id, auction } = found.value;
  const wrong = (detail: string) => err(fault("AU9", { code: "bid-wrong", task: id, detail }));
  if (auction === undefined) return wrong("the task is not auctioned");
  const { phase } = phaseOf(view, found.value, commitTime(context));
  if (phase === "bids" || phase === "reveals")
    return err(fault("AU9", { code: "auction-open", task: id, until: auction.revealsUntil }));
  const answer = { tasks: [id] };
  if (phase !== "due")
    return ok({ drafts: [], subject: "", tasks: [], answer: { ...answer, already: true } });
  if (!mayAward(view, found.value, agent))
    return wrong(`it is awarded with a commit of somebody who does not bid, and ${agent} does`);
  const path = signalFile(AWARD_TOPIC, agent);
  const fields = {
    topic: AWARD_TOPIC,
    agent,
    mark: ownEntry(view.get(`signal/${AWARD_TOPIC}`), agent)?.kind ?? "trail",
    strength: "0",
    note: `award ${id}`,
    ...commonFields(context, path, 0),
  };
  return ok({
    drafts: [{ write: "record", kind: "signal", path, fields }],
    subject: `have ${id} awarded`,
    tasks: [],
    answer,
  });
}
