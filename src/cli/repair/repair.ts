import { findDamage, repairMound } from "../../open/repair.ts";
import { FaultError, type Context } from "../context.ts";
import type { Report } from "../report.ts";
import { UsageError } from "../usage.ts";
import { damageJson, damageLines, tally } from "./damage.ts";

type Args = readonly (string | undefined)[];

/** `mound repair`: puts back what refused commits have taken out of its place. */
export async function repair(
  context: Context,
  args: Args,
  options: Record<string, unknown>,
): Promise<Report> {
  if (options["forceLine"] === true) {
    const { forceLine } = await import("./force-line.ts");
    return forceLine(context, args, options);
  }
  if (options["yes"] === true)
    throw new UsageError("--yes goes with --force-line only.", "mound repair");
  if (options["dryRun"] === true) return dryRun(context);
  const agent = context.agent();
  const mound = await context.mound();
  const synced = await mound.fetch();
  if (!synced.ok) throw new FaultError(synced.error);
  const { damage, commits, failed } = await repairMound(mound, agent);
  if (failed !== undefined) throw new FaultError(failed.error);
  if (damage.length === 0) return nothing(false);
  await mound.project();
  const total = tally(damage);
  const by =
    commits.length === 0
      ? "Somebody else has written it back meanwhile"
      : `Wrote back in ${commits.length === 1 ? `the commit ${commits[0]!.slice(0, 9)}` : `${commits.length} commits`}`;
  return {
    data: { dry_run: false, paths: total.paths, commits, undone: await damageJson(damage) },
    text: [`${by}: ${total.text}.`, ...(await damageLines(damage))].join("\n"),
    next: ["mound status"],
  };
}

async function dryRun(context: Context): Promise<Report> {
  const mound = await context.mound();
  const synced = await mound.fetch();
  if (!synced.ok) throw new FaultError(synced.error);
  const damage = [await findDamage(mound)];
  if (damage[0]!.leftovers.length === 0) return nothing(true);
  const total = tally(damage);
  return {
    data: { dry_run: true, paths: total.paths, commits: [], undone: await damageJson(damage) },
    text: [`To write back: ${total.text}.`, ...(await damageLines(damage))].join("\n"),
    next: ["mound repair"],
  };
}

function nothing(dry: boolean): Report {
  return {
    data: { dry_run: dry, paths: 0, commits: [], undone: [] },
    text: "Nothing to repair: every file on the line is as it was accepted.",
  };
}
