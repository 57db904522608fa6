import { describe, expect, test } from "vitest";
import { verifiedCommits } from "../../src/app/verified.ts";
import { sha256Hex } from "../../src/git/hash.ts";
import { Mound } from "../../src/open/mound.ts";
import { fold } from "../../src/protocol/fold.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { MemoryState } from "../../src/protocol/state.ts";
import { stateDigest } from "../../src/protocol/state-digest.ts";
import { foundedCli, type Cli } from "../support/cli.ts";

/** What folding the clone in `m` gives, and what an audit says of its checkpoints. */
async function audit(cli: Cli) {
  const opened = await Mound.open({ dir: cli.path("m"), environment: cli.environment });
  if (!opened.ok) throw new Error(opened.error.code);
  const mound = opened.value;
  const state = new MemoryState();
  const digests = new Map<string, string>();
  for await (const window of verifiedCommits(mound.ports, undefined, mound.line.tip!)) {
    for (const facts of window) {
      fold(state, facts);
      digests.set(facts.oid, stateDigest(state.entries(), sha256Hex));
    }
  }
  await mound.close();
  const { code, json } = await cli.run("-C m audit --fresh --json");
  return { digests, code, ...json.data };
}

describe("mound checkpoint", () => {
  test("signs what folding gives, once for a commit, and lays the state beside the line", async () => {
    const cli = await foundedCli();
    await cli.ok("-C m task add 'Fix the login' --as ant-1");
    const tip = cli.git("m", "rev-parse", "refs/mound/line").trim();
    const { json, out } = await cli.ok("-C m checkpoint --as ant-1 --json");
    const { digests } = await audit(cli);
    expect(json.data).toMatchObject({
      checkpoint: { agent: "ant-1", commit: tip, number: 2, digest: digests.get(tip) },
      published: true,
    });
    expect(out.endsWith("\n")).toBe(true);
    expect(cli.read("m", "checkpoints", tip, "ant-1.yaml")).toContain(
      `commit: ${tip}\nnumber: 2\n`,
    );
    const origin = "m/.git/mound/origin.git";
    const state = cli.git(origin, "rev-parse", "refs/mound/state/ant-1").trim();
    expect(state).toBe(json.data.state.tree);
    expect(cli.git(origin, "cat-file", "blob", `${state}:root`)).toContain(`"tip":"${tip}"`);
    // A second one is of the commit that the first one made.
    const again = await cli.ok("-C m checkpoint --as ant-1 --json");
    expect(again.json.data.checkpoint).toMatchObject({ number: 3, already: false });
    expect(again.json.data.state.fresh).toBeLessThan(again.json.data.state.shards);
    expect(await audit(cli)).toMatchObject({
      code: 0,
      checkpoints: { compared: 2, unknown: 0, false: 0 },
    });
  });

  test("of a commit that is named folds up to it, and agrees with who has signed it before", async () => {
    const cli = await foundedCli();
    await cli.ok("-C m join --as ant-2");
    const first = (await cli.ok("-C m checkpoint --as ant-1 --json")).json.data.checkpoint;
    for (const title of ["one", "two"])
      await cli.ok(["-C", "m", "task", "add", title, "--as", "ant-1"]);
    const ran = await cli.ok(`-C m checkpoint ${first.commit.slice(0, 10)} --as ant-2 --json`);
    expect(ran.json.data.checkpoint).toEqual({
      agent: "ant-2",
      commit: first.commit,
      number: first.number,
      digest: first.digest,
      already: false,
      agree: ["ant-1"],
      lies: [],
    });
    const told = await cli.ok(`-C m checkpoint ${first.commit} --as ant-2`);
    expect(told.out).toContain("ant-2 had signed that the state at");
    expect(told.out).toContain("as ant-1 did");
    expect(await audit(cli)).toMatchObject({
      code: 0,
      checkpoints: { compared: 2, unknown: 0, false: 0 },
    });
  });

  test("does not agree with a lie: it signs what is so, says so loudly, and an audit finds the lie", async () => {
    const cli = await foundedCli();
    await cli.ok("-C m join --as ant-2");
    const tip = cli.git("m", "rev-parse", "refs/mound/line").trim();
    const opened = await Mound.open({ dir: cli.path("m"), environment: cli.environment });
    if (!opened.ok) throw new Error(opened.error.code);
    const said = "ab".repeat(32);
    const lie = { type: "checkpoint", commit: tip as Oid, number: 2, digest: said } as const;
    const agent = "ant-1" as never;
    expect(await opened.value.submit(agent, [lie])).toMatchObject([{ ok: true }]);
    await opened.value.close();
    const ran = await cli.run(`-C m checkpoint ${tip} --as ant-2 --json`);
    const { digests, code, findings } = await audit(cli);
    expect(ran.code).toBe(6);
    expect(ran.json.data.checkpoint).toMatchObject({
      digest: digests.get(tip),
      agree: [],
      lies: [{ by: "ant-1", number: 2, said, found: digests.get(tip) }],
    });
    expect(ran.err).toMatch(/The checkpoint of commit \w{12} \(number 2\) by ant-1 is false/);
    expect(code).toBe(6);
    expect(findings).toMatchObject([
      {
        code: "checkpoint-false",
        author: "ant-1",
        path: `checkpoints/${tip}/ant-1.yaml`,
        advice: "mound agent revoke ant-1",
        repaired: null,
      },
    ]);
    // The next audit goes on from this one, and has not forgotten.
    expect((await cli.run("-C m audit")).code).toBe(6);
  });

  test("refuses what is no commit of the line", async () => {
    const cli = await foundedCli();
    expect((await cli.run("-C m checkpoint what --as ant-1")).code).toBe(2);
    const ran = await cli.run(`-C m checkpoint ${"1".repeat(40)} --as ant-1 --json`);
    expect(ran).toMatchObject({ code: 3, json: { error: { code: "commit-unknown" } } });
    expect((await cli.run("-C m checkpoint")).code).toBe(2);
  });

  test("comes to the origin though it keeps no states, and the command says what that means", async () => {
    const cli = await foundedCli();
    const bare = cli.path("bare.git");
    cli.git(".", "init", "--bare", "--quiet", "bare.git", "--initial-branch=main");
    await cli.ok(["init", "r", "--remote", bare, "--as", "ant-1"]);
    cli.git("bare.git", "config", "receive.hideRefs", "refs/mound");
    const ran = await cli.ok("-C r checkpoint --as ant-1 --json");
    expect(ran.json.data).toMatchObject({ published: false, checkpoint: { number: 1 } });
    expect(ran.err).toContain("no clone can start from there");
  });
});
