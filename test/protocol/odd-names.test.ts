import { expect, test } from "vitest";
import { expectDeclined, expectRefused } from "../support/verdicts.ts";
import { World } from "../support/world.ts";

test("[DN5] [VO5] who is called constructor takes back only what it has said", () => {
  const world = World.found();
  for (const agent of ["ant-1", "ant-2", "constructor"]) world.agent(agent);
  const proof = world.tip!;
  world.must("ant-1", { type: "denounce", subject: "ant-2", proof, reason: "see there" });
  world.must("ant-1", { type: "vouch", subject: "ant-2", reason: "good work" });
  world.must("ant-1", { type: "signal", topic: "here", mark: "trail", strength: 1 });
  const run = (type: "undenounce" | "unvouch") =>
    world.run("constructor", { type, subject: "ant-2" });
  expectDeclined(run("undenounce"), "DN5", "denounce-missing");
  expectDeclined(run("unvouch"), "VO5", "vouch-missing");
  const said = { subject: "ant-2", issuer: "constructor", proof, reason: "none" };
  const back = world.record("denounce", { ...said, status: "withdrawn" }, { by: "constructor" });
  expectRefused(world.try({ author: "constructor", files: back }), "DN5", "denounce-wrong");
  const signal = { type: "signal", topic: "here", mark: "trail", strength: 0 } as const;
  expect(world.must("constructor", signal).already).toBe(true);
});
