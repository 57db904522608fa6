import { describe, expect, test } from "vitest";
import type { TaskId } from "../../src/protocol/ids.ts";
import { formatInstant } from "../../src/protocol/time.ts";
import { Auction, BIDS, REVEALS, SALT } from "../support/auctions.ts";
import { expectAccepted, expectDeclined, expectRan, expectRefused } from "../support/verdicts.ts";
import { HOUR, MINUTE } from "../support/world.ts";

const DAY = 24 * HOUR;

describe("the terms of an auction", () => {
  test("[TA9] come together, and leave time to bid and to reveal", () => {
    const { world } = new Auction([]);
    const at = (ms: number) => formatInstant(world.now + ms);
    const add = (more: Readonly<Record<string, string>>) =>
      world.try({
        author: "root",
        files: world.record("task", { id: "k3f9qz7", creator: "root", title: "work", ...more }),
      });
    const auction = (bids: number, reveals: number) =>
      add({ mode: "auction", bids_until: at(bids), reveals_until: at(reveals) });
    for (const more of [
      { mode: "auction" },
      { bids: "open" },
      { bids_until: at(MINUTE), reveals_until: at(HOUR) },
      { mode: "auction", bids_until: at(MINUTE) },
    ])
      expectRefused(add(more), "TA9", "field-invalid");
    expectRefused(auction(9_999, HOUR), "TA9", "field-invalid");
    expectRefused(auction(HOUR, HOUR + 9_999), "TA9", "field-invalid");
    expectRefused(auction(HOUR, 30 * DAY + 1), "TA9", "field-invalid");
    expectAccepted(auction(10_000, 20_000));
    expectAccepted(auction(HOUR, 30 * DAY));
  });

  test("[TA9] are not asked again of an edit that leaves them alone", () => {
    const auction = new Auction([]);
    auction.world
      .pass(HOUR)
      .must("root", { type: "edit", task: auction.task, changes: { value: 9 } });
    expect(auction.world.task(auction.task).value).toBe(9);
  });

  test("[TA9] leave an attempt to the winner and to each of those who stand by", () => {
    const auction = new Auction(["ant-1", "ant-2"]);
    const { world } = auction;
    const terms = { mode: "auction", bidsUntil: "10m", revealsUntil: "5m" } as const;
    const add = (attempts: number) =>
      world.run("root", { type: "add", tasks: [{ title: "work", attempts, ...terms }] });
    const edit = (task: TaskId, changes: object) =>
      world.run("root", { type: "edit", task, changes });
    for (const attempts of [1, 2]) {
      expectDeclined(add(attempts), "TA9", "field-invalid");
      expectDeclined(edit(auction.task, { attempts }), "TA9", "field-invalid");
    }
    expectRan(add(3));
    // Who has failed before the auction has used an attempt up.
    const plain = world.add("plain");
    world.must("ant-1", { type: "claim", task: plain });
    world.must("ant-1", { type: "finish", task: plain, outcome: "failed" });
    expectDeclined(edit(plain, terms), "TA9", "field-invalid");
    expectRan(edit(plain, { ...terms, attempts: 4 }));
    // Nobody has bid: who takes it and fails makes no edit impossible that has nothing to do with it.
    world.pass(BIDS).must("ant-2", { type: "claim", task: plain });
    world.must("ant-2", { type: "finish", task: plain, outcome: "failed" });
    expectRan(edit(plain, { needs: ["git"] }));
    expectDeclined(edit(plain, { attempts: 3 }), "TA9", "field-invalid");
  });

  test("[AU7] are frozen from the first bid on: its creator favours nobody by changing them", () => {
    const auction = new Auction(["ant-1"]);
    const { world, task } = auction;
    const edit = (changes: object) => world.run("root", { type: "edit", task, changes });
    expect(edit({ value: 200 }).ok).toBe(true);
    auction.bid("ant-1", { stake: 20 });
    for (const changes of [
      { value: 1 },
      { trust: "0.9" },
      { needs: ["what-my-friend-can"] },
      { bidsUntil: "1h", revealsUntil: "1h" },
    ])
      expectDeclined(edit(changes), "AU7", "edit-frozen");
    expect(edit({ title: "work, as it says", priority: 4 }).ok).toBe(true);
    world.must("ant-1", { type: "withdraw-bid", task });
    expect(edit({ value: 100 }).ok).toBe(true);
  });
});

