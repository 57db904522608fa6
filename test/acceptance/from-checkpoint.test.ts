import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { sha256Hex } from "../../src/git/hash.ts";
import { Mound } from "../../src/open/mound.ts";
import { stateDigest } from "../../src/protocol/state-digest.ts";
import type { AgentId, Oid } from "../../src/protocol/ids.ts";
import type { Key, Value } from "../../src/protocol/state.ts";
import { testCli, type Cli, type Ran } from "../support/cli.ts";

interface Spoken {
  readonly commit: string;
  readonly number: number;
}

/** A mound at a bare origin, its root ant-1 and the others in one clone `m`, with some history. */
async function founded(...others: readonly string[]): Promise<Cli> {
  const cli = testCli();
  cli.git(".", "init", "--bare", "--quiet", "--initial-branch=main", "origin.git");
  await cli.ok(["init", "m", "--remote", cli.path("origin.git"), "--as", "ant-1"]);
  for (const agent of others) await cli.ok(`-C m join --as ${agent}`);
  await work(cli, "one");
  return cli;
}

async function work(cli: Cli, title: string): Promise<void> {
  const { json } = await cli.ok(["-C", "m", "task", "add", title, "--as", "ant-1", "--json"]);
  await cli.ok(`-C m claim ${json.data.task.id} --as ant-1`);
}

async function checkpoint(cli: Cli, agent: string): Promise<Spoken> {
  return (await cli.ok(`-C m checkpoint --as ${agent} --json`)).json.data.checkpoint;
}

