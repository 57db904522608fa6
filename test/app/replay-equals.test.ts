import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { sha256Hex } from "../../src/git/hash.ts";
import { RECORD_BYTES } from "../../src/protocol/limits.ts";
import { stateDigest } from "../../src/protocol/state-digest.ts";
import { folder, program, SRC } from "../git/scratch.ts";
import { longHistory } from "../support/long-history.ts";
import { scaled } from "../support/scale.ts";
import { WorldObjects } from "../support/world-objects.ts";

const SEED = Number(process.env["MOUND_TEST_SEED"] ?? 20261121);
/** The Node that runs the tests, and further ones: their paths, separated by colons. */
const NODES = [process.execPath, ...(process.env["MOUND_TEST_NODES"]?.split(":") ?? [])];
const LENGTH = scaled(400, 20_000);

/** Where a fold is run and how: in one go, or in pieces that a cache of JSON lies between. */
const PLACES: readonly Place[] = [
  { environment: { TZ: "UTC", LC_ALL: "C" }, mode: [], cuts: [] },
  {
    environment: { TZ: "Pacific/Apia", LC_ALL: "de_DE.UTF-8", LANG: "de_DE.UTF-8" },
    mode: ["--jitless"],
    cuts: [7, 80, 3, 150],
  },
  {
    environment: { TZ: "Asia/Kathmandu", LC_ALL: "tr_TR.UTF-8", LANG: "tr_TR.UTF-8" },
    mode: ["--stack-size=300"],
    cuts: [1],
  },
  {
    environment: { TZ: "America/St_Johns", LC_ALL: "ar_EG.UTF-8", LANG: "ar_EG.UTF-8" },
    mode: ["--no-opt", "--hash-seed=7"],
    cuts: [LENGTH],
  },
];

interface Place {
  readonly environment: NodeJS.ProcessEnv;
  readonly mode: readonly string[];
  readonly cuts: readonly number[];
}

/** Folds a recorded history and says what came of it, and where it was. */
const REPLAYER = `
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFacts } from ${JSON.stringify(join(SRC, "app/facts.ts"))};
import { sha256Hex } from ${JSON.stringify(join(SRC, "git/hash.ts"))};
import { fold } from ${JSON.stringify(join(SRC, "protocol/fold.ts"))};
import { MemoryState } from ${JSON.stringify(join(SRC, "protocol/state.ts"))};
import { stateDigest } from ${JSON.stringify(join(SRC, "protocol/state-digest.ts"))};

const [recorded, cuts] = process.argv.slice(2);
const { commits, facts } = JSON.parse(readFileSync(recorded, "utf8"), (key, value) =>
  key === "bytes" ? Buffer.from(value, "base64") : value,
);
const known = new Map(facts);
const nameOf = (payload) =>
  createHash("sha1").update("payload " + payload.length + "\\0").update(payload).digest("hex");
const verify = async (checks) =>
  checks.map(({ payload, armor }) => known.get(nameOf(payload) + " " + armor));
let state = new MemoryState();
for (const cut of [...JSON.parse(cuts), commits.length]) {
  for (const one of await readFacts(commits.splice(0, cut), { verify })) fold(state, one);
  state = new MemoryState(JSON.parse(JSON.stringify([...state.entries()])));
}
const line = state.get("line");
console.log(JSON.stringify({
  digest: stateDigest(state.entries(), sha256Hex),
  commits: line.commits,
  offset: new Date(0).getTimezoneOffset(),
}));
`;

test(
  `the state of a history of seed ${SEED} is one, wherever it is folded`,
  { timeout: 600_000 },
  async () => {
    const { recorded, digest } = await record();
    const replayer = await program(REPLAYER, await folder());
    const offsets = new Set<number>();
    for (const node of NODES) {
      for (const { environment, mode, cuts } of PLACES) {
        const { stdout } = await promisify(execFile)(
          node,
          [...mode, replayer, recorded, JSON.stringify(cuts)],
          { env: { PATH: process.env["PATH"], ...environment } },
        );
        const said = JSON.parse(stdout) as { digest: string; offset: number };
        offsets.add(said.offset);
        expect({ node, environment, mode, digest: said.digest }).toEqual({
          node,
          environment,
          mode,
          digest,
        });
      }
    }
    // The places were places.
    expect(offsets.size).toBe(PLACES.length);
  },
);

/** A history with all that becomes of tasks, and with bodies that bring a parser to its limits. */
async function record(): Promise<{ readonly recorded: string; readonly digest: string }> {
  const git = new WorldObjects();
  const world = longHistory(LENGTH, SEED, git.name);
  for (const [at, text] of deepBodies().entries()) {
    const files = world.record(
      "task",
      {},
      { text, by: "root", path: `tasks/zz/zzzzzz${at}/task.yaml` },
    );
    world.commit({ author: "root", files, time: world.state.get("line")!.time });
  }
  const commits: unknown[] = [];
  for await (const { oid, bytes, changes } of git.history.commits(
    undefined,
    world.tip!,
    RECORD_BYTES,
  )) {
    commits.push({
      oid,
      bytes: base64(bytes),
      changes: changes.map((change) => ({
        ...change,
        bytes: change.bytes === undefined ? undefined : base64(change.bytes),
      })),
    });
  }
  const recorded = join(await folder(), "history.json");
  await writeFile(recorded, JSON.stringify({ commits, facts: [...git.facts] }));
  return { recorded, digest: stateDigest(world.state.entries(), sha256Hex) };
}

/** Each nests as deep as fits into a record: some stacks hold that, and others do not. */
function deepBodies(): readonly string[] {
  return [50, 500, 1_000, 2_000, 4_000, 7_500].flatMap((depth) => [
    `kind: task\nx: ${"[".repeat(depth)}${"]".repeat(depth)}\n`,
    `kind: task\nx: ${"{a: ".repeat(depth / 2)}b${"}".repeat(depth / 2)}\n`,
    `kind: task\nx:\n  ${"- ".repeat(depth)}b\n`,
    `kind: task\n? ${"? ".repeat(depth)}b\n`,
    `kind: task\nx: ${"[".repeat(depth)}\n`,
    `${"- ".repeat(depth)}b\n`,
    `${"[".repeat(depth)}${"]".repeat(depth)}\n`,
  ]);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
