import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { Behind, stateAt } from "../../src/app/door-state.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import type { Key, Value } from "../../src/protocol/state.ts";
import { stateDigest } from "../../src/protocol/state-digest.ts";
import { longHistory } from "../support/long-history.ts";
import { memoryStates } from "../support/memory-door.ts";
import { worldOrigins } from "../support/world-ports.ts";

/** So many commits are folded between two looks at the time. */
const WINDOW = 64;

test("what did not fit into the time is kept as far as it went, and the next push goes on from there", async () => {
  const world = longHistory(WINDOW + 100, 5);
  const origin = worldOrigins(world)();
  const { history, verifier, clock } = origin.clone();
  const kept = new Map<Oid, ReadonlyMap<Key, Value>>();
  const told: number[] = [];
  let looks = 0;
  const ports = {
    history,
    verifier,
    clock,
    states: memoryStates({ kept }),
    progress: (folded: number) => void told.push(folded),
    inTime: () => {
      looks += 1;
      if (looks === 2) throw new Error("late");
    },
  };
  const tip = origin.commits.at(-1)!;
  await expect(stateAt(ports, tip)).rejects.toThrow(Behind);
  expect([...kept.keys()]).toEqual([origin.commits[WINDOW - 1]]);
  const state = await stateAt(ports, tip);
  expect(told).toEqual([WINDOW, WINDOW, 100]);
  await state.load("all");
  const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
  const digest = stateDigest(world.state.entries(), sha256);
  expect(stateDigest(state.entries(), sha256)).toBe(digest);
  expect(stateDigest(kept.get(tip)!, sha256)).toBe(digest);
});
