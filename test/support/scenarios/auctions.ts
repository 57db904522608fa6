import { Auction, BIDS, REVEALS } from "../auctions.ts";
import { HOUR, MINUTE } from "../world.ts";
import { type Outcome, scoreOf, share, turnedAway } from "./outcome.ts";
import { work } from "../trusted-colony.ts";

/** So many auctions are played where the outcome is drawn. */
const ROUNDS = 16;

/** It bids in the last second, when nobody can answer, a little better than all that it sees. */
export function bidSniper(): Outcome {
  const open = snipe("open");
  const sealed = snipe("sealed");
  const figures = {
    winsOpen: open.wins,
    winsSealed: sealed.wins,
    lateBids: sealed.late,
    rounds: ROUNDS,
  };
  return {
    name: "Bid sniper",
    attack:
      "In the last second of the bids undercuts the best ETA that it sees by a tenth, and by its own two hours where it sees none; bids once more after the end.",
    defence: "Bids are sealed unless the task says otherwise, and end by log time.",
    outcome: `Wins ${open.wins} of ${ROUNDS} auctions with open bids, ${sealed.wins} of ${ROUNDS} with sealed ones; late bids that count: ${sealed.late}.`,
    figures,
    exits: sealed.exits,
  };
}

function snipe(bids: "open" | "sealed") {
  const played = Array.from({ length: ROUNDS }, (_, nth) => {
    const auction = new Auction(["ant-1", "ant-2", "sniper"], { bids });
    const { world } = auction;
    auction.bid("ant-1", { eta: HOUR, salt: saltOf(nth) }).bid("ant-2", { eta: 3 * HOUR });
    world.pass(BIDS - 1_000);
    const seen = Object.values(auction.state!.bids).flatMap(({ eta }) => eta ?? []);
    const eta = seen.length === 0 ? 2 * HOUR : 0.9 * Math.min(...seen);
    auction.bid("sniper", { eta });
    world.pass(1_000);
    const late = world.run("sniper", { ...bidAgain(auction) });
    auction.reveal("ant-1", "ant-2", "sniper").award();
    return { won: auction.order[0] === "sniper", late };
  });
  const { late } = played[0]!;
  return {
    wins: played.filter(({ won }) => won).length,
    late: played.filter((one) => one.late.ok).length,
    exits: turnedAway(late),
  };
}

/** The sniper's bid again with an ETA of ten minutes; its wish stays what it has bid. */
function bidAgain(auction: Auction) {
  const wish = { eta: 10 * MINUTE };
  const said = auction.world.task(auction.task).auction?.bids === "open" ? wish : {};
  return {
    type: "bid",
    task: auction.task,
    stake: 10,
    seal: auction.seal("sniper", wish),
    ...said,
  } as const;
}

/** It bids what a better informed one has bid. */
export function bidCopier(): Outcome {
  const sealed = Array.from({ length: ROUNDS }, (_, nth) => copySeal(nth));
  const open = Array.from({ length: ROUNDS }, (_, nth) => copyOpen(nth));
  const figures = {
    winsSealed: sealed.filter(({ auction }) => auction.order.includes("copier")).length,
    winsOpen: open.filter((auction) => auction.order[0] === "copier").length,
    rounds: ROUNDS,
    lost: sealed[0]!.auction.credits("copier").lost,
  };
  const { winsSealed, winsOpen, lost } = figures;
  return {
    name: "Bid copier",
    attack:
      "Bids the seal of another and reveals what that one reveals; where bids are open, its stake and ETA.",
    defence: "A seal names its bidder. Equal open bids are a tie, drawn by the salts of all.",
    outcome: `Places won: ${winsSealed} of ${ROUNDS} with sealed bids, and a bond of ${lost} credits lost in each; ${winsOpen} of ${ROUNDS} wins with open ones.`,
    figures,
    exits: sealed[0]!.exits,
  };
}

function copySeal(nth: number) {
  const auction = new Auction(["ant-1", "copier"]);
  const { world, task } = auction;
  const wish = { eta: HOUR, salt: saltOf(nth) };
  auction.bid("ant-1", wish);
  world.must("copier", { type: "bid", task, stake: 10, seal: auction.seal("ant-1", wish) });
  world.pass(BIDS);
  auction.reveal("ant-1");
  const exits = turnedAway(world.run("copier", auction.revealCommand("ant-1")));
  return { auction: auction.award(), exits };
}

