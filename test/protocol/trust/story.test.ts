import { describe, expect, test } from "vitest";
import type { AgentId } from "../../../src/protocol/ids.ts";
import { readTrust, trustOfAll, trustOfOne } from "../../../src/protocol/views/trust.ts";
import { trustDiff } from "../../../src/protocol/views/trust-diff.ts";
import { trustStory } from "../../../src/protocol/views/trust-story.ts";
import { trustOf } from "../../../src/protocol/rules/trust/table.ts";
import { BAD, DAWN, DAY, GOOD, Trusting, WEEK } from "../../support/trusting.ts";

const ANT_1 = "ant-1" as AgentId;
const ANT_2 = "ant-2" as AgentId;
const ANT_3 = "ant-3" as AgentId;
const ROOT = "root" as AgentId;

/** One root; ant-2 is trusted by it, and has seen what ant-1 does. */
function yard(): Trusting {
  const one = new Trusting(["root"]).members("ant-1", "ant-2", "ant-3");
  one.says("root", "ant-2", GOOD, 8).says("root", "ant-1", GOOD, 5);
  one.pass(WEEK).says("ant-2", "ant-1", GOOD, 4).says("root", "ant-1", BAD, 2);
  return one
    .vouch("root", "ant-1", "medium")
    .lapses("ant-1")
    .denounce("ant-2", "ant-1")
    .slash("ant-1", 1);
}

function story(one: Trusting, agent = ANT_1, from?: AgentId) {
  return trustStory(readTrust(one.state, from === undefined ? {} : { from }), agent);
}

describe("the story of a score", () => {
  test("names every fact, with the score as it would be had that one not been", () => {
    const one = yard();
    const { facts, trust } = story(one);
    expect(trust.score).toBe(trustOf(one.state, "ant-1", one.now).score);
    const told = Object.fromEntries(
      facts.map((fact) => [
        [
          fact.kind,
          ...("by" in fact ? [fact.by] : []),
          ...("good" in fact ? [fact.good, fact.week] : []),
        ].join(" "),
        fact.without! - trust.score,
      ]),
    );
    const less = expect.toSatisfy((by: number) => by < 0);
    const more = expect.toSatisfy((by: number) => by > 0);
    expect(told).toEqual({
      slash: more,
      "denouncement ant-2": more,
      "vouch root": less,
      lapses: more,
      [`deeds root true ${DAWN}`]: less,
      [`deeds ant-2 true ${DAWN + WEEK}`]: expect.any(Number),
      [`deeds root false ${DAWN + WEEK}`]: more,
    });
    // What changes most comes first.
    const effects = facts.map(({ without }) => Math.abs(trust.score - without!));
    expect(effects).toEqual(effects.toSorted((a, b) => b - a));
  });

  test("what it says of a score without a fact is what that score is where the fact never was", () => {
    const { facts } = story(yard());
    const without = new Trusting(["root"]).members("ant-1", "ant-2", "ant-3");
    without.says("root", "ant-2", GOOD, 8).says("root", "ant-1", GOOD, 5);
    without.pass(WEEK).says("ant-2", "ant-1", GOOD, 4);
    without
      .vouch("root", "ant-1", "medium")
      .lapses("ant-1")
      .denounce("ant-2", "ant-1")
      .slash("ant-1", 1);
    const bad = facts.find((fact) => fact.kind === "deeds" && !fact.good);
    expect(bad!.without).toBe(trustOf(without.state, "ant-1", without.now).score);
  });

  test("says how much is left of each fact, and when it is gone: then nothing of it is told or counted", () => {
    const one = new Trusting(["root"]).members("ant-1").says("root", "ant-1", GOOD, 3);
    one
      .vouch("root", "ant-1", "low", { until: DAWN + 99 * WEEK })
      .denounce("root", "ant-1")
      .lapses("ant-1");
    one.slash("ant-1", 2).pass(3 * WEEK);
    const { facts } = story(one);
    expect(facts).toHaveLength(5);
    for (const { left, kind } of facts) expect([kind, left < 1]).toEqual([kind, kind !== "vouch"]);
    const ends = [...new Set(facts.map(({ gone }) => gone))].toSorted((a, b) => a - b);
    for (const end of ends) {
      one.pass(end - one.now - 1);
      const kinds = story(one).facts.filter(({ gone }) => gone === end);
      expect(kinds.length).toBeGreaterThan(0);
      one.pass(1);
      expect(story(one).facts.filter(({ gone }) => gone === end)).toEqual([]);
    }
    expect(story(one)).toMatchObject({ facts: [], trust: { score: 0 } });
  });

  test("says along which ratings the trust of each root comes, and how much that is of all", () => {
    const one = new Trusting(["r1", "r2"]).members("ant-1", "ant-2", "ant-3");
    one.says("r1", "ant-2", GOOD, 9).says("ant-2", "ant-1", GOOD, 9);
    one.says("r1", "ant-3", GOOD, 1).says("ant-3", "ant-1", GOOD, 9);
    const { paths } = story(one);
    expect(paths.map(({ root, path }) => [root, path])).toEqual([
      ["r1", ["r1", "ant-2", "ant-1"]],
      ["r2", []],
    ]);
    expect(paths[0]!.carried).toBeGreaterThan(0);
    expect(paths[0]!.reached).toBeGreaterThan(paths[0]!.carried);
    expect(paths[1]).toMatchObject({ carried: 0, reached: 0 });
  });

  test("of one whose protégé was slashed says what its vouches weigh", () => {
    const one = new Trusting(["root"]).members("ant-1", "ant-2").vouch("ant-1", "ant-2");
    expect(story(one).vouchesWeigh).toBe(1);
    expect(story(one.slash("ant-2", 4)).vouchesWeigh).toBe(0.75);
  });
});

