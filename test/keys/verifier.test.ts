import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import type { SignatureCheck, Verifier } from "../../src/app/ports.ts";
import { generateKey } from "../../src/keys/private-key.ts";
import { signSshsig, verifySignature } from "../../src/keys/sshsig.ts";
import { createVerifier } from "../../src/keys/verifier.ts";
import type { VerifierOptions } from "../../src/keys/verifier.ts";
import { bundleVerifier } from "./bundled.ts";
import { random, run } from "./openssh.ts";

const pairs = [generateKey(random), generateKey(random), generateKey(random)];
let folder = "";
let urls = { verifier: new URL("file:///"), worker: new URL("file:///") };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "mound-test-verifier-"));
  urls = await bundleVerifier(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Distinct checks of several keys: every seventh of other bytes, every eleventh malformed. */
function checksOf(count: number): SignatureCheck[] {
  return Array.from({ length: count }, (_, index) => {
    const pair = pairs[index % pairs.length] ?? generateKey(random);
    const payload = Buffer.from(`record ${index}`);
    const armor = signSshsig(pair.seed, pair.key, payload, `record@${index % 5}`);
    if (index % 7 === 0) return { payload: Buffer.from(`other ${index}`), armor };
    return { payload, armor: index % 11 === 0 ? `${armor}\n` : armor };
  });
}

function open(options: VerifierOptions): Verifier {
  const verifier = createVerifier(options);
  onTestFinished(() => verifier.close());
  return verifier;
}

/** A worker of the test's own making, in place of the true one. */
function worker(name: string, code: string): URL {
  const path = join(folder, name);
  writeFileSync(path, code);
  return pathToFileURL(path);
}

/** Enough to be given to threads, and more than one part for each of two. */
const MANY = 4500;
const many = checksOf(MANY);
const expected = many.map(verifySignature);

test("the batch of these tests has good, wrong and malformed ones", () => {
  expect(expected.filter((fact) => fact.valid).length).toBeGreaterThan(3000);
  expect(expected.filter((fact) => fact.key === undefined).length).toBeGreaterThan(300);
  expect(expected.filter((fact) => fact.key !== undefined && !fact.valid)).toHaveLength(
    Math.ceil(MANY / 7),
  );
});

describe("in this thread", () => {
  test("a batch gives one fact for each check, in order", async () => {
    expect(await open({}).verify(many.slice(0, 100))).toEqual(expected.slice(0, 100));
    expect(await open({}).verify([])).toEqual([]);
  });

  test("a large batch is verified here where there is no worker file", async () => {
    const workerUrl = new URL("absent.js", urls.worker);
    expect(await open({ workerUrl }).verify(many)).toEqual(expected);
    expect(await open({}).verify(many)).toEqual(expected);
  });

  test("the same armor over other bytes is not taken from the cache", async () => {
    const verifier = open({});
    const [payload, other] = [Buffer.from("one"), Buffer.from("two")];
    const [pair = generateKey(random)] = pairs;
    const armor = signSshsig(pair.seed, pair.key, payload, "git");
    for (const [bytes, valid] of [
      [payload, true],
      [other, false],
      [payload, true],
    ] as const) {
      expect((await verifier.verify([{ payload: bytes, armor }]))[0]?.valid).toBe(valid);
    }
  });

  test("a payload that its caller changes afterwards is verified anew", async () => {
    const verifier = open({});
    const payload = Buffer.from("one");
    const [pair = generateKey(random)] = pairs;
    const armor = signSshsig(pair.seed, pair.key, payload, "git");
    expect((await verifier.verify([{ payload, armor }]))[0]?.valid).toBe(true);
    payload.write("two");
    expect((await verifier.verify([{ payload, armor }]))[0]?.valid).toBe(false);
  });
});

describe("in worker threads", () => {
  test("a large batch gives one fact for each check, in order", async () => {
    const verifier = open({ workerUrl: urls.worker, threads: 2 });
    expect(await verifier.verify(many)).toEqual(expected);
  });

  test("two batches at once do not mix", async () => {
    const verifier = open({ workerUrl: urls.worker, threads: 2 });
    const reversed = [...many].toReversed();
    const answers = await Promise.all([verifier.verify(many), verifier.verify(reversed)]);
    expect(answers).toEqual([expected, [...expected].toReversed()]);
  });

  test("it may be used again after it was closed", async () => {
    const verifier = open({ workerUrl: urls.worker, threads: 1 });
    await verifier.verify(many);
    await verifier.close();
    expect(await verifier.verify(many)).toEqual(expected);
  });

  test("threads that have nothing to do for a while end, and others take their place", async () => {
    const workerUrl = worker(
      "named.js",
      `import { parentPort, threadId } from "node:worker_threads";
       parentPort.on("message", ({ lengths }) => {
         const rows = new Uint32Array((lengths.length / 2) * 3);
         parentPort.postMessage({ keys: [], namespaces: [String(threadId)], rows });
       });`,
    );
    const verifier = open({ workerUrl, threads: 1 });
    const thread = async () => new Set((await verifier.verify(many)).map((fact) => fact.namespace));
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const first = await thread();
    await vi.advanceTimersByTimeAsync(900);
    expect(await thread()).toEqual(first);
    await vi.advanceTimersByTimeAsync(900);
    expect(await thread()).toEqual(first);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(await thread()).not.toEqual(first);
  });

  test("the facts come from the threads, and a small batch does not go there", async () => {
    const workerUrl = worker(
      "marker.js",
      `import { parentPort } from "node:worker_threads";
       parentPort.on("message", ({ lengths }) => {
         const rows = new Uint32Array((lengths.length / 2) * 3);
         parentPort.postMessage({ keys: [], namespaces: ["from a thread"], rows });
       });`,
    );
    const verifier = open({ workerUrl, threads: 2 });
    const facts = await verifier.verify(many);
    expect(facts).toHaveLength(MANY);
    expect(new Set(facts.map((fact) => fact.namespace))).toEqual(new Set(["from a thread"]));
    expect(await verifier.verify(many.slice(0, 10))).toEqual(expected.slice(0, 10));
  });

  test.each([
    ["cannot be loaded", "import 'nothing-of-this-name';"],
    ["throws at its start", "throw new Error('no');"],
    ["ends at once", ""],
    [
      "ends over its work",
      `import { parentPort } from "node:worker_threads";
       parentPort.on("message", () => process.exit(0));`,
    ],
  ])("where a worker %s, its part is verified here", async (name, code) => {
    const workerUrl = worker(`${name.replaceAll(" ", "-")}.js`, code);
    expect(await open({ workerUrl, threads: 2 }).verify(many)).toEqual(expected);
  });

  test("a process waits for its answer, and ends by itself without `close`", () => {
    const program = join(folder, "program.mjs");
    writeFileSync(
      program,
      `import { createVerifier } from ${JSON.stringify(urls.verifier.href)};
       const checks = Array.from({ length: 5000 }, () => ({ payload: Buffer.from("x"), armor: "y" }));
       const facts = await createVerifier({ threads: 2 }).verify(checks);
       const { workers } = process.report.getReport();
       process.stdout.write(JSON.stringify({ facts: facts.length, threads: workers.length }));`,
    );
    const { code, stdout, stderr } = run(process.execPath, [program]);
    // Two threads: the bundle found its worker beside itself.
    expect([code, stdout, stderr]).toEqual([0, '{"facts":5000,"threads":2}', ""]);
  });
});
