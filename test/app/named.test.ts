import { expect, test } from "vitest";
import { newNonce } from "../../src/app/nonce.ts";
import type { Outcome, Request } from "../../src/app/request.ts";
import type { Command } from "../../src/protocol/commands/index.ts";
import type { Nonce } from "../../src/protocol/ids.ts";
import { memoryWorld, originTip, type MemoryClone } from "../support/memory-world.ts";

async function twoMembers(seed: number) {
  const world = memoryWorld(seed);
  const first = await world.found("ant-1");
  const second = await (await world.clone("ant-2")).join();
  const tasks = Array.from({ length: 4 }, (_, n) => ({ title: `task ${n}` }));
  expect((await first.run({ type: "add", tasks })).ok).toBe(true);
  return { world, first, second, nonce: newNonce(world.random) };
}

/** One agent's request, from whichever clone carries it out: its own, or a daemon's. */
function named(
  of: MemoryClone,
  command: Command,
  nonce: Nonce,
  more: Partial<Request> = {},
): Request {
  return { agent: of.agent, command, signer: of.signer, nonce, ...more };
}

async function ask(at: MemoryClone, ...requests: readonly Request[]): Promise<readonly Outcome[]> {
  return at.submitter.submit(requests);
}

const next: Command = { type: "next" };

test("asked again under the same name, it is answered as before, and there is one commit", async () => {
  const { world, first, nonce } = await twoMembers(41);
  const [before] = await ask(first, named(first, next, nonce));
  const tip = originTip(world);
  const [again] = await ask(first, named(first, next, nonce));
  expect(again).toEqual(before);
  expect(originTip(world)).toBe(tip);
  expect(await first.read((view) => view.get("held/ant-1"))).toMatchObject({
    [before!.ok ? before!.value.answer.tasks[0]! : ""]: expect.anything(),
  });
});

test("asked again by another process, after others have moved the line, it is found far back", async () => {
  const { world, first, second, nonce } = await twoMembers(42);
  const [before] = await ask(first, named(first, next, nonce));
  for (let turn = 0; turn < 5; turn += 1)
    await second.run({ type: "add", tasks: [{ title: "x" }] });
  const tip = originTip(world);
  expect(await ask(second, named(first, next, nonce))).toEqual([before]);
  expect(originTip(world)).toBe(tip);
});

test("asked twice at the same time it is carried out once, and both are answered the same", async () => {
  const { first, second, nonce } = await twoMembers(43);
  const before = await first.commits();
  const other = named(
    second,
    { type: "add", tasks: [{ title: "beside" }] },
    newNonce({ bytes: () => new Uint8Array(10), fraction: () => 0 }),
  );
  const [one, beside, two] = await ask(
    first,
    named(first, next, nonce),
    other,
    named(first, next, nonce),
  );
  expect(one).toMatchObject({ ok: true, value: { answer: { token: 1 } } });
  expect(two).toEqual(one);
  expect(beside).toMatchObject({ ok: true });
  expect(await first.commits()).toBe(before + 2);
});

test("a name that was refused is no name that was used: it may be asked for again", async () => {
  const { first, second, nonce } = await twoMembers(44);
  const [task] = await first.tasks();
  await first.run({ type: "claim", task: task! });
  const claim: Command = { type: "claim", task: task! };
  expect(await ask(second, named(second, claim, nonce))).toMatchObject([
    { ok: false, error: { code: "held" } },
  ]);
  await first.run({ type: "finish", task: task!, outcome: "released" });
  expect(await ask(second, named(second, claim, nonce))).toMatchObject([
    { ok: true, value: { answer: { token: 2 } } },
  ]);
});

test("a daemon and the command that gave it up carry out the same thing: one commit, one answer", async () => {
  const { world, first, second, nonce } = await twoMembers(45);
  const before = await first.commits();
  // Both have decided on the same tip when they push; `next` may well pick differently.
  const outcomes = await Promise.all([
    ask(first, named(first, next, nonce)),
    ask(second, named(first, next, nonce, { sent: true })),
  ]);
  expect(outcomes[0]).toEqual(outcomes[1]);
  expect(outcomes[0]).toMatchObject([{ ok: true, value: { commit: originTip(world) } }]);
  await first.submitter.sync();
  expect(await first.commits()).toBe(before + 1);
});

