import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { FileJournal } from "../../src/git/journal.ts";
import { nestedQueue, TicketQueue } from "../../src/git/queue.ts";
import { FileStateCache } from "../../src/git/state-cache.ts";
import { memoryJournals } from "../../src/memory/journal.ts";
import { memoryQueue } from "../../src/memory/queue.ts";
import { memoryStateCache } from "../../src/memory/state-cache.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { journalContract, queueContract, stateCacheContract } from "./desk.ts";

const root = mkdtempSync(join(tmpdir(), "mound-desk-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let made = 0;
const folder = (): string => join(root, String((made += 1)));

stateCacheContract("in memory", async () => memoryStateCache());
stateCacheContract("files", async () => new FileStateCache(folder()));
journalContract("in memory", async () => {
  const journals = memoryJournals();
  const other = journals.process();
  return { own: journals.process(), other, otherDies: async () => other.dies() };
});
journalContract("files", async () => {
  const path = folder();
  const child = spawn(process.execPath, ["-e", "process.stdin.resume()"], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  const ended = new Promise((resolve) => child.on("close", resolve));
  return {
    own: new FileJournal(path),
    other: new FileJournal(path, child.pid),
    otherDies: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
});
queueContract("in memory", async (count) => {
  const queue = memoryQueue();
  return Array.from({ length: count }, () => queue);
});
queueContract("tickets in files", async (count) => {
  const path = folder();
  return Array.from({ length: count }, () => new TicketQueue(path));
});

test("a ticket of a dead process holds nobody up", async () => {
  const path = folder();
  const child = spawn(process.execPath, ["-e", ""], { stdio: "ignore" });
  await new Promise((resolve) => child.on("close", resolve));
  mkdirSync(path);
  writeFileSync(join(path, `000000000000001-${String(child.pid).padStart(10, "0")}-1`), "");
  const pass = await new TicketQueue(path).turn();
  await pass();
  expect(readdirSync(path)).toEqual([]);
});

test("a damaged cache is as good as none", async () => {
  const path = folder();
  const cache = new FileStateCache(path);
  const tip = "a".repeat(40) as Oid;
  await cache.replace(tip, [["nonce/0123456789abcdef", 1]]);
  truncateSync(join(path, `base-${tip}.json`), 10);
  expect(await cache.open()).toBeUndefined();
  writeFileSync(join(path, "CURRENT"), "garbage");
  expect(await cache.open()).toBeUndefined();
});

test("the last line of a cache's journal may be torn", async () => {
  const path = folder();
  const cache = new FileStateCache(path);
  const [a, b, c] = ["a", "b", "c"].map((char) => char.repeat(40) as Oid);
  await cache.replace(a!, []);
  await cache.append(a!, b!, new Map([["nonce/0123456789abcdef", 1]]));
  await cache.append(b!, c!, new Map([["nonce/0123456789abcdeg", 1]]));
  const log = join(path, `log-${a!}.ndjson`);
  truncateSync(log, 250);
  const opened = (await cache.open())!;
  expect(opened.tip).toBe(b);
  await opened.close();
});

queueContract("tickets of clones, nested in those of their origin", async (count) => {
  const origin = folder();
  return Array.from({ length: count }, () =>
    nestedQueue(new TicketQueue(folder()), new TicketQueue(origin)),
  );
});

test("who has waited long enough, or may not queue at the origin, goes ahead", async () => {
  const path = folder();
  const pass = await new TicketQueue(path).turn();
  const passBefore = await new TicketQueue(path, 300).turn();
  expect(readdirSync(path)).toHaveLength(2);
  await passBefore();
  await pass();
  const own = folder();
  const file = folder();
  writeFileSync(file, "");
  const passAlone = await nestedQueue(
    new TicketQueue(own),
    new TicketQueue(join(file, "queue")),
  ).turn();
  expect(readdirSync(own)).toHaveLength(1);
  await passAlone();
  expect(readdirSync(own)).toEqual([]);
});

test("a queue at an origin that has gone away makes nothing there, and holds nobody up when it is back", async () => {
  const origin = folder();
  const queue = () => new TicketQueue(join(origin, "queue", "machine"), 60_000, origin);
  await expect(queue().turn()).rejects.toThrow("ENOENT");
  expect(existsSync(origin)).toBe(false);
  mkdirSync(origin);
  const pass = await queue().turn();
  renameSync(origin, `${origin}.away`);
  await pass();
  renameSync(`${origin}.away`, origin);
  expect(readdirSync(join(origin, "queue", "machine"))).toHaveLength(1);
  const passAgain = await queue().turn();
  await passAgain();
  expect(readdirSync(join(origin, "queue", "machine"))).toEqual([]);
});
