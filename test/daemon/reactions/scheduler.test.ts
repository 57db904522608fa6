import { describe, expect, test } from "vitest";
import type { ReactionNote } from "../../../src/daemon/reactions/notes.ts";
import { batch, event, everything, ReactionsStage, settled } from "../../support/reactions.ts";

const A = "k3f9qz1-a";
const B = "k3f9qz2-b";
const C = "k3f9qz3-c";

describe("order", () => {
  test("the events of one task are tried one after the other, in their order", async () => {
    const stage = new ReactionsStage(everything("    concurrency: 4\n"));
    const reactions = await stage.start();
    await reactions.deliver(batch(event("a1", A), event("a2", A), event("a3", A)));
    expect(stage.now).toEqual(["a1"]);
    await stage.at("a1").end();
    expect(stage.now).toEqual(["a2"]);
    await stage.at("a2").end();
    await stage.at("a3").end();
    expect(stage.started).toEqual(["a1", "a2", "a3"]);
    expect(reactions.status()).toMatchObject({ waiting: [], retrying: [], dead: [] });
  });

  test("while one event of a task is being retried, the later ones of this task wait, and no others", async () => {
    const stage = new ReactionsStage(everything());
    const reactions = await stage.start();
    await reactions.deliver(batch(event("a1", A), event("a2", A), event("b1", B)));
    await stage.at("a1").end("badly");
    expect(stage.now).toEqual(["b1"]);
    await stage.at("b1").end();
    expect(stage.now).toEqual([]);
    await stage.clock.advance(1_000);
    expect(stage.now).toEqual(["a1"]);
    await stage.at("a1").end();
    expect(stage.now).toEqual(["a2"]);
  });

  test("events without a task are in order among themselves", async () => {
    const stage = new ReactionsStage(everything("    concurrency: 4\n"));
    const reactions = await stage.start();
    await reactions.deliver(batch(event("m1"), event("a1", A), event("m2")));
    expect(stage.now).toEqual(["m1", "a1"]);
    await stage.at("m1").end("badly");
    expect(stage.now).toEqual(["a1"]);
    expect(reactions.status().retrying.map(({ lane }) => lane)).toEqual(["-"]);
  });

  test("reactions do not wait for each other", async () => {
    const stage = new ReactionsStage(everything() + everything("", "other"));
    const reactions = await stage.start();
    await reactions.deliver(batch(event("a1", A), event("a2", A)));
    expect(stage.running.map(({ reaction, id }) => [reaction.name, id])).toEqual([
      ["all", "a1"],
      ["other", "a1"],
    ]);
    await stage.running[1]!.end();
    expect(stage.running.map(({ reaction, id }) => [reaction.name, id])).toEqual([
      ["all", "a1"],
      ["other", "a2"],
    ]);
  });
});

describe("concurrency", () => {
  test("is of different tasks, and never more than the file says", async () => {
    const stage = new ReactionsStage(everything("    concurrency: 2\n"));
    const reactions = await stage.start();
    await reactions.deliver(batch(event("a1", A), event("b1", B), event("c1", C), event("a2", A)));
    expect(stage.now).toEqual(["a1", "b1"]);
    await stage.at("a1").end();
    expect(stage.now).toEqual(["b1", "c1"]);
    await stage.at("b1").end();
    expect(stage.now).toEqual(["c1", "a2"]);
  });
});

describe("backoff", () => {
  type Failed = Extract<ReactionNote, { code: "delivery-failed" }>;

  test("grows by doubling bounds, is drawn anew each time, and ends in a dead letter", async () => {
    const stage = new ReactionsStage(everything("    retries: 12\n"));
    const draws = [1, 1, 0.5, 1, 1, 1, 1, 1, 1, 1, 1, 0];
    const random = { bytes: () => new Uint8Array(), fraction: () => draws.shift()! };
    const reactions = await stage.start({ random });
    await reactions.deliver(batch(event("a1", A), event("a2", A)));
    const waits: number[] = [];
    for (let tries = 1; tries <= 12; tries++) {
      await stage.at("a1").end("badly");
      const { due } = stage.notes.at(-1) as Failed;
      waits.push(due - stage.clock.now());
      if (due > stage.clock.now()) {
        await stage.clock.advance(due - stage.clock.now() - 1);
        expect(stage.now).toEqual([]);
        await stage.clock.advance(1);
      }
    }
    expect(waits.map((wait) => wait / 1_000)).toEqual([
      1, 2, 2, 8, 16, 32, 64, 128, 256, 300, 300, 0,
    ]);
    await stage.at("a1").end("badly");
    expect(stage.notes.at(-1)).toMatchObject({ code: "delivery-dead", event: "a1", tries: 13 });
    expect(reactions.status().dead).toMatchObject([
      { n: 1, tries: 13, failure: { why: { kind: "exit", code: 3 }, stderr: "no a1" } },
    ]);
    expect(stage.now).toEqual(["a2"]);
  });

  test("goes on after a restart where it was", async () => {
    const stage = new ReactionsStage(everything());
    const random = { bytes: () => new Uint8Array(), fraction: () => 1 };
    const first = await stage.start({ random });
    await first.deliver(batch(event("a1", A)));
    await stage.at("a1").end("badly");
    await stage.clock.advance(1_000);
    await stage.at("a1").end("badly");
    await first.close();
    const second = await stage.start({ random });
    expect(second.status().retrying).toMatchObject([{ tries: 2 }]);
    await stage.clock.advance(1_999);
    expect(stage.now).toEqual([]);
    await stage.clock.advance(1);
    expect(stage.now).toEqual(["a1"]);
  });

  test("is not taken at its word by a clock that was set back", async () => {
    const stage = new ReactionsStage(everything());
    const first = await stage.start();
    await first.deliver(batch(event("a1", A)));
    await stage.at("a1").end("badly");
    await first.close();
    const before = { ...stage.clock, now: () => stage.clock.now() - 86_400_000 };
    await stage.start({ clock: before });
    await settled();
    expect(stage.now).toEqual(["a1"]);
  });
});

test("what the system is short of costs no try, and what is missing does", async () => {
  const stage = new ReactionsStage(everything("    retries: 1\n"));
  const random = { bytes: () => new Uint8Array(), fraction: () => 1 };
  const reasons = ["EMFILE", "EAGAIN", "ENOENT", "ENOMEM", "ENOENT"];
  const run = async () => {
    const why = { kind: "not-started", reason: reasons.shift() ?? "" } as const;
    return { why, stdout: "", stderr: "" };
  };
  const reactions = await stage.start({ random, run });
  await reactions.deliver(batch(event("a1", A)));
  await settled();
  for (let step = 0; step < 4; step++) await stage.clock.advance(2_000);
  const tries = stage.notes.flatMap((note) => ("tries" in note ? [note.tries] : []));
  expect(tries).toEqual([0, 0, 1, 1, 2]);
  expect(stage.codes().at(-1)).toBe("delivery-dead");
});

test("a try that is called off by the end of the daemon has not failed, and is made again", async () => {
  const stage = new ReactionsStage(everything("    retries: 0\n"));
  const stop = new AbortController();
  const first = await stage.start({ signal: stop.signal });
  await first.deliver(batch(event("a1", A)));
  stop.abort();
  await first.close();
  expect(stage.now).toEqual([]);
  expect(stage.codes()).toEqual(["reactions-loaded"]);
  const second = await stage.start();
  expect(second.status().waiting).toMatchObject([{ tries: 0, failure: undefined }]);
  expect(stage.now).toEqual(["a1"]);
});
