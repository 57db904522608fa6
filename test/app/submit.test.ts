import { expect, test } from "vitest";
import { budgeted, PushBudget } from "../../src/app/push-budget.ts";
import { Submitter } from "../../src/app/submit.ts";
import { memoryWorld, originTip, type MemoryClone } from "../support/memory-world.ts";

async function twoClones(seed: number) {
  const world = memoryWorld(seed);
  const first = await world.found("ant-1");
  const second = await (await world.clone("ant-2")).join();
  const added = await first.run({ type: "add", tasks: [{ title: "one" }] });
  expect(added.ok).toBe(true);
  const [task] = await first.tasks();
  return { world, first, second, task: task! };
}

const claim = (clone: MemoryClone, task: string) => clone.run({ type: "claim", task });

test("a command lands as one commit, and the answer names it", async () => {
  const { world, first, task } = await twoClones(1);
  const outcome = await claim(first, task);
  expect(outcome).toEqual({
    ok: true,
    value: { answer: { tasks: [task], token: 1 }, commit: originTip(world) },
  });
});

test("a claim that another won is a value: it says who holds it until when, and nothing is pushed", async () => {
  const { world, first, second, task } = await twoClones(2);
  expect((await claim(first, task)).ok).toBe(true);
  const tip = originTip(world);
  const lost = await claim(second, task);
  expect(lost).toMatchObject({ ok: false, error: { code: "held", by: "ant-1", token: 1 } });
  expect(originTip(world)).toBe(tip);
});

test("nothing is refused on an old view: what was released meanwhile is taken", async () => {
  const { first, second, task } = await twoClones(3);
  await claim(first, task);
  await second.submitter.sync();
  expect((await first.run({ type: "finish", task, outcome: "released" })).ok).toBe(true);
  expect(await claim(second, task)).toMatchObject({ ok: true, value: { answer: { token: 2 } } });
});

test("a lost push is judged again: the same signed files where they are still legal", async () => {
  const { first, second } = await twoClones(4);
  await first.submitter.sync();
  expect((await second.run({ type: "add", tasks: [{ title: "two" }] })).ok).toBe(true);
  const before = await first.commits();
  // An origin that cannot be looked at for nothing: the push itself finds that it is late.
  Object.assign(first.ports.remote, { peek: async () => undefined });
  let signed = 0;
  const signer = {
    key: first.signer.key,
    unattended: true,
    sign: (payload: Uint8Array, namespace: string) => (
      (signed += 1),
      first.signer.sign(payload, namespace)
    ),
  };
  const [outcome] = await first.submitter.submit([
    { agent: first.agent, command: { type: "add", tasks: [{ title: "three" }] }, signer },
  ]);
  expect(outcome).toMatchObject({ ok: true });
  expect(first.phases.filter((phase) => phase === "push").length).toBeGreaterThanOrEqual(2);
  // The record once, the commit once for each try.
  expect(signed).toBe(3);
  expect(await first.commits()).toBe(before + 2);
});

test("unknown: a reply that was lost is found by its nonce, and there is one commit", async () => {
  const { world, first, task } = await twoClones(5);
  const before = await first.commits();
  world.origin.mishaps.pushes.push("lose-reply");
  expect(await claim(first, task)).toMatchObject({
    ok: true,
    value: { answer: { token: 1 }, commit: originTip(world) },
  });
  expect(await first.commits()).toBe(before + 1);
});

test("unknown: a push that was cut before it was applied is made again, once", async () => {
  const { world, first, task } = await twoClones(6);
  const before = await first.commits();
  world.origin.mishaps.pushes.push("cut", "cut");
  expect(await claim(first, task)).toMatchObject({ ok: true, value: { answer: { token: 1 } } });
  expect(await first.commits()).toBe(before + 1);
});

test("unknown, and the origin cannot be asked: said so, journalled, and resolved by the next", async () => {
  const { world, first, task } = await twoClones(7);
  world.origin.mishaps.pushes.push("lose-reply");
  world.origin.mishaps.fetches.push("unreachable");
  const outcome = await claim(first, task);
  expect(outcome).toMatchObject({ ok: false, error: { code: "outcome-unknown" } });
  (first.ports.journal as { dies?: () => void }).dies?.();
  expect((await first.submitter.sync()).ok).toBe(true);
  expect(first.submitter.takeRecovered()).toMatchObject([
    { agent: "ant-1", summary: `claim ${task}`, landed: true },
  ]);
  expect(await first.ports.journal.leftovers()).toEqual([]);
});

