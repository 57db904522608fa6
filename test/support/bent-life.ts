/** Random lives of a mound in which every other commit is bent before anybody judges it. */
import fc from "fast-check";
import { BENDS, bendCommit } from "./bends.ts";
import type { History } from "./judges.ts";
import { WorldObjects } from "./world-objects.ts";
import { Yard } from "./yard.ts";
import { oneStep } from "./yard-steps.ts";

/** A step, and what becomes of its commit before anybody judges it: every other one is bent. */
const bentStep = fc.record({
  step: oneStep,
  bend: fc.oneof(
    { weight: 6, arbitrary: fc.constant(undefined) },
    {
      weight: 1,
      arbitrary: fc.constantFrom("somebody else does it" as const, "another token" as const),
    },
    { weight: 4, arbitrary: fc.constantFrom(...BENDS) },
  ),
});
export const bentLife = fc.record({
  steps: fc.array(bentStep, { minLength: 30, maxLength: 60, size: "max" }),
  cuts: fc.array(fc.nat(99), { maxLength: 4 }),
});

type BentLife = typeof bentLife extends fc.Arbitrary<infer T> ? T : never;

/** Lives it, as objects; `start` in milliseconds. */
export function played(
  { steps, cuts }: BentLife,
  git = new WorldObjects(),
  start?: number,
): History {
  let bend: (typeof BENDS)[number] | undefined;
  const yard = new Yard(() => undefined, {
    name: git.name,
    watched: false,
    ...(start === undefined ? {} : { start }),
    bend: (options, { pick }, world) =>
      bend === undefined ? options : bendCommit(options, world, bend, pick),
  });
  for (const each of steps) {
    bend = each.bend;
    yard.take(each.step);
  }
  const { world } = yard;
  const places = cuts.map((cut) => Math.floor((cut * world.log.length) / 100));
  return { world, git, cuts: places.toSorted((a, b) => a - b) };
}
