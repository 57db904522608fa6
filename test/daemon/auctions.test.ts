import { expect, test } from "vitest";
import { ok } from "../../src/base/result.ts";
import { AuctionKeeper } from "../../src/daemon/auctions.ts";
import { commitTime } from "../../src/protocol/commands/plan.ts";
import { memoryLog } from "../support/memory-log.ts";
import { memoryWorld } from "../support/memory-world.ts";
import { testFolder } from "../support/folder.ts";

const MINUTE = 60_000;
const TIMES = { mode: "auction", bidsUntil: "10m", revealsUntil: "5m" } as const;

/** The keeper of the creator's machine, whose luck is given; of five auctions that are over `bidOn` have a bid. */
async function keeperWith(fraction: number, bidOn: number) {
  const world = memoryWorld(7);
  const founder = await world.found();
  const bidder = await (await world.clone("w-1")).join();
  const grant = { type: "grant", to: bidder.agent, amount: 100, reason: "a start" } as const;
  const task = { title: "big", value: 100, ...TIMES };
  await founder.runAll([grant, { type: "add", tasks: Array.from({ length: 5 }, () => task) }]);
  const seal = "0".repeat(64);
  for (const id of (await founder.tasks()).toSorted().slice(5 - bidOn))
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
    signers: { agents: [], find: async () => ok(founder.signer) },
    log: memoryLog(),
  });
  const open = async () => Object.keys((await founder.read((view) => view.get("auctions"))) ?? {});
  return { keeper, asked, open };
}

test.each([
  { fraction: 0, waits: 0 },
  { fraction: 0.5, waits: 1 },
  { fraction: 0.999_999, waits: 2 },
])("an award waits $waits looks for others at luck $fraction", async ({ fraction, waits }) => {
  const { keeper, asked, open } = await keeperWith(fraction, 2);
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
  const { keeper, asked } = await keeperWith(0, 0);
  await keeper.look();
  expect(asked).toEqual([]);
});
