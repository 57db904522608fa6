import { describe, expect, test } from "vitest";
import { creditsOf, freeOf } from "../../src/protocol/rules/ledger.ts";
import { memoryWorld, originTip } from "../support/memory-world.ts";

const grant = (to: string, amount: number) =>
  ({ type: "grant", to, amount, reason: "a start" }) as const;

describe("credits on a line that several move", () => {
  test("[CL18] two claims in one batch spend no credit twice", async () => {
    const world = memoryWorld(1);
    const root = await world.found();
    await root.run(grant("ant-1", 10));
    await root.run({
      type: "add",
      tasks: [
        { title: "one", stake: 6 },
        { title: "two", stake: 6 },
        { title: "three", stake: 4 },
      ],
    });
    const tasks = await root.read((view) =>
      ["one", "two", "three"].map((title) => {
        const keys = view.keys("task/") as `task/${string}`[];
        return view.get(keys.find((key) => view.get(key)!.title === title)!)!.id;
      }),
    );
    const outcomes = await root.runAll(tasks.map((task) => ({ type: "claim", task })));
    expect(outcomes.map((one) => (one.ok ? "ok" : one.error.code))).toEqual([
      "ok",
      "credits-short",
      "ok",
    ]);
    expect(await root.read((view) => freeOf(view, "ant-1"))).toBe(0);
  });

  test("[CL18] what was spent on a line that is rewound is not spent on both", async () => {
    const world = memoryWorld(2);
    const root = await world.found();
    const ant = await (await world.clone("ant-2")).join();
    await root.run(grant("ant-2", 5));
    await root.run({ type: "add", tasks: [{ title: "one", stake: 5 }] });
    await root.run({ type: "add", tasks: [{ title: "two", stake: 5 }] });
    const fork = originTip(world);
    await ant.line.sync();
    const [one, two] = await ant.tasks();
    expect((await ant.run({ type: "claim", task: one! })).ok).toBe(true);
    // The branch is forced back to before the claim; a clone that has not seen it spends again there.
    const witness = await world.clone("witness");
    await witness.line.sync();
    world.origin.branches.set("main", fork);
    const twin = await world.clone("ant-2");
    await twin.line.sync();
    expect(await twin.read((view) => freeOf(view, "ant-2"))).toBe(5);
    const command = { type: "claim", task: two! } as const;
    const { agent, signer } = ant;
    const [spent] = await twin.submitter.submit([{ agent, command, signer }]);
    expect(spent?.ok).toBe(true);
    expect(await twin.read((view) => freeOf(view, "ant-2"))).toBe(0);
    // Each line comes out even by itself, and whoever has seen the first takes nothing of the second.
    const seen = await witness.line.sync();
    expect(seen.ok ? "" : seen.error.code).toBe("history-rewritten");
    expect(await witness.read((view) => freeOf(view, "ant-2"))).toBe(0);
    const again = await ant.run(command);
    expect(again.ok ? "" : again.error.code).toBe("history-rewritten");
    for (const clone of [ant, witness, twin])
      expect(await clone.read(creditsOf)).toEqual({ granted: 5, forfeited: 0 });
  });
});
