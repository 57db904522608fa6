import { describe, expect, test } from "vitest";
import { formatInstant } from "../../../src/protocol/time.ts";
import { attempt, claim, yard } from "../../support/claiming.ts";
import { expectAccepted, expectRan, expectRefused } from "../../support/verdicts.ts";
import { anomaliesOf, found } from "../../support/watching.ts";
import type { Files } from "../../support/world-files.ts";
import { HOUR, MINUTE, type World } from "../../support/world.ts";

function lockOf(id: string): string {
  return `tasks/${id.slice(0, 2)}/${id}/claim.lock`;
}

/** Later than what is committed meanwhile, and within the skew. */
function soon(world: World): { readonly at: string } {
  return { at: formatInstant(world.now + MINUTE) };
}

function delivered(world: World, id: string, agent: string, token: number): Files {
  return { ...attempt(world, id, agent, token, "done"), [lockOf(id)]: undefined };
}

/** ant-1's claim lapsed, and ant-2 has taken over. */
function takenOver(): { world: World; id: string; taken: string } {
  const { world, id } = yard();
  expectRan(world.run("ant-1", { type: "claim", task: id, lease: HOUR }));
  world.pass(2 * HOUR);
  expectRan(world.run("ant-2", { type: "claim", task: id, lease: HOUR }));
  world.pass(1_000);
  return { world, id, taken: world.tip! };
}

describe("results under a token that is no longer current", () => {
  test("are named, with the commit that ended the token", () => {
    const { world, id, taken } = takenOver();
    const late = world.commit({ author: "ant-1", files: delivered(world, id, "ant-1", 1) });
    expectRefused(late, "CL4", "fenced");
    const facts = { kind: "attempt", token: 1, current: 2, by: "ant-2" };
    expect(found(world, "stale-result")).toEqual([
      {
        code: "stale-result",
        task: id,
        agent: "ant-1",
        commits: [taken, world.tip],
        time: world.now,
        facts,
      },
    ]);
  });

  test("count by whatever rule they are refused: signed before the takeover, or hours ago", () => {
    for (const [pause, rule] of [
      [0, "RE9"],
      [HOUR, "LN3"],
    ] as const) {
      const { world, id } = yard();
      expectRan(world.run("ant-1", { type: "claim", task: id, lease: HOUR }));
      world.pass(2 * HOUR);
      const files = delivered(world, id, "ant-1", 1);
      expectRan(world.pass(1_000).run("ant-2", { type: "claim", task: id, lease: 8 * HOUR }));
      const late = world.pass(pause).commit({ author: "ant-1", files });
      expect(late).toMatchObject({ fault: { rule } });
      expect(found(world, "stale-result")).toMatchObject([{ agent: "ant-1", facts: { token: 1 } }]);
    }
  });

  test("progress counts too, and what is repeated is one anomaly", () => {
    const { world, id } = takenOver();
    for (const n of [1, 2, 3]) {
      const note = world.record("progress", { task: id, token: "1", n: `${n}`, agent: "ant-1" });
      const files = { ...claim(world, id, "ant-1", 1), ...note };
      expectRefused(world.commit({ author: "ant-1", files }), "CL4", "fenced");
      world.pass(1_000);
    }
    const [only, ...more] = found(world, "stale-result");
    expect(more).toEqual([]);
    expect(only).toMatchObject({ agent: "ant-1", facts: { kind: "progress", token: 1 } });
    expect(only!.commits).toHaveLength(4);
  });

  test("twin: a result that comes after the lease, before anybody took over, is none", () => {
    const { world, id } = yard();
    expectRan(world.run("ant-1", { type: "claim", task: id, lease: HOUR }));
    world.pass(5 * HOUR);
    expectAccepted(world.commit({ author: "ant-1", files: delivered(world, id, "ant-1", 1) }));
    expect(anomaliesOf(world)).toEqual([]);
  });

  test("twin: what somebody else writes in the holder's name is not the holder's", () => {
    const { world, id } = takenOver();
    const forged = world.record(
      "attempt",
      { task: id, token: "1", agent: "ant-1", outcome: "done" },
      { by: "ant-3" },
    );
    const files = { ...forged, [lockOf(id)]: undefined };
    expect(world.commit({ author: "ant-1", committer: "ant-3", files }).accepted).toBe(false);
    expect(anomaliesOf(world)).toEqual([]);
  });
});

