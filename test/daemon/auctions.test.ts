import { expect, test } from "vitest";
import { err, ok } from "../../src/base/result.ts";
import { AuctionKeeper } from "../../src/daemon/auctions.ts";
import { commitTime } from "../../src/protocol/commands/plan.ts";
import { memoryLog } from "../support/memory-log.ts";
import { memoryWorld } from "../support/memory-world.ts";
import { testFolder } from "../support/folder.ts";

const MINUTE = 60_000;
const TIMES = { mode: "auction", bidsUntil: "10m", revealsUntil: "5m" } as const;

interface Scene {
  /** The luck of the keeper. */
  readonly fraction: number;
  /** Of the five auctions, the last ones in order of id, which have a bid. */
  readonly bidOn: number;
  /** Auctions besides, of a creator of whom no key is here; each has a bid. */
  readonly strange?: number;
}

/** The keeper of the machine of five auctions' creator, all of which are over. */
async function keeperWith({ fraction, bidOn, strange = 0 }: Scene) {
  const world = memoryWorld(7);
  const founder = await world.found();
  const bidder = await (await world.clone("w-1")).join();
  const stranger = await (await world.clone("w-2")).join();
  const grant = { type: "grant", to: bidder.agent, amount: 100, reason: "a start" } as const;
  const task = { title: "big", value: 100, ...TIMES };
  await founder.runAll([grant, { type: "add", tasks: Array.from({ length: 5 }, () => task) }]);
  const own = (await founder.tasks()).toSorted();
  if (strange > 0)
    await stranger.run({ type: "add", tasks: Array.from({ length: strange }, () => task) });
  const others = (await stranger.tasks()).filter((id) => !own.includes(id));
  const seal = "0".repeat(64);
  for (const id of [...own.slice(5 - bidOn), ...others])
    expect(await bidder.run({ type: "bid", task: id, stake: 10, seal })).toMatchObject({
      ok: true,
    });
  // A request that meets what others have pushed takes it in.
  await founder.run(grant);
  await world.clock.advance(16 * MINUTE);
  const asked: string[] = [];
  const keeper = new AuctionKeeper({
    mound: {
      clone: { commonDir: testFolder("mound-award-") },
      ports: { random: { ...world.random, fraction: () => fraction } },
      read: (reader) =>
        founder.read((view) => reader(view, commitTime({ view, now: world.clock.now() }))),
    },
    sequencer: {
      submit: (requests) => {
        asked.push(...requests.map(({ command }) => command.type));
        return ok(founder.runAll(requests.map(({ command }) => command)));
      },
    },
    signers: {
      agents: [],
      find: async (agent) =>
        agent === founder.agent
          ? ok(founder.signer)
          : err({ code: "key-unavailable", detail: "no key" }),
    },
    log: memoryLog(),
  });
  const open = async () => Object.keys((await founder.read((view) => view.get("auctions"))) ?? {});
  return { keeper, asked, open, own };
}

test.each([
  { fraction: 0, waits: 0 },
  { fraction: 0.5, waits: 1 },
  { fraction: 0.999_999, waits: 2 },
])("an award waits $waits looks for others at luck $fraction", async ({ fraction, waits }) => {
  const { keeper, asked, open } = await keeperWith({ fraction, bidOn: 2 });
  for (let look = 0; look < waits; look++) await keeper.look();
  expect(await open()).toHaveLength(5);
  expect(asked).toEqual([]);
  await keeper.look();
  expect(asked).toEqual(["award"]);
  expect(await open()).toEqual([]);
  await keeper.look();
  expect(asked).toHaveLength(1);
});

test("auctions without a bid are left alone: the next commit of anybody ends them", async () => {
  const { keeper, asked } = await keeperWith({ fraction: 0, bidOn: 0 });
  await keeper.look();
  expect(asked).toEqual([]);
});

test("an auction of whose creator no key is here keeps none behind it from its award", async () => {
  const { keeper, asked, open, own } = await keeperWith({ fraction: 0, bidOn: 1, strange: 7 });
  expect(own).not.toContain((await open()).toSorted()[0]);
  await keeper.look();
  expect(asked).toEqual(["award"]);
  expect(await open()).toEqual([]);
});
