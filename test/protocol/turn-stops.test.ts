import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TaskId } from "../../src/protocol/ids.ts";
import { phaseOf } from "../../src/protocol/rules/auction.ts";
import { ANTS, Auction, awarded, claim, FOUR, REVEALS, takers } from "../support/auctions.ts";
import { runsUpTo } from "../support/scale.ts";
import { expectDeclined, expectRan } from "../support/verdicts.ts";
import { HOUR, MINUTE, type World } from "../support/world.ts";

const PATHS = ["src/**"];

function lost(auction: Auction): readonly number[] {
  return ANTS.map((agent) => auction.credits(agent).lost);
}

/** A task of an agent's own with these paths, which it takes for so long. */
function seize(world: World, agent: string, lease = 8 * HOUR, paths = ["**"]): TaskId {
  const task = world.add("of my own", { paths }, agent);
  world.must(agent, { type: "claim", task, lease });
  return task;
}

function letGo(world: World, agent: string, task: TaskId): void {
  world.must(agent, { type: "finish", task, outcome: "released" });
}

describe("turns of a task that cannot be taken", () => {
  test("[CL19] begin when what it waits for is done", () => {
    const auction = new Auction(ANTS);
    const { world } = auction;
    const first = world.add("first", { review: "required" });
    const either = world.add("either");
    const changes = { after: [first], afterAny: [either] };
    world.must("root", { type: "edit", task: auction.task, changes });
    auction.run({ ...FOUR, "ant-1": { eta: HOUR, stake: 160 } });
    world.pass(9 * REVEALS);
    expectDeclined(claim(auction, "ant-1"), "CL10", "blocked");
    for (const task of [first, either]) {
      world.must("ant-4", { type: "claim", task });
      world.pass(1_000).must("ant-4", { type: "finish", task, outcome: "done" });
    }
    expect(takers(auction)).toEqual([]);
    world.pass(9 * REVEALS).must("root", { type: "review", task: first, accept: true });
    expect(takers(auction)).toEqual(["ant-1"]);
    world.pass(REVEALS - 1_000);
    expect(takers(auction)).toEqual(["ant-1"]);
    world.pass(1_000);
    expect(takers(auction)).toEqual(["ant-2"]);
    expectRan(claim(auction, "ant-2"));
    expect(lost(auction)).toEqual([10, 0, 0, 0]);
  });

  test("[CL19] stand still while it is quarantined", () => {
    const auction = awarded();
    const { world, task } = auction;
    world.must("root", { type: "configure", set: { key: "quarantine", value: "1" } });
    expectRan(claim(auction, "ant-1"));
    world.pass(MINUTE + 9 * REVEALS);
    expect(takers(auction)).toEqual([]);
    world.must("root", { type: "edit", task, changes: { body: "as it should be" } });
    expect(takers(auction)).toEqual(["ant-2"]);
    world.pass(REVEALS);
    expect(takers(auction)).toEqual(["ant-3"]);
    expectRan(claim(auction, "ant-3"));
    expect(lost(auction)).toEqual([10, 3, 0, 0]);
  });

  test("[CL19] run from a lapse on, and go by though nobody has ended the lapsed claim", () => {
    const auction = awarded();
    expectRan(claim(auction, "ant-1"));
    auction.world.pass(MINUTE + REVEALS);
    expect(takers(auction)).toEqual(["ant-3"]);
    auction.world.pass(REVEALS);
    expect(takers(auction)).toEqual(["root", ...ANTS]);
    expectRan(claim(auction, "ant-4"));
    expect(lost(auction)).toEqual([10, 3, 3, 0]);
  });

  test("[CL19] run from a lapse on, though its holder gives the task back later", () => {
    const auction = awarded();
    expectRan(claim(auction, "ant-1"));
    auction.world.pass(MINUTE + REVEALS);
    letGo(auction.world, "ant-1", auction.task);
    expect(takers(auction)).toEqual(["ant-3"]);
  });
});

