import fc from "fast-check";
import { expect, test } from "vitest";
import { CLOCK_OFF_MS, Quarantine, type Reader } from "../support/quarantine.ts";
import { runs } from "../support/scale.ts";

const READERS = 4;
const STEPS = 40;
/** As many histories as MOUND_TEST_SCALE asks for, at less than a second each. */
const TIMEOUT = 600_000;

test(
  "readers with any clocks, in any pieces, with or without caches, end with one state",
  { timeout: TIMEOUT },
  async () => {
    const met = { accepted: 0, refused: 0, deferred: 0 };
    await fc.assert(
      fc.asyncProperty(fc.nat(1_000_000), async (seed) => {
        const scene = await Quarantine.begin(seed);
        const { below } = scene;
        const readers: Reader[] = [];
        for (let at = 0; at < READERS; at += 1) readers.push(await scene.reader(`reader-${at}`));
        // A state is a matter of the commits alone: whoever stands at one has the same, at any time.
        const digests = new Map<string | undefined, string>();
        const look = async (reader: Reader): Promise<boolean> => {
          const { tip, digest, waits } = await reader.sync();
          expect(digest).toBe(digests.get(tip) ?? digest);
          digests.set(tip, digest);
          return waits;
        };
        for (let step = 0; step < STEPS; step += 1) {
          await scene.step();
          for (const reader of readers) {
            if (below(3) > 0) continue;
            reader.off = below(2 * CLOCK_OFF_MS) - CLOCK_OFF_MS;
            if (below(4) === 0) await reader.restart(below(2) === 0);
            if (await look(reader)) met.deferred += 1;
          }
        }
        await scene.world.clock.advance(4 * CLOCK_OFF_MS);
        const { accepted, refused } = await scene.counts();
        met.accepted += accepted;
        met.refused += refused;
        readers.push(await scene.reader("late"));
        const ends = [];
        for (const reader of readers) ends.push(await reader.sync());
        expect(new Set(ends.map(({ digest }) => digest)).size).toBe(1);
        expect(ends.every(({ waits }) => !waits)).toBe(true);
      }),
      runs(6),
    );
    expect(met.accepted).toBeGreaterThan(20);
    expect(met.refused).toBeGreaterThan(10);
    expect(met.deferred).toBeGreaterThan(3);
  },
);
