import { dueReveals } from "../../open/due-reveals.ts";
import { KeptBids } from "../../open/kept-bids.ts";
import { fault } from "../../protocol/fault.ts";
import type { AgentId, TaskId } from "../../protocol/ids.ts";
import { bidOf, bondOf } from "../../protocol/rules/auction.ts";
import { formatDuration } from "../../protocol/time.ts";
import { act } from "../act.ts";
import { FaultError, type Context } from "../context.ts";
import { freshMound } from "../fresh.ts";
import type { Report } from "../report.ts";
import { credits } from "../credits/shape.ts";
import { auctioned } from "./find.ts";

/** `mound reveal [TASK]`. */
export async function reveal(
  context: Context,
  [reference]: readonly (string | undefined)[],
): Promise<Report> {
  const agent = context.agent();
  const { mound, notes } = await freshMound(context);
  const kept = new KeptBids(mound.clone.commonDir);
  const bids = (await kept.all()).filter((one) => one.agent === agent);
  const wanted =
    reference === undefined
      ? await mound.read((view, now) => dueReveals(view, bids, now))
      : [await chosen(context, agent, reference, bids)];
  const revealed: {
    readonly task: TaskId;
    readonly eta: string;
    readonly commit: string | null;
  }[] = [];
  for (const { task, eta, salt } of wanted) {
    const { commit } = await act(context, { type: "reveal", task, eta, salt });
    revealed.push({ task, eta: formatDuration(eta), commit: commit ?? null });
  }
  return {
    data: { revealed },
    text:
      revealed.length === 0
        ? `No bid of ${agent} is to be revealed now.`
        : revealed
            .map(({ task, eta }) => `${agent} has revealed its bid on ${task}: done in ${eta}.`)
            .join("\n"),
    next: revealed.length === 0 ? ["mound auctions"] : [`mound auction ${revealed[0]!.task}`],
    notes,
  };
}

async function chosen<T extends { readonly task: TaskId; readonly seal: string }>(
  context: Context,
  agent: AgentId,
  reference: string,
  bids: readonly T[],
): Promise<T> {
  const mound = await context.mound();
  return mound.read((view) => {
    const task = auctioned(view, reference);
    const standing = bidOf(view, task.id, agent);
    const found = bids.find(({ seal }) => seal === standing?.seal);
    if (found !== undefined) return found;
    const detail =
      standing === undefined
        ? `no bid of ${agent} stands`
        : standing.salt !== undefined
          ? `that of ${agent} is revealed already`
          : `what it seals is not in this clone; it was bid in another, or the file is lost. Unrevealed, it costs ${credits(bondOf(task))}`;
    throw new FaultError(fault("AU6", { code: "bid-wrong", task: task.id, detail }));
  });
}
