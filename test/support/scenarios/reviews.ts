import { deal, reviewed } from "../dealing.ts";
import { HONEST, ROOTS, trustedColony, work } from "../trusted-colony.ts";
import { keptFrom, lowest, type Outcome, scoreOf, share, turnedAway } from "./outcome.ts";
import { World } from "../world.ts";

const TWO_ROOTS = ROOTS.slice(0, 2);
/** Fakers that one crony lifts at once. */
const FRESH = 20;
const DAY = 24 * 3_600_000;

/** It hands in nothing of worth, and a reviewer who is in it accepts that. */
export function resultFaker(): Outcome {
  const alone = trustedColony("faker", "crony");
  work(alone, ["crony"], "faker", 40);
  const world = trustedColony("faker", "crony");
  work(world, TWO_ROOTS, "crony", 4);
  work(world, ["crony"], "faker", 40);
  const lifted = scoreOf(world, "faker");
  work(world, ["ant-2", "ant-3"], "faker", 1, false);
  const fresh = Array.from({ length: FRESH }, (_, n) => `fresh-${n}`);
  const wide = trustedColony("crony", ...fresh);
  work(wide, TWO_ROOTS, "crony", 4);
  for (const name of fresh) work(wide, ["crony"], name, 10);
  const guarded = worthMuch("10");
  const figures = {
    withoutPath: scoreOf(alone, "faker"),
    lifted,
    liftedEach: lowest(wide, fresh),
    seenByTwo: scoreOf(world, "faker"),
    acceptedWithout: Number(worthMuch(undefined).ran.ok),
    acceptedGuarded: Number(guarded.ran.ok),
    honestLowest: lowest(world, HONEST),
  };
  const { withoutPath, liftedEach, seenByTwo, honestLowest, acceptedWithout, acceptedGuarded } =
    figures;
  return {
    name: "Result faker with a colluding reviewer",
    attack: "Hands in 40 empty results, and a crony that made the tasks accepts all of them.",
    defence:
      "Praise weighs as who praises is trusted; who disagrees with others loses weight; `review_value` asks for an independent reviewer.",
    outcome: `Score ${share(withoutPath)} with an unknown crony, ${share(lifted)} with one that roots trust (${share(liftedEach)} at least for each of ${FRESH} fakers with 10 results), ${share(seenByTwo)} once two others have rejected one result each (honest agents keep ${share(honestLowest)}). Results of value that the crony accepts: ${acceptedWithout} of 1 without, ${acceptedGuarded} of 1 with \`review_value\`.`,
    figures,
    exits: turnedAway(guarded.ran),
  };
}

/** The crony accepts what is worth 10, in a mound where that needs an independent reviewer or not. */
function worthMuch(reviewValue: string | undefined) {
  const world = trustedColony("faker", "crony");
  work(world, TWO_ROOTS, "crony", 4);
  if (reviewValue !== undefined)
    world.must("root", { type: "configure", set: { key: "review_value", value: reviewValue } });
  const task = deal(world, "crony", "faker", { value: 10, review: "required" });
  return { ran: world.run("crony", { type: "review", task, accept: true }) };
}

/** One of good standing rejects good work, to bring others down. */
export function slanderer(): Outcome {
  const world = trustedColony("slanderer", "crony");
  work(world, TWO_ROOTS, "slanderer", 4);
  work(world, ["slanderer"], "crony", 5);
  const [before, praised] = [lowest(world, HONEST), scoreOf(world, "crony")];
  for (const name of HONEST) work(world, ["slanderer"], name, 10, false);
  const proof = world.tip!;
  for (const subject of HONEST)
    world.must("slanderer", { type: "denounce", subject, proof, reason: "cheats" });
  const figures = {
    honestBefore: before,
    honestAfter: lowest(world, HONEST),
    praisedBefore: praised,
    praisedAfter: scoreOf(world, "crony"),
    slashed: HONEST.filter((name) => world.state.get(`slashed/${name}`) !== undefined).length,
  };
  const { honestAfter, praisedAfter, slashed } = figures;
  const command = {
    type: "denounce",
    subject: "ant-1",
    proof: world.tip!,
    reason: "cheats",
  } as const;
  return {
    name: "Slanderer",
    attack:
      "Of good standing, rejects 60 good results of all six honest agents, and denounces each of them.",
    defence:
      "Blame weighs as its author is believed, and whom nobody agrees with is believed no more; a slash needs a proof or two thirds of the roots.",
    outcome: `The lowest of the honest goes from ${share(before)} to ${share(honestAfter)}, ${slashed} are slashed; whom the slanderer had praised falls from ${share(praised)} to ${share(praisedAfter)}.`,
    figures,
    exits: turnedAway(world.pass(1_000).run("slanderer", { ...command, severity: "whole" })),
  };
}

