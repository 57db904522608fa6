import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KeptState } from "../../src/app/kept-state.ts";
import type { StateCache } from "../../src/app/ports.ts";
import { withKeys } from "../../src/app/sharded-state.ts";
import { FileStateCache } from "../../src/git/state-cache.ts";
import { memoryStateCache } from "../../src/memory/state-cache.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import type { Delta, Key, Value } from "../../src/protocol/state.ts";
import { testFolder } from "../support/folder.ts";
import { runs } from "../support/scale.ts";

const KEYS = Array.from({ length: 7 }, (_, at): Key => `nonce/${at}000000000000000`);

function oid(commit: number): Oid {
  return commit.toString(16).padStart(40, "0") as Oid;
}

/** Commit `n` writes one key, and takes another away. */
function deltaOf(commit: number): Delta {
  return new Map<Key, Value | undefined>([
    [KEYS[(commit * 3) % KEYS.length]!, undefined],
    [KEYS[(commit * 5) % KEYS.length]!, commit],
  ]);
}

function entriesAt(commit: number): ReadonlyMap<Key, Value> {
  const state = new Map<Key, Value>();
  for (let at = 1; at <= commit; at += 1) {
    for (const [key, value] of deltaOf(at))
      if (value === undefined) state.delete(key);
      else state.set(key, value);
  }
  return state;
}

/** One process of a clone: what it folds, and what it keeps for others. */
class Process {
  readonly kept: KeptState;
  saved: Promise<unknown> = Promise.resolve();

  constructor(cache: StateCache) {
    this.kept = new KeptState(cache, async (tip) => entriesAt(Number.parseInt(tip, 16)));
  }

  get commit(): number {
    return this.kept.tip === undefined ? 0 : Number.parseInt(this.kept.tip, 16);
  }

  fold(): void {
    this.kept.take(oid(this.commit + 1), deltaOf(this.commit + 1));
  }

  /** Without an end: what comes next may come before it has. */
  save(): void {
    this.saved = this.saved.then(() => this.kept.save());
  }

  /** Answers the commits before and after; undefined: it was opened anew. */
  async advance(): Promise<readonly [number, number] | undefined> {
    await this.saved;
    const before = this.commit;
    if ((await this.kept.advance()) !== "replaced") return [before, this.commit];
    await this.kept.open();
    return undefined;
  }
}

async function expectWhole({ kept, commit, saved }: Process): Promise<void> {
  await saved;
  const read = () => KEYS.map((key) => [key, kept.state.get(key)]);
  const expected = entriesAt(commit);
  expect(await withKeys(kept.state, read)).toEqual(KEYS.map((key) => [key, expected.get(key)]));
}

async function expectAdvance(process: Process): Promise<void> {
  const [before, after] = (await process.advance()) ?? [0, 0];
  expect(after).toBeGreaterThanOrEqual(before);
  await expectWhole(process);
}

const CACHES: readonly (readonly [string, () => StateCache])[] = [
  ["memory", memoryStateCache],
  ["files", () => new FileStateCache(join(testFolder("mound-kept-"), "cache"))],
];

describe.each(CACHES)("states that processes keep in %s", (_, makeCache) => {
  test("where another's line came first, what was folded here does not go back", async () => {
    const cache = makeCache();
    const [one, other] = [new Process(cache), new Process(cache)];
    one.fold();
    one.save();
    await one.advance();
    await other.kept.open();
    for (const process of [one, other]) process.fold();
    other.fold();
    one.save();
    await expectWhole(one);
    other.save();
    await expectWhole(other);
    expect(await other.kept.advance()).toBeUndefined();
    expect(other.commit).toBe(3);
    await expectWhole(other);
    other.fold();
    other.save();
    await expectWhole(other);
    const late = new Process(cache);
    await late.kept.open();
    expect(late.commit).toBe(4);
    await expectWhole(late);
  });

  test("are those of their commits, whoever folds, keeps and takes in at which time", async () => {
    const step = fc.record({
      who: fc.nat({ max: 2 }),
      what: fc.constantFrom("fold" as const, "fold" as const, "save" as const, "advance" as const),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
        const cache = makeCache();
        const processes = [0, 1, 2].map(() => new Process(cache));
        for (const { who, what } of steps) {
          const process = processes[who]!;
          if (what === "advance") await expectAdvance(process);
          else process[what]();
        }
        const late = new Process(cache);
        await Promise.all(processes.map(expectWhole));
        await late.kept.open();
        await expectWhole(late);
      }),
      runs(60),
    );
  });
});