describe("a view older than the change that made a record illegal", () => {
  test("the change is named, and how far behind the view was", () => {
    const { world, id } = yard();
    const files = claim(world, id, "ant-1", 1, soon(world));
    const seen = world.tip;
    expectRan(world.run("ant-2", { type: "claim", task: id }));
    const won = world.tip;
    expectRefused(world.commit({ author: "ant-1", files }), "CL4", "held");
    expect(found(world, "stale-view")).toEqual([
      {
        code: "stale-view",
        task: id,
        agent: "ant-1",
        commits: [won, world.tip],
        time: world.now,
        facts: { kind: "claim", rule: "CL4", code: "held", seen, behind: 1 },
      },
    ]);
  });

  test("twin: who had seen the claim and claims all the same knew better", () => {
    const { world, id } = yard();
    expectRan(world.run("ant-2", { type: "claim", task: id }));
    const files = claim(world, id, "ant-1", 2, soon(world));
    expectRefused(world.commit({ author: "ant-1", files }), "CL1", "held");
    expect(found(world, "stale-view")).toEqual([]);
  });

  test("a claim that is dated before the one that stands was decided before it", () => {
    const { world, id } = yard();
    const files = claim(world, id, "ant-1", 1);
    world.pass(1_000);
    expectRan(world.run("ant-2", { type: "claim", task: id }));
    const won = world.tip;
    expectRefused(world.commit({ author: "ant-1", files }), "RE9", "time-not-later");
    expect(found(world, "stale-view")).toMatchObject([{ task: id, commits: [won, world.tip] }]);
  });

  test("a renewal is what stands in the way where the lease before it would be over", () => {
    const { world, id } = yard();
    expectRan(world.run("ant-2", { type: "claim", task: id, lease: HOUR }));
    world.pass(HOUR - MINUTE);
    const stale = world.tip;
    expectRan(world.run("ant-2", { type: "renew", task: id, lease: HOUR }));
    const renewed = world.tip;
    world.pass(2 * MINUTE);
    const late = (seen: string | undefined): Files => ({
      ...attempt(world, id, "ant-1", 1, "expired"),
      ...claim(world, id, "ant-1", 2, { seen }),
    });
    expect(world.commit({ author: "ant-1", files: late(stale) }).accepted).toBe(false);
    expect(found(world, "stale-view")).toMatchObject([{ commits: [renewed, world.tip] }]);
    const knew = world.tip;
    world.pass(1_000);
    expect(world.commit({ author: "ant-1", files: late(knew) }).accepted).toBe(false);
    expect(found(world, "stale-view")).toHaveLength(1);
  });

  test.each([
    ["an end", "not-held", (world: World, id: string) => attempt(world, id, "ant-3", 2, "done")],
    ["a claim", "not-open", (world: World, id: string) => claim(world, id, "ant-3", 1)],
  ])("%s of a task that was finished meanwhile", (_what, code, files) => {
    const { world, id } = yard();
    const old = files(world, id);
    expectRan(world.run("ant-2", { type: "claim", task: id }));
    expectRan(world.run("ant-2", { type: "finish", task: id, outcome: "done" }));
    const finished = world.tip;
    expect(world.commit({ author: "ant-3", files: old }).accepted).toBe(false);
    expect(found(world, "stale-view")).toMatchObject([
      { agent: "ant-3", commits: [finished, world.tip], facts: { code, behind: 2 } },
    ]);
  });

  test("a key that was replaced meanwhile; twin: an accepted record that another commits again", () => {
    const { world, id } = yard();
    const old = claim(world, id, "ant-1", 1);
    const next = claim(world, id, "ant-1", 1);
    const key = world.key("another");
    expectAccepted(world.commit({ author: "ant-1", files: next }));
    expectRan(world.run("ant-1", { type: "rotate", key }, [key]));
    const rotated = world.tip;
    world.commit({ author: "ant-1", committer: "ant-2", files: { [lockOf(id)]: undefined } });
    const replayed = world.commit({ author: "ant-1", committer: "ant-2", files: old });
    expectRefused(replayed, "RE7", "signer-wrong");
    const expected = [{ agent: "ant-1", commits: [rotated, world.tip] }];
    expect(found(world, "stale-view")).toMatchObject(expected);
    world.commit({ author: "ant-1", committer: "ant-2", files: next });
    world.commit({ author: "ant-1", committer: "ant-2", files: { [lockOf(id)]: undefined } });
    world.commit({
      author: "ant-1",
      committer: "ant-2",
      files: { ...next, "mound.yaml": undefined },
    });
    expect(found(world, "stale-view")).toMatchObject(expected);
  });
});

