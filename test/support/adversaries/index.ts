import type { Attack } from "./attack.ts";
import { ON_AUCTIONS } from "./auctions.ts";
import { BODIES } from "./bodies.ts";
import { IDENTITY } from "./identity.ts";
import { LINEAGES } from "./lineage.ts";
import { LOCKS } from "./locks.ts";
import { RECORDS } from "./records.ts";
import { SIGNALS } from "./signals.ts";
import { ON_STANDING } from "./standing.ts";
import { TREES } from "./trees.ts";

/** Every attack, each with a name of its own: the same table for every judge. */
export const ATTACKS: readonly Attack[] = [
  ...IDENTITY,
  ...RECORDS,
  ...ON_AUCTIONS,
  ...ON_STANDING,
  ...LOCKS,
  ...SIGNALS,
  ...LINEAGES,
  ...TREES,
  ...BODIES,
];