describe("turns of a task whose paths others have reserved", () => {
  test("[CL19] cannot be robbed by who stands by and claims them for another task", () => {
    const auction = new Auction(ANTS, { paths: PATHS }).run(FOUR);
    const { world } = auction;
    const own = seize(world, "ant-2");
    for (let turn = 0; turn < 5; turn += 1) {
      expectDeclined(claim(auction, "ant-1"), "CL14", "paths-overlap");
      world.pass(REVEALS);
      expect(takers(auction)).toEqual([]);
    }
    letGo(world, "ant-2", own);
    expect(takers(auction)).toEqual(["ant-1"]);
    world.pass(REVEALS - 1_000);
    expectRan(claim(auction, "ant-1"));
    expect(lost(auction)).toEqual([0, 0, 0, 0]);
  });

  test("[CL19] begin when a claim from before the award ends, by its holder or by its lapse", () => {
    for (const ends of ["released", "lapsed"]) {
      const auction = new Auction(ANTS, { paths: PATHS });
      const { world } = auction;
      const other = seize(world, "root", HOUR, ["src/main.ts"]);
      auction.run(FOUR);
      world.pass(40 * MINUTE);
      expect(takers(auction)).toEqual([]);
      if (ends === "released") letGo(world, "root", other);
      else world.pass(5 * MINUTE);
      expect(takers(auction)).toEqual(["ant-1"]);
      world.pass(REVEALS - 1_000);
      expect(takers(auction)).toEqual(["ant-1"]);
      world.pass(1_000);
      expect(takers(auction)).toEqual(["ant-2"]);
      // Who ends the lapsed claim in the end moves nothing.
      if (ends === "lapsed") letGo(world, "root", other);
      expect(takers(auction)).toEqual(["ant-2"]);
    }
  });

  test("[CL19] stay over where they were over before, and cost the bond", () => {
    const auction = new Auction(ANTS, { paths: PATHS }).run(FOUR);
    const { world } = auction;
    world.pass(REVEALS + 4 * MINUTE);
    const first = seize(world, "ant-4", HOUR, ["src/a"]);
    const second = seize(world, "root", HOUR, ["src/b"]);
    world.pass(30 * MINUTE);
    letGo(world, "root", second);
    world.pass(10 * MINUTE);
    expect(takers(auction)).toEqual([]);
    letGo(world, "ant-4", first);
    expect(takers(auction)).toEqual(["ant-2"]);
    world.pass(4 * MINUTE);
    expectRan(claim(auction, "ant-2"));
    expect(lost(auction)).toEqual([10, 0, 0, 0]);
  });

  test("[CL19] run on while the agent whose turn it is, or who is of its operator, has reserved them", () => {
    for (const holder of ["ant-1", "ant-5"]) {
      const auction = new Auction(ANTS, { paths: PATHS });
      const { world } = auction;
      const join = { type: "join", key: world.key("ant-5"), operator: "ant-1" } as const;
      world.must("ant-5", { ...join, operatorSigns: true }, [world.key("ant-1")]);
      auction.run(FOUR);
      const own = seize(world, holder);
      world.pass(3 * REVEALS);
      expect(takers(auction)).toEqual([]);
      letGo(world, holder, own);
      expect(takers(auction)).toEqual(["ant-2"]);
      expectRan(claim(auction, "ant-2"));
      expect(lost(auction)).toEqual([10, 0, 0, 0]);
    }
  });

  test("[CL19] run on beside a claim that shares, and one on other paths", () => {
    const auction = new Auction(ANTS, { paths: PATHS, shared: true }).run(FOUR);
    const { world } = auction;
    const shared = world.add("shared", { paths: ["src/**"], shared: true });
    world.must("root", { type: "claim", task: shared });
    seize(world, "ant-4", HOUR, ["docs/**"]);
    expect(takers(auction)).toEqual(["ant-1"]);
    world.pass(REVEALS);
    expect(takers(auction)).toEqual(["ant-2"]);
  });

  test("[CL19] stand still after a lapse, too, though the takeover that ends the lapsed claim comes later", () => {
    const auction = new Auction(ANTS, { paths: PATHS }).run(FOUR);
    const { world } = auction;
    expectRan(claim(auction, "ant-1"));
    world.pass(MINUTE);
    const other = seize(world, "root");
    world.pass(MINUTE);
    letGo(world, "root", other);
    world.pass(REVEALS - 1_000);
    expectDeclined(claim(auction, "ant-3"), "CL19", "not-awarded");
    expectRan(claim(auction, "ant-2"));
    expect(lost(auction)).toEqual([10, 0, 0, 0]);
  });

  test("[CL19] are not given back once they have run out, nor after anybody has taken the task", () => {
    const auction = new Auction(ANTS, { paths: PATHS }).run(FOUR);
    const { world, task } = auction;
    expect(world.state.get("awarded")).toEqual([task]);
    world.pass(3 * REVEALS);
    letGo(world, "ant-4", seize(world, "ant-4"));
    expect(takers(auction)).toEqual(["root", ...ANTS]);
    expectRan(claim(auction, "ant-4"));
    expect(world.state.get("awarded")).toBeUndefined();
    letGo(world, "ant-4", task);
    letGo(world, "root", seize(world, "root"));
    expect(takers(auction)).toEqual(["root", ...ANTS]);
  });

  test("[CL19] take a bond of nobody who could not have taken the task for a whole turn", () => {
    const moves = fc.array(
      fc.tuple(
        fc.constantFrom("seize", "seize", "end", "end", "lapse", "take", "give", "wait", "wait"),
        fc.nat(3),
        fc.integer({ min: 1, max: 6 }),
      ),
      { minLength: 4, maxLength: 40 },
    );
    fc.assert(fc.property(moves, play), runsUpTo(12, 300));
  });
});

