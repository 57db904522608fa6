import { describe, expect, test } from "vitest";
import type { AgentId } from "../../src/protocol/ids.ts";
import { choose } from "../../src/protocol/views/match.ts";
import { ANTS, Auction, awarded, BIDS, claim, FOUR, REVEALS, takers } from "../support/auctions.ts";
import { expectDeclined, expectRan } from "../support/verdicts.ts";
import { HOUR, MINUTE } from "../support/world.ts";

describe("turns", () => {
  test("[CL19] nobody takes a task before its award", () => {
    const auction = new Auction(ANTS).bid("ant-1");
    expect(takers(auction)).toEqual([]);
    auction.world.pass(BIDS);
    expectDeclined(claim(auction, "ant-1"), "CL19", "auction-open");
    auction.reveal("ant-1").award();
    expect(takers(auction)).toEqual(["ant-1"]);
  });

  test("[CL19] exactly one may take it at each time, until anybody may", () => {
    const auction = awarded();
    const seen: (readonly string[])[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      seen.push(takers(auction));
      auction.world.pass(REVEALS - 1_000);
      expect(takers(auction)).toEqual(seen.at(-1));
      auction.world.pass(1_000);
    }
    expect(seen).toEqual([["ant-1"], ["ant-2"], ["ant-3"], ["root", ...ANTS]]);
    expectRan(claim(auction, "ant-4"));
    // Those whose turns have gone by lose the bond, or what they had locked.
    expect(ANTS.map((agent) => auction.credits(agent).lost)).toEqual([10, 3, 3, 0]);
  });

  test("[CL19] a lapse passes it on at once, with the next token, and costs the stake", () => {
    const auction = awarded();
    const { world, task } = auction;
    expectRan(claim(auction, "ant-1"));
    expectDeclined(claim(auction, "ant-2"), "CL1", "held");
    world.pass(MINUTE);
    expect(takers(auction)).toEqual(["ant-2"]);
    expectDeclined(claim(auction, "ant-3"), "CL19", "not-awarded");
    expectRan(claim(auction, "ant-2"));
    expect(world.task(task).claim).toMatchObject({ agent: "ant-2", token: 2 });
    expect(auction.credits("ant-1")).toMatchObject({ lost: 10, locked: 0 });
    expectDeclined(world.run("ant-1", { type: "renew", task, token: 1 }), "CL4", "fenced");
    world.must("ant-2", { type: "finish", task, outcome: "done" });
    expect(auction.credits("ant-3")).toEqual({ free: 1_000, lost: 0, locked: 0 });
  });

  test("[CL19] [TA9] each in the order has its turn though all before it have failed", () => {
    const auction = awarded();
    for (const agent of ["ant-1", "ant-2"]) {
      expectRan(claim(auction, agent));
      auction.world.must(agent, { type: "finish", task: auction.task, outcome: "failed" });
    }
    expectRan(claim(auction, "ant-3"));
    auction.world.must("ant-3", { type: "finish", task: auction.task, outcome: "done" });
  });

  test("[CL19] a release passes it on, and costs nothing; a failure costs half", () => {
    const auction = awarded();
    const { world, task } = auction;
    expectRan(claim(auction, "ant-1"));
    world.must("ant-1", { type: "finish", task, outcome: "released" });
    expect(takers(auction)).toEqual(["ant-2"]);
    expect(auction.credits("ant-1")).toEqual({ free: 1_000, lost: 0, locked: 0 });
    expectRan(claim(auction, "ant-2"));
    world.must("ant-2", { type: "finish", task, outcome: "failed" });
    expect(auction.credits("ant-2")).toMatchObject({ lost: 2, locked: 0 });
    expect(takers(auction)).toEqual(["ant-3"]);
    world.pass(REVEALS);
    expect(takers(auction)).toEqual(["root", ...ANTS]);
  });

  test("[CL19] who takes it out of turn, when anybody may, gives nobody another turn", () => {
    const auction = awarded();
    auction.world.pass(3 * REVEALS);
    expectRan(claim(auction, "ant-1"));
    auction.world.must("ant-1", { type: "finish", task: auction.task, outcome: "released" });
    expect(takers(auction)).toEqual(["root", ...ANTS]);
  });

  test("[CL19] rejected work is done again by who stands by, from the rejection on", () => {
    const auction = awarded();
    const { world, task } = auction;
    expectRan(claim(auction, "ant-1"));
    world.must("ant-1", { type: "finish", task, outcome: "done" });
    world.pass(HOUR).must("root", { type: "review", task, accept: false });
    expect(takers(auction)).toEqual(["ant-2"]);
    world.pass(2 * REVEALS);
    expect(takers(auction)).toEqual(["root", ...ANTS]);
  });

  test("[CL19] without a bid anybody takes it when bids are closed, without one that counts after the award", () => {
    const none = new Auction(ANTS);
    none.world.pass(BIDS - 1_000);
    expect(takers(none)).toEqual([]);
    none.world.pass(1_000);
    expect(takers(none)).toEqual(["root", ...ANTS]);
    const silent = new Auction(ANTS).run({ "ant-1": {} }, ["ant-1"]);
    expect(silent.order).toEqual([]);
    expect(takers(silent)).toEqual(["root", ...ANTS]);
  });

  test("[CL19] `next` takes what is awarded before all else, and leaves alone what is not", () => {
    const auction = new Auction(ANTS);
    const other = auction.world.add("urgent", { priority: 4 });
    const next = (agent: string) => {
      const choice = choose(auction.world.state, agent as AgentId, auction.world.now, { delay: 0 });
      return choice.kind === "task" ? choice.task.id : undefined;
    };
    expect(next("ant-1")).toBe(other);
    auction.world.must("root", { type: "cancel", task: other });
    expect(next("ant-1")).toBeUndefined();
    auction.run(FOUR);
    const more = auction.world.add("more urgent", { priority: 4 });
    expect(ANTS.map(next)).toEqual([auction.task, more, more, more]);
    auction.world.pass(3 * REVEALS).must("root", { type: "cancel", task: more });
    expect(ANTS.map(next)).toEqual(ANTS.map(() => auction.task));
  });
});
