import { readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startReactions } from "../../../src/daemon/reactions/reactions.ts";
import { readLedger } from "../../../src/daemon/reactions/store.ts";
import { leaveRequest } from "../../../src/daemon/reactions/requests.ts";
import { batch, event, everything, ReactionsStage, settled } from "../../support/reactions.ts";

const A = "k3f9qz1-a";
const B = "k3f9qz2-b";

describe("deliver", () => {
  test("resolves when what is due is on disk, and says nothing of what concerns nobody", async () => {
    const stage = new ReactionsStage(everything("    where: {actor: ant-1}\n"));
    const reactions = await stage.start();
    expect(await reactions.deliver(batch(event("a1", A)))).toBe(true);
    expect(readLedger(stage.state).ledger.waiting()).toEqual([]);
    const wanted = event("a2", A, { actor: "ant-1" as never });
    expect(await reactions.deliver(batch(wanted))).toBe(true);
    const [held] = readLedger(stage.state).ledger.waiting();
    expect(held).toMatchObject({ n: 1, reaction: "all", lane: A, tries: 0 });
    expect(JSON.parse(held!.event.json)).toMatchObject({ v: 1, id: "a2", cursor: "after a2" });
  });

  test("takes an event once, however often its batch comes, before and after a restart", async () => {
    const stage = new ReactionsStage(everything());
    const first = await stage.start();
    await first.deliver(batch(event("a1", A), event("a2", A)));
    await first.deliver(batch(event("a1", A), event("a2", A)));
    await stage.at("a1").end();
    await first.deliver(batch(event("a1", A), event("a2", A)));
    await first.close();
    const second = await stage.start();
    // The part that a crash had kept off the disk is taken now.
    await second.deliver(batch(event("a1", A), event("a2", A), event("a3", A)));
    await stage.at("a2").end();
    await stage.at("a3").end();
    expect(stage.started).toEqual(["a1", "a2", "a2", "a3"]);
  });

  test("waits while a reaction has too much to do, and takes nothing when all ends meanwhile", async () => {
    const stage = new ReactionsStage(everything());
    const reactions = await stage.start();
    const many = Array.from({ length: 10_000 }, (_, at) => event(`m${at}`));
    expect(await reactions.deliver(batch(...many))).toBe(true);
    const taken: boolean[] = [];
    const next = reactions.deliver(batch(event("a1", A))).then((value) => taken.push(value));
    await settled();
    expect(taken).toEqual([]);
    await stage.at("m0").end();
    await next;
    expect(taken).toEqual([true]);
    const last = reactions.deliver(batch(event("a2", A)));
    await reactions.close();
    expect(await last).toBe(false);
    expect(await reactions.deliver(batch(event("a3", A)))).toBe(false);
    expect(readLedger(stage.state).ledger.hasSeen("a2")).toBe(false);
  });
});

describe("the start", () => {
  async function startWith(prepare: (stage: ReactionsStage) => void, named = true) {
    const stage = new ReactionsStage(everything());
    prepare(stage);
    return startReactions({
      folder: stage.state,
      file: stage.file,
      named,
      workTree: join(stage.folder, "tree"),
      clock: stage.clock,
      random: { bytes: () => new Uint8Array(), fraction: () => 1 },
      environment: {},
      note: () => undefined,
      signal: new AbortController().signal,
    });
  }

  test("is refused with a file that cannot be used, for events would pass by", async () => {
    const invalid = await startWith((stage) => stage.write(everything("    retries: lots\n")));
    expect(invalid).toMatchObject({ ok: false, error: { code: "reactions-invalid" } });
    const misplaced = await startWith((stage) => {
      renameSync(stage.file, join(stage.folder, "tree", "reactions.yaml"));
      symlinkSync(join(stage.folder, "tree", "reactions.yaml"), stage.file);
    });
    expect(misplaced).toMatchObject({ ok: false, error: { code: "reactions-misplaced" } });
    const missing = await startWith((stage) => rmSync(stage.file));
    expect(missing).toMatchObject({ ok: false, error: { code: "reactions-missing" } });
  });

  test("needs no file where none was named, and takes up the one that comes", async () => {
    const stage = new ReactionsStage(everything());
    rmSync(stage.file);
    const reactions = await stage.start({ named: false });
    expect(reactions.status()).toMatchObject({ reactions: [], fault: undefined });
    stage.write(everything());
    await stage.clock.advance(2_000);
    expect(reactions.status().reactions).toHaveLength(1);
  });
});