/** Plays minute after minute, and watches from outside for how long each could have taken the task. */
function play(moves: readonly (readonly [string, number, number])[]): void {
  const auction = new Auction(ANTS, { paths: PATHS }).run(FOUR);
  const { world, task } = auction;
  const own: { readonly agent: string; readonly task: TaskId }[] = [];
  const could = new Map<string, number>();
  const had = new Set<string>();
  const before = new Map<string, number>();
  for (const [move, which, minutes] of moves) {
    act(move, which);
    for (let minute = 0; minute < minutes; minute += 1) {
      const now = takers(auction);
      const phase = phaseOf(world.state, world.task(task), world.now);
      if (phase.phase === "turn") expect(now.length).toBeLessThanOrEqual(1);
      for (const agent of ANTS)
        could.set(agent, now.includes(agent) ? (could.get(agent) ?? 0) + MINUTE : 0);
      for (const agent of now)
        before.set(agent, Math.max(before.get(agent) ?? 0, could.get(agent) ?? 0));
      world.pass(MINUTE);
    }
    for (const agent of ANTS)
      if (auction.credits(agent).lost > 0 && !had.has(agent))
        expect(before.get(agent) ?? 0).toBeGreaterThanOrEqual(REVEALS);
  }

  function act(move: string, which: number): void {
    const agent = ANTS[which]!;
    if (move === "seize" || move === "lapse") {
      const paths = which % 2 === 0 ? ["**"] : [`src/${which}`];
      const other = world.add("of my own", { paths }, "root");
      // What an agent reserves itself does not count for it: only a stranger seizes.
      const lease = move === "lapse" ? 2 * MINUTE : 8 * HOUR;
      if (world.run("root", { type: "claim", task: other, lease }).ok)
        own.push({ agent: "root", task: other });
    } else if (move === "end") {
      const one = own.splice(which % Math.max(1, own.length), 1)[0];
      if (one !== undefined)
        world.run(one.agent, { type: "finish", task: one.task, outcome: "released" });
    } else if (move === "take" && claim(auction, agent).ok) had.add(agent);
    else if (move === "give") world.run(agent, { type: "finish", task, outcome: "released" });
  }
}
