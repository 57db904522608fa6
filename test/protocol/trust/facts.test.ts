import { describe, expect, test } from "vitest";
import { EPOCH_MS, EPOCHS_KEPT } from "../../../src/protocol/rules/trust/epochs.ts";
import { deal, lapse, reviewed, said, staff } from "../../support/dealing.ts";
import { World } from "../../support/world.ts";

const ACCEPT = { type: "review", accept: true } as const;
const REJECT = { type: "review", accept: false } as const;

function colony(...names: string[]): World {
  const world = World.found();
  for (const name of ["ant-1", "ant-2", "ant-3", ...names]) world.agent(name, ["git"]);
  return world.pass(1_000);
}

describe("what counts as a deed", () => {
  test("done without a review is a half, and its creator's acceptance the rest", () => {
    const world = colony();
    const task = deal(world, "ant-1", "ant-2", { needs: ["git"] });
    expect(said(world, "ant-1", "ant-2")).toEqual({ good: 2, bad: 0 });
    expect(said(world, "ant-1", "ant-2", "git")).toEqual({ good: 2, bad: 0 });
    world.must("ant-1", { ...ACCEPT, task });
    expect(said(world, "ant-1", "ant-2")).toEqual({ good: 4, bad: 0 });
    expect(said(world, "ant-1", "ant-2", "git")).toEqual({ good: 4, bad: 0 });
  });

  test("the acceptance of another reviewer is a word of its own", () => {
    const world = colony();
    const task = deal(world, "ant-1", "ant-2", { reviewer: "ant-3" });
    world.must("ant-3", { ...ACCEPT, task });
    expect(said(world, "ant-1", "ant-2")).toEqual({ good: 2, bad: 0 });
    expect(said(world, "ant-3", "ant-2")).toEqual({ good: 4, bad: 0 });
  });

  test("where a review is asked for, nothing counts before it", () => {
    const world = colony();
    const task = deal(world, "ant-1", "ant-2", { review: "required" });
    expect(said(world, "ant-1", "ant-2")).toEqual({ good: 0, bad: 0 });
    world.must("ant-1", { ...ACCEPT, task });
    expect(said(world, "ant-1", "ant-2")).toEqual({ good: 4, bad: 0 });
  });

  test("a rejection is a whole bad one, and takes back what was presumed, in its week and by its skills", () => {
    const world = colony();
    deal(world, "ant-1", "ant-2", { needs: ["git"] });
    const bad = deal(world, "ant-1", "ant-2", { needs: ["git"], reviewer: "ant-3" });
    expect(said(world, "ant-1", "ant-2", "git")).toEqual({ good: 4, bad: 0 });
    world.pass(2 * EPOCH_MS).must("ant-3", { ...REJECT, task: bad });
    for (const skill of ["*", "git"]) {
      expect(said(world, "ant-1", "ant-2", skill)).toEqual({ good: 2, bad: 0 });
      expect(said(world, "ant-3", "ant-2", skill)).toEqual({ good: 0, bad: 4 });
    }
  });

  test("of what is forgotten already nothing is taken back", () => {
    const world = colony();
    const old = deal(world, "ant-1", "ant-2");
    world.pass((EPOCHS_KEPT + 1) * EPOCH_MS);
    deal(world, "ant-1", "ant-2");
    world.must("ant-1", { ...REJECT, task: old });
    expect(said(world, "ant-1", "ant-2")).toEqual({ good: 2, bad: 4 });
  });

  test("a failure is a half bad one by the creator, a lapse by the log, and the rest is nothing", () => {
    const world = colony();
    deal(world, "ant-1", "ant-2", { outcome: "failed" });
    expect(said(world, "ant-1", "ant-2")).toEqual({ good: 0, bad: 2 });
    const before = world.state.get("trust");
    deal(world, "ant-1", "ant-2", { outcome: "released" });
    expect(world.state.get("trust")).toBe(before);
    lapse(world, "ant-1", "ant-2", "ant-3");
    expect(world.state.get("proven/ant-2")?.[1]).toBe(2);
    expect(said(world, "ant-1", "ant-2")).toEqual({ good: 0, bad: 2 });
    const cancelled = world.add("work", {}, "ant-1");
    world.must("ant-3", { type: "claim", task: cancelled });
    world.must("ant-1", { type: "cancel", task: cancelled });
    expect(world.state.get("proven/ant-3")).toBeUndefined();
    expect(world.state.get("evidence/ant-3")).toBeUndefined();
  });

  test("nobody says anything of itself", () => {
    const world = colony();
    deal(world, "ant-1", "ant-1");
    expect(world.state.get("evidence/ant-1")).toBeUndefined();
    deal(world, "ant-1", "ant-1", { outcome: "failed" });
    expect(world.state.get("evidence/ant-1")).toBeUndefined();
  });
});

