import fc from "fast-check";
import { expect, test } from "vitest";
import { answerIn, findOperation } from "../../src/app/landed.ts";
import type { Request } from "../../src/app/request.ts";
import type { Command } from "../../src/protocol/commands/index.ts";
import type { Answer } from "../../src/protocol/commands/plan.ts";
import type { Nonce } from "../../src/protocol/ids.ts";
import { newNonce } from "../../src/app/nonce.ts";
import { memoryWorld } from "../support/memory-world.ts";
import { runs } from "../support/scale.ts";
import { Yard } from "../support/yard.ts";
import { steps } from "../support/yard-steps.ts";

test("the answer of any command is told from its commit alone", () => {
  const met = new Set<Command["type"]>();
  fc.assert(
    fc.property(steps, (taken) => {
      const decided: { nonce: Nonce; answer: Answer; type: Command["type"] }[] = [];
      const told = new Set<Nonce>();
      const yard = new Yard(() => {
        // Told of every commit, decided here or not: what it names is what was answered.
        const facts = yard.world.log.at(-1)!;
        for (const { nonce, answer, type } of decided) {
          // Later commits may restore some of its records: the first that has them is the operation's.
          const found = told.has(nonce) ? undefined : answerIn(facts, nonce);
          if (found === undefined) continue;
          told.add(nonce);
          met.add(type);
          const { already: _already, ...owed } = answer;
          expect([type, found]).toEqual([type, owed]);
        }
      });
      const { world } = yard;
      const [decide, draw] = [world.decide.bind(world), world.nonce.bind(world)];
      let nonce: Nonce;
      world.nonce = () => (nonce = draw());
      world.decide = (agent, command, view, cosigners) => {
        const decision = decide(agent, command, view, cosigners);
        if (decision.ok && decision.value.files.length > 0)
          decided.push({ nonce, answer: decision.value.answer, type: command.type });
        return decision;
      };
      // What is left out of a commit is not told; only what was decided whole is looked at.
      for (const step of taken) yard.take({ ...step, manner: "honest" });
    }),
    runs(40),
  );
  // The rarer ones are met in most runs, not in all.
  const frequent: Command["type"][] = ["add", "claim", "finish", "next", "renew"];
  expect([...met]).toEqual(expect.arrayContaining(frequent));
});

test("an operation is found by its name, wherever it lies in history, and no other one", async () => {
  const world = memoryWorld(31);
  const clone = await world.found();
  const named = Array.from({ length: 6 }, (_, index): Request => ({
    agent: clone.agent,
    command: { type: "add", tasks: [{ title: `one ${index}` }, { title: `two ${index}` }] },
    signer: clone.signer,
    nonce: newNonce(world.random),
  }));
  const outcomes = await clone.submitter.submit(named);
  const { history } = clone.ports;
  for (const [at, { nonce }] of named.entries()) {
    const found = await findOperation(nonce!, clone.line.tip, history);
    expect({ ok: true, value: found }).toEqual(outcomes[at]);
  }
  expect(await findOperation(newNonce(world.random), clone.line.tip, history)).toBeUndefined();
  expect(await findOperation(named[0]!.nonce!, undefined, history)).toBeUndefined();
});

test("a takeover answers the token of its claim, not that of the claim that lapsed", async () => {
  const world = memoryWorld(32);
  const first = await world.found();
  const second = await (await world.clone("ant-2")).join();
  await first.run({ type: "add", tasks: [{ title: "one" }] });
  const [task] = await first.tasks();
  await first.run({ type: "claim", task: task!, lease: 1_000 });
  await world.clock.advance(10_000);
  const nonce = newNonce(world.random);
  const [outcome] = await second.submitter.submit([
    { agent: second.agent, command: { type: "claim", task: task! }, signer: second.signer, nonce },
  ]);
  expect(outcome).toMatchObject({ ok: true, value: { answer: { tasks: [task], token: 2 } } });
  const found = await findOperation(nonce, second.line.tip, second.ports.history);
  expect({ ok: true, value: found }).toEqual(outcome);
});
