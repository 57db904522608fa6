import { expect, test } from "vitest";
import { Agenda } from "../../../src/app/agenda.ts";
import { EventOrder } from "../../../src/app/event-order.ts";
import { fold } from "../../../src/protocol/fold.ts";
import { MemoryState } from "../../../src/protocol/state.ts";
import { eventsOf } from "../../../src/protocol/views/events.ts";
import { momentEvent, momentsOf } from "../../../src/protocol/views/moments.ts";
import { ANTS, Auction, awarded, BIDS, claim, FOUR, REVEALS } from "../../support/auctions.ts";
import { MINUTE, type World } from "../../support/world.ts";

/** What the newest commits tell of auctions and bids: `type agent`. */
function told({ log, verdicts }: World, commits = 1): readonly string[] {
  const state = new MemoryState();
  return log.flatMap((facts, nth) => {
    const before = new MemoryState(state.entries());
    fold(state, facts);
    if (nth < log.length - commits) return [];
    return eventsOf(before, facts, verdicts[nth]!)
      .filter(({ type }) => /^(auction|bid)\./.test(type))
      .map(({ type, agent }) => (agent === undefined ? type : `${type} ${agent}`));
  });
}

test("an auction opens, is bid on, revealed, awarded, and who did not reveal is told", () => {
  const auction = new Auction(ANTS);
  const { world, task } = auction;
  expect(told(world)).toEqual(["auction.opened"]);
  world.must("root", { type: "edit", task, changes: { bidsUntil: "10m", revealsUntil: "5m" } });
  expect(told(world)).toEqual([]);
  world.pass(MINUTE);
  world.must("root", { type: "edit", task, changes: { bidsUntil: "10m", revealsUntil: "5m" } });
  expect(told(world)).toEqual(["auction.opened"]);
  auction.bid("ant-1").bid("ant-2").bid("ant-3");
  world.must("ant-3", { type: "withdraw-bid", task });
  expect(told(world, 4)).toEqual([
    "bid.placed ant-1",
    "bid.placed ant-2",
    "bid.placed ant-3",
    "bid.withdrawn ant-3",
  ]);
  world.pass(BIDS);
  auction.reveal("ant-1").award();
  expect(told(world, 2)).toEqual([
    "bid.revealed ant-1",
    "auction.awarded ant-1",
    "bid.forfeited ant-2",
  ]);
  const left = new Auction(ANTS).bid("ant-1").bid("ant-2");
  left.world.pass(BIDS);
  left.reveal("ant-1", "ant-2");
  left.world.must("ant-2", { type: "end-membership", agent: "ant-2", status: "withdrawn" });
  left.award();
  expect(told(left.world)).toEqual(["auction.awarded ant-1", "bid.forfeited ant-2"]);
});

test("a turn passes on when its claim ends, when it goes by, and when nobody waits any more", () => {
  const auction = awarded();
  const { world, task } = auction;
  claim(auction, "ant-1");
  expect(told(world)).toEqual([]);
  world.must("ant-1", { type: "finish", task, outcome: "released" });
  expect(told(world)).toEqual(["auction.passed ant-2"]);
  world.pass(REVEALS);
  claim(auction, "ant-3");
  expect(told(world)).toEqual(["auction.passed ant-3"]);
  world.must("ant-3", { type: "renew", task, lease: MINUTE });
  expect(told(world)).toEqual([]);
  world.pass(2 * MINUTE);
  claim(auction, "ant-4");
  expect(told(world)).toEqual(["auction.passed ant-4"]);
  world.must("ant-4", { type: "finish", task, outcome: "done" });
  expect(told(world)).toEqual([]);
  const other = awarded();
  claim(other, "ant-1");
  other.world.must("ant-1", { type: "finish", task: other.task, outcome: "done" });
  expect(told(other.world)).toEqual([]);
  other.world.must("root", { type: "review", task: other.task, accept: false });
  expect(told(other.world)).toEqual(["auction.passed ant-2"]);
});

test("bids close as time passes, once", () => {
  const auction = new Auction(ANTS);
  const open = auction.world.task(auction.task);
  expect(momentsOf(open).map((moment) => momentEvent(moment, auction.world.tip!))).toMatchObject([
    {
      id: `auction.closed/${open.id}/${open.auction!.bidsUntil}`,
      type: "auction.closed",
      time: open.auction!.bidsUntil,
      task: open.id,
    },
  ]);
  auction.run(FOUR);
  claim(auction, "ant-1");
  const { task, world } = auction;
  world.must("ant-1", { type: "finish", task, outcome: "done" });
  const done = world.task(task);
  expect(momentsOf(done)).toEqual([]);
  // Rejected, it is open again, and its bids stay closed.
  world.must("root", { type: "review", task, accept: false });
  const commit = world.tip!;
  const timed = [{ before: done, after: world.task(task) }];
  const order = new EventOrder(undefined, world.now, new Agenda([done], world.now));
  const [batch] = order.take({ accepted: true, commit, time: world.now, events: [], timed });
  expect(batch!.events).toEqual([]);
});
