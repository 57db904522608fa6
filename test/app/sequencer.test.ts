import fc from "fast-check";
import { expect, test } from "vitest";
import { err } from "../../src/base/result.ts";
import { runs } from "../support/scale.ts";
import { bench, done, nameOf, nextTurn, numbers, request } from "../support/sequencer-bench.ts";

test("everything that came while a push was under way goes into the next chain", async () => {
  const { submit, chains, begun, shut, open } = bench();
  shut();
  const first = submit("a", [0]);
  await begun(1);
  const rest = [submit("a", [1]), submit("b", [0, 1]), submit("c", [0])];
  await nextTurn();
  expect(chains).toEqual([["a/0"]]);
  open();
  expect((await Promise.all([first, ...rest])).flat()).toEqual(["a/0", "a/1", "b/0", "b/1", "c/0"]);
  expect(chains.slice(1)).toEqual([["a/1", "b/0", "c/0", "b/1"]]);
});

test("agents take turns: with n that wait, a command waits for n - 1 others at most", async () => {
  const { submit, chains } = bench({ batchCount: 8, lingerMs: 0 });
  const flood = submit("flood", numbers(1_000));
  const few = ["a", "b", "c"].map((agent) => submit(agent, numbers(5)));
  await Promise.all([flood, ...few]);
  const order = chains.flat();
  expect(order).toHaveLength(1_015);
  for (const agent of ["a", "b", "c"])
    for (const number of numbers(5)) {
      // Of each of the three others one at most is before it, for each of its own.
      expect(order.indexOf(`${agent}/${number}`)).toBeLessThan(4 * (number + 1));
    }
  // The one with a thousand loses nothing either.
  expect(order.filter((name) => name.startsWith("flood/"))).toEqual(
    numbers(1_000).map((number) => `flood/${number}`),
  );
});

test("who comes late to a flood is in the very next chain", async () => {
  const { submit, chains, begun, shut, open } = bench({ batchCount: 4, lingerMs: 0 });
  shut();
  const flood = submit("flood", numbers(100));
  await begun(1);
  expect(chains).toHaveLength(1);
  const late = submit("late", [0]);
  open();
  await Promise.all([flood, late]);
  expect(chains[1]).toContain("late/0");
});

test("a chain is bounded by count and by bytes, and one that is larger than both goes alone", async () => {
  const { submit, chains, begun, shut, open } = bench({ batchCount: 3, batchBytes: 100 });
  shut();
  const all = [submit("first", [0])];
  await begun(1);
  all.push(submit("a", [0], 60), submit("b", [0], 60), submit("c", [0], 30), submit("d", [0], 500));
  all.push(...["e", "f", "g", "h"].map((agent) => submit(agent, [0], 1)));
  open();
  await Promise.all(all);
  expect(chains).toEqual([
    ["first/0"],
    ["a/0"],
    ["b/0", "c/0"],
    ["d/0"],
    ["e/0", "f/0", "g/0"],
    ["h/0"],
  ]);
});

test("one that is refused is refused alone", async () => {
  const { submit, state } = bench();
  state.carry = async (requests) =>
    requests.map((one) =>
      nameOf(one) === "b/0" ? err({ code: "decide-again", agent: "b" }) : done(one),
    );
  const all = ["a", "b", "c"].map((agent) => submit(agent, [0]));
  expect((await Promise.all(all)).flat()).toEqual(["a/0", "decide-again", "c/0"]);
});

test("one that breaks the submitter fails alone; it is found by halves, in order", async () => {
  const { submit, state, chains, begun, shut, open } = bench();
  state.carry = async (requests) => {
    if (requests.some((one) => nameOf(one) === "bad/0")) throw new Error("it breaks");
    return requests.map(done);
  };
  shut();
  const first = submit("first", [0]);
  await begun(1);
  const good = numbers(63).map((number) => submit(`good-${number}`, [0]));
  const bad = submit("bad", [0]);
  open();
  expect(await bad).toEqual(["aborted"]);
  expect((await Promise.all([first, ...good])).flat()).toEqual([
    "first/0",
    ...numbers(63).map((number) => `good-${number}/0`),
  ]);
  // 64 commands: six times halved, and each half that is good is one push.
  expect(chains).toHaveLength(1 + 1 + 2 * 6);
  const landed = chains.filter((chain) => !chain.includes("bad/0")).flat();
  expect(landed).toEqual(["first/0", ...numbers(63).map((number) => `good-${number}/0`)]);
  expect(new Set(landed).size).toBe(landed.length);
});

