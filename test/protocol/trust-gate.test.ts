import { expect, test } from "vitest";
import { trustOf } from "../../src/protocol/rules/trust/table.ts";
import { claim, yard } from "../support/claiming.ts";
import { expectAccepted, expectDeclined, expectRan, expectRefused } from "../support/verdicts.ts";

test("[CL15] a task that asks for trust is taken by who has it, and by nobody else", () => {
  const { world, id } = yard();
  const asking = world.add("delicate work", { trust: "0.1" });
  const files = () => claim(world, asking, "ant-1", 1);
  expectRefused(world.try({ author: "ant-1", files: files() }), "CL15", "trust-too-low");
  expectDeclined(world.run("ant-1", { type: "claim", task: asking }), "CL15", "trust-too-low");
  expectRan(world.run("ant-1", { type: "claim", task: id }));
  expectRan(world.run("ant-1", { type: "finish", task: id, outcome: "done" }));
  // A root gave the task, so that its word for who did it counts at once.
  expect(trustOf(world.state, "ant-1", world.now).score).toBeGreaterThanOrEqual(100);
  expectAccepted(world.commit({ author: "ant-1", files: files() }));
});
