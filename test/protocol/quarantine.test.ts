import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { isSetApart } from "../../src/protocol/rules/quarantine.ts";
import { taskStatus } from "../../src/protocol/rules/task-status.ts";
import { momentEvent, momentsOf } from "../../src/protocol/views/moments.ts";
import { choose } from "../../src/protocol/views/match.ts";
import { attempt, claim } from "../support/claiming.ts";
import { expectAccepted, expectDeclined, expectRan, expectRefused } from "../support/verdicts.ts";
import { MINUTE, World } from "../support/world.ts";
import type { AgentId, Oid } from "../../src/protocol/ids.ts";

function set(world: World, value: string): void {
  expectRan(world.run("root", { type: "configure", set: { key: "quarantine", value } }));
}

function mound(quarantine = "2"): World {
  const world = World.found();
  for (const name of ["ant-1", "ant-2", "ant-3"]) world.agent(name);
  set(world, quarantine);
  return world;
}

/** Agents in turn take the task and let it lapse. */
function lapses(world: World, id: string, ...agents: readonly string[]): void {
  for (const agent of agents) {
    expectRan(world.run(agent, { type: "claim", task: id, lease: MINUTE }));
    world.pass(MINUTE);
  }
}

const statusOf = (world: World, id: string) => taskStatus(world.state, world.task(id), world.now);

describe("[CL17] a task that keeps lapsing waits for its creator", () => {
  test("[CL17] the standing lapsed claim counts, and nobody takes it over", () => {
    const world = mound();
    const id = world.add("bad", { attempts: 9 });
    lapses(world, id, "ant-1");
    expect(statusOf(world, id)).toBe("lapsed");
    lapses(world, id, "ant-2");
    expect(statusOf(world, id)).toBe("quarantined");
    const files = () => ({
      ...claim(world, id, "ant-3", 3),
      ...attempt(world, id, "ant-3", 2, "expired"),
    });
    expectRefused(world.try({ author: "ant-3", files: files() }), "CL17", "quarantined");
    expectDeclined(world.run("ant-3", { type: "claim", task: id }), "CL17", "quarantined");
    expect(choose(world.state, "ant-3" as AgentId, world.now).kind).toBe("none");
    // Not even its creator takes it without having looked at it.
    expectDeclined(world.run("root", { type: "claim", task: id }), "CL17", "quarantined");
    expectRan(world.run("root", { type: "edit", task: id, changes: { body: "with more words" } }));
    expect(statusOf(world, id)).toBe("lapsed");
    expect(choose(world.state, "ant-3" as AgentId, world.now)).toMatchObject({ kind: "task" });
    expectAccepted(world.commit({ author: "ant-3", files: files() }));
    // The two that were forgiven do not come back: it takes two more.
    world.pass(2 * MINUTE * 60);
    expect(statusOf(world, id)).toBe("lapsed");
  });

  test("[CL17] an edit that changes nothing frees it, once, and only by its creator", () => {
    const world = mound("1");
    const id = world.add("bad", {}, "ant-3");
    lapses(world, id, "ant-1");
    const edit = { type: "edit", task: id, changes: {} } as const;
    expectDeclined(world.run("root", edit), "TA2", "not-the-creator");
    const freed = world.run("ant-3", edit);
    expect(freed.ok && freed.value.answer.already).toBeUndefined();
    expect(statusOf(world, id)).toBe("lapsed");
    const again = world.run("ant-3", edit);
    expect(again.ok && again.value.answer.already).toBe(true);
  });

  test("[CL17] its holder may finish it or give it back, and does not keep it from others by a renewal", () => {
    const world = mound("1");
    const [one, two] = [world.add("one"), world.add("two")];
    lapses(world, one, "ant-1");
    lapses(world, two, "ant-1");
    expect([one, two].map((id) => statusOf(world, id))).toEqual(["quarantined", "quarantined"]);
    expectDeclined(world.run("ant-1", { type: "renew", task: one }), "CL17", "quarantined");
    expectDeclined(world.run("ant-1", { type: "claim", task: one }), "CL17", "quarantined");
    const renewal = claim(world, one, "ant-1", 1);
    expectRefused(world.try({ author: "ant-1", files: renewal }), "CL17", "quarantined");
    expectRan(world.run("ant-1", { type: "finish", task: one, outcome: "done" }));
    expect(statusOf(world, one)).toBe("done");
    // Given back, it never ended as expired: nothing lapsed that counts.
    expectRan(world.run("ant-1", { type: "finish", task: two, outcome: "released" }));
    expect(statusOf(world, two)).toBe("open");
  });

  test("[CL17] an edit while it is claimed forgives only what came before", () => {
    const world = mound("1");
    const id = world.add("bad");
    expectRan(world.run("ant-1", { type: "claim", task: id, lease: MINUTE }));
    expectRan(world.run("root", { type: "edit", task: id, changes: { title: "worse" } }));
    world.pass(MINUTE);
    expect(statusOf(world, id)).toBe("quarantined");
  });

  test("[CL17] where the setting is lowered with no claim standing, all of it may be edited", () => {
    const world = mound("0");
    const id = world.add("bad", { attempts: 9 });
    lapses(world, id, "ant-1");
    expectRan(world.run("ant-2", { type: "claim", task: id }));
    expectRan(world.run("ant-2", { type: "finish", task: id, outcome: "released" }));
    expect(statusOf(world, id)).toBe("open");
    set(world, "1");
    expect(statusOf(world, id)).toBe("quarantined");
    expectRan(world.run("root", { type: "edit", task: id, changes: { needs: ["go"] } }));
    expect(statusOf(world, id)).toBe("open");
  });

  test("its quarantine is an event of time that names the creator, and never one where none comes", () => {
    const world = mound("1");
    const id = world.add("bad", {}, "ant-3");
    const told = () => momentsOf(world.task(id)).map(({ type }) => type);
    expect(told()).toEqual([]);
    expectRan(world.run("ant-1", { type: "claim", task: id, lease: MINUTE }));
    expect(told()).toEqual(["claim.lapsed", "task.quarantined"]);
    const [, moment] = momentsOf(world.task(id));
    expect(momentEvent(moment!, "c" as Oid)).toMatchObject({
      id: `task.quarantined/${id}/1/${world.now + MINUTE}`,
      task: id,
      agent: "ant-3",
      time: world.now + MINUTE,
    });
    expectRan(world.run("ant-1", { type: "finish", task: id, outcome: "released" }));
    set(world, "2");
    expectRan(world.run("ant-1", { type: "claim", task: id, lease: MINUTE }));
    expect(told()).toEqual(["claim.lapsed"]);
  });

  test("[MO1] bad settings are refused", () => {
    const world = mound();
    for (const value of ["-1", "many", "1.5", "", "100"]) {
      const ran = world.run("root", { type: "configure", set: { key: "quarantine", value } });
      expect(ran.ok && ran.value.verdict?.accepted).not.toBe(true);
    }
  });
});

