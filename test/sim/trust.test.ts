import { expect, test } from "vitest";
import { eigenTrust } from "../../src/sim/trust/eigentrust.ts";
import { live } from "../../src/sim/trust/life.ts";
import { models, type Model } from "../../src/sim/trust/models.ts";
import { POLICIES, type Policy } from "../../src/sim/trust/policies.ts";
import { liveOnce } from "../../src/sim/trust/rows.ts";
import { Tallies } from "../../src/sim/trust/tallies.ts";

const SEED = 7;
const MODELS = models();

/** What `from` said of `to`, in deeds of good and bad. */
interface Said {
  readonly good: number;
  readonly bad: number;
}

test("EigenTrust of three peers is what one computes by hand", () => {
  const tallies = new Tallies(3);
  const say = (from: number, to: number, good: number, bad: number) => {
    tallies.rate(from, to, true, good);
    tallies.rate(from, to, false, bad);
  };
  say(0, 1, 3, 0);
  say(0, 2, 2, 1);
  say(1, 0, 1, 0);
  say(1, 2, 4, 3);
  say(2, 0, 1, 0);
  say(2, 1, 1, 0);
  // t0 = 0.1 + 0.45 (t1 + t2), t1 = 0.675 t0 + 0.45 t2, t2 = 0.225 t0 + 0.45 t1, together 1.
  const [t0, t1, t2] = eigenTrust(tallies, [0]);
  expect(t0).toBeCloseTo(11 / 29, 5);
  expect(t1).toBeCloseTo((0.77625 / 0.7975) * (11 / 29), 5);
  expect(t0! + t1! + t2!).toBeCloseTo(1, 9);
});

test("EigenTrust gives nothing to whom nobody trusts, and knows no difference between bad and unknown", () => {
  const tallies = new Tallies(4);
  tallies.rate(0, 1, true, 2);
  tallies.rate(1, 0, true, 2);
  tallies.rate(0, 2, true, 1);
  tallies.rate(0, 2, false, 9);
  tallies.rate(2, 3, true, 10);
  tallies.rate(3, 2, true, 10);
  const trust = eigenTrust(tallies, [0]);
  expect([trust[2], trust[3]]).toEqual([0, 0]);
});

test("A: attackers serve nothing good, tell the opposite, and do not praise", () => {
  const { said, honest, attackers } = lifeOf("A 20 % malicious");
  expect(attackers).toHaveLength(16);
  expect(said(honest, attackers)).toMatchObject({ good: 0 });
  expect(said(honest, attackers).bad).toBeGreaterThan(1_000);
  // One another they serve bad things too, and call them good; honest work is bad one time in twenty.
  expect(said(attackers, attackers).bad).toBe(0);
  expect(shareOfBad(said(attackers, honest))).toBeGreaterThan(0.9);
});

test("B: attackers praise one another in every cycle", () => {
  const { said, attackers } = lifeOf("B 20 % malicious");
  for (const from of attackers)
    for (const to of attackers) {
      if (from === to) continue;
      expect(said([from], [to]).good).toBeGreaterThanOrEqual(300);
      expect(said([from], [to]).bad).toBe(0);
    }
});

test("C: attackers are bad with probability f, and never say so of one another", () => {
  const { said, honest, attackers } = lifeOf("C f = 0.3");
  expect(attackers).toHaveLength(20);
  expect(shareOfBad(said(honest, attackers))).toBeCloseTo(0.3, 1);
  expect(shareOfBad(said(honest, honest))).toBeLessThan(0.1);
  expect(said(attackers, attackers).bad).toBe(0);
});

test("D: spies do good work, tell the truth of honest peers, and praise the bad ones", () => {
  const { said, honest, attackers } = lifeOf("D 15 bad, 25 spies");
  const [bad, spies] = [attackers.slice(0, 15), attackers.slice(15)];
  expect(spies).toHaveLength(25);
  expect(shareOfBad(said(honest, spies))).toBeLessThan(0.1);
  expect(shareOfBad(said(spies, honest))).toBeLessThan(0.1);
  expect(said(honest, bad).good).toBe(0);
  expect(said(spies, bad).bad).toBe(0);
  for (const spy of spies)
    for (const one of bad) expect(said([spy], [one]).good).toBeGreaterThanOrEqual(300);
});

test("a bought root praises all attackers; loud, it slanders everybody else", () => {
  for (const manner of ["loud", "discreet"]) {
    const { said, honest, attackers } = lifeOf(`one ${manner} root bought, B 40 % malicious`);
    const [root, others] = [attackers[0]!, attackers.slice(1)];
    expect(root).toBe(4);
    for (const other of others) expect(said([root], [other]).good).toBeGreaterThanOrEqual(300);
    expect(said([root], others).bad).toBe(0);
    const least = Math.min(...honest.map((one) => said([root], [one]).bad));
    if (manner === "loud") expect(least).toBeGreaterThanOrEqual(300);
    else expect(shareOfBad(said([root], honest))).toBeLessThan(0.1);
  }
});

