import { describe, expect, test } from "vitest";
import { EPOCHS_KEPT } from "../../../src/protocol/rules/trust/epochs.ts";
import { PAIR_SKILLS } from "../../../src/protocol/rules/trust/evidence.ts";
import { trustFor, trustOf, trustTable } from "../../../src/protocol/rules/trust/table.ts";
import { BAD, DAY, DAWN, GOOD, Trusting, WEEK } from "../../support/trusting.ts";

/** A mound of one root, who has seen four good deeds of ant-1 and one bad, and many of others. */
function yard(): Trusting {
  const one = new Trusting(["root"]).members("ant-1", "ant-2", "ant-3");
  for (const other of ["ant-4", "ant-5"]) one.member(other).says("root", other, GOOD, 10);
  return one.says("root", "ant-1", GOOD, 4).says("root", "ant-1", BAD);
}

function score({ state, now }: Trusting, agent = "ant-1"): number {
  return trustOf(state, agent, now).score;
}

describe("what a score is made of", () => {
  test("who has done nothing and is vouched for by nobody is not trusted, nor is who is no member", () => {
    for (const agent of ["ant-2", "nobody", "constructor", "__proto__"])
      expect([agent, trustOf(yard().state, agent, DAWN)]).toEqual([
        agent,
        { score: 0, confidence: 0 },
      ]);
  });

  test("with one root, a high vouch of it gives 0.2 and more at once", () => {
    const vouched = new Trusting(["root"]).members("ant-1").vouch("root", "ant-1");
    expect(score(vouched)).toBeGreaterThanOrEqual(200);
  });

  test.each([
    ["a good deed", (one: Trusting) => one.says("root", "ant-1", GOOD), 1],
    ["a bad deed", (one: Trusting) => one.says("root", "ant-1", BAD), -1],
    ["a lease that lapsed", (one: Trusting) => one.lapses("ant-1"), -1],
    ["a low vouch", (one: Trusting) => one.vouch("root", "ant-1", "low"), 1],
    ["a denouncement by a root", (one: Trusting) => one.denounce("root", "ant-1"), -1],
    ["a denouncement by a stranger", (one: Trusting) => one.denounce("ant-3", "ant-1"), 0],
    ["praise of a stranger", (one: Trusting) => one.says("ant-3", "ant-1", GOOD, 9), 0],
    ["blame of a stranger", (one: Trusting) => one.says("ant-3", "ant-1", BAD, 9), 0],
    ["praise of itself", (one: Trusting) => one.says("ant-1", "ant-1", GOOD, 9), 0],
    ["a slash", (one: Trusting) => one.slash("ant-1", 1), -1],
    [
      "a vouch for a skill",
      (one: Trusting) => one.vouch("root", "ant-1", "high", { scope: "go" }),
      0,
    ],
    [
      "a vouch that is over",
      (one: Trusting) => one.vouch("root", "ant-1", "high", { until: DAWN }),
      0,
    ],
    [
      "a vouch for another key of that name",
      (one: Trusting) => one.vouch("root", "ant-1", "high", { fingerprint: "SHA256:other" }),
      0,
    ],
  ])("%s", (_fact, add, direction) => {
    const before = score(yard());
    expect(Math.sign(score(add(yard())) - before)).toBe(direction);
  });

  test("all that one member says of another, its vouch too, counts as ten good deeds at most", () => {
    const full = new Trusting(["root"])
      .members("ant-1")
      .says("root", "ant-1", GOOD, 10)
      .lapses("ant-1", 8);
    const before = score(full);
    expect(score(full.vouch("root", "ant-1", "high"))).toBe(before);
    expect(score(full.says("root", "ant-1", GOOD, 30))).toBe(before);
  });

  test("vouches weigh by their level, and are over when they say so", () => {
    const levels = (["low", "medium", "high"] as const).map((level) => {
      const one = yard().vouch("root", "ant-1", level, { until: DAWN + DAY });
      const sure = score(one);
      return [sure, score(one.pass(DAY))] as const;
    });
    const without = score(yard().pass(DAY));
    expect(levels.map(([, after]) => after)).toEqual([without, without, without]);
    expect(levels[0]![0]).toBeGreaterThan(without);
    expect(levels[1]![0]).toBeGreaterThan(levels[0]![0]);
    expect(levels[2]![0]).toBeGreaterThan(levels[1]![0]);
  });

  test("a vouch that came before its subject counts from then on, and ends with the membership of either", () => {
    const early = new Trusting(["root"]).vouch("root", "late");
    expect(score(early, "late")).toBe(0);
    expect(score(early.member("late"), "late")).toBeGreaterThan(0);
    expect(score(early.member("late", "revoked"), "late")).toBe(0);
    const two = new Trusting(["root"]).members("ant-1", "ant-2");
    two.vouch("root", "ant-1").vouch("ant-1", "ant-2");
    expect(score(two, "ant-2")).toBeGreaterThan(0);
    expect(score(two.member("ant-1", "withdrawn"), "ant-2")).toBe(0);
  });

  test("deeds fade by the week and are gone after half a year, good ones and bad ones", () => {
    const bad = new Trusting(["root"]).members("ant-1").says("root", "ant-1", BAD, 2);
    bad.vouch("root", "ant-1", "high", { until: DAWN + 99 * WEEK });
    const scores = Array.from({ length: EPOCHS_KEPT + 1 }, (_, week) =>
      trustOf(bad.state, "ant-1", DAWN + week * WEEK),
    );
    expect(scores.map(({ score: one }) => one)).toEqual(
      scores.map(({ score: one }) => one).toSorted((a, b) => a - b),
    );
    const clean = new Trusting(["root"]).members("ant-1");
    clean.vouch("root", "ant-1", "high", { until: DAWN + 99 * WEEK });
    expect(scores.at(-1)).toEqual(trustOf(clean.state, "ant-1", DAWN));
    expect(scores.at(-2)!.score).toBeLessThan(scores.at(-1)!.score);
  });

  test("a slash takes its part at once and gives half of it back in sixty days", () => {
    for (const quarters of [1, 2, 4] as const) {
      const left = score(yard()) * (1 - quarters / 4);
      expect(Math.abs(score(yard().slash("ant-1", quarters)) - left)).toBeLessThanOrEqual(1);
    }
    // Nothing else fades here; but the word of who vouched for it weighs less meanwhile, too.
    const idle = new Trusting(["root"]).members("ant-1");
    idle.vouch("root", "ant-1", "high", { until: DAWN + 99 * WEEK });
    const whole = score(idle);
    idle.slash("ant-1", 4).pass(60 * DAY);
    // Weeks are what is counted: 56 of the 60 days.
    expect(score(idle) / whole).toBeCloseTo(1 - 0.5 ** (56 / 60), 1);
    expect(score(idle.pass(52 * WEEK - 60 * DAY))).toBe(whole);
  });

  test("of vouches for new names, however many, no more comes than for a few", () => {
    const sums = [1, 10, 300].map((count) => {
      const one = new Trusting(["root"]).members("ant-1").vouch("root", "ant-1", "low");
      const names = Array.from({ length: count }, (_, at) => `new-${at}`);
      one.members(...names);
      for (const [at, name] of names.entries()) {
        one.vouch("ant-1", name, "high");
        one.vouch(name, names[(at + 1) % count]!, "high");
      }
      const { reach, score: all } = trustTable(one.state, one.now).scores;
      expect(all).toEqual(reach);
      return all.slice(1, 1 + count).reduce((sum, each) => sum + each, 0);
    });
    // Six times, for the quorum's scale, what flows over to all of them and may flow on among them for ever.
    const inflow = 0.8 * (0.8 * 0.8 * (1 / 6));
    for (const sum of sums) expect(sum).toBeLessThan((6 * inflow) / (1 - 0.8));
    expect(sums[2]).toBeGreaterThan(0);
  });

  test("who vouches for somebody slashed is itself as trusted as before, and its vouches weigh less", () => {
    const chain = () => {
      const one = new Trusting(["root"]).members("ant-1", "ant-2", "ant-3");
      one.vouch("root", "ant-1", "low").vouch("ant-1", "ant-2", "low");
      return one.vouch("ant-1", "ant-3", "low");
    };
    const [before, after] = [chain(), chain().slash("ant-2", 4)];
    expect(score(after, "ant-1")).toBe(score(before, "ant-1"));
    expect(score(after, "ant-3")).toBeLessThan(score(before, "ant-3"));
    // Nobody answers for a stranger who took the name that somebody else was vouched for by.
    const stranger = chain().vouch("ant-1", "ant-2", "low", { fingerprint: "SHA256:other" });
    expect(score(stranger.slash("ant-2", 4), "ant-3")).toBeGreaterThanOrEqual(
      score(before, "ant-3"),
    );
    // It takes the vouch back, and answers no more.
    const without = chain().vouch("ant-1", "ant-2", "none");
    expect(score(after.vouch("ant-1", "ant-2", "none"), "ant-3")).toBe(score(without, "ant-3"));
  });
});

