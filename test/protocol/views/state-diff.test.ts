import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fold } from "../../../src/protocol/fold.ts";
import { MemoryState } from "../../../src/protocol/state.ts";
import { diffStates, isEmpty } from "../../../src/protocol/views/state-diff.ts";
import type { StateAt } from "../../../src/protocol/views/state-facts.ts";
import { formatInstant } from "../../../src/protocol/time.ts";
import { yard } from "../../support/claiming.ts";
import { runs } from "../../support/scale.ts";
import { expectRan } from "../../support/verdicts.ts";
import { plainFile } from "../../support/world-files.ts";
import { HOUR, type World } from "../../support/world.ts";
import { Yard } from "../../support/yard.ts";
import { steps } from "../../support/yard-steps.ts";

function stateAt(world: World, count = world.log.length, time?: number): StateAt {
  const state = new MemoryState();
  for (const facts of world.log.slice(0, count)) fold(state, facts);
  return { state, time: time ?? state.get("line")!.time };
}

describe("the difference of two states", () => {
  test("a claim is a new holder, a token, a lease and a file", () => {
    const { world, id } = yard();
    const before = stateAt(world);
    expectRan(world.run("ant-1", { type: "claim", task: id, lease: HOUR }));
    const after = stateAt(world);
    const path = `tasks/${id.slice(0, 2)}/${id}/claim.lock`;
    expect(diffStates(before, after)).toEqual({
      tasks: [
        {
          id,
          what: "changed",
          fields: [
            { field: "status", before: "open", after: "claimed" },
            { field: "holder", before: null, after: "ant-1" },
            { field: "token", before: 0, after: 1 },
            { field: "until", before: null, after: formatInstant(world.now + HOUR) },
          ],
        },
      ],
      agents: [],
      locks: [],
      settings: [],
      signals: [],
      files: [{ path, astray: false, before: null, after: world.oidAt(path) }],
    });
    expect(diffStates(after, before).files).toEqual([
      { path, astray: false, before: world.oidAt(path), after: null },
    ]);
  });

  test("time alone lapses a lease", () => {
    const { world, id } = yard();
    expectRan(world.run("ant-1", { type: "claim", task: id, lease: HOUR }));
    const later = stateAt(world, world.log.length, world.now + 2 * HOUR);
    expect(diffStates(stateAt(world), later).tasks).toEqual([
      { id, what: "changed", fields: [{ field: "status", before: "claimed", after: "lapsed" }] },
    ]);
  });

  test("a lock is told by its holder, its token and how it ended before", () => {
    const { world } = yard();
    world.must("ant-1", { type: "lock", name: "deploy", lease: HOUR });
    const before = stateAt(world);
    world.pass(HOUR);
    world.must("root", { type: "lock", name: "deploy", lease: HOUR });
    const { locks } = diffStates(before, stateAt(world));
    expect(locks).toEqual([
      {
        id: "deploy",
        what: "changed",
        fields: [
          { field: "holder", before: "ant-1", after: "root" },
          { field: "token", before: 1, after: 2 },
          {
            field: "until",
            before: formatInstant(world.now),
            after: formatInstant(world.now + HOUR),
          },
          { field: "last", before: null, after: "1 expired by ant-1" },
        ],
      },
    ]);
    world.must("root", { type: "unlock", name: "deploy" });
    expect(diffStates(before, stateAt(world)).locks[0]!.fields[0]).toEqual({
      field: "status",
      before: "held",
      after: "free",
    });
  });

  test("members and settings are told by name, and what a refused commit left astray", () => {
    const { world } = yard();
    const before = stateAt(world);
    world.agent("ant-9", ["git"]);
    world.must("root", { type: "configure", set: { key: "claims_max", value: "3" } });
    world.commit({ author: "ant-1", files: { "mound.yaml": plainFile("bad\n") } });
    const found = diffStates(before, stateAt(world));
    expect(found.agents).toMatchObject([{ id: "ant-9", what: "added" }]);
    expect(found.agents[0]!.fields).toContainEqual({
      field: "skills",
      before: null,
      after: ["git"],
    });
    expect(found.settings).toEqual([{ field: "claims_max", before: 16, after: 3 }]);
    expect(found.files.filter(({ astray }) => astray).map(({ path }) => path)).toEqual([
      "mound.yaml",
    ]);
  });

  test("of any history: the keys that changed are enough, and nothing differs from itself", () => {
    fc.assert(
      fc.property(steps, fc.nat(1_000), (taken, pick) => {
        const yardOf = new Yard(() => undefined);
        for (const step of taken) yardOf.take(step);
        const { world } = yardOf;
        const count = 1 + (pick % world.log.length);
        const [before, after] = [
          stateAt(world, count - 1, world.now),
          stateAt(world, count, world.now),
        ];
        const keys = [...world.verdicts[count - 1]!.delta.keys()];
        const [some, all] = [diffStates(before, after, keys), diffStates(before, after)];
        expect({ ...some, tasks: [] }).toEqual({ ...all, tasks: [] });
        // Tasks that wait for the one that changed are in the whole difference only.
        const known = new Set(some.tasks.map(({ id }) => id));
        expect(all.tasks.filter(({ id }) => known.has(id))).toEqual(some.tasks);
        for (const { fields } of all.tasks.filter(({ id }) => !known.has(id)))
          expect(fields.map(({ field }) => field)).toEqual(["status"]);
        expect(isEmpty(diffStates(after, after))).toBe(true);
      }),
      runs(30),
    );
  });
});
