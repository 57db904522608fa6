/**
 * Leadership of a group, campaigned for by several processes in clones of one origin, two of them through
 * a daemon. The leader is killed again and again, and leadership passes on: never to two at one commit,
 * and under tokens that rise by one. What the leaders write goes through a sink that Mound does not own
 * and that asks `mound fence` before it writes.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { git } from "../contract/clone.ts";
import {
  COMMAND,
  killHard,
  mound,
  type Place,
  type Running,
  startMound,
} from "../support/command.ts";
import { startDaemon } from "../support/live.ts";
import { runs, scaled } from "../support/scale.ts";
import { cloneFor, foundSite, type Site } from "../support/site.ts";
import { until } from "../support/until.ts";

/** A hundred with MOUND_TEST_SCALE=2 or more. */
const HANDOVERS = runs(1).numRuns >= 2 ? 100 : scaled(5, 100);
const AGENTS = ["ant-1", "ant-2", "ant-3", "ant-4"] as const;
/** They share a clone, and the daemon of that clone. */
const TOGETHER: readonly string[] = ["ant-3", "ant-4"];
const LEASE = "3s";
const FILE = "locks/leader/research/claim.lock";
/** With all processors busy a handover takes a lease and a few starts of the command. */
const PATIENCE = { withinMs: 60_000, everyMs: 100 };

interface Leader {
  readonly agent: string;
  readonly token: number;
}

test(
  `passes on under SIGKILL, ${HANDOVERS} times, never to two at once`,
  { timeout: 120_000 + HANDOVERS * 30_000 },
  async () => {
    const site = await foundSite({ agents: AGENTS, tasks: 1 });
    const places = await clones(site);
    const sink = sinkOf(site);
    const candidates = new Map<string, Running>();
    const enter = (agent: string): void =>
      void candidates.set(agent, campaign(places, agent, sink));
    onTestFinished(async () => {
      for (const { child } of candidates.values()) await killHard(child, "tree");
    });
    for (const agent of AGENTS) enter(agent);
    const began = performance.now();
    let leader = await nextLeader(site, 0);
    for (let round = 0; round < HANDOVERS; round += 1) {
      // A lease may have lapsed on a busy machine: it is whoever leads now, and works, that dies.
      leader = await until("the leader writes", () => working(site, sink), PATIENCE);
      // Alone: what it ran runs on without it, and only the fence keeps it from the sink.
      await killHard(candidates.get(leader.agent)!.child, round % 2 === 0 ? "tree" : "alone");
      enter(leader.agent);
      leader = await nextLeader(site, leader.token);
    }
    const seconds = (performance.now() - began) / 1_000;
    console.info(`${HANDOVERS} handovers in ${seconds.toFixed(0)} s`);
    await until("the newest leader writes", () => working(site, sink), PATIENCE);
    for (const { child } of candidates.values()) await killHard(child, "tree");
    const last = await expectOneLeader(site);
    expect(last).toBeGreaterThan(HANDOVERS);
    await expectAudited(places.get("ant-1")!, last);
    // An old token never wrote after a newer one had.
    const tokens = written(sink).map(({ token }) => token);
    expect(tokens).toEqual(tokens.toSorted((a, b) => a - b));
    expect(new Set(tokens).size).toBeGreaterThan(HANDOVERS);
    const stale = await mound(places.get("ant-1")!, "fence", "leader/research", "1");
    expect(stale).toMatchObject({ code: 9 });
  },
);

/** One clone for each, but one for those who are together; there a daemon runs. */
async function clones(site: Site): Promise<ReadonlyMap<string, Place>> {
  const places = new Map<string, Place>();
  for (const agent of AGENTS) {
    const shared = TOGETHER.includes(agent) ? places.get(TOGETHER[0]!) : undefined;
    const place = shared ?? (await cloneFor(site, agent));
    places.set(agent, { ...place, environment: { ...place.environment, MOUND_AGENT: agent } });
  }
  const daemon = await startDaemon(places.get(TOGETHER[0]!)!);
  onTestFinished(async () => void (await daemon.stop()));
  return places;
}