describe("operators", () => {
  test("neither praise nor blame is heard of one's operator, or of who has the same", () => {
    const world = colony();
    for (const name of ["bee-1", "bee-2"]) staff(world, name, "ant-1", true);
    for (const [creator, worker] of [
      ["ant-1", "bee-1"],
      ["bee-1", "ant-1"],
      ["bee-1", "bee-2"],
    ] as const) {
      reviewed(world, creator, worker, true);
      reviewed(world, creator, worker, false);
      deal(world, creator, worker, { outcome: "failed" });
      expect(world.state.get(`evidence/${worker}`)).toBeUndefined();
    }
    reviewed(world, "ant-2", "bee-1", true);
    expect(said(world, "ant-2", "bee-1")).toEqual({ good: 4, bad: 0 });
  });

  test("who merely claims the operator of who blames it loses the praise and keeps the blame", () => {
    const world = colony();
    staff(world, "bee-1", "ant-1", true);
    staff(world, "wasp", "ant-1", false);
    for (const creator of ["ant-1", "bee-1"]) {
      reviewed(world, creator, "wasp", true);
      reviewed(world, creator, "wasp", false);
      expect(said(world, creator, "wasp")).toEqual({ good: 0, bad: 4 });
      // What it says of those whom it claims to belong to is its own admission.
      reviewed(world, "wasp", creator, true);
      reviewed(world, "wasp", creator, false);
      expect(said(world, "wasp", creator)).toEqual({ good: 0, bad: 0 });
    }
  });

  test("an operator that is named later undoes nothing", () => {
    const world = colony();
    const task = deal(world, "ant-1", "ant-2");
    staff(world, "ant-2", "ant-1", true);
    expect(said(world, "ant-1", "ant-2")).toEqual({ good: 2, bad: 0 });
    world.must("ant-1", { ...ACCEPT, task });
    expect(said(world, "ant-1", "ant-2")).toEqual({ good: 2, bad: 0 });
  });
});

describe("reciprocity", () => {
  test("from the second on praise within a pair counts half, and the first stays whole", () => {
    const world = colony();
    reviewed(world, "ant-1", "ant-2", true);
    const task = deal(world, "ant-2", "ant-1");
    expect(said(world, "ant-1", "ant-2")).toEqual({ good: 4, bad: 0 });
    expect(said(world, "ant-2", "ant-1")).toEqual({ good: 1, bad: 0 });
    world.must("ant-2", { ...ACCEPT, task });
    expect(said(world, "ant-2", "ant-1")).toEqual({ good: 2, bad: 0 });
    reviewed(world, "ant-1", "ant-2", true);
    expect(said(world, "ant-1", "ant-2")).toEqual({ good: 6, bad: 0 });
    // With anybody else each of them counts whole.
    reviewed(world, "ant-3", "ant-2", true);
    expect(said(world, "ant-3", "ant-2")).toEqual({ good: 4, bad: 0 });
  });

  test("blame is not halved, and does not make a pair", () => {
    const world = colony();
    reviewed(world, "ant-1", "ant-2", false);
    reviewed(world, "ant-2", "ant-1", true);
    expect(said(world, "ant-2", "ant-1")).toEqual({ good: 4, bad: 0 });
    reviewed(world, "ant-1", "ant-2", false);
    expect(said(world, "ant-1", "ant-2")).toEqual({ good: 0, bad: 8 });
  });

  test("a rejection takes back the half of a half that there was", () => {
    const world = colony();
    reviewed(world, "ant-1", "ant-2", true);
    const task = deal(world, "ant-2", "ant-1");
    expect(said(world, "ant-2", "ant-1")).toEqual({ good: 1, bad: 0 });
    world.must("ant-2", { ...REJECT, task });
    expect(said(world, "ant-2", "ant-1")).toEqual({ good: 0, bad: 4 });
  });

  test("it ends when all that was said is older than the weeks that are kept", () => {
    const world = colony();
    reviewed(world, "ant-1", "ant-2", true);
    world.pass((EPOCHS_KEPT - 1) * EPOCH_MS);
    reviewed(world, "ant-2", "ant-1", true);
    expect(said(world, "ant-2", "ant-1")).toEqual({ good: 2, bad: 0 });
    world.pass(EPOCH_MS);
    reviewed(world, "ant-2", "ant-1", true);
    expect(said(world, "ant-2", "ant-1")).toEqual({ good: 6, bad: 0 });
  });

  test("an agent may be called as what every object has", () => {
    const world = colony("constructor", "tostring");
    reviewed(world, "constructor", "ant-1", true);
    expect(said(world, "constructor", "ant-1")).toEqual({ good: 4, bad: 0 });
    reviewed(world, "tostring", "constructor", true);
    expect(said(world, "tostring", "constructor")).toEqual({ good: 4, bad: 0 });
    reviewed(world, "ant-1", "constructor", true);
    expect(said(world, "ant-1", "constructor")).toEqual({ good: 2, bad: 0 });
  });
});
