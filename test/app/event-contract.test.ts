/**
 * The contract of the stream, by the names that etcd gives its watches, over a long history: read in
 * random portions, by readers that die at random places. What must come out is told by an oracle that
 * knows the accepted records and nothing of the code under test.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { parseCursor, type Cursor } from "../../src/app/cursor.ts";
import { Follower } from "../../src/app/follower.ts";
import { Line } from "../../src/app/line.ts";
import { prng } from "../../src/base/prng.ts";
import { virtualClock } from "../../src/memory/clock.ts";
import { memoryStateCache } from "../../src/memory/state-cache.ts";
import { matchesEvent, type EventBatch } from "../../src/protocol/views/event.ts";
import { expectedBatches, lineOf, type Told } from "../support/event-oracle.ts";
import { longHistory } from "../support/long-history.ts";
import { runs, runsUpTo } from "../support/scale.ts";
import { worldOrigins, type WorldOrigin } from "../support/world-ports.ts";
import type { World } from "../support/world.ts";

const COMMITS = runsUpTo(3_000, 10_000).numRuns;
const SEED = runs(1).seed ?? Math.floor(Math.random() * 1e9);
const SLOW = { timeout: 60_000 };

let world: World;
let expected: readonly Told[];
let originOf: () => WorldOrigin;

beforeAll(() => {
  world = longHistory(COMMITS, SEED);
  expected = expectedBatches(world);
  originOf = worldOrigins(world);
}, 120_000);

/** A reader that keeps nothing but its cursor, as a consumer in a process of its own would. */
class Reader {
  readonly origin: WorldOrigin;
  readonly ports: ReturnType<WorldOrigin["clone"]>;
  readonly #below: (limit: number) => number;
  #follower: Follower | undefined;
  line: Line | undefined;
  cursor: string | undefined;

