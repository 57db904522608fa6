import { describe, expect, test } from "vitest";
import { AwardBook } from "../../src/app/award-book.ts";
import type { AgentId } from "../../src/protocol/ids.ts";
import { judge } from "../../src/protocol/judge.ts";
import { type Key, MemoryState, type Value } from "../../src/protocol/state.ts";
import type { AuctionState, AwardState } from "../../src/protocol/trust-state.ts";
import { ANTS, Auction, awarded, BIDS, FOUR, REVEALS } from "../support/auctions.ts";
import type { World } from "../support/world.ts";

/** What a judge with a broken rule makes of an award; undefined: it makes none. */
type Tamper = (award: AwardState | undefined) => AwardState | undefined;

/** Keeps the book of a history, as an audit does that is stopped after every commit. */
function kept({ log }: World, tamper: Tamper = (award) => award) {
  const state = new MemoryState();
  let book = new AwardBook();
  log.forEach((facts, nth) => {
    const verdict = judge(state, facts);
    const delta = new Map<Key, Value | undefined>(verdict.delta);
    for (const [key, value] of delta) {
      if (!key.startsWith("auction/") || value === undefined) continue;
      const auction = value as AuctionState;
      delta.set(key, { ...auction, award: tamper(auction.award) });
    }
    if (verdict.accepted) {
      book.read(verdict.records);
      const place = { commit: facts.oid, number: nth + 1, time: verdict.time };
      const author = facts.commit!.author.name as AgentId;
      book.take(book.look({ ...place, before: state, delta, author, denounces: false }));
    }
    state.apply(verdict.delta);
    book = new AwardBook(JSON.parse(JSON.stringify(book.keep())));
  });
  const { faults, ...counts } = book.report();
  return { ...counts, faults: faults.map(({ code }) => code) };
}

describe("the book of awards", () => {
  test("agrees with the judge: of bids that count and of silent ones, of rings and of nobody", () => {
    const none = { faults: [], more: 0, waiting: 0 };
    expect(kept(awarded().world)).toEqual({ ...none, awarded: 1, bids: 4 });
    const silent = new Auction(ANTS).run(FOUR, ["ant-1", "ant-3"]);
    expect(kept(silent.world)).toEqual({ ...none, awarded: 1, bids: 4 });
    const nobody = new Auction(ANTS);
    nobody.world.pass(BIDS + REVEALS).add("another");
    expect(kept(nobody.world)).toEqual({ ...none, awarded: 1, bids: 0 });
  });

  test("agrees where bids were changed, withdrawn and cancelled, and the task is edited afterwards", () => {
    const auction = new Auction(ANTS).bid("ant-1").bid("ant-1", { stake: 40 }).bid("ant-2");
    const { world, task } = auction;
    world.must("ant-2", { type: "withdraw-bid", task });
    world.pass(BIDS);
    auction.reveal("ant-1").award();
    world.must("root", { type: "edit", task, changes: { title: "work, and well" } });
    const other = auction.add();
    world.must("root", { type: "cancel", task: other });
    world.pass(BIDS + REVEALS).add("another");
    expect(kept(world)).toEqual({ faults: [], more: 0, waiting: 0, awarded: 1, bids: 3 });
  });

  test("tells of an award that is another one, that was not made, and that came too early", () => {
    const { world } = awarded();
    const turned = kept(world, (award) => award && { ...award, order: award.order.toReversed() });
    expect(turned.faults).toEqual(["another"]);
    const lighter = (one: { agent: AgentId; score: number }) => ({ ...one, score: one.score - 1 });
    const lied = kept(world, (award) => award && { ...award, order: award.order.map(lighter) });
    expect(lied.faults).toEqual(["another"]);
    // It is due with each commit from then on, and told once.
    expect(kept(world, () => undefined).faults).toEqual(["missing"]);
    const early = (award?: AwardState) =>
      award ?? {
        at: 0,
        commit: world.tip!,
        order: [],
        others: [],
        turn: { next: 0, base: 0 },
      };
    expect(kept(world, early).faults).toEqual(["too-early"]);
  });
});