describe("trust for a skill", () => {
  test("is the general one until there is enough evidence, and then goes by that", () => {
    const one = yard();
    const of = (skill: string) => trustFor(one.state, "ant-1", skill, one.now);
    const general = trustOf(one.state, "ant-1", one.now);
    expect(of("go")).toEqual({ ...general, bySkill: false });
    one.says("root", "ant-1", GOOD, 1, ["go"]);
    expect(of("go")).toEqual({ ...trustOf(one.state, "ant-1", one.now), bySkill: false });
    one.says("root", "ant-1", GOOD, 3, ["go"]).says("root", "ant-1", BAD, 3, ["sql"]);
    expect(of("go").score).toBeGreaterThan(trustOf(one.state, "ant-1", one.now).score);
    expect(of("go").bySkill).toBe(true);
    expect(of("sql").score).toBeLessThan(trustOf(one.state, "ant-1", one.now).score);
    for (const skill of ["docs", "constructor", "__proto__", "*", "toString"])
      expect([skill, of(skill)]).not.toEqual([skill, of("sql")]);
    one.says("root", "ant-1", GOOD, 5, ["constructor"]);
    expect(of("constructor").score).toBeGreaterThan(of("docs").score);
  });

  test("a vouch for a skill, or for the beginning of some, counts for these alone", () => {
    const one = yard().vouch("root", "ant-1", "high", { scope: "db-*" });
    const of = (skill: string) => trustFor(one.state, "ant-1", skill, one.now).score;
    const general = score(one);
    expect([of("db-sql"), of("db-")].map((found) => found > general)).toEqual([true, true]);
    expect([of("db"), of("x-db-sql"), of("all")]).toEqual([general, general, general]);
    one.vouch("root", "ant-1", "high", { scope: "go" });
    expect([of("go") > general, of("gopher")]).toEqual([true, general]);
  });
});

