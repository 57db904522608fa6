import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { compactStates } from "../../src/git/door-compact.ts";
import { FileDoorStates } from "../../src/git/door-states.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import type { Delta, Key, Value } from "../../src/protocol/state.ts";
import { folder } from "./scratch.ts";

const oid = (at: number): Oid => at.toString(16).padStart(40, "0") as Oid;
const nonce = (at: number): Key => `nonce/${at.toString(16).padStart(16, "0")}`;

/** What commit `at` changes: a nonce comes, an earlier one goes, and the line is here. */
function delta(at: number, gone?: number): Delta {
  const changes = new Map<Key, Value | undefined>([
    ["line", { tip: oid(at), accepted: oid(at), time: at, commits: at, refused: 0 }],
    [nonce(at), 1],
  ]);
  if (gone !== undefined) changes.set(nonce(gone), undefined);
  return changes;
}

async function open() {
  const gitDir = await folder();
  await mkdir(join(gitDir, "objects"));
  const states = new FileDoorStates(gitDir, "test");
  await states.keep(undefined, oid(1), delta(1));
  return { gitDir, states };
}

async function nonces(states: FileDoorStates, tip: Oid): Promise<readonly string[] | undefined> {
  const opened = await states.openAt(tip);
  if (opened === undefined) return undefined;
  const entries = [...(await opened.load())];
  await opened.close();
  expect(entries.find(([key]) => key === "line")?.[1]).toMatchObject({ tip });
  return entries
    .map(([key]) => key)
    .filter((key) => key.startsWith("nonce/"))
    .toSorted();
}

describe("the states at the door", () => {
  test("forks are kept side by side, and each state is that of its own commit", async () => {
    const { states } = await open();
    await states.keep(oid(1), oid(2), delta(2));
    await states.keep(oid(1), oid(3), delta(3, 1));
    await states.keep(oid(2), oid(4), delta(4));
    expect(await nonces(states, oid(1))).toEqual([1].map(nonce));
    expect(await nonces(states, oid(3))).toEqual([3].map(nonce));
    expect(await nonces(states, oid(4))).toEqual([1, 2, 4].map(nonce));
    expect(await nonces(states, oid(9))).toBeUndefined();
    expect(await states.tips()).toEqual([oid(4), oid(3), oid(1)]);
  });

  test("only the shards that are asked for are read", async () => {
    const { states } = await open();
    await states.keep(oid(1), oid(2), delta(2));
    const opened = (await states.openAt(oid(2)))!;
    expect([...(await opened.load(["n-00"]))].map(([key]) => key)).toEqual([nonce(1), nonce(2)]);
    expect([...(await opened.load(["n-zz"]))]).toEqual([]);
    await opened.close();
  });

  test("what another process was killed over is left out, and the next line stands by itself", async () => {
    const { states } = await open();
    const log = logOf(states);
    appendFileSync(log, `\n${oid(1)} ${oid(2)} 00000000 [["nonce/00`);
    await states.keep(oid(1), oid(3), delta(3));
    expect(await nonces(states, oid(2))).toBeUndefined();
    expect(await nonces(states, oid(3))).toEqual([1, 3].map(nonce));
  });

  test("a line with a flipped bit leads nowhere; a shard with one is found when it is read", async () => {
    const { states } = await open();
    await states.keep(oid(1), oid(2), delta(2));
    const log = logOf(states);
    writeFileSync(log, readFileSync(log, "latin1").replace(/0002",1/, '0007",1'), "latin1");
    expect(await nonces(states, oid(2))).toBeUndefined();
    const layer = join(
      states.folder,
      readdirSync(states.folder).find((name) => name.startsWith("layer"))!,
    );
    writeFileSync(layer, readFileSync(layer, "latin1").replace('0001",1', '0007",1'), "latin1");
    await expect(nonces(states, oid(1))).rejects.toThrow("damaged");
    writeFileSync(layer, readFileSync(layer, "latin1").replace(/"tip":"0/, '"tip":"1'), "latin1");
    expect(await nonces(states, oid(1))).toBeUndefined();
  });

  test("no cache, one that is discarded, and one of another build count as none", async () => {
    const { gitDir, states } = await open();
    expect(await nonces(new FileDoorStates(gitDir, "other"), oid(1))).toBeUndefined();
    await states.discard();
    expect(await nonces(states, oid(1))).toBeUndefined();
    expect(await states.tips()).toEqual([]);
  });
});

describe("putting them in order", () => {
  test("keeps every state from the landed commit on, and takes the log into the layers", async () => {
    const { gitDir, states } = await open();
    for (let at = 2; at <= 20; at += 1) await states.keep(oid(at - 1), oid(at), delta(at, at - 1));
    await states.keep(oid(19), oid(99), delta(99));
    const before = readFileSync(logOf(states)).length;
    compactStates(states, gitDir, oid(19));
    expect(readFileSync(logOf(states)).length).toBeLessThan(before / 5);
    expect(await nonces(states, oid(19))).toEqual([19].map(nonce));
    expect(await nonces(states, oid(20))).toEqual([20].map(nonce));
    expect(await nonces(states, oid(99))).toEqual([19, 99].map(nonce));
    expect(await nonces(states, oid(1))).toEqual([1].map(nonce));
    // Nothing is left of what was replaced.
    expect(readdirSync(states.folder).length).toBe(4);
  });

  test("the upper layer goes into the lower one once it has grown, and what was removed is gone", async () => {
    const { gitDir, states } = await open();
    const big = "x".repeat(300_000);
    for (let at = 2; at <= 12; at += 1) {
      const changes = new Map(delta(at, at - 1)).set(`made/ant-${at}`, big as never);
      await states.keep(oid(at - 1), oid(at), changes);
      expect(states.full).toBe(true);
      compactStates(states, gitDir, oid(at));
    }
    const layers = readdirSync(states.folder).filter((name) => name.startsWith("layer"));
    expect(layers.length).toBeLessThanOrEqual(2);
    expect(await nonces(states, oid(12))).toEqual([12].map(nonce));
    expect(await nonces(states, oid(1))).toBeUndefined();
    const opened = (await states.openAt(oid(12)))!;
    const made = [...(await opened.load())].filter(([key]) => key.startsWith("made/"));
    expect(made).toHaveLength(11);
    await opened.close();
  });

  test("within one millisecond no file takes the place of another", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    onTestFinished(() => void vi.useRealTimers());
    const { gitDir, states } = await open();
    await states.keep(oid(1), oid(2), delta(2));
    compactStates(states, gitDir, oid(2));
    expect(await nonces(states, oid(2))).toEqual([1, 2].map(nonce));
  });

  test("one process at a time does it; the lock of one that died is taken over", async () => {
    const { gitDir, states } = await open();
    await states.keep(oid(1), oid(2), delta(2));
    const lock = join(states.folder, "compact.lock");
    writeFileSync(lock, `${process.pid}`);
    const before = readFileSync(join(states.folder, "CURRENT"), "utf8");
    compactStates(states, gitDir, oid(2));
    expect(readFileSync(join(states.folder, "CURRENT"), "utf8")).toBe(before);
    // No system gives so high a number to a process.
    writeFileSync(lock, "999999999");
    compactStates(states, gitDir, oid(2));
    expect(readFileSync(join(states.folder, "CURRENT"), "utf8")).not.toBe(before);
    expect(await nonces(states, oid(2))).toEqual([1, 2].map(nonce));
  });
});

function logOf({ folder: at }: FileDoorStates): string {
  const { log } = JSON.parse(readFileSync(join(at, "CURRENT"), "utf8")) as { log: string };
  return join(at, log);
}