const BETRAYALS = 20;
const TRUSTED = "0.3";

/** It works well for ten weeks, and then hands in rubbish. */
export function traitor(): Outcome {
  const open = turn(undefined);
  const asking = turn(TRUSTED);
  const [, , second = 0, , , , , , eighth = 0] = open.scores;
  const [before] = open.scores;
  const figures = {
    before: before!,
    afterTwo: second,
    afterEight: eighth,
    betrayedWithout: open.betrayed,
    betrayedAsking: asking.betrayed,
  };
  const task = asking.world.add("work", { trust: TRUSTED });
  return {
    name: "Traitor",
    attack: `Works well for four others for ten weeks, then hands in ${BETRAYALS} bad results.`,
    defence: `A bad deed weighs as three good ones, and old ones fade by a tenth a week; tasks ask \`trust: ${TRUSTED}\`.`,
    outcome: `Score ${share(before!)}, ${share(second)} after two rejections, ${share(eighth)} after eight. Bad results before it gets no more tasks: ${open.betrayed} without, ${asking.betrayed} with.`,
    figures,
    exits: keptFrom(asking.world, "traitor", task),
  };
}

function turn(trust: string | undefined) {
  const world = trustedColony("traitor");
  const clients = ["ant-1", "ant-2", "ant-3", "root"];
  for (let week = 0; week < 10; week += 1) {
    work(world, clients, "traitor", 1);
    world.pass(7 * DAY);
  }
  const scores = [scoreOf(world, "traitor")];
  let betrayed = 0;
  for (let n = 0; n < BETRAYALS; n += 1) {
    const creator = clients[n % clients.length]!;
    const asked = trust === undefined ? {} : { trust };
    const task = world.pass(1_000).add("work", { review: "required", ...asked }, creator);
    if (!world.run("traitor", { type: "claim", task }).ok) break;
    world.pass(1_000).must("traitor", { type: "finish", task, outcome: "done" });
    world.must(creator, { type: "review", task, accept: false });
    betrayed += 1;
    scores.push(scoreOf(world, "traitor"));
  }
  return { world, scores, betrayed };
}

/** It leaves a name that is spoiled, and comes back with a new one. */
export function whitewasher(): Outcome {
  const world = trustedColony("washer", "washer-2");
  work(world, ["root", "ant-1"], "washer", 3);
  const first = scoreOf(world, "washer");
  work(world, ["root", "ant-1"], "washer", 10, false);
  const spoiled = scoreOf(world, "washer");
  const fresh = scoreOf(world, "washer-2");
  const task = world.add("delicate work", { trust: "0.2" });
  const plain = world.add("plain work");
  const refused = keptFrom(world, "washer-2", task);
  const taken = Number(world.run("washer-2", { type: "claim", task: plain }).ok);
  reviewed(world, "root", "washer-2", true);
  const figures = {
    first,
    spoiled,
    fresh,
    afterOneDeed: scoreOf(world, "washer-2"),
    taken,
    rejoined: 0,
  };
  const vouched = World.found({ membership: "vouched" });
  const rejoin = vouched.run("washer-2", { type: "join", key: vouched.key("washer-2") });
  figures.rejoined = Number(rejoin.ok);
  return {
    name: "Whitewasher",
    attack: "Spoils its name with 20 bad results, leaves it and joins again under a new one.",
    defence:
      "A new name begins at nothing; a task asks `trust: 0.2`; with `membership: vouched` it does not even join.",
    outcome: `Score ${share(first)} at its best, ${share(spoiled)} when spoiled, ${share(fresh)} under the new name, ${share(figures.afterOneDeed)} after one good deed for a root. Joins again: 1 of 1 where the mound is open, ${figures.rejoined} of 1 where it is vouched.`,
    figures,
    exits: [...refused, ...turnedAway(rejoin)],
  };
}