describe("a bid", () => {
  test("[AU1] is on a task that is auctioned and not over, before bids close", () => {
    const auction = new Auction(["ant-1", "ant-2"]);
    const { world } = auction;
    const plain = world.add("plain");
    const bid = { type: "bid", stake: 10, seal: "0".repeat(64) } as const;
    expectDeclined(world.run("ant-1", { ...bid, task: plain }), "AU1", "bid-wrong");
    world.pass(BIDS - 1_000);
    auction.bid("ant-1");
    world.pass(1_000);
    expectDeclined(world.run("ant-2", auction.bidCommand("ant-2")), "AU1", "bid-wrong");
    const other = auction.add();
    world.must("root", { type: "cancel", task: other });
    expectDeclined(world.run("ant-1", { ...bid, task: other }), "AU1", "not-open");
  });

  test("[AU1] is not sneaked in by a commit that is dated back: log time has passed the end", () => {
    const auction = new Auction(["ant-1", "ant-2"]);
    const { world } = auction;
    world.pass(BIDS - MINUTE);
    const files = world.record("bid", {
      task: auction.task,
      agent: "ant-2",
      stake: "10",
      seal: auction.seal("ant-2"),
    });
    auction.bid("ant-1");
    world.pass(MINUTE);
    auction.reveal("ant-1");
    expectRefused(world.try({ author: "ant-2", files }), "AU1", "bid-wrong");
    expectRefused(
      world.try({ author: "ant-2", files, time: world.now - 1_000 }),
      "LN2",
      "time-backwards",
    );
  });

  test("[AU2] is not by the creator, nor by an agent of its operator: no shills", () => {
    const auction = new Auction(["ant-1", "boss"]);
    const { world } = auction;
    auction.grant("root", 100);
    expectDeclined(world.run("root", auction.bidCommand("root")), "AU2", "bid-wrong");
    const join = { type: "join", key: world.key("shill"), operator: "root" } as const;
    world.must("shill", { ...join, operatorSigns: true }, [world.key("root")]);
    auction.grant("shill", 100);
    expectDeclined(world.run("shill", auction.bidCommand("shill")), "AU2", "bid-wrong");
    auction.bid("ant-1");
  });

  test("[AU3] [LE1] locks its stake, which covers the bond and is free", () => {
    const auction = new Auction(["ant-1"]);
    const { world } = auction;
    const bid = (stake: number) => world.run("ant-1", auction.bidCommand("ant-1", { stake }));
    expectDeclined(bid(9), "AU3", "bid-wrong");
    expectDeclined(bid(1_001), "LE1", "credits-short");
    auction.bid("ant-1", { stake: 400 });
    expect(auction.credits("ant-1")).toEqual({ free: 600, lost: 0, locked: 400 });
    auction.bid("ant-1", { stake: 1_000 });
    expect(auction.credits("ant-1")).toEqual({ free: 0, lost: 0, locked: 1_000 });
    auction.bid("ant-1", { stake: 10 });
    expect(auction.credits("ant-1")).toEqual({ free: 990, lost: 0, locked: 10 });
    world.must("ant-1", { type: "withdraw-bid", task: auction.task });
    expect(auction.credits("ant-1")).toEqual({ free: 1_000, lost: 0, locked: 0 });
    expect(auction.state).toBeUndefined();
  });

  test("[AU4] says its eta where bids are open, and only there", () => {
    const sealed = new Auction(["ant-1"]);
    const open = new Auction(["ant-1"], { bids: "open" });
    const bid = (auction: Auction, more: object) => {
      const { eta: _eta, ...command } = { eta: 0, ...auction.bidCommand("ant-1") };
      return auction.world.run("ant-1", { ...command, ...more });
    };
    expectDeclined(bid(sealed, { eta: HOUR }), "AU4", "bid-wrong");
    expectDeclined(bid(open, {}), "AU4", "bid-wrong");
    expect(bid(open, { eta: HOUR }).ok).toBe(true);
    expect(open.state?.bids["ant-1"]?.eta).toBe(HOUR);
    const withdraw = { type: "withdraw-bid", task: sealed.task } as const;
    expectDeclined(sealed.world.run("ant-1", withdraw), "AU4", "bid-wrong");
    const { world, task } = open;
    world.pass(MINUTE);
    const both = world.record("bid", { task, agent: "ant-1", stake: "10", status: "withdrawn" });
    expectRefused(world.try({ author: "ant-1", files: both }), "AU4", "bid-wrong");
  });

  test("[AU8] is one of so many", () => {
    const auction = new Auction(["ant-1", "ant-2"]);
    auction.bid("ant-1");
    const key = `auction/${auction.task}` as const;
    const bids = Array.from({ length: 511 }, (_, at) => [
      `other-${at}`,
      auction.state!.bids["ant-1"]!,
    ]);
    const all = { ...auction.state!.bids, ...Object.fromEntries(bids) };
    auction.world.state.apply(new Map([[key, { bids: all, award: undefined }]]));
    const full = auction.world.run("ant-2", auction.bidCommand("ant-2"));
    expectDeclined(full, "AU8", "bid-wrong");
    auction.bid("ant-1", { stake: 20 });
  });
});

