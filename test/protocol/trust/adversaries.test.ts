/**
 * The attacks of docs/adversaries.md: for each the bound that makes the defence real, which no longer
 * holds where the defence is taken away.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { pageOf, playAll } from "../../support/scenarios/index.ts";

const PAGE = join(import.meta.dirname, "..", "..", "..", "docs", "adversaries.md");
const played = new Map<string, Awaited<ReturnType<typeof playAll>>[number]>();

beforeAll(async () => {
  for (const outcome of await playAll()) played.set(outcome.name, outcome);
}, 120_000);

function figuresOf(name: string): Readonly<Record<string, number>> {
  return new Proxy(played.get(name)!.figures, {
    get: (figures, key) => {
      const figure = figures[key as string];
      if (figure === undefined) throw new Error(`${name} measures no ${String(key)}`);
      return figure;
    },
  });
}

/** Rule, code and exit code of each refusal. */
function told(name: string): readonly string[] {
  return played.get(name)!.exits.map(({ rule = "-", code, exit }) => `${rule} ${code} ${exit}`);
}

describe("attacks on tasks", () => {
  test("[CL16] claim and abandon: a cooldown takes nine tenths of what is held, limits four fifths of the rest", () => {
    const figures = figuresOf("Claim and abandon");
    expect(figures["heldWithout"]).toBe(960);
    expect(figures["heldCooling"]).toBeLessThanOrEqual(96);
    expect(figures["heldTrusted"]).toBeLessThanOrEqual(20);
    expect(figures["doneTrusted"]).toBeGreaterThanOrEqual(60);
    expect(told("Claim and abandon")).toEqual(["CL16 cooling-down 4"]);
  });

  test("[CL15] a capability liar spoils half of the tasks at most where they ask for trust", () => {
    const figures = figuresOf("Capability liar");
    expect(figures["spoiledWithout"]).toBe(20);
    expect(figures["spoiledAsking"]).toBeLessThanOrEqual(10);
    expect(figures["scoreBefore"]).toBeGreaterThanOrEqual(600);
    expect(figures["scoreAfter"]).toBeLessThan(300);
    expect(told("Capability liar")).toEqual(["CL15 trust-too-low 4"]);
  });

  test("[RV4] a result faker is nothing by an unknown crony, and little once two others have seen its work", () => {
    const figures = figuresOf("Result faker with a colluding reviewer");
    expect(figures["withoutPath"]).toBe(0);
    expect(figures["lifted"]).toBeLessThanOrEqual(300);
    expect(figures["liftedEach"]).toBeLessThanOrEqual(50);
    expect(figures["seenByTwo"]).toBeLessThanOrEqual(100);
    expect(figures["honestLowest"]).toBeGreaterThanOrEqual(750);
    expect([figures["acceptedWithout"], figures["acceptedGuarded"]]).toEqual([1, 0]);
    expect(told("Result faker with a colluding reviewer")).toEqual(["RV4 review-dependent 4"]);
  });
});

describe("attacks on trust", () => {
  test("[AG9] a ring of 1,000 keys has no score, and under 0.2 by one vouch that somebody was tricked into", () => {
    const figures = figuresOf("Vouch ring");
    expect(figures["keys"]).toBe(1_000);
    expect(figures["alone"]).toBe(0);
    expect(figures["tricked"]).toBeLessThanOrEqual(100);
    expect(figures["tricked"]).toBeGreaterThan(0);
    expect(figures["dealt"]).toBeLessThan(200);
    expect(figures["joined"]).toBe(0);
    expect(told("Vouch ring")).toEqual(["CL15 trust-too-low 4", "AG9 vouches-missing 4"]);
  });

  test("[MO3] one bought root of five lifts nobody far, and removes none of the others", () => {
    const figures = figuresOf("One bought root of five");
    expect(figures["alone"]).toBeGreaterThanOrEqual(900);
    expect(figures["bought"]).toBeLessThanOrEqual(150);
    expect(figures["puppet"]).toBeLessThanOrEqual(200);
    expect(figures["honest"]).toBeGreaterThanOrEqual(600);
    expect(figures["slandered"]).toBeGreaterThanOrEqual(700);
    expect([figures["rootsRemovedWithout"], figures["rootsRemovedGuarded"]]).toEqual([4, 0]);
    expect(told("One bought root of five")).toEqual(["MO3 signers-too-few 4"]);
  });

  test("[DN3] a slanderer costs nobody a tenth, slashes nobody, and is believed no more", () => {
    const figures = figuresOf("Slanderer");
    expect(figures["honestAfter"]).toBeGreaterThanOrEqual(0.9 * figures["honestBefore"]!);
    expect(figures["praisedBefore"]).toBeGreaterThanOrEqual(150);
    expect(figures["praisedAfter"]).toBeLessThanOrEqual(figures["praisedBefore"]! / 3);
    expect(figures["slashed"]).toBe(0);
    expect(told("Slanderer")).toEqual(["DN3 signers-too-few 4"]);
  });

  test("[CL15] a traitor has lost a quarter after two rejections, and gets no tenth task", () => {
    const figures = figuresOf("Traitor");
    expect(figures["before"]).toBeGreaterThanOrEqual(400);
    expect(figures["afterTwo"]).toBeLessThanOrEqual(0.75 * figures["before"]!);
    expect(figures["afterEight"]).toBeLessThanOrEqual(0.6 * figures["before"]!);
    expect(figures["betrayedWithout"]).toBe(20);
    expect(figures["betrayedAsking"]).toBeLessThanOrEqual(9);
    expect(told("Traitor")).toEqual(["CL15 trust-too-low 4"]);
  });

  test("[AG9] a whitewasher begins at nothing, and does not join where members vouch", () => {
    const figures = figuresOf("Whitewasher");
    expect(figures["first"]).toBeGreaterThanOrEqual(250);
    expect(figures["spoiled"]).toBeLessThanOrEqual(150);
    expect(figures["fresh"]).toBe(0);
    expect(figures["afterOneDeed"]).toBeLessThanOrEqual(figures["first"]! / 2);
    expect([figures["taken"], figures["rejoined"]]).toEqual([1, 0]);
    expect(told("Whitewasher")).toEqual(["CL15 trust-too-low 4", "AG9 vouches-missing 4"]);
  });
});

