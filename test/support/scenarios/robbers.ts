import { ANTS, Auction, BIDS, claim, FOUR, REVEALS, takers } from "../auctions.ts";
import { HOUR } from "../world.ts";
import { type Outcome, turnedAway } from "./outcome.ts";

/** So many turns the robber keeps the winner from its task. */
const TURNS = 12;

/** It stands by, and keeps the winner from the task until its own turn has come. */
export function turnRobber(): Outcome {
  const auction = new Auction(ANTS, { paths: ["src/**"] }).run(FOUR);
  const { world } = auction;
  const blind = world.add("of my own", { paths: ["**"] }, "ant-2");
  world.must("ant-2", { type: "claim", task: blind, lease: 8 * HOUR });
  let taken = 0;
  for (let turn = 0; turn < TURNS; turn += 1) {
    world.pass(REVEALS);
    if (takers(auction).includes("ant-2")) taken += 1;
  }
  world.must("ant-2", { type: "finish", task: blind, outcome: "released" });
  const exits = turnedAway(claim(auction, "ant-2"));
  const won = claim(auction, "ant-1").ok;
  const figures = {
    turns: TURNS,
    taken,
    won: Number(won),
    lost: auction.credits("ant-1").lost,
  };
  return {
    name: "Turn robber",
    attack: `Stands by, and holds a claim with \`paths: **\` on a task of its own for ${TURNS} turns, so that the winner is refused; then lets go of it to take over.`,
    defence:
      "Turns stand still while somebody else has reserved the task's paths, and the one that was stopped begins anew.",
    outcome: `Takes the task in ${taken} of ${TURNS} turns; the winner then ${won ? "takes it" : "cannot take it"}, and has lost ${figures.lost} credits.`,
    figures,
    exits,
  };
}

/** It sees what the others reveal, and steps back without keeping silent. */
export function backOut(): Outcome {
  const skilled = () => {
    const auction = new Auction(ANTS, { needs: ["git"] });
    for (const agent of ANTS) auction.world.must(agent, { type: "can", skills: ["git"] });
    for (const agent of ANTS) auction.bid(agent, { eta: FOUR[agent].eta });
    auction.world.pass(BIDS);
    return auction.reveal(...ANTS);
  };
  const dropped = skilled();
  dropped.world.must("ant-1", { type: "can", skills: ["sh"] });
  const left = skilled();
  left.world.must("ant-1", { type: "end-membership", agent: "ant-1", status: "withdrawn" });
  const [lostBySkill, lostByLeaving] = [dropped, left].map(
    (auction) => auction.award().credits("ant-1").lost,
  );
  const exits = turnedAway(claim(dropped, "ant-1"));
  const figures = { lostBySkill: lostBySkill!, lostByLeaving: lostByLeaving! };
  return {
    name: "Stepping back",
    attack:
      "Reveals the best bid, sees those of the others, and takes back its word that it has the skill; or leaves the mound until the award is made.",
    defence: "Whoever is not awarded by an act of its own loses the bond.",
    outcome: `Loses ${figures.lostBySkill} credits, a bond, by the first, and ${figures.lostByLeaving} by the second.`,
    figures,
    exits,
  };
}