test("of two bought roots each praises the other", () => {
  const { said, attackers } = lifeOf("beyond: two loud roots bought, B 40 % malicious");
  expect(attackers.slice(0, 2)).toEqual([3, 4]);
  expect(said([3], [4]).good).toBeGreaterThanOrEqual(300);
  expect(said([4], [3])).toMatchObject({ bad: 0 });
  expect(said([3], [0]).bad).toBeGreaterThanOrEqual(300);
});

test("where attackers answer every query, far more is bad", () => {
  const shares = ["C f = 0.4", "beyond: C f = 0.4, every query answered"].map((name) => {
    const model = modelOf(name);
    const { good, bad } = live(model, POLICIES.none(model.peers.length), SEED);
    return bad / (good + bad);
  });
  expect(shares[1]).toBeGreaterThan(shares[0]! * 1.3);
});

test("cunning attackers of C slander every honest peer, or tell the truth of them", () => {
  const loud = lifeOf("C f = 0.4, slander of all honest peers");
  for (const one of loud.honest)
    expect(loud.said([loud.attackers[0]!], [one]).bad).toBeGreaterThanOrEqual(300);
  const quiet = lifeOf("C f = 0.4, honest about others");
  expect(shareOfBad(quiet.said(quiet.attackers, quiet.honest))).toBeLessThan(0.1);
  expect(quiet.said([quiet.attackers[0]!], [quiet.attackers[1]!]).good).toBeGreaterThan(299);
});

test("who comes back under a new name has no history, and honest peers keep theirs", () => {
  const { said, honest, attackers } = lifeOf("whitewashing, 70 % malicious");
  const all = [...honest, ...attackers];
  expect(said(all, attackers)).toEqual({ good: 0, bad: 0 });
  expect(said(attackers, all)).toEqual({ good: 0, bad: 0 });
  expect(said(honest, honest).good).toBeGreaterThan(1_000);
});

test("traitors serve well and tell the truth until they turn, and never after", () => {
  const name = "20 traitors of 75, all cycles after the turn";
  const turned = lifeOf(name);
  const before = lifeOf(name, 15);
  const { honest, attackers } = turned;
  expect(shareOfBad(before.said(honest, attackers))).toBeLessThan(0.1);
  expect(shareOfBad(before.said(attackers, honest))).toBeLessThan(0.1);
  const [then, now] = [before.said(honest, attackers), turned.said(honest, attackers)];
  expect(now.good).toBe(then.good);
  expect(now.bad).toBeGreaterThan(then.bad + 500);
  expect(shareOfBad(turned.said(attackers, honest))).toBeGreaterThan(0.4);
  expect(turned.said(attackers, attackers).bad).toBe(0);
});

test("attackers are never asked for what is not popular: without reputation most of it is good", () => {
  const model = modelOf("whitewashing, 70 % malicious");
  const { good, bad } = live(model, POLICIES.none(model.peers.length), SEED);
  // By Zipf's law 58 of 100 queries are for the top fifth, where 152 attackers outnumber the holders.
  expect(bad / (good + bad)).toBeGreaterThan(0.6);
  expect(bad / (good + bad)).toBeLessThan(0.85);
});

test.each(["none", "eigenTrust"] as const)("%s: another seed gives another life", (column) => {
  const job = { row: "C f = 0.5", column, seed: 1 } as const;
  expect(liveOnce(job)).toEqual(liveOnce(job));
  expect(liveOnce({ ...job, seed: 2 })).not.toEqual(liveOnce(job));
});

test("Mound's weights go to those who do good work, whoever is praised", () => {
  const model = modelOf("B 10 % malicious");
  const captured = (["none", "mound"] as const).map((column) => {
    return live(model, POLICIES[column](model.peers.length), SEED).captured;
  });
  expect(captured[0]).toBeCloseTo(0.1, 2);
  expect(captured[1]).toBeLessThan(0.01);
});

function modelOf(name: string): Model {
  return MODELS.find((model) => model.name === name)!;
}

/** A life in which anybody is asked, and what was said of whom until the end, or until a cycle is over. */
function lifeOf(name: string, cycles = 30) {
  const model = modelOf(name);
  const blind = POLICIES.none(model.peers.length);
  let kept = new Tallies(model.peers.length);
  let cycle = 0;
  const policy: Policy = {
    weights: blind.weights,
    pick: (offers, random) => blind.pick(offers, random),
    learn(tallies) {
      cycle += 1;
      if (cycle !== cycles) return;
      kept = new Tallies(model.peers.length);
      kept.good.set(tallies.good);
      kept.bad.set(tallies.bad);
    },
  };
  live(model, policy, SEED);
  const said = (from: readonly number[], to: readonly number[]): Said => {
    const sum = { good: 0, bad: 0 };
    for (const rater of from)
      for (const rated of to) {
        sum.good += kept.good[rater * model.peers.length + rated]!;
        sum.bad += kept.bad[rater * model.peers.length + rated]!;
      }
    return sum;
  };
  const numbers = (wanted: boolean) =>
    model.peers.flatMap(({ honest }, at) => (honest === wanted ? [at] : []));
  return { said, honest: numbers(true), attackers: numbers(false) };
}

function shareOfBad({ good, bad }: Said): number {
  return bad / (good + bad);
}
