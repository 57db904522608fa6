import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LedgerBook } from "../../src/app/ledger-book.ts";
import { judge, type CommitFacts, type Verdict } from "../../src/protocol/judge.ts";
import { creditsOf } from "../../src/protocol/rules/ledger.ts";
import { type Entries, type Key, MemoryState, type Value } from "../../src/protocol/state.ts";
import type { CreditState } from "../../src/protocol/trust-state.ts";
import { auditing, report } from "../support/auditing.ts";
import { claim } from "../support/claiming.ts";
import { runs } from "../support/scale.ts";
import { HOUR, MINUTE, World } from "../support/world.ts";
import { Yard } from "../support/yard.ts";
import { steps } from "../support/yard-steps.ts";

/** What a judge with a broken rule makes of the state; the same delta where it is right. */
type Tamper = (delta: Map<Key, Value | undefined>, verdict: Verdict, before: MemoryState) => void;

/** Keeps the book of a history, as an audit does that is stopped after every commit. */
function kept(log: readonly CommitFacts[], tamper: Tamper = () => {}, state = new MemoryState()) {
  let book = new LedgerBook();
  log.forEach((facts, nth) => {
    const verdict = judge(state, facts);
    const delta = new Map(verdict.delta);
    if (verdict.accepted) {
      tamper(delta, verdict, state);
      book.step(verdict.records, delta, {
        commit: facts.oid,
        number: nth + 1,
        time: verdict.time,
      });
    }
    state.apply(delta);
    book = new LedgerBook(JSON.parse(JSON.stringify(book.keep())));
  });
  const { tip, commits, time } = state.get("line")!;
  book.close(state, { commit: tip, number: commits, time });
  const { faults, ...sums } = book.report();
  return { sums, faults: faults.map(({ number, code, agent }) => `${number} ${code} ${agent}`) };
}

/** ant-1 loses a stake of seven to ant-2, who does the task; ant-1 fails at another that asks for four. */
function story() {
  const world = World.found();
  for (const to of ["ant-1", "ant-2"]) {
    world.agent(to);
    world.must("root", { type: "grant", to, amount: 20, reason: "a start" });
  }
  const task = world.add("one", { stake: 7 });
  const other = world.add("two", { stake: 4 });
  const place = (): number => world.log.length;
  world.must("ant-1", { type: "claim", task, lease: MINUTE });
  const claimed = place();
  world.pass(HOUR).must("ant-2", { type: "claim", task });
  const taken = place();
  world.must("ant-2", { type: "finish", task, outcome: "done" });
  const done = place();
  world.must("ant-1", { type: "claim", task: other });
  world.must("ant-1", { type: "finish", task: other, outcome: "failed" });
  return { world, claimed, taken, done, failed: place() };
}

const { world, claimed, taken, done, failed } = story();

/** Tampers with what one commit makes of an agent's credits. */
function credit(number: number, agent: string, change: (was: CreditState) => CreditState): Tamper {
  return (delta) => {
    if ((delta.get("line") as Entries["line"]).commits !== number) return;
    delta.set(`credit/${agent}`, change(delta.get(`credit/${agent}`) as CreditState));
  };
}

function at(number: number, change: (delta: Map<Key, Value | undefined>) => void): Tamper {
  return (delta) => {
    if ((delta.get("line") as Entries["line"]).commits === number) change(delta);
  };
}