interface Sink {
  readonly program: string;
  readonly log: string;
}

/** What a leader runs: it writes as long as the fence lets it, and asks before each line. */
function sinkOf({ dir }: Site): Sink {
  const [program, log] = [join(dir, "leader"), join(dir, "written")];
  const fence = `"${process.execPath}" "${COMMAND}" fence --lock "$MOUND_LOCK" "$MOUND_TOKEN"`;
  const text = `#!/bin/sh
while ${fence} > /dev/null 2>&1; do
  echo "$MOUND_AGENT $MOUND_TOKEN" >> "${log}"
  sleep 1
done
# Whoever is fenced waits to be told to stop.
sleep 30
`;
  writeFileSync(program, text, { mode: 0o755 });
  return { program, log };
}

function campaign(places: ReadonlyMap<string, Place>, agent: string, { program }: Sink): Running {
  const words = ["lead", "research", "--lease", LEASE, "--wait", "--grace", "1s", "--", program];
  return startMound(places.get(agent)!, words);
}

/** Who leads, once it has written under its token. */
async function working(site: Site, sink: Sink): Promise<Leader | undefined> {
  const leader = await nextLeader(site, 0);
  return written(sink).at(-1)?.token === leader.token ? leader : undefined;
}

/** Who leads by the file at the origin, once that is somebody under a newer token. */
async function nextLeader(site: Site, after: number): Promise<Leader> {
  return until(
    `a leader after token ${after}`,
    async () => {
      const leader = readLock(await git(site.origin, "cat-file", "blob", `main:${FILE}`));
      return leader.token > after && leader;
    },
    PATIENCE,
  );
}

function readLock(text: string): Leader {
  const [agent] = /(?<=^agent: ).*$/m.exec(text) ?? [];
  const [token] = /(?<=^token: ).*$/m.exec(text) ?? [];
  return { agent: agent!, token: Number(token) };
}

/**
 * By the files of the history alone: at each commit one leader or none, under tokens from 1 on. Answers
 * the last of them.
 */
async function expectOneLeader({ origin }: Site): Promise<number> {
  const commits = (await git(origin, "rev-list", "--reverse", "main", "--", FILE)).split("\n");
  const leaders: Leader[] = [];
  for (const commit of commits) {
    const files = await git(origin, "ls-tree", "-r", "--name-only", commit, "locks/");
    expect(files.split("\n").filter((file) => file.endsWith(".lock")).length).toBeLessThan(2);
    if (!files.includes(FILE)) continue;
    const leader = readLock(await git(origin, "cat-file", "blob", `${commit}:${FILE}`));
    if (leaders.at(-1)?.token !== leader.token) leaders.push(leader);
    expect(leaders.at(-1)).toEqual(leader);
  }
  expect(leaders.map(({ token }) => token)).toEqual(leaders.map((_, at) => at + 1));
  return leaders.length;
}

/** And by the audit, which folds it all anew. */
async function expectAudited(place: Place, last: number): Promise<void> {
  const { code, json } = await mound(place, "audit", "--fresh", "--verbose");
  expect(code).toBe(0);
  const { locks } = json!.data as unknown as {
    readonly locks: {
      readonly holds: boolean;
      readonly intervals: readonly {
        readonly claims: readonly { token: number; from: number; to: number | null }[];
      }[];
    };
  };
  expect(locks.holds).toBe(true);
  const { claims } = locks.intervals[0]!;
  expect(claims).toHaveLength(last);
  expect(claims.map(({ token }) => token)).toEqual(claims.map((_, at) => at + 1));
  claims.slice(1).forEach(({ from }, at) => expect(claims[at]!.to!).toBeLessThanOrEqual(from));
}

function written({ log }: Sink): readonly Leader[] {
  if (!existsSync(log)) return [];
  const lines = readFileSync(log, "utf8").trimEnd().split("\n");
  return lines.map((line) => {
    const [agent = "", token] = line.split(" ");
    return { agent, token: Number(token) };
  });
}