type Step = "claim" | "release" | "edit" | "lapse" | "renew";

test("[CL17] over random lives what is kept of open tasks says the same, and an edit always frees", () => {
  const step = fc.constantFrom<Step>(
    "claim",
    "claim",
    "lapse",
    "lapse",
    "release",
    "edit",
    "renew",
  );
  const who = fc.constantFrom("ant-1", "ant-2", "ant-3");
  const life = fc.array(fc.tuple(step, who), { maxLength: 30 });
  fc.assert(
    fc.property(life, fc.integer({ min: 0, max: 3 }), (steps, limit) => {
      const world = mound(String(limit));
      const id = world.add("bad", { attempts: 99 });
      let lapsed = 0;
      for (const [what, agent] of steps) {
        if (what === "lapse" && world.task(id).claim !== undefined) world.pass(2 * MINUTE);
        if (what === "claim") world.run(agent, { type: "claim", task: id, lease: MINUTE });
        if (what === "renew") world.run(agent, { type: "renew", task: id, lease: MINUTE });
        if (what === "release") world.run(agent, { type: "finish", task: id, outcome: "released" });
        if (what === "edit") {
          world.must("root", {
            type: "edit",
            task: id,
            changes: { body: `seen at ${world.now} ${lapsed}` },
          });
          lapsed += 1;
          expect(statusOf(world, id)).not.toBe("quarantined");
        }
        const todo = world.state.get(`todo/${id}`)!;
        const apart = statusOf(world, id) === "quarantined";
        expect(isSetApart(todo, limit, world.now)).toBe(apart);
        if (!apart) continue;
        const ran = world.run(agent, { type: "claim", task: id, lease: MINUTE });
        expectDeclined(ran, "CL17", "quarantined");
      }
    }),
    { numRuns: 100 },
  );
});
