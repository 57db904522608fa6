import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { signFiles } from "../../src/app/build.ts";
import { newNonce } from "../../src/app/nonce.ts";
import type { Outcome, Request, SignedDecision } from "../../src/app/request.ts";
import { defined } from "../../src/base/assert.ts";
import type { Command } from "../../src/protocol/commands/index.ts";
import { decide } from "../../src/protocol/decide.ts";
import type { Nonce } from "../../src/protocol/ids.ts";
import { choose } from "../../src/protocol/views/match.ts";
import { memoryWorld, originTip, type MemoryClone } from "../support/memory-world.ts";
import { runs } from "../support/scale.ts";

/** An author whose key nobody else has, and a member whose key the daemon has. */
async function authorAndDaemon(seed: number) {
  const world = memoryWorld(seed);
  const daemon = await world.found("ant-1");
  const author = await (await world.clone("ant-2")).join();
  const tasks = Array.from({ length: 3 }, (_, n) => ({ title: `task ${n}` }));
  expect((await daemon.run({ type: "add", tasks })).ok).toBe(true);
  await author.submitter.sync();
  return { world, daemon, author, nonce: newNonce(world.random), tasks: await daemon.tasks() };
}

/** What the author decides and signs on the line as it knows it. */
async function sign(author: MemoryClone, command: Command, nonce: Nonce): Promise<SignedDecision> {
  const { line, ports, signer, agent } = author;
  const decided = await author.read((view) =>
    decide(command, {
      view,
      agent,
      now: Math.max(ports.clock.now(), view.get("line")?.time ?? 0),
      nonce,
      seen: line.tip,
      choose,
      keys: [signer.key],
    }),
  );
  if (!decided.ok) throw new Error(decided.error.code);
  const { message, answer } = decided.value;
  const files = await signFiles(decided.value.files, [signer]);
  const stood = await author.read((view) => files.map(({ path }) => view.get(`file/${path}`)?.oid));
  return { message, answer, files, stood };
}

function ordered(
  daemon: MemoryClone,
  author: MemoryClone,
  command: Command,
  nonce: Nonce,
  decision: SignedDecision,
): Request {
  const { agent } = author;
  return {
    agent,
    command,
    nonce,
    signer: daemon.signer,
    ordered: { decision, committer: daemon.agent },
  };
}

async function order(daemon: MemoryClone, request: Request): Promise<Outcome> {
  const [outcome] = await daemon.submitter.submit([request]);
  return defined(outcome, "the outcome");
}

function commitText(clone: MemoryClone, oid: string): Promise<string> {
  return clone.ports.objects
    .read(oid as never)
    .then((object) => new TextDecoder().decode(defined(object, oid).bytes));
}