describe("work done twice", () => {
  test("the former holder delivers after the new one is done", () => {
    const { world, id } = takenOver();
    expectRan(world.run("ant-2", { type: "finish", task: id, outcome: "done" }));
    const done = world.tip;
    world.pass(1_000).commit({ author: "ant-1", files: delivered(world, id, "ant-1", 1) });
    expect(found(world, "work-twice")).toEqual([
      {
        code: "work-twice",
        task: id,
        agent: "ant-1",
        commits: [done, world.tip],
        time: world.now,
        facts: { first: "ant-2", first_token: 2, second: "ant-1", second_token: 1 },
      },
    ]);
  });

  test("or before it, and a review that sends the work back takes the anomaly away", () => {
    const { world, id } = takenOver();
    world.commit({ author: "ant-1", files: delivered(world, id, "ant-1", 1) });
    const refused = world.tip;
    expect(found(world, "work-twice")).toEqual([]);
    world.pass(1_000);
    expectRan(world.run("ant-2", { type: "finish", task: id, outcome: "done" }));
    expect(found(world, "work-twice")).toMatchObject([{ commits: [refused, world.tip] }]);
    expectRan(world.run("root", { type: "review", task: id, accept: false, reason: "no" }));
    expect(found(world, "work-twice")).toEqual([]);
  });

  test("twin: what was done, rejected and done again is no double work", () => {
    const { world, id } = yard();
    for (const agent of ["ant-1", "ant-2"]) {
      expectRan(world.run(agent, { type: "claim", task: id }));
      expectRan(world.run(agent, { type: "finish", task: id, outcome: "done" }));
      const accept = agent === "ant-2";
      expectRan(world.run("root", { type: "review", task: id, accept, reason: "seen" }));
      world.pass(MINUTE);
    }
    expect(anomaliesOf(world)).toEqual([]);
  });

  test("twin: the same result sent a second time is stale, not double", () => {
    const { world, id } = yard();
    expectRan(world.run("ant-1", { type: "claim", task: id }));
    expectRan(world.run("ant-1", { type: "finish", task: id, outcome: "done" }));
    world.pass(1_000).commit({ author: "ant-1", files: attempt(world, id, "ant-1", 1, "done") });
    expect(anomaliesOf(world).map(({ code }) => code)).toEqual(["stale-result"]);
  });
});

describe("a lease that lapsed while its holder still reported", () => {
  /** Reports every ten minutes under a lease of five; taken over after `silence`. */
  function reporting(silence: number): { world: World; id: string } {
    const { world, id } = yard();
    expectRan(world.run("ant-1", { type: "claim", task: id, lease: 5 * MINUTE }));
    for (const percent of [10, 20]) {
      world.pass(10 * MINUTE);
      const progress = { percent };
      expectRan(world.run("ant-1", { type: "renew", task: id, lease: 5 * MINUTE, progress }));
    }
    world.pass(silence);
    expectRan(world.run("ant-2", { type: "claim", task: id }));
    return { world, id };
  }

  test("is taken over between two reports", () => {
    const { world, id } = reporting(9 * MINUTE);
    expect(found(world, "lapsed-reporting")).toMatchObject([
      {
        task: id,
        agent: "ant-1",
        facts: { token: 1, taker: "ant-2", silence_ms: 9 * MINUTE, pause_ms: 10 * MINUTE },
      },
    ]);
  });

  test("twin: the holder had been silent for long", () => {
    expect(anomaliesOf(reporting(3 * HOUR).world)).toEqual([]);
  });

  test("the holder renews soon after the takeover; twin: a day later it has only just woken", () => {
    for (const [pause, expected] of [
      [MINUTE, ["lapsed-reporting"]],
      [24 * HOUR, []],
    ] as const) {
      const { world, id } = takenOver();
      world.pass(pause);
      expectRefused(
        world.commit({ author: "ant-1", files: claim(world, id, "ant-1", 1) }),
        "CL4",
        "fenced",
      );
      const codes = found(world, "lapsed-reporting").map(({ code }) => code);
      expect(codes).toEqual(expected);
    }
  });
});
