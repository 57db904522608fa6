import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fold } from "../../src/protocol/fold.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { readRecord } from "../../src/protocol/record.ts";
import { MemoryState } from "../../src/protocol/state.ts";
import { expectDerived } from "../support/ledger.ts";
import { AGENTS, commit, factsOf, TASKS } from "../support/noise.ts";
import { runs } from "../support/scale.ts";
import { expectAccepted } from "../support/verdicts.ts";
import { World } from "../support/world.ts";

describe("whatever is pushed", () => {
  test("the judge gives a verdict, on an empty line as on a mound, and the state stays in order", () => {
    let accepted = 0;
    fc.assert(
      fc.property(
        fc.array(commit, { minLength: 1, maxLength: 12, size: "max" }),
        fc.boolean(),
        (commits, founded) => {
          const world = World.found();
          for (const name of AGENTS.slice(1)) world.agent(name);
          for (const id of TASKS.slice(1))
            expectAccepted(
              world.commit({
                author: "root",
                files: world.record("task", { id, creator: "root", title: "work" }),
              }),
            );
          const state = founded ? world.state : new MemoryState();
          commits.forEach((made, at) => {
            const tip = state.get("line")?.tip;
            const seen = made.records.map((one) => ({
              ...one,
              fields: { ...one.fields, seen: founded ? world.log[0]!.oid : undefined },
            }));
            const oid = at.toString(16).padStart(40, "f") as Oid;
            const verdict = fold(
              state,
              factsOf({ ...made, records: seen }, world, oid, tip, world.id),
            );
            if (verdict.accepted) accepted += 1;
            expect(state.get("line")?.tip).toBe(oid);
          });
          expectDerived(state);
          JSON.stringify([...state.entries()]);
        },
      ),
      runs(300),
    );
    // Some of what is random is legal, so the rules behind the first ones were reached.
    expect(accepted).toBeGreaterThan(5);
  });

  test("reading a record gives a record or a fault, never an exception", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          fc
            .string({ unit: "binary", maxLength: 300 })
            .map((text) => new TextEncoder().encode(text)),
        ),
        (bytes) => {
          const read = readRecord("a.yaml", bytes);
          expect(read.ok ? "RE2" : read.error.rule).toMatch(/^RE[12]$/);
        },
      ),
      runs(1_000),
    );
  });
});