describe("what its author has signed and another member orders", () => {
  test("is committed by that member, is the author's, and everyone accepts it", async () => {
    const { world, daemon, author, nonce, tasks } = await authorAndDaemon(61);
    const command: Command = { type: "claim", task: tasks[0]! };
    const decision = await sign(author, command, nonce);
    const outcome = await order(daemon, ordered(daemon, author, command, nonce, decision));
    expect(outcome).toEqual({
      ok: true,
      value: { answer: { tasks: [tasks[0]], token: 1 }, commit: originTip(world) },
    });
    const text = await commitText(daemon, originTip(world));
    expect(text).toMatch(/^author ant-2 </m);
    expect(text).toMatch(/^committer ant-1 </m);
    await author.submitter.sync();
    expect(author.line.tip).toBe(originTip(world));
    expect(await author.read((view) => view.get(`task/${tasks[0]!}`)?.claim)).toMatchObject({
      agent: "ant-2",
      token: 1,
    });
  });

  test("goes into one chain with the commands of others", async () => {
    const { world, daemon, author, nonce, tasks } = await authorAndDaemon(62);
    const command: Command = { type: "claim", task: tasks[0]! };
    const decision = await sign(author, command, nonce);
    daemon.phases.length = 0;
    const outcomes = await daemon.submitter.submit([
      { agent: daemon.agent, command: { type: "claim", task: tasks[1]! }, signer: daemon.signer },
      ordered(daemon, author, command, nonce, decision),
      {
        agent: daemon.agent,
        command: { type: "add", tasks: [{ title: "x" }] },
        signer: daemon.signer,
      },
    ]);
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, true, true]);
    expect(daemon.phases.filter((phase) => phase === "push")).toHaveLength(1);
    await author.submitter.sync();
    expect(author.line.tip).toBe(originTip(world));
  });

  test("is kept as it is where the line moved elsewhere, and pushed again after a lost race", async () => {
    const { world, daemon, author, nonce, tasks } = await authorAndDaemon(63);
    const command: Command = { type: "claim", task: tasks[0]! };
    const decision = await sign(author, command, nonce);
    Object.assign(daemon.ports.remote, { peek: async () => undefined });
    const third = await (await world.clone("ant-3")).join();
    await third.run({ type: "claim", task: tasks[1]! });
    const outcome = await order(daemon, ordered(daemon, author, command, nonce, decision));
    expect(outcome).toMatchObject({ ok: true, value: { answer: { token: 1 } } });
  });

  test("has to be decided again where the line moved under it, and nothing is written", async () => {
    const { world, daemon, author, nonce, tasks } = await authorAndDaemon(64);
    const command: Command = { type: "claim", task: tasks[0]! };
    const decision = await sign(author, command, nonce);
    await daemon.run({ type: "claim", task: tasks[0]! });
    const tip = originTip(world);
    const outcome = await order(daemon, ordered(daemon, author, command, nonce, decision));
    expect(outcome).toMatchObject({ ok: false, error: { code: "decide-again", agent: "ant-2" } });
    expect(originTip(world)).toBe(tip);
  });

  test("a claim of the author's own that landed elsewhere is not won a second time", async () => {
    const { world, daemon, author, nonce, tasks } = await authorAndDaemon(65);
    const command: Command = { type: "claim", task: tasks[0]! };
    const decision = await sign(author, command, nonce);
    expect(await author.run(command)).toMatchObject({ ok: true });
    const tip = originTip(world);
    const outcome = await order(daemon, ordered(daemon, author, command, nonce, decision));
    expect(outcome).toMatchObject({ ok: false, error: { code: "decide-again" } });
    expect(originTip(world)).toBe(tip);
  });

  test("asked for again under the same name it is answered, once done", async () => {
    const { world, daemon, author, nonce, tasks } = await authorAndDaemon(66);
    const command: Command = { type: "claim", task: tasks[0]! };
    const request = ordered(daemon, author, command, nonce, await sign(author, command, nonce));
    const first = await order(daemon, request);
    const tip = originTip(world);
    expect(await order(daemon, request)).toEqual(first);
    expect(originTip(world)).toBe(tip);
  });

  test("is refused from a committer that is no member any more", async () => {
    const { daemon, author, nonce, tasks, world } = await authorAndDaemon(67);
    const third = await (await world.clone("ant-3")).join();
    const command: Command = { type: "claim", task: tasks[0]! };
    const decision = await sign(author, command, nonce);
    await daemon.run({ type: "end-membership", agent: "ant-3", status: "revoked" });
    const outcome = await order(third, ordered(third, author, command, nonce, decision));
    expect(outcome).toMatchObject({ ok: false, error: { code: "decide-again" } });
  });
});

type Tamper = (decision: SignedDecision) => SignedDecision;

const first =
  (change: (file: SignedDecision["files"][number]) => SignedDecision["files"][number]): Tamper =>
  (decision) => ({
    ...decision,
    files: decision.files.map((file, at) => (at === 0 ? change(file) : file)),
  });

const replaced = (from: string | RegExp, to: string): Tamper =>
  first(({ path, bytes }) => ({
    path,
    bytes: new TextEncoder().encode(new TextDecoder().decode(bytes).replace(from, to)),
  }));

const extra =
  (path: string, bytes: Uint8Array | undefined): Tamper =>
  (decision) => ({
    ...decision,
    files: [...decision.files, { path, bytes }],
    stood: [...decision.stood, undefined],
  });

