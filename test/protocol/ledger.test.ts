import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judge, type Verdict } from "../../src/protocol/judge.ts";
import { creditsOf, freeOf, movesSince } from "../../src/protocol/rules/ledger.ts";
import { MemoryState, type View } from "../../src/protocol/state.ts";
import { Purses } from "../support/purses.ts";
import { runs, runsUpTo } from "../support/scale.ts";
import { Yard } from "../support/yard.ts";
import { HOUR, MINUTE } from "../support/world.ts";
import { AGENTS, oneStep, type Step } from "../support/yard-steps.ts";

/** Any step, or one that moves credits: half of each. */
const creditStep: fc.Arbitrary<Step> = fc.oneof(
  oneStep,
  fc.record({
    agent: fc.constantFrom(...AGENTS),
    intent: fc.constantFrom(
      ...(["grant", "grant", "add", "edit", "claim", "claim", "claim", "next"] as const),
      ...(["failed", "released", "done", "cancel"] as const),
    ),
    pick: fc.nat(1_000),
    jump: fc.constantFrom(0, 1_000, 1_000, MINUTE, HOUR, 9 * HOUR),
    manner: fc.constantFrom("honest", "honest", "honest", "stale", "partial"),
  }),
);
/** Something for everybody to stake, and tasks that ask for it. */
const BEGINNING: readonly Step[] = [
  ...[0, 1, 2, 3, 9, 10, 11].map((pick) => ["grant", pick] as const),
  ...[4, 8, 16, 20, 28].map((pick) => ["add", pick] as const),
].map(([intent, pick]) => ({ agent: "root", intent, pick, jump: 0, manner: "honest" }));
const steps = fc.array(creditStep, { minLength: 30, maxLength: 80, size: "max" });

/** What the state says of credits is what the accepted records come to, and it comes out even. */
function expectBalanced(state: View, purses: Purses): void {
  const all = { granted: 0, forfeited: 0 };
  let held = 0;
  for (const key of state.keys("credit/")) {
    const agent = key.slice("credit/".length);
    const { granted, lost, locked, on } = state.get(`credit/${agent}`)!;
    const purse = purses.purse(agent);
    expect({ agent, granted, lost, on }).toEqual({
      agent,
      granted: purse.granted,
      lost: purse.lost,
      on: Object.fromEntries(purse.locked),
    });
    expect(locked).toBe(Object.values(on).reduce((sum, amount) => sum + amount, 0));
    const free = freeOf(state, agent);
    expect(Math.min(free, locked, lost, granted)).toBeGreaterThanOrEqual(0);
    all.granted += granted;
    all.forfeited += lost;
    held += free + locked;
    for (const [task, amount] of Object.entries(on))
      expect(state.get(`stake/${task}`)?.[agent]?.amount).toBe(amount);
  }
  expect(creditsOf(state)).toEqual(all);
  expect(held + all.forfeited).toBe(all.granted);
  const stakes = state.keys("stake/").flatMap((key) => {
    return Object.values(state.get(key as `stake/${string}`)!).map(({ amount }) => amount);
  });
  expect(stakes.every((amount) => amount > 0)).toBe(true);
  expect(held).toBe(
    stakes.reduce((sum, amount) => sum + amount, 0) +
      state.keys("credit/").reduce((sum, key) => sum + freeOf(state, key.slice(7)), 0),
  );
}

const SLOW = { timeout: 600_000 };

const moved = { granted: 0, locked: 0, returned: 0, forfeited: 0 };

/** Folds a life again, and looks after every commit, accepted or refused. */
function look(taken: readonly Step[]): void {
  const yard = new Yard(() => undefined, { watched: false });
  for (const step of [...BEGINNING, ...taken]) yard.take(step);
  const state = new MemoryState();
  const purses = new Purses();
  for (const facts of yard.world.log) {
    const parent = state.get("line")?.tip;
    const verdict: Verdict = judge(state, facts);
    const expected = verdict.accepted ? [...purses.take(verdict.records, verdict.time)] : [];
    if (!verdict.accepted) {
      const touched = [...verdict.delta.keys()].filter((key) => /^(credit|stake|moves)/.test(key));
      expect(touched).toEqual([]);
    }
    const slashes = verdict.accepted && verdict.records.some(({ kind }) => kind === "denounce");
    state.apply(verdict.delta);
    const told = movesSince(state, parent).map(({ locked: _locked, ...move }) => move);
    // What a slash takes follows from standing, of which the purses know nothing: they follow the state.
    if (slashes) expected.push(...purses.follow(told));
    expect(told).toEqual(expected);
    for (const { what } of expected) moved[what] += 1;
    expectBalanced(state, purses);
  }
}

describe("whatever agents do with their credits", () => {
  test(
    "[LE1] they are conserved, nobody has less than none, and each is locked once, after every commit",
    SLOW,
    () => {
      fc.assert(fc.property(steps, look), runsUpTo(60, 100));
      // Little is shown by lives in which nothing is staked or lost.
      for (const count of Object.values(moved)) expect(count).toBeGreaterThan(20);
    },
  );

  test(
    "[LE1] many decided on one tip spend no credit twice, in whatever order they land",
    SLOW,
    () => {
      fc.assert(
        fc.property(
          fc.array(fc.nat(9), { minLength: 2, maxLength: 8 }),
          fc.nat(30),
          (stakes, has) => {
            const yard = new Yard(() => undefined, { watched: false });
            const { world } = yard;
            world.must("root", { type: "grant", to: "ant-1", amount: 1 + has, reason: "work" });
            const tasks = stakes.map((stake) => world.add("one", { stake: 1 + stake }));
            // Each is legal on its own, for all of them see the same purse.
            const single = tasks.filter((_, at) => 1 + stakes[at]! <= 1 + has);
            for (const task of single)
              expect(world.decide("ant-1", { type: "claim", task }).ok).toBe(true);
            // As a sequencer decides them: each on what the one before leaves behind.
            let free = 1 + has;
            for (const [at, task] of tasks.entries()) {
              const taken = world.run("ant-1", { type: "claim", task });
              const fits = 1 + stakes[at]! <= free;
              expect(taken.ok).toBe(fits);
              if (fits) free -= 1 + stakes[at]!;
            }
            expect(freeOf(world.state, "ant-1")).toBe(free);
          },
        ),
        runs(30),
      );
    },
  );
});