test("a queue that is full takes nothing, and says when to come back", async () => {
  const { sequencer, submit, begun, shut, open } = bench({
    queueCount: 4,
    queueBytes: 100,
    lingerMs: 0,
  });
  shut();
  const first = submit("a", [0]);
  await begun(1);
  const waiting = submit("a", numbers(3), 30);
  const full = sequencer.submit([request("b", 0), request("b", 1)], 1);
  expect(full).toMatchObject({ ok: false, error: { code: "queue-full", waiting: 3 } });
  if (full.ok) throw new Error("it was taken");
  expect(full.error.retry).toBeGreaterThan(0);
  expect(sequencer.submit([request("b", 0)], 71).ok).toBe(false);
  expect(sequencer.waiting).toBe(3);
  open();
  expect((await Promise.all([first, waiting])).flat()).toEqual(["a/0", "a/0", "a/1", "a/2"]);
  // Where nothing waits even what is too large is taken: it could never come otherwise.
  expect(await submit("b", numbers(10), 1_000)).toHaveLength(10);
});

test("nobody lingers for a lone agent, whatever it sends", async () => {
  const { submit, slept } = bench();
  for (const count of [1, 1, 10, 1, 3, 1]) await submit("a", numbers(count));
  await Promise.all([submit("a", [0]), submit("a", [1])]);
  await submit("a", [2]);
  expect(slept).toEqual([]);
});

test("after a chain of several agents it lingers for them, and no longer than it may", async () => {
  const { submit, slept, chains } = bench({ lingerMs: 12 });
  await Promise.all([submit("a", [0]), submit("b", [0]), submit("c", [0])]);
  // The first goes at once; what comes with it follows.
  slept.length = 0;
  chains.length = 0;
  const first = submit("a", [1]);
  await Promise.resolve();
  const second = submit("b", [1]);
  await Promise.all([first, second]);
  expect(chains).toEqual([["a/1", "b/1"]]);
  expect(slept.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(12);
  // Whoever is left alone waits once, and then no more.
  await submit("a", [2]);
  slept.length = 0;
  await submit("a", [3]);
  expect(slept).toEqual([]);
});

test("what reads or moves the same line runs between two chains, and idle waits for all", async () => {
  const { submit, sequencer, begun, shut, open, chains } = bench();
  shut();
  const first = submit("a", [0]);
  await begun(1);
  const seen: number[] = [];
  const alone = sequencer.exclusive(async () => seen.push(chains.length));
  const broken = sequencer.exclusive(async () => {
    throw new Error("a look that fails");
  });
  open();
  await expect(broken).rejects.toThrow("a look that fails");
  await Promise.all([first, alone, submit("b", [0])]);
  expect(seen).toEqual([1]);
  await sequencer.idle();
  expect(sequencer.waiting).toBe(0);
});

test("each request is answered once, in its agent's order, whatever comes when and whatever breaks", async () => {
  const arrival = fc.record({
    agent: fc.constantFrom("a", "b", "c", "d"),
    count: fc.integer({ min: 1, max: 6 }),
    bytes: fc.integer({ min: 1, max: 80 }),
    pause: fc.nat(3),
    fate: fc.constantFrom("done", "done", "done", "refused", "broken"),
  });
  const limits = fc.record({
    batchCount: fc.integer({ min: 1, max: 9 }),
    batchBytes: fc.integer({ min: 1, max: 100 }),
    lingerMs: fc.constantFrom(0, 12),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(arrival, { maxLength: 40 }), limits, async (arrivals, bounds) => {
      const { submit, state, chains, sequencer } = bench(bounds);
      const fates = new Map<string, string>();
      const carried: string[] = [];
      state.carry = async (requests) => {
        await nextTurn();
        if (requests.some((one) => fates.get(nameOf(one)) === "broken")) throw new Error("broken");
        carried.push(...requests.map(nameOf));
        return requests.map((one) =>
          fates.get(nameOf(one)) === "refused"
            ? err({ code: "decide-again", agent: "" })
            : done(one),
        );
      };
      const next = new Map<string, number>();
      const answers: Promise<void>[] = [];
      const answered: string[] = [];
      for (const { agent, count, bytes, pause, fate } of arrivals) {
        const from = next.get(agent) ?? 0;
        next.set(agent, from + count);
        const names = numbers(count).map((number) => from + number);
        for (const name of names) fates.set(`${agent}/${name}`, fate);
        const expected = names.map((name) =>
          fate === "done" ? `${agent}/${name}` : fate === "refused" ? "decide-again" : "aborted",
        );
        const check = async (): Promise<void> => {
          expect(await submit(agent, names, bytes)).toEqual(expected);
          answered.push(...names.map((name) => `${agent}/${name}`));
        };
        answers.push(check());
        for (let turn = 0; turn < pause; turn += 1) await nextTurn();
      }
      await Promise.all(answers);
      await sequencer.idle();
      expect(answered.toSorted()).toEqual([...fates.keys()].toSorted());
      const whole = [...fates].flatMap(([name, fate]) => (fate === "broken" ? [] : [name]));
      expect(carried.toSorted()).toEqual(whole.toSorted());
      for (const agent of next.keys()) {
        const own = carried.filter((name) => name.startsWith(`${agent}/`));
        const inOrder = own.toSorted((a, b) => Number(a.split("/")[1]) - Number(b.split("/")[1]));
        expect(own).toEqual(inOrder);
      }
      for (const chain of chains) expect(chain.length).toBeLessThanOrEqual(bounds.batchCount);
    }),
    runs(150),
  );
});