describe("what somebody has tampered with", () => {
  const tampers: readonly (readonly [string, Tamper])[] = [
    ["a longer lease", replaced(/^until: 2026/m, "until: 2027")],
    ["another agent", replaced(/^agent: ant-2/m, "agent: ant-1")],
    ["another token", replaced(/^token: 1/m, "token: 9")],
    ["no signature", replaced(/^---\n[^]*/m, "")],
    ["a broken signature", replaced(/U1NIU0lH/, "U1NIU0lI")],
    ["another path", first(({ bytes }) => ({ path: "tasks/aa/aaaaaaa/claim.lock", bytes }))],
    ["a removal instead", first(({ path }) => ({ path, bytes: undefined }))],
    ["a file beside it", extra("README.md", new Uint8Array([10]))],
    ["a workflow beside it", extra(".github/workflows/x.yml", new Uint8Array([10]))],
    ["the mound's settings gone", extra("mound.yaml", undefined)],
    [
      "another author in the message",
      (one) => ({ ...one, message: one.message.replace("ant-2", "ant-1") }),
    ],
    ["a message beyond all bounds", (one) => ({ ...one, message: "x".repeat(100_000) })],
    ["nothing at all", (one) => ({ ...one, files: [], stood: [] })],
  ];

  test.each(tampers)("is refused, and its chain goes on without it: %s", async (_name, tamper) => {
    const { world, daemon, author, nonce, tasks } = await authorAndDaemon(71);
    const command: Command = { type: "claim", task: tasks[0]! };
    const decision = tamper(await sign(author, command, nonce));
    const outcomes = await daemon.submitter.submit([
      ordered(daemon, author, command, nonce, decision),
      { agent: daemon.agent, command: { type: "claim", task: tasks[1]! }, signer: daemon.signer },
    ]);
    expect(outcomes).toMatchObject([
      { ok: false, error: { code: "decide-again" } },
      { ok: true, value: { commit: originTip(world) } },
    ]);
    const witness = await world.clone("witness");
    const synced = await witness.submitter.sync();
    expect(synced).toMatchObject({ ok: true, value: { tip: originTip(world) } });
    expect(await witness.read((view) => view.get("refusals"))).toBeUndefined();
  });

  test("never breaks the chain of all the others, nor lands what anyone refuses", async () => {
    const paths = fc.oneof(
      fc.constantFrom(
        "",
        "/",
        "a//b",
        "..",
        "../x",
        ".git/config",
        "tasks",
        "mound.yaml",
        "mound.yaml/x",
        "agents/ant-2/agent.yaml",
        "agents/ant-2",
        "a\0b",
        "a\nb",
        "tasks/aa/aaaaaaa/claim.lock",
      ),
      fc.string({ unit: "binary", maxLength: 30 }),
    );
    const file = fc.record({
      path: paths,
      bytes: fc.option(fc.uint8Array({ maxLength: 40 }), { nil: undefined }),
    });
    const { world, daemon, author, tasks } = await authorAndDaemon(72);
    await fc.assert(
      fc.asyncProperty(
        fc.array(file, { maxLength: 3 }),
        fc.boolean(),
        fc.boolean(),
        fc.string({ unit: "binary", maxLength: 40 }),
        async (files, whole, before, message) => {
          const command: Command = { type: "add", tasks: [{ title: "signed" }] };
          const nonce = newNonce(world.random);
          await author.submitter.sync();
          const signed = await sign(author, command, nonce);
          const own = whole ? signed.files : [];
          const decision = {
            ...signed,
            message: message === "" ? signed.message : message,
            files: before ? [...files, ...own] : [...own, ...files],
          };
          const stood = await daemon.read((view) =>
            decision.files.map(({ path }) => view.get(`file/${path}`)?.oid),
          );
          const outcomes = await daemon.submitter.submit([
            ordered(daemon, author, command, nonce, { ...decision, stood }),
            {
              agent: daemon.agent,
              command: { type: "renew", task: tasks[0]! },
              signer: daemon.signer,
            },
          ]);
          expect(outcomes).toHaveLength(2);
          expect(outcomes[1]).toMatchObject({ error: { code: "not-held" } });
        },
      ),
      runs(150),
    );
    const witness = await world.clone("witness");
    const synced = await witness.submitter.sync();
    expect(synced).toMatchObject({ ok: true, value: { tip: originTip(world) } });
    expect(await witness.read((view) => view.get("refusals"))).toBeUndefined();
  });
});
