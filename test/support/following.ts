/** Readers of the events of a world, from a cursor. */
import { Follower } from "../../src/app/follower.ts";
import { Line, type LinePorts } from "../../src/app/line.ts";
import type { Cursor } from "../../src/app/cursor.ts";
import type { EventBatch } from "../../src/protocol/views/event.ts";
import { HOUR, World } from "./world.ts";

type Types = readonly (readonly string[])[];

export function typesOf(batches: readonly EventBatch[]): Types {
  return batches.map(({ events }) => events.map(({ type }) => type));
}

export async function follow(ports: LinePorts, from: Cursor | "start" | "tip") {
  const line = await Line.open(ports);
  if (line.tip === undefined) await line.sync();
  const opened = await Follower.open({ line, ports, from });
  if (!opened.ok) throw new Error(opened.error.code);
  const follower = opened.value;
  const history: EventBatch[] = [];
  for await (const batch of follower.catchUp()) history.push(batch);
  return { line, follower, history };
}

/** A world with one claimed task, of which nothing but the founding has been read. */
export function claimedWorld(lease = HOUR) {
  const world = World.found();
  world.agent("ant-1");
  world.agent("ant-2");
  const task = world.add("one");
  world.must("ant-1", { type: "claim", task, lease });
  return { world, task, claimedAt: world.now };
}
