import { openAuctions, viewAuction, type AuctionView } from "../../protocol/views/auction-view.ts";
import { act } from "../act.ts";
import type { Context } from "../context.ts";
import { freshMound } from "../fresh.ts";
import type { Report } from "../report.ts";
import { auctioned } from "./find.ts";
import { auctionJson, auctionLine, auctionText } from "./shape.ts";

/** `mound auction TASK [--award]`. */
export async function showAuction(
  context: Context,
  [reference = ""]: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const { mound, notes } = await freshMound(context);
  const task = await mound.read((view) => auctioned(view, reference).id);
  if (options["award"] === true) await act(context, { type: "award", task });
  const now = { at: 0 };
  const shown = await mound.read((view, time) => {
    now.at = time;
    return viewAuction(view, view.get(`task/${task}`)!, time);
  });
  return {
    data: { auction: auctionJson(shown) },
    text: auctionText(shown, now.at),
    next: nextOf(shown),
    notes,
  };
}

/** `mound auctions`. */
export async function listAuctions(context: Context): Promise<Report> {
  const { mound, notes } = await freshMound(context);
  const all = await mound.read(openAuctions);
  return {
    data: { auctions: all.map(auctionJson) },
    text: all.length === 0 ? "Nothing is auctioned." : all.map(auctionLine).join("\n"),
    next:
      all.length === 0 ? ["mound task add TITLE --auction 10m"] : [`mound auction ${all[0]!.task}`],
    notes,
  };
}

function nextOf({ phase, task }: AuctionView): readonly string[] {
  switch (phase.phase) {
    case "bids":
      return [`mound bid ${task} --stake N --eta D`];
    case "reveals":
      return [`mound reveal ${task}`];
    case "due":
      return [`mound auction ${task} --award`];
    case "turn":
      return [phase.still ? `mound task show ${task}` : `mound claim ${task} --as ${phase.agent}`];
    case "anybody":
      return [`mound claim ${task}`];
    default:
      return [`mound task show ${task}`];
  }
}