test("the answer is what has landed, not what was decided last", async () => {
  const { world, first, second, nonce } = await twoMembers(46);
  const ids = await first.tasks();
  // An origin that cannot be looked at for nothing: the push finds out that somebody else was faster.
  Object.assign(second.ports.remote, { peek: async () => undefined });
  await second.submitter.sync();
  const [landed] = await ask(first, named(first, { type: "claim", task: ids[0]! }, nonce));
  const [told] = await ask(second, named(first, { type: "claim", task: ids[1]! }, nonce));
  expect(told).toEqual(landed);
  expect(told).toMatchObject({ value: { answer: { tasks: [ids[0]] }, commit: originTip(world) } });
});

test("what somebody else may yet carry out is not called undone because the origin is away", async () => {
  const { world, first, nonce } = await twoMembers(47);
  const refused = ["unreachable", "refuse"] as const;
  for (const mishap of refused) {
    world.origin.mishaps.pushes.push(mishap);
    const [sent] = await ask(first, named(first, next, nonce, { sent: true }));
    expect(sent).toMatchObject({ ok: false, error: { code: "outcome-unknown", nonces: [nonce] } });
  }
  world.origin.mishaps.pushes.push("unreachable");
  const [own] = await ask(first, named(first, next, nonce));
  expect(own).toMatchObject({ ok: false, error: { code: "remote-unreachable" } });
  expect(await ask(first, named(first, next, nonce, { sent: true }))).toMatchObject([{ ok: true }]);
});

test("what nobody waits for any more is not begun; the others of its batch are", async () => {
  const { first, nonce } = await twoMembers(48);
  const before = await first.commits();
  const outcomes = await ask(
    first,
    named(first, next, nonce, { wanted: () => false }),
    named(first, next, newNonce({ bytes: () => new Uint8Array(10).fill(7), fraction: () => 0 }), {
      wanted: () => true,
    }),
  );
  expect(outcomes).toMatchObject([{ ok: false, error: { code: "aborted" } }, { ok: true }]);
  expect(await first.commits()).toBe(before + 1);
});

test("a push whose client has left meanwhile is not tried again", async () => {
  const { world, first, second, nonce } = await twoMembers(49);
  Object.assign(first.ports.remote, { peek: async () => undefined });
  await first.submitter.sync();
  let wanted = true;
  const push = first.ports.remote.push.bind(first.ports.remote);
  Object.assign(first.ports.remote, {
    push: async (...args: Parameters<typeof push>) => {
      if (wanted) await second.run({ type: "add", tasks: [{ title: "faster" }] });
      wanted = false;
      return push(...args);
    },
  });
  const [outcome] = await ask(first, named(first, next, nonce, { wanted: () => wanted }));
  expect(outcome).toMatchObject({ ok: false, error: { code: "aborted" } });
  await second.submitter.sync();
  expect(originTip(world)).toBe(second.line.tip);
  expect(await second.read((view) => view.get(`nonce/${nonce}`))).toBeUndefined();
});

test("what has landed stays landed where the journal and the cache can take nothing more", async () => {
  const { first, nonce } = await twoMembers(50);
  const before = await first.commits();
  const full = async (): Promise<never> => {
    throw new Error("no space left on device");
  };
  Object.assign(first.ports.journal, { end: full });
  Object.assign(first.ports.cache, { append: full, replace: full });
  const [outcome] = await ask(first, named(first, next, nonce));
  expect(outcome).toMatchObject({ ok: true, value: { answer: { token: 1 } } });
  expect(await first.commits()).toBe(before + 1);
  expect(first.phases).toContain("unsaved");
});

test("what this process left in doubt is put away once the line has moved on", async () => {
  const { world, first, nonce } = await twoMembers(51);
  const kept = new Set<Nonce>();
  const { journal } = first.ports;
  const [begin, end] = [journal.begin.bind(journal), journal.end.bind(journal)];
  Object.assign(journal, {
    begin: async (...args: Parameters<typeof begin>) => {
      for (const entry of args[0]) kept.add(entry.nonce);
      await begin(...args);
    },
    end: async (nonces: readonly Nonce[]) => {
      for (const one of nonces) kept.delete(one);
      await end(nonces);
    },
  });
  world.origin.mishaps.pushes.push("lose-reply");
  world.origin.mishaps.fetches.push("unreachable");
  const [unknown] = await ask(first, named(first, next, nonce));
  expect(unknown).toMatchObject({ ok: false, error: { code: "outcome-unknown" } });
  expect([...kept]).toEqual([nonce]);
  expect((await first.submitter.sync()).ok).toBe(true);
  expect([...kept]).toEqual([]);
  expect(await ask(first, named(first, next, nonce))).toMatchObject([
    { ok: true, value: { answer: { token: 1 }, commit: originTip(world) } },
  ]);
});
