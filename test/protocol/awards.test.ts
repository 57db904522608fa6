import { describe, expect, test } from "vitest";
import type { CachedState } from "../../src/app/ports.ts";
import { ShardedState, withKeys } from "../../src/app/sharded-state.ts";
import { fold } from "../../src/protocol/fold.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { judge } from "../../src/protocol/judge.ts";
import { digestOf } from "../../src/protocol/rules/auction.ts";
import { shardOf } from "../../src/protocol/shards.ts";
import { stateDigest } from "../../src/protocol/state-digest.ts";
import { type Key, MemoryState, type Value } from "../../src/protocol/state.ts";
import { ANTS, Auction, awarded, BIDS, claim, FOUR, REVEALS } from "../support/auctions.ts";
import { work } from "../support/trusted-colony.ts";
import { expectDeclined, expectRan } from "../support/verdicts.ts";
import { HOUR, MINUTE } from "../support/world.ts";

type Kept = readonly (readonly [Key, Value])[];

function written(state: MemoryState): Kept {
  return JSON.parse(JSON.stringify([...state.entries()])) as Kept;
}

function digest(state: MemoryState): string {
  return stateDigest(state.entries(), (text) => digestOf([text]));
}

/** A cache of which a reader gets only the shards that it asks for. */
function inShards(entries: Kept): CachedState {
  return {
    tip: "" as Oid,
    load: async (shards) =>
      entries.filter(([key]) => shards === undefined || shards.includes(shardOf(key))),
    advance: async () => [],
    close: async () => {},
  };
}

