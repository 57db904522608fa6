import { describe, expect, test } from "vitest";
import { expectAccepted, expectDeclined, expectRefused } from "../support/verdicts.ts";
import { HOUR, World } from "../support/world.ts";

const DAY = 24 * HOUR;

function colony(...skills: string[]): World {
  const world = World.found();
  world.agent("ant-1", skills);
  return world.pass(1_000);
}

function able(world: World, fields: Record<string, string | readonly string[]>) {
  return {
    author: "ant-1",
    files: world.record("capabilities", { agent: "ant-1", ...fields }),
  };
}

const CODE = "capabilities-invalid";

describe("what the judge says of capabilities", () => {
  test("[CP2] a load above the capacity is refused, at it is not", () => {
    const world = colony("git");
    for (const fields of [{ load: "2" }, { load: "5", capacity: "4" }])
      expectRefused(world.try(able(world, { skills: ["git"], ...fields })), "CP2", CODE);
    expectAccepted(world.commit(able(world, { skills: ["git"], load: "4", capacity: "4" })));
    expect(world.state.get("can/ant-1")).toMatchObject({ load: 4, capacity: 4 });
  });

  test("[CP3] nothing is declared twice", () => {
    const world = colony();
    for (const fields of [
      { skills: ["git", "git"] },
      { tags: ["gpu", "gpu"] },
      { skills: ["git"], tags: ["gpu", "git"] },
    ])
      expectRefused(world.try(able(world, fields)), "CP3", CODE);
    expectAccepted(world.commit(able(world, { skills: ["git"], tags: ["gpu", "node>=22"] })));
  });

  test("[CP4] what describes a skill names one that is declared, once in each list", () => {
    const world = colony();
    for (const fields of [
      { skill_names: ["rust Rust"] },
      { skill_texts: ["git one", "git two"] },
      { skill_tags: ["rust vcs"] },
    ])
      expectRefused(world.try(able(world, { skills: ["git"], ...fields })), "CP4", CODE);
    const good = {
      skill_names: ["git Git: it is"],
      skill_texts: ["git x"],
      skill_tags: ["git a b"],
    };
    expectAccepted(world.commit(able(world, { skills: ["git", "sh"], ...good })));
    expect(world.state.get("card/ant-1")).toEqual({
      names: ["git Git: it is"],
      texts: ["git x"],
      tags: ["git a b"],
    });
  });

  test("[RE4] what describes a skill is its id, a space and a text, or at most sixteen tags", () => {
    const world = colony();
    const tags = (count: number): string =>
      Array.from({ length: count }, (_, n) => `t${n}`).join(" ");
    for (const fields of [
      { skill_names: ["git"] },
      { skill_names: ["git  two spaces"] },
      { skill_texts: [`git ${"x".repeat(300)}`] },
      { skill_tags: [`git ${tags(17)}`] },
      { skill_tags: ["git Vcs"] },
    ])
      expectRefused(world.try(able(world, { skills: ["git"], ...fields })), "RE4", "field-invalid");
    const good = { skill_texts: [`git ${"x".repeat(296)}`], skill_tags: [`git ${tags(16)}`] };
    expectAccepted(world.try(able(world, { skills: ["git"], ...good })));
  });

  test("[RE4] sixty-four tags are a list, more are none; a tag has no spaces or controls", () => {
    const world = colony();
    const many = (count: number) => Array.from({ length: count }, (_, n) => `t${n}`);
    for (const [tags, rule] of [
      [many(65), "RE2"],
      [["a b"], "RE4"],
      [["a\u001b[2J"], "RE4"],
      [["Ünter"], "RE4"],
      [[""], "RE4"],
    ] as const) {
      const verdict = world.try(able(world, { tags }));
      expect(verdict.accepted ? "accepted" : verdict.fault.rule).toBe(rule);
    }
    expectAccepted(world.commit(able(world, { tags: many(64) })));
  });

  test("[RE1] ten thousand tags are larger than a record may be", () => {
    const world = colony();
    const tags = Array.from({ length: 10_000 }, (_, n) => `t${n}`);
    expectRefused(world.try(able(world, { tags })), "RE1", "record-too-large");
  });

  test("[LN5] nobody declares what another can do", () => {
    const world = colony("git");
    world.agent("ant-2");
    const { files } = able(world, { skills: [] });
    expectRefused(world.try({ author: "ant-2", files }), "LN5", "author-wrong");
  });

  test("[CL9] a need is met by a skill or a tag, letter by letter", () => {
    const world = colony("git");
    const id = world.add("work", { needs: ["git", "node>=22"] });
    const claim = () => world.decide("ant-1", { type: "claim", task: id });
    expect(claim()).toMatchObject({ error: { rule: "CL9", missing: ["node>=22"] } });
    for (const [tag, good] of [
      ["node>=23", false],
      ["node>=22", true],
    ] as const) {
      world.pass(1_000).must("ant-1", { type: "can", tags: [tag] });
      expect(claim().ok).toBe(good);
    }
    world.pass(1_000).must("ant-1", { type: "can", for: HOUR });
    world.pass(HOUR);
    expect(claim()).toMatchObject({ error: { rule: "CL9", missing: ["git", "node>=22"] } });
  });
});

