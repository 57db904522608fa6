import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Line } from "../../src/app/line.ts";
import { Pump, type Sink } from "../../src/daemon/pump.ts";
import { CursorFile } from "../../src/open/cursor-file.ts";
import type { Mound } from "../../src/open/mound.ts";
import { virtualClock } from "../../src/memory/clock.ts";
import { temporary } from "../keys/openssh.ts";
import { memoryLog } from "../support/memory-log.ts";
import { until } from "../support/until.ts";
import { worldOrigins } from "../support/world-ports.ts";
import { World } from "../support/world.ts";

/** A world of so many tasks, of which a clone has read the first `known` commits. */
async function followed(tasks: number, known: number, place = join(temporary(), "cursor")) {
  const world = World.found();
  for (let task = 0; task < tasks; task += 1) world.add(`task ${task}`);
  const origin = worldOrigins(world)();
  origin.length = known;
  const clock = virtualClock({ start: world.now });
  const own = origin.clone(clock);
  // A sleep takes no time, but a turn: others are to come about meanwhile.
  const ports = { ...own, clock: { ...clock, sleep: () => nextTurn() } };
  const line = await Line.open(ports);
  await line.sync();
  const mound = { line, ports, age: async () => 0 } as unknown as Mound;
  const log = memoryLog();
  const begin = async (...sinks: readonly Sink[]): Promise<Pump> => {
    const pump = await Pump.open(mound, new CursorFile(place), sinks, log);
    if (!pump.ok) throw new Error(pump.error.code);
    pump.value.start();
    return pump.value;
  };
  return {
    origin,
    log,
    place,
    begin,
    open: async (...sinks: readonly Sink[]): Promise<Pump> => {
      const pump = await begin(...sinks);
      await until("its place", () => existsSync(place));
      return pump;
    },
    land: async (length: number): Promise<void> => {
      origin.length = length;
      await line.sync();
    },
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** A sink that keeps the titles of added tasks. */
function titles(): { readonly seen: string[]; readonly sink: Sink } {
  const seen: string[] = [];
  const sink: Sink = async ({ events }) => {
    for (const event of events) if (event.type === "task.added") seen.push(String(event.task));
    return true;
  };
  return { seen, sink };
}

test("what comes is given to every sink, in order, and the place is kept behind both", async () => {
  const { open, land, place } = await followed(6, 3);
  const [one, two] = [titles(), titles()];
  const pump = await open(one.sink, two.sink);
  await land(5);
  pump.wake();
  await until("two tasks", () => two.seen.length === 2);
  await land(7);
  pump.wake();
  await until("all tasks", () => two.seen.length === 4);
  expect(one.seen).toEqual(two.seen);
  await pump.stop();
  expect(readFileSync(place, "utf8")).toMatch(/^[0-9a-f]{40}@\d+\n$/);
});

test("the next one goes on where the last one was", async () => {
  const first = await followed(6, 3);
  const before = titles();
  const pump = await first.open(before.sink);
  await first.land(5);
  pump.wake();
  await pump.stop();
  const second = await followed(6, 7, first.place);
  const after = titles();
  const next = await second.open(after.sink);
  await until("the rest", () => after.seen.length === 2);
  await next.stop();
  expect(new Set([...before.seen, ...after.seen]).size).toBe(4);
});

test("a sink that fails is tried again, and no event is left out", async () => {
  const { open, land, log } = await followed(4, 1);
  const { seen, sink } = titles();
  let failures = 0;
  const pump = await open(async (batch) => {
    if (failures < 3) {
      failures += 1;
      throw new Error("no space left on device");
    }
    return sink(batch);
  });
  await land(5);
  pump.wake();
  await until("all tasks", () => seen.length === 4);
  await pump.stop();
  expect(log.entries.filter(({ level }) => level === "warn")).toHaveLength(3);
});

test("a sink that takes no more ends the stream there, and the place stays before it", async () => {
  const { open, land, place } = await followed(4, 1);
  const later = titles();
  const pump = await open(async () => false, later.sink);
  await land(5);
  pump.wake();
  await pump.stop();
  pump.wake();
  expect(later.seen).toEqual([]);
  const again = await followed(4, 5, place);
  const { seen, sink } = titles();
  const next = await again.open(sink);
  await until("all tasks", () => seen.length === 4);
  await next.stop();
});

test("a sink that hangs on a full disk does not hold up the end; what it had not taken is given later", async () => {
  const { open, land, place } = await followed(3, 1);
  let tries = 0;
  const pump = await open(async () => {
    tries += 1;
    throw new Error("no space left on device");
  });
  await land(2);
  pump.wake();
  await until("a try", () => tries > 0);
  await pump.stop();
  const before = tries;
  pump.wake();
  expect(tries).toBe(before);
  const again = await followed(3, 4, place);
  const { seen, sink } = titles();
  const next = await again.open(sink);
  await until("all tasks", () => seen.length === 3);
  await next.stop();
});

test("a long history does not hold up the end: it goes on there", async () => {
  const { place, open } = await followed(40, 1);
  await (await open()).stop();
  const second = await followed(40, 41, place);
  const slow: string[] = [];
  const stopping: Promise<void>[] = [];
  const pump = second.begin(async ({ events }) => {
    slow.push(...events.map(({ id }) => id));
    if (slow.length === 5) stopping.push((await pump).stop());
    await nextTurn();
    return true;
  });
  await until("the wish to stop", () => stopping.length > 0);
  await Promise.all(stopping);
  expect(slow.length).toBeLessThan(10);
  const third = await followed(40, 41, place);
  const rest: string[] = [];
  const last = await third.open(async ({ events }) => {
    rest.push(...events.map(({ id }) => id));
    return true;
  });
  await until("all of it", () => new Set([...slow, ...rest]).size === 40);
  await last.stop();
  expect(slow.length + rest.length).toBe(40);
});

test("a place that cannot be read is said, and events begin now", async () => {
  const place = join(temporary(), "cursor");
  writeFileSync(place, "garbage\n");
  const { open, log, land } = await followed(4, 2, place);
  const { seen, sink } = titles();
  const pump = await open(sink);
  await land(5);
  pump.wake();
  await until("what came", () => seen.length === 3);
  await pump.stop();
  expect(log.entries).toMatchObject([{ level: "warn" }]);
});
