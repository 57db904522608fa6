import { describe, expect, test } from "vitest";
import type { Journal, JournalEntry, Queue, StateCache } from "../../src/app/ports.ts";
import { shardOf } from "../../src/protocol/shards.ts";
import type { AgentId, Nonce, Oid } from "../../src/protocol/ids.ts";
import type { Key, Value } from "../../src/protocol/state.ts";

const A = "a".repeat(40) as Oid;
const B = "b".repeat(40) as Oid;
const C = "c".repeat(40) as Oid;
const NONCE = "nonce/0123456789abcdef" as Key;
const HEAD = "head/k3f9qz7" as Key;
const entries: readonly (readonly [Key, Value])[] = [
  [NONCE, 1],
  [HEAD, "k3f9qz7-x" as Value],
];

/** What every cache of the folded state must do; `make` gives one that is empty. */
export function stateCacheContract(name: string, make: () => Promise<StateCache>): void {
  describe(`state cache: ${name}`, () => {
    test("an empty cache has nothing to open, and nothing to append to", async () => {
      const cache = await make();
      expect(await cache.open()).toBeUndefined();
      expect(await cache.append(A, B, new Map())).toBe(false);
    });

    test("what was kept is loaded by shard, or as a whole", async () => {
      const cache = await make();
      await cache.replace(A, entries);
      const opened = (await cache.open())!;
      expect(opened.tip).toBe(A);
      expect([...(await opened.load([shardOf(HEAD)]))]).toEqual([entries[1]]);
      expect(new Map(await opened.load())).toEqual(new Map(entries));
      expect([...(await opened.load(["t-zz"]))]).toEqual([]);
      await opened.close();
    });

    test("changes are seen by who opens later, and by who asks for them", async () => {
      const cache = await make();
      await cache.replace(A, entries);
      const early = (await cache.open())!;
      expect(await cache.append(A, B, new Map([[NONCE, undefined]]))).toBe(true);
      expect(await cache.append(B, C, new Map([[HEAD, "k3f9qz7-y" as Value]]))).toBe(true);
      const late = (await cache.open())!;
      expect(late.tip).toBe(C);
      expect(new Map(await late.load())).toEqual(new Map([[HEAD, "k3f9qz7-y"]]));
      expect(await early.advance()).toMatchObject([
        { tip: B, delta: new Map<Key, unknown>([[NONCE, undefined]]) },
        { tip: C, delta: new Map<Key, unknown>([[HEAD, "k3f9qz7-y"]]) },
      ]);
      expect(await early.advance()).toEqual([]);
      expect([...(await early.load([shardOf(NONCE)]))]).toEqual([]);
      await early.close();
      await late.close();
    });

    test("a change that does not continue from here is another's duplicate, and ignored", async () => {
      const cache = await make();
      await cache.replace(A, entries);
      const opened = (await cache.open())!;
      await cache.append(B, C, new Map([[NONCE, undefined]]));
      expect(await opened.advance()).toEqual([]);
      expect(opened.tip).toBe(A);
      await opened.close();
    });

    test("a newer whole state is told to who has an older one open", async () => {
      const cache = await make();
      await cache.replace(A, entries);
      const opened = (await cache.open())!;
      await cache.replace(B, []);
      expect(await opened.advance()).toBe("replaced");
      await opened.close();
    });
  });
}

/** What every journal must do; `make` gives one that is empty, as a process sees it, and its death. */
export function journalContract(
  name: string,
  make: () => Promise<{ own: Journal; other: Journal; otherDies: () => Promise<void> }>,
): void {
  const entry = (nonce: string): JournalEntry => ({
    nonce: nonce as Nonce,
    agent: "ant-1" as AgentId,
    summary: "claim x",
    at: 1,
  });
  describe(`journal: ${name}`, () => {
    test("what a living process has begun is not left over; what a dead one has not ended is", async () => {
      const { own, other, otherDies } = await make();
      await own.begin([entry("0000000000000001")]);
      await other.begin([entry("0000000000000002"), entry("0000000000000003")]);
      await other.end(["0000000000000003" as Nonce]);
      expect(await own.leftovers()).toEqual([]);
      await otherDies();
      expect(await own.leftovers()).toMatchObject([entry("0000000000000002")]);
      await own.end(["0000000000000002" as Nonce]);
      expect(await own.leftovers()).toEqual([]);
    });
  });
}

/** What every queue must do; `make` gives as many members of one queue as asked. */
export function queueContract(
  name: string,
  make: (count: number) => Promise<readonly Queue[]>,
): void {
  describe(`queue: ${name}`, () => {
    test("one at a time, and everybody gets a turn", async () => {
      const members = await make(6);
      let inside = 0;
      let most = 0;
      const turns: number[] = [];
      await Promise.all(
        members.map(async (member, index) => {
          for (let round = 0; round < 3; round++) {
            const pass = await member.turn();
            inside += 1;
            most = Math.max(most, inside);
            await Promise.resolve();
            turns.push(index);
            inside -= 1;
            await pass();
          }
        }),
      );
      expect(most).toBe(1);
      expect(turns.toSorted((a, b) => a - b)).toEqual([
        0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5,
      ]);
    });
  });
}
