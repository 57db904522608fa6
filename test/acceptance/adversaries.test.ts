import { mkdtempSync, realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { defined } from "../../src/base/assert.ts";
import { prng } from "../../src/base/prng.ts";
import { Arena, type Standing } from "../support/adversaries/arena.ts";
import type { Attack } from "../support/adversaries/attack.ts";
import { ATTACKS } from "../support/adversaries/index.ts";

const dir = realpathSync(mkdtempSync(join(tmpdir(), "mound-test-arena-")));
let arena: Arena;
let good: Standing;
/** Where the reader stands: the attack before this one was the last that it followed. */
let before: Standing;
beforeAll(async () => {
  arena = await Arena.open(dir);
  good = before = await arena.standing();
});
afterAll(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));

const SEED = Number(process.env["MOUND_TEST_SEED"] ?? 20261121);
const FULL = Number(process.env["MOUND_TEST_SCALE"] ?? 1) > 1;
const CHAINED = ATTACKS.filter(({ met, alone }) => met === undefined && alone !== true);
/** Each by itself takes a few processes: those that cannot follow others, or all of them at night. */
const SINGLE = ATTACKS.filter(
  (attack) => attack.met !== "unseen" && (FULL || !CHAINED.includes(attack)),
);
const UNSEEN = ATTACKS.filter(({ met }) => met === "unseen");

describe("a reader survives", () => {
  test(`${CHAINED.length} attacks one on the other, in the order of seed ${SEED}`, async () => {
    const { cli } = arena;
    let tip = arena.victim.tip;
    const expected: unknown[] = [];
    for (const attack of shuffled(CHAINED, SEED)) {
      tip = defined(await arena.build(attack, { tip }), attack.name);
      const { name, rule, code } = attack;
      expected.push({ commit: tip, name, rule, code });
    }
    arena.point(tip);
    const synced = await cli.ok("-C reader sync --json");
    const after = await arena.standing();
    expect(synced.json.data.refused).toHaveLength(CHAINED.length);
    // The state keeps the newest of them.
    const kept = expected.slice(-after.refusals.length);
    const found = after.refusals.map(({ commit, fault: { rule, code } }, at) => {
      return { commit, name: (kept[at] as Attack).name, rule, code };
    });
    expect(found).toEqual(kept);
    expect(after).toMatchObject({ tip, digest: good.digest });
    before = after;
  });

  // One clone meets them all: each is forced away for the next, as refused commits may be.
  test.each(SINGLE.map((attack) => [attack.name, attack] as const))("%s", async (_, attack) => {
    const { cli } = arena;
    const tip = await arena.build(attack);
    arena.point(tip);
    const synced = await cli.run("-C reader sync --json");
    const status = await cli.run("-C reader status --json");
    const after = await arena.standing();
    const { rule, code, met = "refused" } = attack;
    const exit = met === "rewritten" ? 6 : 0;
    expect(synced.code, synced.out).toBe(exit);
    expect([0, exit], status.out).toContain(status.code);
    expect(after.digest).toBe(good.digest);
    const found = after.refusals.map(({ commit, fault }) => {
      return { commit, rule: fault.rule, code: fault.code };
    });
    if (met === "refused") {
      expect(found).toEqual([{ commit: tip, rule, code }]);
      expect(after.tip).toBe(tip);
    } else {
      expect(after).toEqual(met === "deferred" ? good : before);
    }
    before = after;
  });

  test("and goes on as if nothing had been", async () => {
    const { cli, victim } = arena;
    arena.point(victim.tip);
    expect((await cli.run("-C reader sync")).code).toBe(0);
    expect(await arena.standing()).toEqual(good);
    expect((await cli.run(`-C reader claim ${victim.tasks.open} --as bob`)).code).toBe(0);
  });
});

test.each(UNSEEN.map((attack) => [attack.name, attack] as const))(
  "%s: every reader makes the same of it, and work goes on",
  async (_, attack) => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "mound-test-arena-")));
    onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    const own = await Arena.open(folder);
    own.point(await own.build(attack));
    await own.cli.ok("-C reader sync");
    await own.cli.ok(`-C reader done ${own.victim.tasks.held} --as alice`);
    await own.cli.ok("-C . clone origin.git fresh");
    const read = await own.standing();
    expect(read.refusals).toEqual([]);
    expect(await own.standing("fresh")).toEqual(read);
  },
);

function shuffled<T>(items: readonly T[], seed: number): readonly T[] {
  const random = prng(seed);
  const left = [...items];
  return items.map(() => left.splice(random() % left.length, 1)[0]!);
}
