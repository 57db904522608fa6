/** Attacks on auctions: bids where none count, in other names, and windows that leave no time. */
import { formatInstant } from "../../../src/protocol/time.ts";
import type { Attack } from "./attack.ts";
import { by } from "./records.ts";

export const ON_AUCTIONS: readonly Attack[] = [
  by("mallory", "a bid on what is not auctioned", ["AU1", "bid-wrong"], (scene) =>
    scene.record("bid", {
      task: scene.victim.tasks.open,
      agent: "mallory",
      stake: "1",
      seal: "0".repeat(64),
    }),
  ),
  by("mallory", "a bid in another's name", ["LN5", "author-wrong"], (scene) =>
    scene.record("bid", {
      task: scene.victim.tasks.open,
      agent: "alice",
      stake: "1",
      seal: "0".repeat(64),
    }),
  ),
  by("mallory", "an auction that leaves no time to bid", ["TA9", "field-invalid"], (scene) =>
    scene.record("task", {
      id: "zzzzzz4",
      creator: "mallory",
      title: "for a friend",
      mode: "auction",
      bids_until: formatInstant(scene.now + 1_000),
      reveals_until: formatInstant(scene.now + 60_000),
    }),
  ),
  by("mallory", "a reveal of nothing", ["AU5", "bid-wrong"], (scene) =>
    scene.record("reveal", {
      task: scene.victim.tasks.open,
      agent: "mallory",
      eta: "1h",
      salt: "0".repeat(32),
    }),
  ),
];