test.each(["refuse", "unreachable"] as const)(
  "an origin that is %s fails the command and leaves all as it was",
  async (mishap) => {
    const { world, first, task } = await twoClones(8);
    const tip = originTip(world);
    world.origin.mishaps.pushes.push(mishap);
    const outcome = await claim(first, task);
    expect(outcome).toMatchObject({
      ok: false,
      error: { code: mishap === "refuse" ? "remote-refused" : "remote-unreachable" },
    });
    expect(originTip(world)).toBe(tip);
    expect(await claim(first, task)).toMatchObject({ ok: true });
  },
);

test("a batch is one push; one bad command fails alone, and order is kept", async () => {
  const { first } = await twoClones(9);
  first.phases.length = 0;
  const outcomes = await first.runAll([
    { type: "add", tasks: [{ title: "a" }] },
    { type: "claim", task: "nowhere" },
    { type: "next" },
    { type: "next" },
    { type: "next" },
  ]);
  expect(outcomes.map((outcome) => outcome.ok)).toEqual([true, false, true, true, false]);
  expect(outcomes[1]).toMatchObject({ error: { code: "task-missing" } });
  expect(outcomes[4]).toMatchObject({ error: { code: "nothing-to-take" } });
  expect(first.phases.filter((phase) => phase === "push")).toHaveLength(1);
});

test("many at once: every task is won once, and commits are acknowledged commands", async () => {
  const world = memoryWorld(10);
  const first = await world.found();
  const clones = [first];
  for (const name of ["ant-2", "ant-3", "ant-4"])
    clones.push(await (await world.clone(name)).join());
  await first.run({
    type: "add",
    tasks: Array.from({ length: 12 }, (_, n) => ({ title: `task ${n}` })),
  });
  const before = await first.commits();
  const won = await Promise.all(
    clones.map(async (clone) => {
      const mine: string[] = [];
      for (;;) {
        const outcome = await clone.run({ type: "next" });
        if (!outcome.ok) return mine;
        mine.push(outcome.value.answer.tasks[0]!);
      }
    }),
  );
  expect(won.flat()).toHaveLength(12);
  expect(new Set(won.flat()).size).toBe(12);
  await first.submitter.sync();
  expect(await first.commits()).toBe(before + 12);
});

test("one's own live claim is answered again, with nothing written", async () => {
  const { world, first, task } = await twoClones(11);
  await claim(first, task);
  const tip = originTip(world);
  expect(await claim(first, task)).toEqual({
    ok: true,
    value: { answer: { tasks: [task], token: 1, already: true }, commit: undefined },
  });
  expect(originTip(world)).toBe(tip);
});

test("a zombie is fenced: after a takeover, its finish is refused whatever it believes", async () => {
  const { world, first, second, task } = await twoClones(12);
  await first.run({ type: "claim", task, lease: 2_000 });
  await world.clock.advance(5_000);
  expect(await claim(second, task)).toMatchObject({ ok: true, value: { answer: { token: 2 } } });
  expect(await first.run({ type: "finish", task, outcome: "done", result: "late" })).toMatchObject({
    ok: false,
    error: { code: "fenced", token: 1, current: 2, by: "ant-2" },
  });
});

test("a lost push waits for its budget before it looks again, not after: it would be late for ever", async () => {
  const { world, first, second } = await twoClones(13);
  await second.submitter.sync();
  // Whenever the budget makes us wait, somebody else commits meanwhile.
  const busy = {
    ...world.clock,
    sleep: async (ms: number) => {
      await world.clock.sleep(ms);
      const added = await second.run({ type: "add", tasks: [{ title: "meanwhile" }] });
      expect(added.ok).toBe(true);
    },
  };
  const budget = new PushBudget(busy, 1);
  await budget.take();
  const remote = budgeted(first.ports.remote, budget);
  const submitter = new Submitter(first.line, { ...first.ports, remote });
  const from = world.clock.now();
  const [outcome] = await submitter.submit([
    {
      agent: first.agent,
      command: { type: "add", tasks: [{ title: "two" }] },
      signer: first.signer,
    },
  ]);
  expect(outcome).toMatchObject({ ok: true, value: { commit: originTip(world) } });
  // The push that lost, and the one that did not.
  expect(world.clock.now() - from).toBeLessThan(2 * 60_000 + 1_000);
});