describe("a reveal", () => {
  test("[AU5] is from the end of the bids on, before that of the reveals, and once", () => {
    const auction = new Auction(["ant-1", "ant-2", "ant-3"]);
    const { world } = auction;
    auction.bid("ant-1").bid("ant-2");
    const reveal = (agent: string) => world.run(agent, auction.revealCommand(agent));
    expectDeclined(reveal("ant-1"), "AU5", "bid-wrong");
    world.pass(BIDS);
    auction.reveal("ant-1");
    expectDeclined(reveal("ant-1"), "AU5", "bid-wrong");
    const none = { ...auction.revealCommand("ant-1"), salt: SALT } as const;
    expectDeclined(world.run("ant-3", none), "AU5", "bid-wrong");
    world.pass(REVEALS);
    expectDeclined(reveal("ant-2"), "AU5", "bid-wrong");
  });

  test("[AU6] fits the seal: nobody changes what was bid", () => {
    const auction = new Auction(["ant-1"]);
    auction.bid("ant-1", { eta: HOUR });
    auction.world.pass(BIDS);
    const honest = auction.revealCommand("ant-1");
    for (const more of [{ eta: 2 * HOUR }, { salt: SALT }])
      expectDeclined(auction.world.run("ant-1", { ...honest, ...more }), "AU6", "bid-wrong");
    auction.reveal("ant-1");
  });

  test("[AU6] of a copied seal fails: the seal names its bidder", () => {
    const auction = new Auction(["ant-1", "copier"]);
    const { world, task } = auction;
    auction.bid("ant-1", { eta: HOUR });
    world.must("copier", {
      type: "bid",
      task,
      stake: 10,
      seal: auction.seal("ant-1", { eta: HOUR }),
    });
    world.pass(BIDS);
    auction.reveal("ant-1");
    const seen = auction.revealCommand("ant-1");
    expectDeclined(world.run("copier", seen), "AU6", "bid-wrong");
    auction.award();
    expect(auction.order).toEqual(["ant-1"]);
    expect(auction.credits("copier")).toEqual({ free: 990, lost: 10, locked: 0 });
  });

  test("[AU6] of an open bid gives the eta that was said", () => {
    const auction = new Auction(["ant-1"], { bids: "open" });
    const { world, task } = auction;
    const seal = auction.seal("ant-1", { eta: HOUR });
    world.must("ant-1", { type: "bid", task, stake: 10, seal, eta: MINUTE });
    auction.world.pass(BIDS);
    auction.bidCommand("ant-1", { eta: HOUR });
    expectDeclined(world.run("ant-1", auction.revealCommand("ant-1")), "AU6", "bid-wrong");
  });
});
