import { appendFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  DEAD_MAX,
  type Failure,
  Ledger,
  type Operation,
  SEEN_MAX,
} from "../../../src/daemon/reactions/ledger.ts";
import { heldEvent, readLine, writeLine } from "../../../src/daemon/reactions/operation-line.ts";
import { readLedger, Store } from "../../../src/daemon/reactions/store.ts";
import { testFolder } from "../../support/folder.ts";
import { runs } from "../../support/scale.ts";

const FAILURE: Failure = {
  at: 7,
  why: { kind: "exit", code: 1 },
  stdout: "o",
  stderr: "e\n\u2028",
};

function add(id: string, task: string | undefined, ...to: readonly (readonly [string, number])[]) {
  const about = task === undefined ? {} : { task };
  return { op: "add", event: heldEvent({ v: 1, id, type: "task.done", ...about }), to } as const;
}

/** Everything that a reader of a ledger can see. */
function shown(ledger: Ledger): unknown {
  return [ledger.waiting(), ledger.dead(), ledger.next];
}

describe("the log", () => {
  test("gives back what was written, to its writer and to one who looks", async () => {
    const folder = testFolder("mound-test-store-");
    const store = new Store(folder);
    store.take([add("a1", "t1", ["x", 1], ["y", 2]), add("a2", "t1", ["x", 3])]);
    store.settle([{ op: "failed", n: 1, tries: 1, due: 99, failure: FAILURE }]);
    store.settle([{ op: "dead", n: 2, tries: 6, failure: FAILURE }]);
    const before = shown(store.ledger);
    expect(shown(readLedger(folder).ledger)).toEqual(before);
    await store.sync();
    await store.close();
    const again = new Store(folder);
    expect(shown(again.ledger)).toEqual(before);
    expect(again.ledger.hasSeen("a2")).toBe(true);
    await again.close();
  });

  test("loses its torn last line and no other, wherever it was torn", async () => {
    const folder = testFolder("mound-test-store-");
    const path = join(folder, "log.ndjson");
    const store = new Store(folder);
    store.take([add("a1", "t1", ["x", 1])]);
    await store.close();
    const whole = statSync(path).size;
    const line = writeLine(add("ä2", "t1", ["x", 2]));
    for (let cut = 1; cut < Buffer.byteLength(line); cut++) {
      truncateSync(path, whole);
      appendFileSync(path, Buffer.from(line).subarray(0, cut));
      const torn = new Store(folder);
      expect([torn.damaged, torn.ledger.waiting().length]).toEqual([0, 1]);
      torn.take([add("a3", "t1", ["x", 3])]);
      await torn.close();
      expect(
        readLedger(folder)
          .ledger.waiting()
          .map(({ n }) => n),
      ).toEqual([1, 3]);
    }
  });

  test("that the disk has damaged says so and keeps the rest", async () => {
    const folder = testFolder("mound-test-store-");
    const lines = [add("a1", "t1", ["x", 1]), add("a2", "t1", ["x", 2]), add("a3", "t1", ["x", 3])];
    const [first, , third] = lines.map(writeLine);
    writeFileSync(join(folder, "log.ndjson"), `${first}{"op":"a\0\0\0\n7\nnull\n${third}`);
    const store = new Store(folder);
    expect([store.damaged, store.ledger.waiting().map(({ n }) => n)]).toEqual([3, [1, 3]]);
    await store.close();
  });

  test("stays small, however much has passed through it", async () => {
    const folder = testFolder("mound-test-store-");
    const store = new Store(folder);
    store.take([add("kept", "t0", ["x", 1])]);
    const text = "x".repeat(1_000);
    for (let n = 2; n < 20_000; n++) {
      const event = heldEvent({ id: `e${n}`, type: "task.done", text });
      store.take([{ op: "add", event, to: [["x", n]] }]);
      store.settle([{ op: "end", n }]);
    }
    const { size } = statSync(join(folder, "log.ndjson"));
    expect(size).toBeLessThan(3 * 1024 * 1024);
    await store.close();
    const { ledger } = readLedger(folder);
    expect(ledger.waiting().map(({ n }) => n)).toEqual([1]);
    expect([ledger.next, ledger.hasSeen("e2"), ledger.hasSeen("kept")]).toEqual([
      20_000,
      true,
      true,
    ]);
  });

  test("is for nobody but its user", async () => {
    const folder = join(testFolder("mound-test-store-"), "reactions");
    const store = new Store(folder);
    await store.close();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, "log.ndjson")).mode & 0o777).toBe(0o600);
  });
});