  constructor(salt: number) {
    const random = prng(SEED + salt);
    this.#below = (limit) => random() % limit;
    this.origin = originOf();
    this.ports = this.origin.clone(virtualClock({ start: this.#timeOf(0) }));
  }

  get done(): boolean {
    return this.origin.length === world.log.length;
  }

  /** Lands some commits more, and moves the clock to some time before the next one. */
  async land(most: number): Promise<void> {
    const { origin, ports } = this;
    const next = Math.min(world.log.length, origin.length + 1 + this.#below(most));
    const now = this.#timeOf(next - 1);
    const gap = this.#timeOf(Math.min(next, world.log.length - 1)) - now;
    origin.length = next;
    await ports.clock.advance(now + this.#below(gap + 1) - ports.clock.now());
  }

  /** Reads on; after a restart, from the cursor. */
  async *read(): AsyncGenerator<EventBatch> {
    if (this.#follower === undefined) {
      const line = await Line.open(this.ports);
      if (line.tip === undefined) await line.sync();
      const from: Cursor | "start" =
        this.cursor === undefined ? "start" : parseCursor(this.cursor)!;
      const opened = await Follower.open({ line, ports: this.ports, from });
      if (!opened.ok) throw new Error(`${opened.error.code} at ${this.cursor}`);
      this.#follower = opened.value;
      this.line = line;
      yield* this.#follower.catchUp();
    }
    const synced = await this.line!.sync();
    if (!synced.ok) throw new Error(synced.error.code);
    yield* this.#follower.take(this.ports.clock.now());
  }

  /** The process is gone, and all that it had in memory. */
  die(): void {
    this.#follower = undefined;
    this.line = undefined;
  }

  chance(one: number): boolean {
    return this.#below(one) === 0;
  }

  /** Commits' times never go back, but for those that were refused. */
  #timeOf(at: number): number {
    let time = 0;
    for (let n = at; n >= Math.max(0, at - 50); n--) time = Math.max(time, world.verdicts[n]!.time);
    return time;
  }
}

/**
 * Reads all of the history in portions, and dies between batches: `often` with the line's cache at its
 * cursor, and `seldom` (a share of portions) with the cursor behind it. A batch that is read is kept.
 */
async function readAll(salt: number, most: number, deaths: { often: number; seldom: number }) {
  const reader = new Reader(salt);
  const batches: EventBatch[] = [];
  let restarts = 0;
  while (!reader.done) {
    await reader.land(most);
    const early = reader.chance(deaths.seldom);
    for await (const batch of reader.read()) {
      batches.push(batch);
      reader.cursor = batch.cursor;
      if (early && reader.chance(4)) break;
    }
    if (early || reader.chance(deaths.often)) {
      reader.die();
      restarts += 1;
    }
  }
  // The last one may have died in the middle.
  for await (const batch of reader.read()) batches.push(batch);
  return { batches, restarts, reader };
}

function told(batches: readonly EventBatch[]): readonly Told[] {
  return batches.map(({ events }) => events.map(lineOf));
}

/** What the oracle does not know: what time makes after the last commit. */
function untilLast(lines: readonly Told[]): readonly Told[] {
  return lines.slice(0, expected.length);
}

describe(`over ${COMMITS} commits, seed ${SEED}`, () => {
  test(
    "Ordered: events come in the order of the line, and those of time in their place",
    SLOW,
    async () => {
      const { batches, restarts } = await readAll(1, 60, { often: 4, seldom: 30 });
      expect(restarts).toBeGreaterThan(COMMITS / 600);
      const commits = new Map(world.log.map(({ oid }, at) => [oid, at]));
      let at = 0;
      let time = 0;
      for (const { events } of batches) {
        for (const event of events) {
          expect(commits.get(event.commit)).toBeGreaterThanOrEqual(at);
          at = commits.get(event.commit)!;
          if (event.type === "change.refused") continue;
          expect(event.time).toBeGreaterThanOrEqual(time);
          time = event.time;
        }
      }
      expect(untilLast(told(batches)).flat()).toEqual(expected.flat());
    },
  );

  test("Unique: no event comes twice, whatever restarts there are", SLOW, async () => {
    const { batches } = await readAll(2, 500, { often: 2, seldom: 12 });
    const ids = batches.flatMap(({ events }) => events.map(({ id }) => id));
    expect(ids.length).toBeGreaterThan(COMMITS);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test(
    "Reliable: none is missing, also after the origin was away and the cache was lost",
    SLOW,
    async () => {
      const reader = new Reader(3);
      const seen = new Set<string>();
      for (let portion = 0; !reader.done; portion++) {
        await reader.land(800);
        reader.origin.away = portion % 3 === 1;
        const read = async (): Promise<void> => {
          for await (const batch of reader.read()) {
            for (const event of batch.events) seen.add(lineOf(event));
            reader.cursor = batch.cursor;
          }
        };
        if (reader.origin.away) await expect(read()).rejects.toThrow("remote-unreachable");
        else await read();
        if (portion % 4 === 2) {
          reader.die();
          // Only the anchored ref is left of what the clone knew.
          Object.assign(reader.ports, { cache: memoryStateCache() });
        }
      }
      reader.origin.away = false;
      for await (const { events } of reader.read())
        for (const event of events) seen.add(lineOf(event));
      expect(expected.flat().filter((line) => !seen.has(line))).toEqual([]);
    },
  );

  test(
    "Atomic: the events of a commit, or of a moment, come together or not at all",
    SLOW,
    async () => {
      const { batches } = await readAll(4, 300, { often: 5, seldom: 25 });
      expect(batches.some(({ events }) => events.length > 1)).toBe(true);
      expect(untilLast(told(batches))).toEqual(expected);
    },
  );

  test("Resumable: from any cursor comes exactly what follows it", SLOW, async () => {
    const { batches, reader } = await readAll(5, 5_000, { often: 1_000, seldom: 1_000 });
    const all = told(batches);
    for (let n = 0; n < 5; n++) {
      const at = Math.floor((batches.length * (n + Number(reader.chance(2)) / 2)) / 5);
      reader.die();
      reader.cursor = batches[at]!.cursor;
      const rest: EventBatch[] = [];
      for await (const batch of reader.read()) rest.push(batch);
      expect(told(rest)).toEqual(all.slice(at + 1));
    }
  });

  test(
    "Bookmarkable: where nothing matches for long, the cursor goes on all the same",
    SLOW,
    async () => {
      const reader = new Reader(6);
      const rare = expected.findLastIndex((lines) =>
        lines.some((line) => line.startsWith("mound.")),
      );
      expect(rare).toBeGreaterThan(0);
      const matched: string[] = [];
      const cursors = new Set<string>();
      let portions = 0;
      for (; !reader.done; portions++) {
        await reader.land(400);
        for await (const { events, cursor } of reader.read()) {
          reader.cursor = cursor;
          for (const event of events)
            if (matchesEvent("mound.*", event.type)) matched.push(lineOf(event));
        }
        cursors.add(reader.cursor!);
        // The cursor names the newest commit, whatever it told: a resumed reader folds nothing again.
        expect(parseCursor(reader.cursor!)!.commit).toBe(reader.line!.tip);
        if (reader.chance(3)) reader.die();
      }
      expect(cursors.size).toBe(portions);
      expect(matched).toEqual(expected.flat().filter((line) => line.startsWith("mound.")));
    },
  );
});