describe("a declaration", () => {
  test("replaces the skills and keeps the rest, but what spoke of skills that are gone", () => {
    const world = colony("git", "rust");
    world.must("ant-1", {
      type: "can",
      tags: ["gpu"],
      names: ["git Git", "rust Rust"],
      texts: ["git Plumbing: objects, refs"],
      load: 1,
      capacity: 4,
      for: 7 * DAY,
    });
    const until = world.now + 7 * DAY;
    world.pass(1_000).must("ant-1", { type: "can", skills: ["git", "sh"] });
    expect(world.state.get("can/ant-1")).toEqual({
      skills: ["git", "sh"],
      tags: ["gpu"],
      load: 1,
      capacity: 4,
      until,
    });
    expect(world.state.get("card/ant-1")).toEqual({
      names: ["git Git"],
      texts: ["git Plumbing: objects, refs"],
      tags: [],
    });
    world.pass(1_000).must("ant-1", { type: "join", key: world.key("ant-1"), skills: ["git"] });
    expect(world.state.get("can/ant-1")).toMatchObject({ skills: ["git"], tags: ["gpu"], until });
  });

  test("adds where that is asked, takes texts away, and writes nothing that is said already", () => {
    const world = colony("git");
    world.must("ant-1", { type: "can", skills: ["git", "rust"], add: true, names: ["rust Rust"] });
    expect(world.state.get("can/ant-1")?.skills).toEqual(["git", "rust"]);
    expect(world.must("ant-1", { type: "can", skills: ["rust"], add: true }).already).toBe(true);
    world.pass(1_000).must("ant-1", { type: "can", names: ["rust "] });
    expect(world.state.get("card/ant-1")).toBeUndefined();
    world.pass(1_000).must("ant-1", { type: "can", capacity: 3, load: 3 });
    // A smaller capacity is not refused for a load that was said before.
    world.pass(1_000).must("ant-1", { type: "can", capacity: 2 });
    expect(world.state.get("can/ant-1")).toMatchObject({ load: 2, capacity: 2 });
    expectDeclined(world.run("ant-1", { type: "can", load: 3 }), "CP2", CODE);
    expectDeclined(world.run("ant-1", { type: "can", texts: ["css Colours"] }), "CP4", CODE);
  });

  test("that has lapsed and is made anew holds for as long as it did", () => {
    const world = colony("git");
    world.must("ant-1", { type: "can", for: 2 * HOUR });
    world.pass(3 * HOUR).must("ant-1", { type: "can", skills: ["git", "sh"] });
    expect(world.state.get("can/ant-1")?.until).toBe(world.now + 2 * HOUR);
    world.pass(1_000).must("ant-1", { type: "can", for: "ever" });
    expect(world.state.get("can/ant-1")?.until).toBeUndefined();
  });
});