describe("one's own view", () => {
  test("has oneself for a root, and one's own bad experience for a veto", () => {
    const one = new Trusting(["root"]).members("ant-1", "ant-2", "ant-3");
    one.says("root", "ant-1", GOOD, 10).says("ant-2", "ant-1", BAD, 2);
    one.says("ant-2", "ant-3", GOOD, 2);
    const own = readTrust(one.state, { from: ANT_2 });
    const of = (agent: AgentId) => trustOfOne(own, agent);
    // 4 of prior against three times two bad deeds.
    expect(of(ANT_1)).toMatchObject({ veto: 400, score: 400 });
    expect(trustOf(one.state, "ant-1", one.now).score).toBeGreaterThan(600);
    expect(of(ANT_3)).toMatchObject({ veto: undefined });
    expect(of(ANT_3).score).toBeGreaterThan(trustOf(one.state, "ant-3", one.now).score);
    expect(story(one, ANT_1, ANT_2).own).toEqual({ good: 0, bad: 2 });
    one.denounce("ant-2", "ant-3");
    expect(trustOfOne(readTrust(one.state, { from: ANT_2 }), ANT_3)).toMatchObject({
      score: 0,
      veto: 0,
    });
  });

  test("is the same for all roots of a mound, but for what each has seen itself", () => {
    const one = new Trusting(["r1", "r2", "r3"]).members("ant-1", "ant-2");
    for (const root of ["r1", "r2", "r3"])
      one.says(root, "ant-1", GOOD, 4).says(root, "ant-2", GOOD, 8);
    const [r1, r2] = ["r1" as AgentId, "r2" as AgentId];
    expect(trustDiff(one.state, r1, r2)).toMatchObject({ differences: [], agents: 5 });
    one.says("r1", "ant-2", BAD, 3);
    const { differences, roots } = trustDiff(one.state, r1, r2);
    expect(roots[0]).toEqual(roots[1]);
    expect(differences.map(([a, b]) => [a.agent, a.veto !== undefined, b.veto])).toEqual([
      ["ant-2", true, undefined],
    ]);
  });

  test("differs where one is a root to itself alone", () => {
    const one = new Trusting(["root"]).members("ant-1", "ant-2").says("ant-1", "ant-2", GOOD, 3);
    const { differences, roots } = trustDiff(one.state, ROOT, ANT_1);
    expect(roots).toEqual([["root"], ["ant-1", "root"]]);
    expect(differences.map(([a]) => a.agent)).toEqual(["ant-1", "ant-2"]);
  });
});

test("all are told in the order of their trust, for a skill too, at the log time of the state", () => {
  const one = new Trusting(["root"]).members("ant-1", "ant-2", "ant-3");
  one.vouch("root", "ant-1", "high", { until: DAWN + DAY }).vouch("root", "ant-2", "high");
  one.says("root", "ant-1", BAD, 1, ["go"]).says("root", "ant-2", BAD, 3, ["sql"]);
  const names = (skill?: string) =>
    trustOfAll(readTrust(one.state, skill === undefined ? {} : { skill })).map(
      ({ agent }) => agent,
    );
  expect(names()).toEqual(["root", "ant-1", "ant-2", "ant-3"]);
  expect(names("go")).toEqual(["root", "ant-1", "ant-2", "ant-3"]);
  expect(readTrust(one.state, {}).now).toBe(DAWN);
  one.pass(DAY);
  expect(names()).not.toEqual(["root", "ant-1", "ant-2", "ant-3"]);
});