describe("attacks on auctions", () => {
  test("[AU1] a sniper wins where bids are open, and never where they are sealed", () => {
    const figures = figuresOf("Bid sniper");
    expect([figures["winsOpen"], figures["winsSealed"]]).toEqual([figures["rounds"], 0]);
    expect(figures["lateBids"]).toBe(0);
    expect(told("Bid sniper")).toEqual(["AU1 bid-wrong 4"]);
  });

  test("[AU6] a copier wins nothing of sealed bids and pays for it; of open ones what the draw gives", () => {
    const figures = figuresOf("Bid copier");
    expect([figures["winsSealed"], figures["lost"]]).toEqual([0, 10]);
    expect(figures["winsOpen"]).toBeGreaterThanOrEqual(2);
    expect(figures["winsOpen"]).toBeLessThanOrEqual(14);
    expect(told("Bid copier")).toEqual(["AU6 bid-wrong 4"]);
  });

  test("[AU9] a whale counts four times as much as one bond, and less than trust does", () => {
    const figures = figuresOf("Stake whale");
    expect([figures["weightOf16"], figures["weightOfAll"]]).toEqual([400, 400]);
    expect(figures["whalePlace"]).toBe(2);
    expect(told("Stake whale")).toEqual(["LE1 credits-short 4"]);
  });

  test("[AU9] who does not reveal pays each time, and moves nothing but ties", () => {
    const figures = figuresOf("Non-revealer");
    expect(figures["outside"]).toBe(0);
    expect(figures["lost"]).toBe(10 * figures["rounds"]!);
    expect(figures["after"]).toBeLessThanOrEqual(figures["before"]! - 30);
    expect(told("Non-revealer")).toEqual(["AU5 bid-wrong 4"]);
  });

  test("[AU9] who steps back after it has revealed loses its bond", () => {
    const figures = figuresOf("Stepping back");
    expect([figures["lostBySkill"], figures["lostByLeaving"]]).toEqual([10, 10]);
    expect(told("Stepping back")).toEqual(["CL19 not-awarded 5"]);
  });

  test("[CL19] a standby does not come to its turn by keeping the winner from its own", () => {
    const figures = figuresOf("Turn robber");
    expect([figures["taken"], figures["won"], figures["lost"]]).toEqual([0, 1, 0]);
    expect(told("Turn robber")).toEqual(["CL19 not-awarded 5"]);
  });
});

describe("attacks on credits", () => {
  test("[CL18] a double spender spends once in a push, and once for who has seen a line", () => {
    const figures = figuresOf("Double spender");
    expect(figures["granted"]).toBe(10);
    for (const locked of ["lockedInBatch", "lockedOnFirst", "lockedOnSecond", "lockedForWitness"])
      expect([locked, figures[locked]]).toEqual([locked, 10]);
    expect(told("Double spender")).toEqual(["CL18 credits-short 4", "- history-rewritten 6"]);
  });

  test("[DN4] a voucher answers for the cheat of its protégé, though it takes its word back", () => {
    const figures = figuresOf("A voucher whose protégé cheats");
    expect([figures["protegeLost"], figures["voucherLost"], figures["bystanderLost"]]).toEqual([
      16, 4, 0,
    ]);
    expect(figures["slashes"]).toBe(1);
    expect(figures["after"]).toBeLessThanOrEqual(figures["before"]! / 2);
    expect(told("A voucher whose protégé cheats")).toEqual(["CL1 held 5"]);
  });
});

test("docs/adversaries.md is what the attacks give: npm run sim:adversaries -- --write", () => {
  expect(readFileSync(PAGE, "utf8")).toBe(pageOf([...played.values()]));
});