describe("a disk that refuses", () => {
  test("keeps deliveries out as a whole, and what happened for later", async () => {
    const folder = testFolder("mound-test-store-");
    const store = new Store(folder);
    store.take([add("a1", "t1", ["x", 1])]);
    await store.close();
    // Its file is closed: every write is refused, as by a full disk.
    expect(() => store.take([add("a2", "t1", ["x", 2])])).toThrow(/EBADF/);
    expect(store.ledger.hasSeen("a2")).toBe(false);
    expect(store.settle([{ op: "end", n: 1 }])?.message).toMatch(/EBADF/);
    expect(store.ledger.waiting()).toEqual([]);
    expect(
      readLedger(folder)
        .ledger.waiting()
        .map(({ n }) => n),
    ).toEqual([1]);
  });
});

describe("the ledger", () => {
  test("remembers the last events taken, and forgets the oldest dead letters", () => {
    const ledger = new Ledger();
    for (let n = 1; n <= SEEN_MAX + 1; n++) {
      ledger.apply(add(`e${n}`, `t${n}`, ["x", n]));
      ledger.apply(
        n > DEAD_MAX + 2 ? { op: "end", n } : { op: "dead", n, tries: 1, failure: FAILURE },
      );
    }
    expect([ledger.hasSeen("e1"), ledger.hasSeen("e2")]).toEqual([false, true]);
    expect(ledger.dead()).toHaveLength(DEAD_MAX);
    expect([ledger.forgotten, ledger.dead()[0]?.n]).toEqual([2, 3]);
  });

  test("is the same when it is replayed from its lines, and from its snapshot", () => {
    const reaction = fc.constantFrom("x", "y");
    const task = fc.constantFrom("t1", "t2", undefined);
    const number = fc.integer({ min: 1, max: 12 });
    const step = fc.oneof(
      fc.tuple(fc.constant("add"), task, fc.uniqueArray(reaction, { minLength: 1 })),
      fc.tuple(fc.constantFrom("start", "failed", "end", "dead", "retry", "drop"), number),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const operations: Operation[] = [];
        let next = 1;
        for (const [op, what, to] of steps as [string, never, string[]][]) {
          if (op === "add")
            operations.push(add(`e${next}`, what, ...to.map((name) => [name, next++] as const)));
          else
            operations.push({ op, n: what, tries: 1, due: 5, failure: FAILURE, pid: 9 } as never);
        }
        const ledger = new Ledger();
        const read = new Ledger();
        for (const operation of operations) {
          ledger.apply(operation);
          read.apply(readLine(writeLine(operation).trimEnd())!);
        }
        expect(shown(read)).toEqual(shown(ledger));
        const rebuilt = new Ledger();
        for (const operation of ledger.snapshot()) rebuilt.apply(operation);
        expect(shown(rebuilt)).toEqual(shown(ledger));
        for (const name of ["x", "y"]) {
          expect(rebuilt.load(name)).toEqual(ledger.load(name));
          expect(rebuilt.lanes(name).toSorted()).toEqual(ledger.lanes(name).toSorted());
        }
      }),
      runs(300),
    );
  });
});

test("the lines are what a person can read", () => {
  expect(writeLine(add("a1", "t1", ["x", 1]))).toBe(
    '{"op":"add","to":[["x",1]],"event":{"v":1,"id":"a1","type":"task.done","task":"t1"}}\n',
  );
});
