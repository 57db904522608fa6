import { describe, expect, test } from "vitest";
import { Agenda } from "../../../src/app/agenda.ts";
import { EventOrder, stepOf } from "../../../src/app/event-order.ts";
import { fold } from "../../../src/protocol/fold.ts";
import { MemoryState } from "../../../src/protocol/state.ts";
import { matchesEvent, type MoundEvent } from "../../../src/protocol/views/event.ts";
import { grown } from "../../support/locking.ts";
import { HOUR, MINUTE, type World } from "../../support/world.ts";

/** All that a world's history tells of locks, and what time has made up to `until`. */
function told(world: World, until: number): readonly MoundEvent[] {
  const state = new MemoryState();
  const order = new EventOrder(undefined, 0, new Agenda([], 0));
  const batches = world.log.flatMap((facts) => {
    const before = new MemoryState(state.entries());
    return [...order.take(stepOf(before, { facts, verdict: fold(state, facts) }))];
  });
  return [...batches, ...order.pass(until)]
    .flatMap(({ events }) => events)
    .filter(({ lock }) => lock !== undefined);
}

/** Takes it, renews it, lets it lapse, loses it to ant-2, who gives it back. */
function lived(name: string): World {
  const world = grown();
  world.must("ant-1", { type: "lock", name, lease: MINUTE });
  world.must("ant-1", { type: "renew-lock", name, lease: 2 * MINUTE });
  world.pass(HOUR);
  world.must("ant-2", { type: "lock", name, lease: MINUTE });
  world.must("ant-2", { type: "unlock", name });
  world.must("root", { type: "lock", name, lease: MINUTE });
  return world;
}

describe("events of locks", () => {
  test("tell who took it, went on, lost it by time and to whom, and gave it back", () => {
    const world = lived("deploy");
    const events = told(world, world.now + HOUR);
    expect(events.map(({ type, agent, token }) => [type, agent, token])).toEqual([
      ["lock.taken", "ant-1", 1],
      ["lock.renewed", "ant-1", 1],
      ["lock.lapsed", "ant-1", 1],
      ["lock.expired", "ant-1", 1],
      ["lock.taken", "ant-2", 2],
      ["lock.released", "ant-2", 2],
      ["lock.taken", "root", 3],
      ["lock.lapsed", "root", 3],
    ]);
    for (const { lock, task } of events) expect([lock, task]).toEqual(["deploy", undefined]);
    const lapse = events.find(({ type }) => type === "lock.lapsed")!;
    expect(lapse).toMatchObject({ until: lapse.time, id: `lock.lapsed/deploy/1/${lapse.time}` });
    expect(events[3]).toMatchObject({ actor: "ant-2", until: lapse.time });
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  });

  test("of a leadership are called by it, so that one pattern follows its changes", () => {
    const world = lived("leader/research");
    const events = told(world, world.now + HOUR);
    expect(events.map(({ type }) => type)).toEqual([
      "leader.elected",
      "leader.renewed",
      "leader.lapsed",
      "leader.expired",
      "leader.elected",
      "leader.resigned",
      "leader.elected",
      "leader.lapsed",
    ]);
    expect(events.every(({ type }) => matchesEvent("leader.*", type))).toBe(true);
  });
});
