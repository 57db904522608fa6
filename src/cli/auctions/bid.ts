import { KeptBids } from "../../open/kept-bids.ts";
import { COUNTER_MAX } from "../../protocol/limits.ts";
import { bondOf, sealOf } from "../../protocol/rules/auction.ts";
import { freeOf } from "../../protocol/rules/ledger.ts";
import { formatDuration, formatInstant } from "../../protocol/time.ts";
import { act } from "../act.ts";
import { FaultError, type Context } from "../context.ts";
import { freshMound } from "../fresh.ts";
import { credits } from "../credits/shape.ts";
import { durationOption, numberOption } from "../options.ts";
import type { Report } from "../report.ts";
import { UsageError } from "../usage.ts";
import { auctioned } from "./find.ts";

type Words = readonly (string | undefined)[];
type Options = Record<string, unknown>;

/** `mound bid TASK --stake N --eta D`, and `--withdraw`. */
export async function bid(
  context: Context,
  [reference = ""]: Words,
  options: Options,
): Promise<Report> {
  const agent = context.agent();
  const stake = numberOption(options["stake"], "--stake", 1, COUNTER_MAX);
  const eta = durationOption(options["eta"], "--eta");
  if (options["withdraw"] === true) {
    if (stake !== undefined || eta !== undefined)
      throw new UsageError("--withdraw goes with neither --stake nor --eta.", "mound help bid");
    return withdraw(context, reference);
  }
  if (stake === undefined || eta === undefined)
    throw new UsageError(
      "A bid needs --stake and --eta.",
      `mound bid ${reference} --stake 20 --eta 2h`,
    );
  const { mound, notes } = await freshMound(context);
  const task = await mound.read((view) => auctioned(view, reference));
  const salt = Buffer.from(mound.ports.random.bytes(16)).toString("hex");
  const sealed = { task: task.id, agent, stake, eta, salt };
  const seal = sealOf({ mound: mound.id, ...sealed });
  const kept = new KeptBids(mound.clone.commonDir);
  await kept.keep({ ...sealed, seal });
  const said = task.auction!.bids === "open" ? { eta } : {};
  const accepted = await act(context, { type: "bid", task: task.id, stake, seal, ...said }).catch(
    async (error: unknown) => {
      // Of a bid that may have landed all the same, what it seals stays here.
      if (error instanceof FaultError && error.fault.code !== "outcome-unknown")
        await kept.forget({ seal });
      throw error;
    },
  );
  await forgetOthers(kept, { ...sealed, seal });
  const free = await mound.read((view) => freeOf(view, agent));
  const { bidsUntil, revealsUntil } = task.auction!;
  return {
    data: {
      bid: { task: task.id, agent, stake, eta: formatDuration(eta), seal, bond: bondOf(task) },
      reveal: { from: formatInstant(bidsUntil), until: formatInstant(revealsUntil) },
      free,
      commit: accepted.commit ?? null,
    },
    text:
      `${agent} bids on ${task.id}: ${credits(stake)} locked, done in ${formatDuration(eta)}. ${credits(free)} ${free === 1 ? "is" : "are"} free.\n` +
      `Reveal it from ${formatInstant(bidsUntil)} on and before ${formatInstant(revealsUntil)}, or lose ${credits(bondOf(task))}; \`mound watch\` and \`mound work\` do it by themselves.`,
    next: [`mound reveal ${task.id}`, `mound auction ${task.id}`],
    notes,
  };
}

async function withdraw(context: Context, reference: string): Promise<Report> {
  const agent = context.agent();
  await (await freshMound(context)).mound.read((view) => auctioned(view, reference));
  const { answer, commit } = await act(context, { type: "withdraw-bid", task: reference });
  const task = answer.tasks[0]!;
  const mound = await context.mound();
  const kept = new KeptBids(mound.clone.commonDir);
  await forgetOthers(kept, { task, agent, seal: "" });
  return {
    data: { bid: { task, agent, withdrawn: true }, commit: commit ?? null },
    text: `${agent} has taken back its bid on ${task}; what it locked is free again.`,
    next: [`mound auction ${task}`],
  };
}

/** A newer bid has taken the place of those before it. */
async function forgetOthers(
  kept: KeptBids,
  { task, agent, seal }: { readonly task: string; readonly agent: string; readonly seal: string },
): Promise<void> {
  for (const one of await kept.all())
    if (one.task === task && one.agent === agent && one.seal !== seal) await kept.forget(one);
}
