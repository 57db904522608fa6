import { expect, test } from "vitest";
import type { TaskId } from "../../src/protocol/ids.ts";
import { Patience } from "../../src/work/patience.ts";
import { World } from "../support/world.ts";
import { desk, must, NONE } from "./mound-scene.ts";

test("a worker takes what it has left to others, where nobody has taken it", async () => {
  const patience = 25_000;
  const { desk: made, world, clone, founder } = await desk(1, undefined, patience);
  // They were heard of a moment ago, and will not look any more.
  for (let at = 0; at < 40; at += 1) await (await world.clone(`gone-${at}`)).join();
  const now = () => clone.ports.clock.now();
  const look = async (): Promise<boolean> => {
    await world.clock.advance(5_000);
    return must(await made.look(true, NONE)).takeable;
  };
  const wait = async (): Promise<number> => {
    const from = now();
    while (!(await look()));
    return now() - from - 5_000;
  };
  const waits: number[] = [];
  for (let round = 0; round < 12; round += 1) {
    waits.push(await wait());
    const taken = must(await made.take(1, NONE));
    expect(taken).toHaveLength(1);
    must(await made.finish(taken[0]!, { outcome: "done" }));
    must(await founder.run({ type: "add", tasks: [{ title: "next" }] }));
  }
  expect(Math.max(...waits)).toBe(patience);
});

test("what it has lost patience for lets it through once, and to one task", async () => {
  const { desk: made, world, clone, founder, submitted } = await desk(1, undefined, 10_000);
  for (let at = 0; at < 40; at += 1) await (await world.clone(`gone-${at}`)).join();
  const waits = async (): Promise<void> => {
    while (!must(await made.look(true, NONE)).takeable) await world.clock.advance(5_000);
  };
  const gates: (readonly boolean[])[] = [];
  for (let round = 0; round < 12; round += 1) {
    await waits();
    const sent = submitted.length;
    await made.take(3, NONE);
    await made.take(1, NONE);
    gates.push(submitted.slice(sent).map((command) => "yields" in command));
    for (const id of await clone.tasks()) await founder.run({ type: "cancel", task: id });
    must(await founder.run({ type: "add", tasks: [{ title: "next" }] }));
  }
  expect(new Set(gates.map((gate) => JSON.stringify(gate)))).toEqual(
    new Set(
      [
        [true, true, true, true],
        [false, true, true, true],
      ].map((gate) => JSON.stringify(gate)),
    ),
  );
});

test("what was taken meanwhile is left to others anew", async () => {
  const world = World.found();
  const me = world.agent("me");
  world.agent("other");
  const [one, two] = [world.add("one"), world.add("two")];
  const patience = new Patience(1_000);
  const isOver = (task: TaskId) => patience.isOver(world.state, me, world.now, world.task(task));
  expect(isOver(one)).toBe(false);
  world.pass(999);
  expect(isOver(two)).toBe(false);
  world.must("other", { type: "claim", task: one });
  world.must("other", { type: "finish", task: one, outcome: "released" });
  world.pass(1_000);
  world.must("other", { type: "claim", task: two });
  expect(isOver(one)).toBe(false);
  world.pass(1_000);
  expect(isOver(one)).toBe(true);
});
