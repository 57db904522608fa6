import { WHOLE_SHARE } from "../../protocol/share.ts";
import { trustDiff, type TrustDiff, type TrustSight } from "../../protocol/views/trust-diff.ts";
import { FaultError, type Context } from "../context.ts";
import { freshMound, readerAt } from "../fresh.ts";
import { amount } from "../matching/grid.ts";
import { agentArgument } from "../members/cosigners.ts";
import { plural } from "../plural.ts";
import type { Report } from "../report.ts";
import { pointJson } from "../shapes.ts";
import { UsageError } from "../usage.ts";
import { expectSeer, skillOption } from "./asked.ts";
import { share, trustedJson } from "./shape.ts";
import { trust } from "./trust.ts";

/** `mound trust diff A B`: where two members see trust differently; alone, the story of an agent of that name. */
export async function diff(
  context: Context,
  typed: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const named = typed.filter((word) => word !== undefined);
  if (named.length === 0) return storyOfDiff(context, options);
  if (named.length === 1)
    throw new UsageError("Whose view is it to be compared with? Name two members.");
  const [a, b] = [agentArgument(named[0]!, "The name"), agentArgument(named[1]!, "The name")];
  const { skill } = skillOption(options["for"]);
  const { mound, notes } = await freshMound(context);
  const { point, read } = await readerAt(context, mound, options["at"]);
  return read((view): Report => {
    for (const seer of [a, b]) expectSeer(view, seer);
    const found = trustDiff(view, a, b, skill);
    return {
      data: {
        ...(point === undefined ? {} : { at: pointJson(point) }),
        equal: found.differences.length === 0,
        roots: { [a]: found.roots[0], [b]: found.roots[1] },
        agents: found.agents,
        differences: found.differences.map((sights) => sights.map(sightJson)),
      },
      text: diffText(found, a, b),
      notes,
    };
  });
}

async function storyOfDiff(context: Context, options: Record<string, unknown>): Promise<Report> {
  try {
    return await trust(context, ["diff"], options);
  } catch (error) {
    const missing = error instanceof FaultError && error.fault.code === "agent-unknown";
    throw missing && error.fault.agent === "diff"
      ? new UsageError("Whose views are to be compared? Name two members.")
      : error;
  }
}

function sightJson({ own, ...trusted }: TrustSight) {
  return { ...trustedJson(trusted), own: own ?? null };
}

function diffText({ roots, differences, agents }: TrustDiff, a: string, b: string): string {
  const same = roots[0].join(" ") === roots[1].join(" ");
  const measure = same
    ? `${a} and ${b} measure by the same ${plural(roots[0].length, "root")}.`
    : `Each is a root to itself: ${a} measures by ${roots[0].join(", ")}, and ${b} by ${roots[1].join(", ")}.`;
  if (differences.length === 0)
    return `${measure}\nThey see ${agents === 1 ? "the one member" : `all ${agents} members`} alike.`;
  const lines = differences.map(([x, y]) => {
    const gap = Math.abs(x.score - y.score) / WHOLE_SHARE;
    return `${x.agent}  ${share(x.score)} to ${a}, ${share(y.score)} to ${b}${gap === 0 ? " (with other evidence)" : ""}${reason(x, a)}${reason(y, b)}`;
  });
  return [measure, ...lines].join("\n");
}

/** What one of the two goes by that the other does not. */
function reason({ veto, own }: TrustSight, seer: string): string {
  const seen =
    own === undefined
      ? undefined
      : `${amount(own.good)} good deeds and ${amount(own.bad)} bad ones`;
  if (veto === 0) return `; ${seer} has denounced it`;
  if (veto !== undefined) return `; ${seer} has seen ${seen} itself: at most ${share(veto)}`;
  return seen === undefined ? "" : `; ${seer} has seen ${seen} itself`;
}