describe("what the state keeps", () => {
  test("of one pair it keeps its epochs and a few skills, those with the most deeds", () => {
    const one = new Trusting(["root"]).members("ant-1");
    one.says("root", "ant-1", GOOD, 2, ["go"]);
    for (let week = 0; week < 2 * EPOCHS_KEPT; week += 1)
      one.says("root", "ant-1", GOOD, 1, ["go", `s${week}`]).pass(WEEK);
    const ratings = one.state.get("evidence/ant-1")!["root"]!;
    expect(Object.keys(ratings)).toHaveLength(1 + PAIR_SKILLS);
    expect(Object.keys(ratings)).toEqual(expect.arrayContaining(["*", "go"]));
    for (const numbers of Object.values(ratings))
      expect(numbers.length).toBeLessThanOrEqual(3 * EPOCHS_KEPT);
  });

  test("who has said nothing for half a year is forgotten when somebody says something", () => {
    const one = new Trusting(["root"]).members("ant-1", "ant-2", "ant-3");
    one
      .says("ant-2", "ant-1")
      .pass((EPOCHS_KEPT - 1) * WEEK)
      .says("ant-3", "ant-1");
    expect(Object.keys(one.state.get("evidence/ant-1")!)).toEqual(["ant-2", "ant-3"]);
    one.pass(WEEK).says("root", "ant-1");
    expect(Object.keys(one.state.get("evidence/ant-1")!)).toEqual(["ant-3", "root"]);
  });

  test("no order in which things became known matters, nor do names that objects have", () => {
    const names = ["constructor", "valueof", "tostring", "12", "3", "ant-1"];
    const build = (order: readonly string[]) => {
      const one = new Trusting(["root"]).members(...order);
      for (const rater of ["root", ...order])
        for (const subject of order)
          one.says(rater, subject, rater < subject ? GOOD : BAD, 2, ["constructor"]);
      return names.map((name) => [
        trustOf(one.state, name, one.now),
        trustFor(one.state, name, "constructor", one.now),
      ]);
    };
    const scores = build(names);
    expect(build(names.toReversed())).toEqual(scores);
    expect(new Set(scores.map(([general]) => general!.score)).size).toBeGreaterThan(1);
  });
});
