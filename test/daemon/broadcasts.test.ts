import { expect, test } from "vitest";
import { ok } from "../../src/base/result.ts";
import { BroadcastKeeper } from "../../src/daemon/broadcasts.ts";
import type { AgentId } from "../../src/protocol/ids.ts";
import { commitTime } from "../../src/protocol/commands/plan.ts";
import { memoryLog } from "../support/memory-log.ts";
import { memoryWorld, type MemoryClone } from "../support/memory-world.ts";

const DAY = 24 * 3_600_000;

/** A keeper for one clone's agent, whose requests that clone carries out; they are counted. */
async function kept(declaration: object) {
  const world = memoryWorld(5);
  await world.found();
  const clone: MemoryClone = await (await world.clone("w-1")).join();
  await clone.run({ type: "can", skills: ["git"], ...declaration });
  const present = new Set<AgentId>([clone.agent]);
  const asked: string[] = [];
  const keeper = new BroadcastKeeper({
    mound: {
      read: (reader) =>
        clone.read((view) => reader(view, commitTime({ view, now: world.clock.now() }))),
    },
    sequencer: {
      submit: (requests) => {
        asked.push(...requests.map(({ command }) => command.type));
        return ok(clone.runAll(requests.map(({ command }) => command)));
      },
    },
    signers: { find: async () => ok(clone.signer) },
    present: () => [...present],
    log: memoryLog(),
  });
  const until = async () => (await clone.read((view) => view.get(`can/${clone.agent}`)))?.until;
  return { world, clone, keeper, present, asked, until };
}

test("what an agent can do is renewed in the last quarter of its time, once, while it is here", async () => {
  const { world, keeper, present, asked, until } = await kept({ for: 8 * DAY });
  const first = (await until())!;
  await world.clock.advance(6 * DAY - 60_000);
  await keeper.look();
  expect(asked).toEqual([]);
  await world.clock.advance(60_000);
  await keeper.look();
  await keeper.look();
  expect(asked).toEqual(["keep-can"]);
  expect(await until()).toBeGreaterThanOrEqual(first + 6 * DAY);
  present.clear();
  await world.clock.advance(7 * DAY);
  await keeper.look();
  expect(asked).toHaveLength(1);
});

test("what has lapsed stays so, and what holds for ever is left alone", async () => {
  const { world, keeper, asked } = await kept({ for: DAY });
  await world.clock.advance(2 * DAY);
  await keeper.look();
  expect(asked).toEqual([]);
  const other = await kept({});
  await other.world.clock.advance(1_000 * DAY);
  await other.keeper.look();
  expect(other.asked).toEqual([]);
});