function start(cli: Cli, folder: string, ...more: readonly string[]): Promise<Ran> {
  return cli.run(["clone", cli.path("origin.git"), folder, "--from-checkpoint", "--json", ...more]);
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

/** Signs a checkpoint with whatever digest. */
function sign(cli: Cli, agent: string, { commit, number }: Spoken, digest: string): Promise<void> {
  return opened(cli, "m", async (mound) => {
    const command = { type: "checkpoint", commit: commit as Oid, number, digest } as const;
    const [outcome] = await mound.submit(agent as AgentId, [command]);
    if (outcome?.ok !== true) throw new Error(outcome?.error.code);
  });
}

async function fingerprint(cli: Cli, agent: string): Promise<string> {
  return (await cli.ok(`-C m whoami --as ${agent} --json`)).json.data.agent.fingerprint;
}

async function trust(cli: Cli, ...agents: readonly string[]): Promise<readonly string[]> {
  const prints = await Promise.all(agents.map((agent) => fingerprint(cli, agent)));
  return prints.flatMap((print) => ["--trust", print]);
}

/**
 * Lays a state down as that of `agent` at the origin: that of `from`, with its root shard changed.
 * Answers its digest.
 */
function layLie(
  cli: Cli,
  { from, agent }: { from: string; agent: string },
  change: (root: string) => string,
): string {
  const feed = (input: string, ...args: string[]): string =>
    execFileSync("git", args, { cwd: cli.path("origin.git"), encoding: "utf8", input }).trim();
  const tree = cli.git("origin.git", "rev-parse", `refs/mound/state/${from}`).trim();
  const shards = cli.git("origin.git", "ls-tree", tree).trim().split("\n");
  const texts = shards.map((shard) => {
    const text = cli.git("origin.git", "cat-file", "blob", shard.slice(12, 52));
    return shard.endsWith("\troot") ? change(text) : text;
  });
  const blobs = texts.map((text) => feed(text, "hash-object", "-w", "--stdin"));
  const listing = shards.map((shard, at) => shard.replace(/[0-9a-f]{40}/, blobs[at]!));
  const forged = feed(`${listing.join("\n")}\n`, "mktree");
  expect(forged).not.toBe(tree);
  cli.git("origin.git", "update-ref", `refs/mound/state/${agent}`, forged);
  const lines = texts.flatMap((text) => text.split("\n").filter((line) => line !== ""));
  const entries = lines.map((line): readonly [Key, Value] => {
    const [, key, value] = /^(key\/\S+ \S+|\S+) (.*)$/.exec(line)!;
    return [key as Key, JSON.parse(value!) as Value];
  });
  return stateDigest(entries, sha256Hex);
}

/** Somebody with a bad end in mind makes the mound more generous than it is. */
const generous = (root: string): string => root.replace('"claimsMax":16', '"claimsMax":999');

function expectUnusable(cli: Cli, ran: Ran, folder: string, why: RegExp): void {
  expect(ran.code).toBe(4);
  expect(ran.json.error).toMatchObject({
    code: "checkpoint-unusable",
    fix: `mound clone ${cli.path("origin.git")}`,
  });
  expect(ran.json.error.message).toMatch(why);
  expect(existsSync(cli.path(folder))).toBe(false);
}

describe("a clone that starts from a checkpoint", () => {
  test("ends with the very state that folding from the first commit gives, and proves it", async () => {
    const cli = await founded();
    const signed = await checkpoint(cli, "ant-1");
    await work(cli, "two");
    const { json } = await start(cli, "c");
    const begun = { commit: signed.commit, number: 3, signers: ["ant-1"] };
    expect(json.data.start).toMatchObject(begun);
    await cli.ok(["clone", cli.path("origin.git"), "whole"]);
    await cli.ok("-C m sync");
    expect(await digestIn(cli, "c")).toEqual(await digestIn(cli, "whole"));
    expect(await digestIn(cli, "c")).toEqual(await digestIn(cli, "m"));
    expect(cli.git("c", "status", "--porcelain")).toBe("");

    // It works at once, and says what it rests on until that is proved.
    await cli.ok("-C c task add 'and more' --as ant-1");
    expect((await cli.ok("-C c status")).out).toContain("3 commits are taken on the word of ant-1");
    expect((await cli.ok("-C c status --json")).json.data.start).toMatchObject(begun);
    const examined = await cli.run("-C c doctor --json");
    expect(examined.out).toContain("mound sync --verify");
    const eager = await cli.run("-C c checkpoint --as ant-1 --json");
    expect(eager).toMatchObject({ code: 4, json: { error: { code: "history-unproven" } } });

    const proved = await cli.ok("-C c sync --verify --json");
    expect(proved.json.data.proved).toMatchObject({ commit: signed.commit });
    expect((await cli.ok("-C c sync --verify")).out).toContain("All of history is verified here.");
    expect((await cli.ok("-C c status --json")).json.data.start).toBeNull();
    await cli.ok("-C c checkpoint --as ant-1");
    await cli.ok("-C m sync");
    await cli.ok("-C c sync");
    expect(await digestIn(cli, "c")).toEqual(await digestIn(cli, "m"));
  });

  test("may have no checkpoint to start from: nothing is kept, and the whole is still to be had", async () => {
    const cli = await founded("ant-2");
    expectUnusable(cli, await start(cli, "c"), "c", /no trusted key has signed a checkpoint/);
    await checkpoint(cli, "ant-2");
    expectUnusable(cli, await start(cli, "c"), "c", /no trusted key has signed a checkpoint/);
    expectUnusable(
      cli,
      await start(cli, "c", "--quorum", "2"),
      "c",
      /2 signers are asked for, 1 keys/,
    );
    const ran = await start(cli, "c", ...(await trust(cli, "ant-2")));
    expect(ran.json.data.start.signers).toEqual(["ant-2"]);
    const other = await start(cli, "d", ...(await trust(cli, "ant-2")), "--id", "0".repeat(16));
    expect(other.json.error.code).toBe("mound-id-differs");
    for (const wrong of ["--trust ant-1", "--quorum 0"])
      expect((await cli.run(`clone origin.git e --from-checkpoint ${wrong}`)).code).toBe(2);
    expect((await cli.run("clone origin.git e --quorum 1")).code).toBe(2);
  });

  test("takes the newest of several whose state is still there", async () => {
    const cli = await founded("ant-2", "ant-3");
    const keys = await trust(cli, "ant-2", "ant-3");
    const first = await checkpoint(cli, "ant-2");
    await cli.ok(`-C m checkpoint ${first.commit} --as ant-3`);
    await work(cli, "two");
    const second = await checkpoint(cli, "ant-2");
    // One signer is enough for the newer, two agree on the older alone, and ant-3 keeps its state.
    expect((await start(cli, "c", ...keys, "--quorum", "1")).json.data.start.commit).toBe(
      second.commit,
    );
    const both = (await start(cli, "d", ...keys, "--quorum", "2")).json.data.start;
    expect(both.commit).toBe(first.commit);
    expect(both.signers.toSorted()).toEqual(["ant-2", "ant-3"]);
    expect(await digestIn(cli, "c")).toEqual(await digestIn(cli, "d"));
    await checkpoint(cli, "ant-3");
    const gone = await start(cli, "e", ...keys, "--quorum", "2");
    expectUnusable(cli, gone, "e", /none of the states .* is the one that was signed/);
  });
});

describe("who lies to a clone that starts from a checkpoint", () => {
  test("by another state than the one that was signed: is not believed", async () => {
    const cli = await founded("ant-2");
    const signed = await checkpoint(cli, "ant-1");
    layLie(cli, { from: "ant-1", agent: "ant-1" }, generous);
    expectUnusable(cli, await start(cli, "c"), "c", /that of ant-1, it is another/);
    const junk = cli.git("origin.git", "rev-parse", "main:mound.yaml").trim();
    for (const oid of [junk, cli.git("origin.git", "rev-parse", "main^{tree}").trim()]) {
      cli.git("origin.git", "update-ref", "refs/mound/state/ant-1", oid);
      expectUnusable(cli, await start(cli, "c"), "c", /that of ant-1, it /);
    }
    cli.git("origin.git", "update-ref", "-d", "refs/mound/state/ant-1");
    expectUnusable(cli, await start(cli, "c"), "c", /that of ant-1, it is not there/);
    // Another signer's copy of the same state does as well.
    await cli.ok(`-C m checkpoint ${signed.commit} --as ant-2`);
    expect((await start(cli, "c", ...(await trust(cli, "ant-1", "ant-2")))).code).toBe(0);
  });

  test("with too few signatures: is outvoted, or nothing is started at all", async () => {
    const cli = await founded("ant-2", "ant-3");
    const honest = await checkpoint(cli, "ant-2");
    const lie = layLie(cli, { from: "ant-2", agent: "ant-1" }, generous);
    await sign(cli, "ant-1", honest, lie);
    const two = [...(await trust(cli, "ant-1", "ant-2")), "--quorum", "2"];
    expectUnusable(cli, await start(cli, "c", ...two), "c", /the most that did are 1/);
    expect((await cli.run(`-C m checkpoint ${honest.commit} --as ant-3`)).code).toBe(6);
    const three = [...(await trust(cli, "ant-1", "ant-2", "ant-3")), "--quorum", "2"];
    const { json } = await start(cli, "c", ...three);
    expect(json.data.start.signers.toSorted()).toEqual(["ant-2", "ant-3"]);
    await cli.ok("-C c sync --verify");
  });

  test("with enough signatures: is found out by folding, and nothing more is done with the clone", async () => {
    const cli = await founded("ant-2");
    const honest = await checkpoint(cli, "ant-2");
    const lie = layLie(cli, { from: "ant-2", agent: "ant-1" }, generous);
    await sign(cli, "ant-1", honest, lie);
    expect((await start(cli, "c")).json.data.start).toMatchObject({ digest: lie });
    expect((await cli.ok("-C c config get claims_max")).out).toContain("999");
    for (const line of [
      "sync --verify",
      "sync",
      "status",
      "next --as ant-2",
      "checkpoint --as ant-2",
    ]) {
      const ran = await cli.run(`-C c ${line} --json`);
      expect([line, ran.code]).toEqual([line, 6]);
      expect(ran.json.error).toMatchObject({
        code: "checkpoint-false",
        fix: `mound clone ${cli.path("origin.git")} NEW-FOLDER`,
        details: { by: "ant-1", said: lie },
      });
    }
    expect(await Mound.open({ dir: cli.path("c") })).toMatchObject({
      ok: false,
      error: { code: "checkpoint-false" },
    });
    const examined = await cli.run("-C c doctor");
    expect(examined.code).toBe(6);
    expect(examined.out).toContain("The checkpoint of commit");
    await cli.ok(["clone", cli.path("origin.git"), "whole"]);
    expect((await cli.ok("-C whole config get claims_max")).out).toContain("16");
  });

  test("with a key that was revoked, or given up for another: counts for nothing", async () => {
    const cli = await founded("ant-2", "ant-3");
    const keys = { two: await trust(cli, "ant-2"), three: await trust(cli, "ant-3") };
    await checkpoint(cli, "ant-2");
    await checkpoint(cli, "ant-3");
    expect((await start(cli, "early", ...keys.three)).code).toBe(0);
    const before = cli.git("m", "rev-parse", "refs/mound/line:agents/ant-2/agent.yaml").trim();
    await cli.ok("-C m agent revoke ant-2 --as ant-1");
    await cli.ok("-C m agent rotate --as ant-3");
    expectUnusable(cli, await start(cli, "c", ...keys.two), "c", /SHA256:\S+ was given up/);
    expectUnusable(cli, await start(cli, "c", ...keys.three), "c", /SHA256:\S+ was given up/);
    // Whoever can push can hide that from the files, and not from history.
    cli.git("origin.git", "worktree", "add", "--quiet", cli.path("w"), "main");
    cli.write("w/agents/ant-2/agent.yaml", cli.git("m", "cat-file", "blob", before));
    cli.git("w", "commit", "--quiet", "--all", "--message", "restore");
    expectUnusable(cli, await start(cli, "c", ...keys.two), "c", /SHA256:\S+ was given up/);
  });
});