describe("the book of credits, kept apart from the judge", () => {
  test("finds nothing where the judge is right", () => {
    const sums = { agents: 2, granted: 40, free: 31, locked: 0, forfeited: 9, more: 0 };
    expect(kept(world.log)).toEqual({ sums, faults: [] });
  });

  test(
    "finds nothing in whatever agents do, and its sums are the state's",
    { timeout: 600_000 },
    () => {
      fc.assert(
        fc.property(steps, (taken_) => {
          const yard = new Yard(() => undefined, { watched: false });
          for (const to of ["ant-1", "ant-2", "ant-3"])
            yard.world.must("root", { type: "grant", to, amount: 9, reason: "a start" });
          for (const step of taken_) yard.take(step);
          const { sums, faults } = kept(yard.world.log);
          expect(faults).toEqual([]);
          const { granted, forfeited } = sums;
          expect({ granted, forfeited }).toEqual(creditsOf(yard.world.state));
        }),
        runs(30),
      );
    },
  );

  test("holds the end of the last attempt against who has let it lapse, renewed or not, and tells where it is not", () => {
    for (const renewed of [false, true]) {
      const last = World.found();
      last.agent("ant-1");
      last.must("root", { type: "grant", to: "ant-1", amount: 20, reason: "a start" });
      const task = last.add("one", { stake: 7, attempts: 1 });
      last.must("ant-1", { type: "claim", task, lease: MINUTE });
      last.pass(HOUR);
      // What the task says from now on changes nothing of what is locked.
      last.must("root", { type: "edit", task, changes: { title: "one, and well" } });
      if (renewed) last.must("ant-1", { type: "renew", task, lease: HOUR });
      last.must("ant-1", { type: "finish", task, outcome: "released" });
      const sums = { agents: 1, granted: 20, free: 13, locked: 0, forfeited: 7, more: 0 };
      expect(kept(last.log)).toEqual({ sums, faults: [] });
      const number = last.log.length;
      const back = at(number, (delta) => {
        const was = delta.get("credit/ant-1") as CreditState;
        delta.set("credit/ant-1", { ...was, lost: 0 });
        delta.set("credits", { granted: 20, forfeited: 0 });
      });
      expect(kept(last.log, back).faults).toEqual([`${number} not-as-booked ant-1`]);
    }
  });

  const tampered: readonly (readonly [string, Tamper, readonly string[]])[] = [
    [
      "a claim that locks nothing",
      at(claimed, (delta) => delta.delete("credit/ant-1")),
      [`${claimed} not-as-booked ant-1`],
    ],
    [
      "a claim that locks less than its stake",
      credit(claimed, "ant-1", (was) => ({
        ...was,
        locked: 6,
        on: Object.fromEntries(Object.keys(was.on).map((task) => [task, 6])),
      })),
      [`${claimed} not-as-booked ant-1`],
    ],
    [
      "a lapse that costs nothing",
      credit(taken, "ant-1", (was) => ({ ...was, lost: 0 })),
      [`${taken} not-as-booked ant-1`, `${taken} not-conserved undefined`],
    ],
    [
      "a stake that is returned twice",
      credit(done, "ant-2", (was) => ({ ...was, locked: -7 })),
      [`${done} below-zero ant-2`],
    ],
    [
      "a stake that stays locked",
      credit(done, "ant-2", (was) => ({ ...was, locked: 7 })),
      [`${done} below-zero ant-2`],
    ],
    [
      "a grant out of nothing",
      credit(done, "ant-2", (was) => ({ ...was, granted: 1_000 })),
      [`${done} not-as-booked ant-2`],
    ],
    [
      "a failure that forfeits nothing",
      credit(failed, "ant-1", (was) => ({ ...was, lost: was.lost - 2 })),
      [`${failed} not-as-booked ant-1`, `${failed} not-conserved undefined`],
    ],
    [
      "a failure that forfeits all",
      credit(failed, "ant-1", (was) => ({ ...was, lost: was.lost + 2 })),
      [`${failed} not-as-booked ant-1`, `${failed} not-conserved undefined`],
    ],
    [
      "somebody else's credits",
      at(done, (delta) => {
        delta.set("credit/mallory", { granted: 5, lost: 0, locked: 0, on: {} });
      }),
      [`${done} not-as-booked mallory`],
    ],
    [
      "sums that are other than their parts",
      at(failed, (delta) => delta.set("credits", { granted: 40, forfeited: 8 })),
      [`${failed} not-conserved undefined`],
    ],
    [
      "sums that are not kept",
      at(failed, (delta) => delta.delete("credits")),
      [`${failed} not-conserved undefined`],
    ],
  ];
  for (const [name, tamper, faults] of tampered)
    test(`finds ${name}`, () => {
      const found = kept(world.log, tamper).faults;
      expect(found.slice(0, faults.length)).toEqual(faults);
    });

  test("finds a credit spent twice, where the judge forgets what is locked", () => {
    const poor = World.found();
    poor.agent("ant-1");
    poor.must("root", { type: "grant", to: "ant-1", amount: 5, reason: "a start" });
    const tasks = [poor.add("one", { stake: 4 }), poor.add("two", { stake: 4 })];
    for (const task of tasks)
      poor.commit({ author: "ant-1", files: claim(poor, task, "ant-1", 1) });
    expect(poor.verdicts.slice(-2).map(({ accepted }) => accepted)).toEqual([true, false]);
    const { faults } = kept(poor.log, undefined, new Forgetful());
    const number = poor.log.length;
    expect(faults.slice(0, 2)).toEqual([`${number} overspent ant-1`, `${number} below-zero ant-1`]);
  });

  test("is a part of every audit, and goes on where the last one ended", async () => {
    const ports = auditing(world);
    const half = await report(ports, world.log[claimed - 1]!.oid);
    expect(half.ledger).toMatchObject({ granted: 40, free: 33, locked: 7, faults: [] });
    const whole = await report(ports, world.tip!);
    expect(whole.resumed).toBe(world.log[claimed - 1]!.oid);
    expect(whole.ledger).toEqual({
      agents: 2,
      granted: 40,
      free: 31,
      locked: 0,
      forfeited: 9,
      faults: [],
      more: 0,
    });
  });

  test("follows what is locked on an auctioned task, and holds it to the sums", () => {
    const auctioned = World.found();
    auctioned.agent("ant-1");
    auctioned.must("root", { type: "grant", to: "ant-1", amount: 5, reason: "a start" });
    const id = auctioned.add("one", {
      mode: "auction",
      bidsUntil: new Date(auctioned.now + MINUTE).toISOString(),
      revealsUntil: new Date(auctioned.now + HOUR).toISOString(),
    });
    const commits = auctioned.log.length;
    for (const title of ["two", "three"]) auctioned.add(title);
    const said = (amount: number, lost: number): CreditState => ({
      granted: 5,
      lost,
      locked: amount,
      on: amount === 0 ? {} : { [id]: amount },
    });
    const moves =
      (after: CreditState): Tamper =>
      (delta) => {
        const { commits: number } = delta.get("line") as Entries["line"];
        if (number === commits + 1) delta.set("credit/ant-1", said(4, 0));
        if (number !== commits + 2) return;
        delta.set("credit/ant-1", after);
        if (after.lost > 0) delta.set("credits", { granted: 5, forfeited: after.lost });
      };
    expect(kept(auctioned.log, moves(said(0, 0))).faults).toEqual([]);
    expect(kept(auctioned.log, moves(said(1, 3))).faults).toEqual([]);
    const more = kept(auctioned.log, moves(said(1, 4))).faults;
    expect(more).toEqual([`${commits + 2} not-as-booked ant-1`]);
    const much = kept(auctioned.log, moves(said(6, 0))).faults;
    expect(new Set(much)).toEqual(new Set([`${commits + 2} below-zero ant-1`]));
  });
});

/** What a judge would see that does not count what is locked. */
class Forgetful extends MemoryState {
  override get<K extends Key>(key: K): Entries[K] | undefined {
    const found = super.get(key);
    if (!key.startsWith("credit/") || found === undefined) return found;
    return { ...(found as unknown as CreditState), locked: 0 } as unknown as Entries[K];
  }
}