describe("the file while running", () => {
  /** Long enough for a change to be seen twice. */
  const SEEN_MS = 2_000;

  test("is taken up when it has changed and rests", async () => {
    const stage = new ReactionsStage(everything());
    const reactions = await stage.start();
    stage.write(everything("    concurrency: 2\n"));
    await stage.clock.advance(SEEN_MS);
    expect(reactions.status().reactions).toMatchObject([{ concurrency: 2 }]);
  });

  test("with a fault is told by line and reason, once, and what was in force stays", async () => {
    const stage = new ReactionsStage(everything());
    const reactions = await stage.start();
    stage.write(everything("    retries: lots\n"));
    await stage.clock.advance(5 * SEEN_MS);
    expect(stage.notes.filter(({ code }) => code === "reactions-kept")).toMatchObject([
      { fault: { code: "reactions-invalid", path: stage.file, flaws: [{ line: 5 }] } },
    ]);
    expect(reactions.status()).toMatchObject({
      reactions: [{ name: "all" }],
      fault: { code: "reactions-invalid" },
    });
    await reactions.deliver(batch(event("a1", A)));
    expect(stage.now).toEqual(["a1"]);
    stage.write(everything("    retries: 1\n"));
    await stage.clock.advance(SEEN_MS);
    expect(reactions.status()).toMatchObject({ reactions: [{ retries: 1 }], fault: undefined });
  });

  test("that is moved into the mound is refused, and taken away ends its reactions", async () => {
    const stage = new ReactionsStage(everything());
    const reactions = await stage.start();
    const inside = join(stage.folder, "tree", "reactions.yaml");
    renameSync(stage.file, inside);
    symlinkSync(inside, stage.file);
    writeFileSync(inside, "reactions: []\n");
    await stage.clock.advance(SEEN_MS);
    expect(reactions.status()).toMatchObject({
      reactions: [{ name: "all" }],
      fault: { code: "reactions-misplaced" },
    });
    rmSync(stage.file);
    await stage.clock.advance(SEEN_MS);
    expect(reactions.status()).toMatchObject({ reactions: [], fault: undefined });
  });

  test("that no longer has a reaction leaves its deliveries waiting until it has it again", async () => {
    const stage = new ReactionsStage(everything());
    const reactions = await stage.start();
    await reactions.deliver(batch(event("a1", A), event("a2", A)));
    stage.write(everything("", "other"));
    await stage.clock.advance(SEEN_MS);
    await stage.at("a1").end();
    expect(stage.now).toEqual([]);
    await reactions.deliver(batch(event("b1", B)));
    expect(stage.running.map(({ reaction }) => reaction.name)).toEqual(["other"]);
    stage.write(everything());
    await stage.clock.advance(SEEN_MS);
    expect(stage.now).toEqual(["b1", "a2"]);
  });
});

describe("requests", () => {
  const LOOK_MS = 1_000;

  async function withDeadLetters() {
    const stage = new ReactionsStage(everything("    retries: 0\n"));
    const reactions = await stage.start();
    await reactions.deliver(batch(event("a1", A), event("a2", A), event("a3", A)));
    await stage.at("a1").end("badly");
    await stage.at("a2").end("badly");
    expect(reactions.status().dead.map(({ n }) => n)).toEqual([1, 2]);
    return { stage, reactions };
  }

  test("put dead letters back, in order, but not before what is being tried", async () => {
    const { stage, reactions } = await withDeadLetters();
    await reactions.deliver(batch(event("a4", A)));
    leaveRequest(stage.state, "1", { action: "retry", of: "all" });
    await stage.clock.advance(LOOK_MS);
    expect(reactions.status().dead).toEqual([]);
    for (const id of ["a3", "a1", "a2", "a4"]) await stage.at(id).end();
    expect(stage.started).toEqual(["a1", "a2", "a3", "a1", "a2", "a4"]);
    expect(readdirSync(join(stage.state, "requests"))).toEqual([]);
  });

  test("drop them for good; nothing happens to numbers that are none, or to what is being tried", async () => {
    const { stage, reactions } = await withDeadLetters();
    leaveRequest(stage.state, "1", { action: "drop", of: [1, 3, 99] });
    leaveRequest(stage.state, "2", { action: "retry", of: [1] });
    await stage.clock.advance(LOOK_MS);
    expect(reactions.status().dead.map(({ n }) => n)).toEqual([2]);
    expect(stage.now).toEqual(["a3"]);
  });

  test("drop what waits: the next of its task takes its turn", async () => {
    const stage = new ReactionsStage(everything());
    const random = { bytes: () => new Uint8Array(), fraction: () => 1 };
    const reactions = await stage.start({ random });
    await reactions.deliver(batch(event("a1", A), event("a2", A)));
    await stage.at("a1").end("badly");
    await stage.clock.advance(LOOK_MS);
    await stage.at("a1").end("badly");
    leaveRequest(stage.state, "1", { action: "drop", of: [1] });
    await stage.clock.advance(LOOK_MS);
    expect(stage.now).toEqual(["a2"]);
    expect(reactions.status().retrying).toEqual([]);
  });

  test("that are garbage are told and taken away", async () => {
    const { stage } = await withDeadLetters();
    leaveRequest(stage.state, "1", { action: "drop", of: [2] });
    writeFileSync(join(stage.state, "requests", "0.json"), '{"action":"drop","of":["../x"]}');
    writeFileSync(join(stage.state, "requests", "00.json"), "{");
    await stage.clock.advance(LOOK_MS);
    expect(stage.codes().filter((code) => code === "request-unreadable")).toHaveLength(2);
    expect(readdirSync(join(stage.state, "requests"))).toEqual([]);
  });
});
