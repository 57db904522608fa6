import { mkdtempSync, realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { git } from "../contract/clone.ts";
import { Arena } from "../support/adversaries/arena.ts";
import type { Attack } from "../support/adversaries/attack.ts";
import { Door, type Refusal, type Siege } from "../support/adversaries/door.ts";
import { ATTACKS } from "../support/adversaries/index.ts";
import { SCALE } from "../support/race.ts";

const dir = realpathSync(mkdtempSync(join(tmpdir(), "mound-test-door-")));
let arena: Arena;
let door: Door;
beforeAll(async () => {
  arena = await Arena.open(dir);
  door = await Door.at(arena);
});
afterAll(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));

/** A push takes three processes: one attack in so many by default, and every one of them at night. */
const SPARED = SCALE > 1 ? 1 : 8;
const JUDGED = SCALE > 1 ? ATTACKS : ATTACKS.filter(({ large }) => large !== true);
/** Attacks at the same time. */
const ABREAST = 3;

describe("at the door", () => {
  test(
    `the judge refuses ${JUDGED.length} attacks, each by its rule`,
    { timeout: 600_000 },
    async () => {
      const met = await each(JUDGED, (siege) => door.judge(siege));
      expect(met.map(({ attack, refusal }) => [attack.name, refusal])).toEqual(
        met.map(({ attack, next }) => [attack.name, expected(attack, next)]),
      );
    },
  );

  test(
    "a push is refused by the hook where git itself lets everything pass",
    { timeout: 1_800_000 },
    async () => {
      const some = ATTACKS.filter((_, at) => at % SPARED === 0);
      const met = await each(some, (siege) => door.push(door.unguarded, siege));
      expect(met.map(({ attack, refusal }) => [attack.name, refusal.why, refusal.raw])).toEqual(
        met.map(({ attack }) => [attack.name, pushed(attack), undefined]),
      );
      expect(await git(door.unguarded, "rev-parse", "main")).toBe(arena.victim.tip);
    },
  );

  test("and where it has all its own guards up", { timeout: 1_800_000 }, async () => {
    const some = ATTACKS.filter((_, at) => at % SPARED === SPARED - 1);
    const met = await each(some, (siege) => door.push(arena.origin, siege));
    const wrong = met.filter(({ attack, refusal: { why, raw } }) => {
      return raw !== undefined || (why !== "git" && why !== pushed(attack));
    });
    expect(wrong).toEqual([]);
    expect(await git(arena.origin, "rev-parse", "main")).toBe(arena.victim.tip);
  });

  test("whoever is honest comes in as before", async () => {
    await arena.cli.ok(`-C reader claim ${arena.victim.tasks.open} --as bob`);
    expect(await git(arena.origin, "rev-parse", "main~1")).toBe(arena.victim.tip);
  });
});

interface Met {
  readonly attack: Attack;
  readonly next: Siege["next"];
  readonly refusal: Refusal;
}

/** A few at a time; in the order of the table. */
async function each(
  attacks: readonly Attack[],
  meet: (siege: Siege) => Promise<Refusal>,
): Promise<readonly Met[]> {
  const met: Met[] = [];
  const left = [...attacks.entries()];
  const work = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) {
      const [at, attack] = one;
      const siege = await door.siege(attack, `siege-${at}`);
      met[at] = { attack, next: siege.next, refusal: await meet(siege) };
      door.end(siege);
    }
  };
  await Promise.all(Array.from({ length: ABREAST }, work));
  return met;
}

function expected(attack: Attack, next: Siege["next"]): Refusal {
  const why = whyOf(attack);
  return { why, commit: why.startsWith("door-") ? undefined : next, raw: undefined };
}

function whyOf({ rule, met, atDoor: other }: Attack): string {
  if (other !== undefined) return other;
  if (met === "deferred") return "door-ahead";
  return met === "rewritten" ? "door-rewind" : rule;
}

/** What only a door sees has no rule that it could name. */
function pushed(attack: Attack): string {
  const why = whyOf(attack);
  return why.startsWith("door-") ? "door" : why;
}