function copyOpen(nth: number): Auction {
  return new Auction(["ant-1", "copier"], { bids: "open" }).run({
    "ant-1": { stake: 40, eta: HOUR, salt: saltOf(nth) },
    copier: { stake: 40, eta: HOUR },
  });
}

const WEALTH = 100_000;

/** It has more credits than all others together. */
export function stakeWhale(): Outcome {
  const weightOf = (stake: number) =>
    richAuction().run({ whale: { stake } }).state!.award!.order[0]!.score;
  const bond = weightOf(10);
  const trusted = richAuction();
  const beyond = { stake: WEALTH + 1 };
  const short = turnedAway(trusted.world.run("whale", trusted.bidCommand("whale", beyond)));
  work(trusted.world, ["root"], "ant-1", 4);
  const trust = scoreOf(trusted.world, "ant-1");
  trusted.run({ whale: { stake: WEALTH }, "ant-1": { stake: 10 } });
  const figures = {
    weightOf16: hundredths(weightOf(160) / bond),
    weightOfAll: hundredths(weightOf(WEALTH) / bond),
    trust,
    whalePlace: 1 + trusted.order.indexOf("whale"),
    locked: WEALTH,
  };
  return {
    name: "Stake whale",
    attack: `Locks all its ${WEALTH} credits on a bid, ten thousand times the bond; tries one more first.`,
    defence: "A stake counts as its root, and not beyond 16 bonds; trust counts squared.",
    outcome: `Its bid weighs ${(figures.weightOfAll / 100).toFixed(2)} times that of one bond; against an agent of score ${share(trust)} that locks one bond it comes in at place ${figures.whalePlace}.`,
    figures,
    exits: short,
  };
}

function richAuction(): Auction {
  const auction = new Auction(["ant-1"]);
  auction.join("whale", WEALTH);
  return auction;
}

function hundredths(ratio: number): number {
  return Math.round(ratio * 100);
}

/** It sees what the others reveal, and then reveals or does not, as suits its friend. */
export function nonRevealer(): Outcome {
  const agents = ["ant-1", "ant-2", "ant-3", "silent"];
  const wishes = { "ant-1": { eta: HOUR }, "ant-2": { eta: HOUR }, "ant-3": { eta: 8 * HOUR } };
  let [moved, outside, lost] = [0, 0, 0];
  let [before, after] = [0, 0];
  for (let nth = 0; nth < ROUNDS; nth += 1) {
    const all = { ...wishes, silent: { eta: 16 * HOUR, salt: saltOf(nth) } };
    const told = new Auction(agents).run(all);
    const kept = new Auction(agents);
    work(kept.world, ["root"], "silent", 2);
    before = scoreOf(kept.world, "silent");
    const untold = new Auction(agents).run(all, ["silent"]);
    kept.run(all, ["silent"]);
    after = scoreOf(kept.world, "silent");
    if (told.order[0] !== untold.order[0]) moved += 1;
    if (untold.order[2] !== "ant-3") outside += 1;
    lost += untold.credits("silent").lost;
  }
  const figures = { rounds: ROUNDS, moved, outside, lost, before, after };
  const late = lateReveal();
  return {
    name: "Non-revealer",
    attack: `Withholds its reveal in ${ROUNDS} auctions to have the tie of two others drawn anew.`,
    defence: "Who does not reveal loses its bond, and half a deed; the draw is among equals only.",
    outcome: `${moved} of ${ROUNDS} ties fall otherwise, ${outside} of ${ROUNDS} places go to who was not tied; it loses ${lost} credits in all, and with one of them its score goes from ${share(before)} to ${share(after)}.`,
    figures,
    exits: late,
  };
}

function lateReveal() {
  const auction = new Auction(["ant-1", "silent"]).bid("ant-1").bid("silent");
  auction.world.pass(BIDS);
  auction.reveal("ant-1").world.pass(REVEALS);
  return turnedAway(auction.world.run("silent", auction.revealCommand("silent")));
}

function saltOf(nth: number): string {
  return nth.toString(16).padStart(32, "0");
}
