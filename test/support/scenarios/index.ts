/** The attacks of which Mound says what they come to, each played on the real judge. */
import { bidCopier, bidSniper, nonRevealer, stakeWhale } from "./auctions.ts";
import { capabilityLiar, claimAndAbandon } from "./claims.ts";
import { cheatingProtege, doubleSpender } from "./credits.ts";
import type { Outcome } from "./outcome.ts";
import { resultFaker, slanderer, traitor, whitewasher } from "./reviews.ts";
import { backOut, turnRobber } from "./robbers.ts";
import { boughtRoot, vouchRing } from "./roots.ts";

/** What all of them come to, in this order. */
export async function playAll(): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const play of SCENARIOS) outcomes.push(await play());
  return outcomes;
}

const SCENARIOS: readonly (() => Outcome | Promise<Outcome>)[] = [
  claimAndAbandon,
  capabilityLiar,
  resultFaker,
  vouchRing,
  boughtRoot,
  slanderer,
  traitor,
  whitewasher,
  bidSniper,
  bidCopier,
  stakeWhale,
  nonRevealer,
  backOut,
  turnRobber,
  doubleSpender,
  cheatingProtege,
];

export { pageOf, tableOf } from "./page.ts";
