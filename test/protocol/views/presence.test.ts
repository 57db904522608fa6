import { describe, expect, test } from "vitest";
import type { AgentId } from "../../../src/protocol/ids.ts";
import { presenceNamespace, recordNamespace } from "../../../src/protocol/signature.ts";
import {
  COMMIT_PROMISE_MS,
  heartbeatFlaw,
  presence,
} from "../../../src/protocol/views/presence.ts";
import { heartbeat } from "../../support/presence.ts";
import { MINUTE, World } from "../../support/world.ts";

const ANT = "ant-1" as AgentId;

function colony() {
  const world = World.found();
  for (const name of ["ant-1", "ant-2", "ant-3"]) world.agent(name);
  return world;
}

describe("who is around", () => {
  test("one who says so is here until its promise ends, and then quiet", () => {
    const { state, now } = colony();
    const said = heartbeat(now, { since: now - 5 * MINUTE });
    const at = (when: number) => presence(state, [said], [], when);
    const base = { agent: ANT, by: "heartbeat", seen: now, host: "desk", doing: [], holds: [] };
    expect(at(now)).toEqual([{ ...base, state: "here", since: now - 5 * MINUTE }]);
    expect(at(said.until - 1)).toEqual([{ ...base, state: "here", since: now - 5 * MINUTE }]);
    expect(at(said.until)).toEqual([{ ...base, state: "quiet", since: said.until }]);
    expect(at(said.until + 9e9)).toEqual([{ ...base, state: "quiet", since: said.until }]);
  });

  test("one who leaves has left at once", () => {
    const { state, now } = colony();
    const said = heartbeat(now, { state: "leaving", doing: [] });
    expect(presence(state, [said], [{ agent: ANT, time: now - 1 }], now)).toMatchObject([
      { state: "left", since: now, seen: now, by: "heartbeat" },
    ]);
  });

  test("a commit is a sign of life, also of one who had left or never said a word", () => {
    const { state, now } = colony();
    const commits = [
      { agent: ANT, time: now },
      { agent: ANT, time: now - 5_000 },
    ];
    const left = heartbeat(now - 1_000, { state: "leaving" });
    for (const said of [[], [left]]) {
      expect(presence(state, said, commits, now + 1_000)).toMatchObject([
        { agent: ANT, state: "here", by: "commit", since: now, seen: now },
      ]);
      expect(presence(state, said, commits, now + COMMIT_PROMISE_MS)).toMatchObject([
        { agent: ANT, state: "quiet", by: "commit", since: now + COMMIT_PROMISE_MS },
      ]);
    }
  });

  test("a commit during a stay makes it longer and forgets nothing of it", () => {
    const { state, now } = colony();
    const said = heartbeat(now, { since: now - MINUTE });
    const commits = [{ agent: ANT, time: now + 30_000 }];
    expect(presence(state, [said], commits, said.until + MINUTE)).toMatchObject([
      { state: "here", by: "commit", since: now - MINUTE, seen: now + 30_000, host: "desk" },
    ]);
  });

  test("those here come first, each with what it holds; strangers and those who left the mound do not come", () => {
    const world = colony();
    const task = world.add("work");
    world.must("ant-2", { type: "claim", task });
    world.must("ant-3", { type: "end-membership", agent: "ant-3", status: "withdrawn" });
    const { state, now } = world;
    const agents = ["zoe", "ant-3", "ant-2", "ant-1"] as AgentId[];
    const said = agents.map((agent) =>
      heartbeat(now - 9 * MINUTE, agent === "ant-2" ? { agent, until: now + MINUTE } : { agent }),
    );
    const found = presence(state, said, [{ agent: "nobody" as AgentId, time: now }], now);
    expect(found.map(({ agent, state: is }) => [agent, is])).toEqual([
      ["ant-2", "here"],
      ["ant-1", "quiet"],
    ]);
    expect(found[0]?.holds).toEqual([{ task, until: state.get(`task/${task}`)?.claim?.until }]);
    expect(found[1]?.holds).toEqual([]);
  });
});

describe("a heartbeat on a state", () => {
  const world = colony();
  const { now } = world;
  const namespace = presenceNamespace(world.id);
  const good = { key: world.key("ant-1"), namespace, valid: true };

  test("is believed when it is signed by the key in force", () => {
    expect(heartbeatFlaw(world.state, heartbeat(now), good, now)).toBeUndefined();
    const skew = world.state.get("mound")!.skew;
    expect(heartbeatFlaw(world.state, heartbeat(now + skew), good, now)).toBeUndefined();
    expect(heartbeatFlaw(world.state, heartbeat(now - 9e9), good, now)).toBeUndefined();
  });

  test.each([
    ["another agent's key", {}, { ...good, key: world.key("ant-2") }, "signature-invalid"],
    ["no key", {}, { ...good, key: undefined }, "signature-invalid"],
    ["a false signature", {}, { ...good, valid: false }, "signature-invalid"],
    ["another mound", {}, { ...good, namespace: presenceNamespace("other") }, "signature-invalid"],
    ["a record", {}, { ...good, namespace: recordNamespace(world.id) }, "signature-invalid"],
    ["a stranger", { agent: "zoe" as AgentId }, good, "not-a-member"],
    ["a time far ahead", { at: now + 121_000 }, good, "ahead"],
  ])("of %s is not", (_title, more, signature, code) => {
    expect(heartbeatFlaw(world.state, heartbeat(now, more), signature, now)).toMatchObject({
      code,
    });
  });

  test("is believed under the new key only, once that has changed", () => {
    const rotated = colony();
    const key = world.key("another");
    rotated.must("ant-1", { type: "rotate", key }, [key]);
    const signed = { ...good, namespace: presenceNamespace(rotated.id) };
    const said = heartbeat(rotated.now);
    expect(heartbeatFlaw(rotated.state, said, signed, rotated.now)).toMatchObject({
      code: "signature-invalid",
    });
    expect(heartbeatFlaw(rotated.state, said, { ...signed, key }, rotated.now)).toBeUndefined();
  });
});