describe("an award", () => {
  test("[AU9] goes to the best bid; two stand by; the rest is told why not", () => {
    const auction = awarded();
    const { award } = auction.state!;
    expect(award?.order.map(({ agent }) => agent)).toEqual(["ant-1", "ant-2", "ant-3"]);
    expect(award?.others).toEqual([{ agent: "ant-4", why: "outbid", score: expect.any(Number) }]);
    expect(award).toMatchObject({ at: auction.world.now, commit: auction.world.tip });
    expect(auction.world.state.get("auctions")).toBeUndefined();
  });

  test("[AU9] is the same however the log is folded, from a state that was written down and read", async () => {
    const { world } = new Auction(ANTS).run(FOUR, ["ant-3"]);
    const whole = digest(world.state);
    for (let cut = 0; cut <= world.log.length; cut += 1) {
      const first = new MemoryState();
      for (const facts of world.log.slice(0, cut)) fold(first, facts);
      const second = new MemoryState(written(first));
      for (const facts of world.log.slice(cut)) fold(second, facts);
      expect(digest(second)).toBe(whole);
    }
    const [first, ...rest] = world.log;
    const founded = new MemoryState();
    fold(founded, first!);
    const sharded = new ShardedState(inShards(written(founded)));
    for (const facts of rest)
      sharded.apply((await withKeys(sharded, () => judge(sharded, facts))).delta);
    await sharded.load("all");
    expect(digest(new MemoryState(sharded.entries()))).toBe(whole);
  });

  test("[AU9] is made by no bidder's commit, nor by one of a bidder's operator", () => {
    const auction = new Auction(["ant-1", "friend", "other"]);
    const { world, task } = auction;
    const join = { type: "join", key: world.key("ant-5"), operator: "friend" } as const;
    world.must("ant-5", { ...join, operatorSigns: true }, [world.key("friend")]);
    auction.grant("ant-5", 100);
    auction.bid("ant-1").bid("ant-5");
    world.pass(BIDS);
    auction.reveal("ant-1", "ant-5");
    world.pass(REVEALS);
    for (const agent of ["ant-1", "ant-5", "friend"]) {
      world.must(agent, { type: "signal", topic: "here", mark: "trail", strength: 1 });
      expect(auction.state?.award).toBeUndefined();
      expectDeclined(world.run(agent, { type: "award", task }), "AU9", "bid-wrong");
      expectDeclined(claim(auction, agent), "CL19", "auction-open");
    }
    world.must("other", { type: "signal", topic: "here", mark: "trail", strength: 1 });
    expect(auction.order).toHaveLength(2);
  });

  test("[AU9] is not made before its time, and asked for again it stands", () => {
    const auction = new Auction(["ant-1"]).bid("ant-1");
    const { world, task } = auction;
    const award = { type: "award", task } as const;
    expectDeclined(world.run("root", award), "AU9", "auction-open");
    world.pass(BIDS);
    auction.reveal("ant-1");
    world.pass(REVEALS - 1_000);
    expectDeclined(world.run("root", award), "AU9", "auction-open");
    world.pass(1_000).must("root", award);
    const before = auction.state;
    expect(world.must("root", award).already).toBe(true);
    expect(auction.state).toBe(before);
  });

  test("[AU9] counts one bid of a ring that has one operator, the best of them", () => {
    const auction = new Auction(["ant-1"]);
    const { world } = auction;
    auction.join("boss");
    const ring = ["ring-1", "ring-2", "ring-3"];
    for (const agent of ring) {
      const join = { type: "join", key: world.key(agent), operator: "boss" } as const;
      world.must(agent, { ...join, operatorSigns: true }, [world.key("boss")]);
      auction.grant(agent, 100);
    }
    auction.run({
      "ant-1": { eta: HOUR },
      "ring-1": { eta: 2 * HOUR },
      "ring-2": { eta: HOUR },
      "ring-3": { eta: 3 * HOUR },
      boss: { eta: 3 * HOUR },
    });
    expect(auction.order.toSorted()).toEqual(["ant-1", "ring-2"]);
    const why = auction.state?.award?.others.map((other) => `${other.agent} ${other.why}`);
    expect(why).toEqual(["boss operator", "ring-1 operator", "ring-3 operator"]);
  });

  test("[AU9] counts nobody who is not fit for the task, or has left, and takes the bond of who chose so", () => {
    const agents = [...ANTS, "ant-6"];
    const auction = new Auction(agents, { needs: ["git"] });
    const { world } = auction;
    const leave = (agent: string, status: "withdrawn" | "revoked", by = agent) =>
      world.must(by, { type: "end-membership", agent, status });
    for (const agent of agents) {
      expectDeclined(world.run(agent, auction.bidCommand(agent)), "CL9", "skill-missing");
      world.must(agent, { type: "can", skills: ["git"] });
      auction.bid(agent, { stake: 30 });
    }
    world.pass(BIDS);
    auction.reveal("ant-1", "ant-2", "ant-3", "ant-6");
    world.must("ant-1", { type: "can", skills: ["sh"] });
    leave("ant-2", "withdrawn");
    leave("ant-6", "revoked", "root");
    auction.award();
    expect(auction.order).toEqual(["ant-3"]);
    const why = auction.state?.award?.others.map((other) => `${other.agent} ${other.why}`);
    expect(why).toEqual([
      "ant-1 skill-missing",
      "ant-2 not-a-member",
      "ant-4 unrevealed",
      "ant-6 not-a-member",
    ]);
    expect(agents.map((agent) => auction.credits(agent))).toEqual([
      { free: 990, lost: 10, locked: 0 },
      { free: 990, lost: 10, locked: 0 },
      { free: 970, lost: 0, locked: 30 },
      { free: 990, lost: 10, locked: 0 },
      { free: 1_000, lost: 0, locked: 0 },
    ]);
    expect(agents.map((agent) => world.state.get(`proven/${agent}`)?.at(-1))).toEqual([
      undefined,
      undefined,
      undefined,
      2,
      undefined,
    ]);
  });

  test("[AU9] gives all back to who is trusted less than the task asks by what others say", () => {
    const auction = new Auction(ANTS, { trust: "0.2" });
    const { world } = auction;
    work(world, ["root"], "ant-1", 4);
    auction.run({ "ant-1": {}, "ant-2": {} });
    expect(auction.order).toEqual(["ant-1"]);
    expect(auction.credits("ant-2")).toEqual({ free: 1_000, lost: 0, locked: 0 });
  });

  test("[AU9] is not bought by a whale: sixteen bonds count four times, and more counts nothing", () => {
    const scoreOf = (stake: number) => {
      const auction = new Auction(["ant-1"]).run({ "ant-1": { stake } });
      return auction.state!.award!.order[0]!.score;
    };
    expect(scoreOf(160) / scoreOf(10)).toBeCloseTo(4, 2);
    expect(scoreOf(1_000)).toBe(scoreOf(160));
  });

  test("[AU9] is no better for an ETA that nobody could keep", () => {
    const scores = (eta: number) => {
      const auction = new Auction(ANTS).run({
        "ant-1": { eta },
        "ant-2": { eta: HOUR },
        "ant-3": { eta: HOUR },
      });
      return auction.state!.award!.order[0]!;
    };
    expect(scores(1_000)).toEqual(scores(HOUR / 2));
  });

  test("[AU9] is re-rolled by withholding among ties only, and each time costs a bond and half a deed", () => {
    const wishes = { "ant-1": {}, "ant-2": {}, "ant-3": { eta: 8 * HOUR } };
    const winners = new Set<string>();
    for (let nth = 0; nth < 16; nth += 1) {
      const salt = nth.toString(16).padStart(32, "0");
      const all = { ...wishes, "ant-4": { eta: 16 * HOUR, salt } };
      const told = new Auction(ANTS).run(all);
      const silent = new Auction(ANTS).run(all, ["ant-4"]);
      for (const { order } of [told, silent]) {
        expect(order.slice(0, 2).toSorted()).toEqual(["ant-1", "ant-2"]);
        expect(order[2]).toBe("ant-3");
        winners.add(order[0]!);
      }
      expect(told.credits("ant-4").lost).toBe(0);
      expect(silent.credits("ant-4").lost).toBe(10);
      expect(silent.world.state.get("proven/ant-4")?.at(-1)).toBe(2);
    }
    // Both win some of these: neither the salts nor the names say who.
    expect([...winners].toSorted()).toEqual(["ant-1", "ant-2"]);
  });

  test("[AU9] takes the bond of who did not reveal, and half a deed", () => {
    const auction = new Auction(ANTS).run({ ...FOUR, "ant-4": { stake: 300 } }, ["ant-4"]);
    expect(auction.credits("ant-4")).toEqual({ free: 990, lost: 10, locked: 0 });
    expect(auction.world.state.get("proven/ant-4")?.at(-1)).toBe(2);
    expect(auction.world.state.get("proven/ant-3")).toBeUndefined();
  });

  test("[AU9] leaves all of the winner's stake locked and a quarter of a standby's, until the task is done", () => {
    const auction = awarded();
    const locked = () => ANTS.map((agent) => auction.credits(agent).locked);
    expect(locked()).toEqual([10, 3, 3, 0]);
    expectRan(claim(auction, "ant-1"));
    auction.world.must("ant-1", { type: "finish", task: auction.task, outcome: "done" });
    expect(locked()).toEqual([0, 0, 0, 0]);
    expect(ANTS.map((agent) => auction.credits(agent).free)).toEqual([1_000, 1_000, 1_000, 1_000]);
  });

  test("[AU10] holds the winner to its ETA: a quarter of a bad deed for each doubling, four at most", () => {
    const lateBy = (took: number): readonly number[] | undefined => {
      const auction = new Auction(["ant-1"]).run({ "ant-1": { eta: 10 * MINUTE } });
      const { world, task } = auction;
      world.must("ant-1", { type: "claim", task, lease: 8 * HOUR });
      world.pass(took).must("ant-1", { type: "finish", task, outcome: "done" });
      return world.state.get("proven/ant-1")?.slice(1);
    };
    expect([5, 19, 20, 39, 40, 400].map((minutes) => lateBy(minutes * MINUTE))).toEqual([
      undefined,
      undefined,
      [1],
      [1],
      [2],
      [4],
    ]);
  });

  test("[AU9] a cancelled auction gives everybody everything back", () => {
    for (const when of [0, BIDS, BIDS + REVEALS]) {
      const auction = new Auction(ANTS);
      for (const agent of ANTS) auction.bid(agent);
      auction.world.pass(when).must("root", { type: "cancel", task: auction.task });
      expect(ANTS.map((agent) => auction.credits(agent).free)).toEqual([
        1_000, 1_000, 1_000, 1_000,
      ]);
      expect(auction.world.state.get("auctions")).toBeUndefined();
    }
  });
});
