import { expect, test } from "vitest";
import { prng } from "../../src/base/prng.ts";
import { git } from "../contract/clone.ts";
import { type Death, histogram, killAt, momentOf, PHASES } from "../support/assassin.ts";
import { mound, type Place, type Ran } from "../support/command.ts";
import { expectVerified, locksIn, SCALE } from "../support/race.ts";
import {
  cloneFor,
  countCommits,
  foundSite,
  heldTasks,
  journalOf,
  type Site,
} from "../support/site.ts";

const ROUNDS = Math.max(10, Math.round(12 * SCALE));
const SEED = Number(process.env["MOUND_TEST_SEED"] ?? "1");
/** Some seconds on a machine that has other work; a lock that is waited for in vain costs a minute. */
const AT_ONCE_MS = 15_000;
/** Where the ref has moved and the answer is not out. */
const AFTER_THE_MOVE = ["landed", "save", "answer"];

/** What became of an operation that was cut off, as the next command told it. */
interface Report {
  readonly nonce: string;
  readonly landed: boolean;
}

interface Round {
  readonly death: Death;
  readonly kind: "alone" | "tree";
  readonly next: Ran;
  readonly nextMs: number;
  readonly reports: readonly Report[];
}

test(`${ROUNDS} commands are killed at random moments`, { timeout: 300_000 }, async () => {
  const site = await foundSite({ agents: ["ant"], tasks: 2 * ROUNDS, set: { claims_max: "1000" } });
  const place = await cloneFor(site, "ant");
  const wholeMs = await measure(place);
  const random = prng(SEED);
  const rounds: Round[] = [];
  for (let number = 0; number < ROUNDS; number += 1) {
    const [held] = await heldTasks(site.origin);
    const args = held === undefined ? ["next", "--claim"] : ["done", held, "--result", "counted"];
    const moment = momentOf(number, random, wholeMs);
    const kind = number % 2 === 0 ? "alone" : "tree";
    const death = await killAt(place, args, moment, kind);
    rounds.push({ death, kind, ...(await goOn(place, args, death)) });
  }
  const hit = rounds.map(({ death }) => death.phase);
  console.info(
    `seed ${SEED}, a whole command takes ${Math.round(wholeMs)} ms, killed in\n${histogram(hit)}`,
  );
  await expectNothingLost(site, rounds);
  expect(await journalOf(place)).toEqual([]);
  await expectSound(site, place);
  const phases = PHASES.filter((phase) => hit.includes(phase));
  expect(phases.length).toBeGreaterThanOrEqual(5);
  expect(hit.some((phase) => AFTER_THE_MOVE.includes(phase))).toBe(true);
});

/** How long a command takes that nobody kills, in milliseconds; it leaves nothing held. */
async function measure(place: Place): Promise<number> {
  const claimed = await mound(place, "next", "--claim");
  const start = performance.now();
  const finished = await mound(place, "done", claimed.json!.data!.task.id);
  expect(finished).toMatchObject({ code: 0 });
  return performance.now() - start;
}

/** The same command again, at once: it works, and tells what became of the one before. */
async function goOn(
  place: Place,
  args: readonly string[],
  death: Death,
): Promise<Omit<Round, "death" | "kind">> {
  const left = await journalOf(place);
  const start = performance.now();
  const next = await mound(place, ...args);
  const nextMs = performance.now() - start;
  expect(next, `after ${death.phase}: ${death.ran.stderr}`).toMatchObject({ code: 0 });
  const told = [...next.stderr.matchAll(/interrupted: it (had landed|did not land)\./g)];
  const landed = told.map((match) => match[1] === "had landed");
  expect(landed, `after ${death.phase}: ${next.stderr}`).toHaveLength(left.length);
  const reports = left.map((nonce, index) => ({ nonce, landed: landed[index]! }));
  return { next, nextMs, reports };
}

/** The line holds what was acknowledged and what was reported, each once, and nothing besides. */
async function expectNothingLost(site: Site, rounds: readonly Round[]): Promise<void> {
  const line = (await git(site.origin, "rev-list", "main")).split("\n");
  const ran = rounds.flatMap(({ death, next }) => [death.ran, next]);
  const commits = ran.flatMap(({ json }) =>
    json?.ok && json.data?.commit ? [json.data.commit] : [],
  );
  expect(commits.filter((commit) => !line.includes(commit))).toEqual([]);
  expect(new Set(commits).size).toBe(commits.length);

  const history = await git(site.origin, "log", "-p", "--format=", "main");
  const reports = rounds.flatMap((round) => round.reports);
  const untrue = reports.filter(
    ({ nonce, landed }) => history.includes(`+nonce: ${nonce}`) !== landed,
  );
  expect(untrue).toEqual([]);
  // A command that died after its journal was closed and before its answer was out.
  const silent = rounds.filter(({ death, reports: told }) => {
    const closed = AFTER_THE_MOVE.includes(death.phase) && told.length === 0;
    return closed && death.ran.json === undefined;
  });
  const known = commits.length + reports.filter(({ landed }) => landed).length + silent.length;
  expect(line).toHaveLength(site.founding + 2 + known);

  const subjects = (await git(site.origin, "log", "--format=%s", "main")).split("\n");
  const done = subjects.filter((subject) => subject.startsWith("done "));
  expect(new Set(done).size).toBe(done.length);
  // Killed within the millisecond in which it holds the lock of the origin itself, git leaves that
  // lock, and it is broken after half a minute: the one wait there may be, and it is rare.
  const slow = rounds.filter(({ nextMs }) => nextMs > AT_ONCE_MS);
  const waits = slow.map(({ death, kind }) => `${kind} in ${death.phase}`);
  expect(waits).toEqual(waits.length === 1 ? ["tree in push"] : []);
}

async function expectSound(site: Site, place: Place): Promise<void> {
  const clone = `${place.cwd}/.git`;
  for (const gitDir of [site.origin, clone]) {
    expect(await git(gitDir, "fsck", "--full", "--strict", "--no-dangling")).toBe("");
    expect(await locksIn(gitDir)).toEqual([]);
  }
  await expectVerified(site, "check");
  expect(await git(clone, "rev-parse", "refs/mound/line")).toBe(
    await git(site.origin, "rev-parse", "main"),
  );
  expect(await git(clone, "--work-tree", place.cwd, "status", "--porcelain")).toBe("");
  expect(await countCommits(clone)).toBe(await countCommits(site.origin));
}
