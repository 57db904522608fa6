import { expect, onTestFinished, test } from "vitest";
import { ok } from "../../src/base/result.ts";
import { CheckpointKeeper } from "../../src/daemon/checkpoints.ts";
import { Daemon } from "../../src/daemon/daemon.ts";
import { findClone } from "../../src/git/clone.ts";
import { watchClone } from "../../src/open/watch-clone.ts";
import type { AnyFault } from "../../src/open/faults.ts";
import { Mound } from "../../src/open/mound.ts";
import type { AgentId } from "../../src/protocol/ids.ts";
import { foundedCli, type Cli } from "../support/cli.ts";
import { memoryLog } from "../support/memory-log.ts";
import { until } from "../support/until.ts";

/** A keeper on a clone of its own process, as a daemon has one. */
async function keeperOf(cli: Cli, agent: string, every: number) {
  const opened = await Mound.open({
    dir: cli.path("m"),
    environment: cli.environment,
    alone: true,
  });
  if (!opened.ok) throw new Error(opened.error.code);
  const mound = opened.value;
  const troubles: AnyFault[] = [];
  const keeper = new CheckpointKeeper(
    { agent: agent as AgentId, every, delayMs: 5 },
    {
      mound,
      alone: (work) => work(),
      log: memoryLog(),
      trouble: (fault) => void troubles.push(fault),
      signed: () => keeper.wake(),
    },
  );
  onTestFinished(async () => {
    await keeper.stop();
    await mound.close();
  });
  const newest = async () => {
    await mound.line.catchUp();
    return mound.read((view) => view.get("checkpoint"));
  };
  return { keeper, mound, troubles, newest };
}

test("a daemon signs at once, then after so many commits, and not for its own", async () => {
  const cli = await foundedCli();
  const { keeper, newest, mound } = await keeperOf(cli, "ant-1", 3);
  keeper.start();
  await until("the first checkpoint", async () => (await newest())?.number === 1);
  for (const title of ["one", "two"])
    await cli.ok(["-C", "m", "task", "add", title, "--as", "ant-1"]);
  await mound.line.catchUp();
  keeper.wake();
  await keeper.stop();
  expect(await newest()).toMatchObject({ number: 1, agent: "ant-1" });
  const { keeper: second, newest: later } = await keeperOf(cli, "ant-1", 3);
  await cli.ok("-C m task add three --as ant-1");
  expect((await later())?.number).toBe(1);
  second.start();
  await until("the second checkpoint", async () => (await later())?.number === 5);
  expect((await later())!.until! - (await later())!.at).toBeGreaterThan(23 * 3_600_000);
  expect(cli.git("m/.git/mound/origin.git", "for-each-ref", "refs/mound/state")).toContain("ant-1");
});

test("the daemon itself signs for whom it was asked to", async () => {
  const cli = await foundedCli();
  const clone = findClone(cli.path("m"))!;
  const started = await Daemon.start({
    clone,
    environment: cli.environment,
    watch: watchClone(clone),
    local: true,
    pushBudget: Number.POSITIVE_INFINITY,
    sinks: async () => ok([]),
    log: memoryLog(),
    checkpoints: { agent: "ant-1" as AgentId, every: 2, delayMs: 5 },
    onTrouble: (fault) => expect(fault).toBeUndefined(),
    onLost: (fault) => expect(fault).toBeUndefined(),
  });
  if (!started.ok) throw new Error(started.error.code);
  const daemon = started.value;
  onTestFinished(() => daemon.stop());
  const signed = (number: number) => async () => {
    const newest = await daemon.mound.read((view) => view.get("checkpoint"));
    return newest?.number === number;
  };
  await until("the first checkpoint", signed(1));
  for (const title of ["one", "two"])
    await cli.ok(["-C", "m", "task", "add", title, "--as", "ant-1"]);
  await until("the second checkpoint", signed(4));
  expect((await cli.run("-C m watch --checkpoint")).code).toBe(2);
});

test("a root signs what another root has, and says loudly where it is not so", async () => {
  const cli = await foundedCli();
  await cli.ok("-C m join --as ant-2");
  await cli.ok("-C m root add ant-2 --as ant-1");
  await cli.ok("-C m config set threshold 2 --as ant-1");
  const first = (await cli.ok("-C m checkpoint --as ant-1 --json")).json.data.checkpoint;
  const { keeper, newest } = await keeperOf(cli, "ant-2", 100);
  keeper.start();
  await until("the second signature", async () => (await newest())?.signed === 2);
  expect(await newest()).toMatchObject({ agent: "ant-2", digest: first.digest });
  await keeper.stop();
  await cli.ok("-C m task add one --as ant-1");
  const { keeper: other, mound, troubles } = await keeperOf(cli, "ant-2", 100);
  const { tip, commits } = (await mound.line.standing())!.line;
  const lie = { type: "checkpoint", commit: tip, number: commits } as const;
  await mound.submit("ant-1" as AgentId, [{ ...lie, digest: "ab".repeat(32) }]);
  other.start();
  await until("the finding", () => troubles.length > 0);
  expect(troubles[0]).toMatchObject({ code: "checkpoint-false", by: "ant-1", commit: tip });
});
