import { expect, test } from "vitest";
import type { Oid } from "../../../src/protocol/ids.ts";
import { CHECKPOINT_PROMISE_MS, staleness } from "../../../src/protocol/views/staleness.ts";
import { HOUR, World } from "../../support/world.ts";

const SLACK = 2 * HOUR;

function sign(world: World, promise: number | undefined): void {
  const { tip, commits } = world.state.get("line")! as { tip: Oid; commits: number };
  world.must("root", {
    type: "checkpoint",
    commit: tip,
    number: commits,
    digest: "ab".repeat(32),
    ...(promise === undefined ? {} : { until: world.now + promise }),
  });
}

test("a view is stale when a promised checkpoint is overdue and nothing else has come either", () => {
  const world = World.found();
  sign(world, CHECKPOINT_PROMISE_MS);
  const due = world.now + CHECKPOINT_PROMISE_MS;
  expect(staleness(world.state, due + SLACK)).toBeUndefined();
  expect(staleness(world.state, due + SLACK + 1)).toEqual({ by: "root", due, newest: world.now });
  // News, whoever brings it, shows that the origin shows what is new.
  world.pass(5 * CHECKPOINT_PROMISE_MS);
  world.add("one");
  expect(staleness(world.state, world.now + CHECKPOINT_PROMISE_MS + SLACK)).toBeUndefined();
  expect(staleness(world.state, world.now + CHECKPOINT_PROMISE_MS + SLACK + 1)).toMatchObject({
    newest: world.now,
  });
});

test("a mound for which nobody promises is never stale: without checkpoints, and after one by hand", () => {
  const world = World.found();
  const later = world.now + 400 * CHECKPOINT_PROMISE_MS;
  expect(staleness(world.state, later)).toBeUndefined();
  sign(world, CHECKPOINT_PROMISE_MS);
  expect(staleness(world.state, later)).toBeDefined();
  sign(world, undefined);
  expect(staleness(world.state, later)).toBeUndefined();
});
