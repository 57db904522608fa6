import { expect, test } from "vitest";
import { fold } from "../../../src/protocol/fold.ts";
import { MemoryState } from "../../../src/protocol/state.ts";
import { eventsOf } from "../../../src/protocol/views/events.ts";
import { diffStates } from "../../../src/protocol/views/state-diff.ts";
import { claim } from "../../support/claiming.ts";
import { fingerprintOf } from "../../support/world-files.ts";
import { HOUR, MINUTE, World } from "../../support/world.ts";

function colony(): World {
  const world = World.found();
  for (const agent of ["ant-1", "ant-2"]) world.agent(agent);
  return world;
}

function before(world: World): MemoryState {
  const state = new MemoryState();
  for (const facts of world.log.slice(0, -1)) fold(state, facts);
  return state;
}

/** What the newest commit tells. */
function told(world: World) {
  return eventsOf(before(world), world.log.at(-1)!, world.verdicts.at(-1)!);
}

/** What the newest commit changed about agents. */
function changed(world: World) {
  const now = { state: world.state, time: world.now };
  return diffStates({ state: before(world), time: world.now }, now).agents;
}

test("a vouch and its withdrawal are events, and differences of the subject", () => {
  const world = colony();
  const fingerprint = fingerprintOf(world.key("ant-9"));
  const said = { subject: "ant-9", fingerprint, level: "low", scope: "lang.*" } as const;
  world.must("ant-1", { type: "vouch", ...said, reason: "it can read", length: HOUR });
  const about = { agent: "ant-9", actor: "ant-1", fingerprint, level: "low", scope: "lang.*" };
  expect(told(world)).toMatchObject([
    { type: "vouch.added", ...about, until: world.now + HOUR, text: "it can read" },
  ]);
  expect(changed(world)).toMatchObject([{ id: "ant-9", what: "added" }]);
  world.pass(MINUTE).must("ant-1", { type: "unvouch", subject: "ant-9", reason: "it cannot" });
  expect(told(world)).toMatchObject([{ type: "vouch.withdrawn", ...about, text: "it cannot" }]);
  expect(changed(world)).toMatchObject([{ id: "ant-9", what: "removed" }]);
});

test("a denouncement is an event, and another where it slashes", () => {
  const world = colony();
  const task = world.add("work");
  world.must("ant-1", { type: "claim", task });
  world.commit({ author: "ant-2", files: claim(world.pass(MINUTE), task, "ant-2", 2) });
  const proof = world.tip!;
  const about = { agent: "ant-2", refs: [proof] };
  const reason = "it took my task";
  world.must("ant-1", { type: "denounce", subject: "ant-2", proof, reason });
  expect(told(world)).toMatchObject([
    { type: "agent.denounced", ...about, actor: "ant-1", text: reason },
    { type: "agent.slashed", ...about, severity: "quarter" },
  ]);
  expect(changed(world)).toMatchObject([
    {
      id: "ant-2",
      fields: [
        { field: "denounced_by", before: null, after: ["ant-1"] },
        { field: "slashed", before: null, after: [`1/4 for ${proof}`] },
      ],
    },
  ]);
  world.pass(MINUTE).must("root", { type: "denounce", subject: "ant-2", proof, reason });
  expect(told(world).map(({ type }) => type)).toEqual(["agent.denounced"]);
  world.must("root", { type: "undenounce", subject: "ant-2", reason: "it said sorry" });
  expect(told(world)).toMatchObject([
    { type: "denounce.withdrawn", ...about, text: "it said sorry" },
  ]);
});
