import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import type { Command } from "../../src/protocol/commands/index.ts";
import type { AgentId } from "../../src/protocol/ids.ts";
import { killHard, mound, startMound, type Place } from "../support/command.ts";
import { cloneFor, foundSite, library, must } from "../support/site.ts";
import { until } from "../support/until.ts";
import { startWork } from "../support/worker.ts";

/** Each is a process, and starts three more. */
const BIDDERS = 20;
const MINUTE = 60_000;
const CLOCK = pathToFileURL(join(import.meta.dirname, "../support/shifted-clock.mjs")).href;
const ROOT = "root" as AgentId;
const AUCTION = { mode: "auction", bidsUntil: "10m", revealsUntil: "5m" } as const;

/** A place whose clock goes ahead by so much. */
function at({ cwd, environment }: Place, shift: number): Place {
  const ahead = { NODE_OPTIONS: `--import ${CLOCK}`, MOUND_TEST_SHIFT_MS: String(shift) };
  return { cwd, environment: { ...environment, ...ahead } };
}

/** Gives each bidder a hundred credits, and adds a task that is auctioned; answers its id. */
async function announced({ cwd, environment }: Place, bidders: readonly string[]) {
  const grants = bidders.map((to): Command => {
    return { type: "grant", to, amount: 100, reason: "a start" };
  });
  const task: Command = { type: "add", tasks: [{ title: "big", value: 100, ...AUCTION }] };
  const opened = must(await library.Mound.open({ dir: cwd, environment }));
  const outcomes = await opened.submit(ROOT, [...grants, task]);
  await opened.close();
  return outcomes.map(must).at(-1)!.answer.tasks[0]!;
}

/** What a command of many answers at once; each of them in a process of its own. */
async function each(
  places: readonly Place[],
  words: (nth: number) => readonly string[],
): Promise<readonly (number | undefined)[]> {
  const ran = await Promise.all(places.map((place, nth) => mound(place, ...words(nth))));
  return ran.map(({ code, stderr }) => (code === 0 ? 0 : (code ?? stderr)) as number);
}

// oxlint-disable-next-line typescript/no-explicit-any
async function told(place: Place, ...words: readonly string[]): Promise<any> {
  const { json, stderr } = await mound(place, ...words);
  if (json?.ok !== true) throw new Error(JSON.stringify(json) + stderr);
  return json.data;
}

test(
  `${BIDDERS} processes bid; the winner is killed, who stands by takes over, and the ledger comes out even`,
  { timeout: 300_000 },
  async () => {
    const names = Array.from({ length: BIDDERS }, (_, nth) => `ant-${nth + 1}`);
    const site = await foundSite({ agents: names, tasks: 1 });
    const root = await cloneFor(site, "root");
    const places: Place[] = [];
    for (const name of names) places.push(await cloneFor(site, name));
    const task = await announced(root, names);
    const all = (shift: number) => places.map((place) => at(place, shift));

    const bid = (nth: number) => ["bid", task, "--stake", "20", "--eta", `${20 + 2 * nth}h`];
    expect(await each(places, bid)).toEqual(names.map(() => 0));

    // The last one does not reveal, and bids again when it is too late.
    const closed = 10 * MINUTE;
    const revealing = all(closed).slice(0, -1);
    const late = await mound(at(places.at(-1)!, closed), ...bid(0));
    const revealed = await each(revealing, (nth) => ["reveal", ...(nth % 2 === 0 ? [task] : [])]);
    expect(revealed).toEqual(revealing.map(() => 0));
    expect(late).toMatchObject({ code: 4, json: { error: { code: "bid-wrong" } } });

    const over = 16 * MINUTE;
    const [winner, second, third] = all(over) as [Place, Place, Place];
    expect((await mound(winner, "claim", task)).json?.error?.code).toBe("auction-open");
    const { auction } = await told(at(root, over), "auction", task, "--award");
    const ranked = auction.offers.filter(({ rank }: { rank: number | null }) => rank !== null);
    expect(ranked.map(({ agent }: { agent: string }) => agent)).toEqual(names.slice(0, 3));
    expect(await mound(second, "claim", task)).toMatchObject({ code: 5 });

    const forever = ["--once", "--", process.execPath, "-e", "setInterval(() => {}, 1000)"];
    const worker = startWork(winner, forever);
    expect(await worker.said("claimed")).toMatchObject({ task, token: 1 });
    await killHard(worker.child, "tree");

    const lapsed = over + 61 * MINUTE;
    expect(await mound(at(third, lapsed), "claim", task)).toMatchObject({ code: 5 });
    expect((await told(at(second, lapsed), "claim", task)).token).toBe(2);
    expect(await mound(at(winner, lapsed), "done", task)).toMatchObject({ code: 9 });
    await told(at(second, lapsed), "done", task, "--result", "done by who stood by");

    const { balances } = await told(at(root, lapsed), "balance");
    const lost = balances.map(({ agent, locked, forfeited }: Balance) => {
      return [agent, { locked, forfeited }];
    });
    const silent = names.at(-1)!;
    const losses: Readonly<Record<string, number>> = { [names[0]!]: 20, [silent]: 10 };
    expect(Object.fromEntries(lost)).toEqual(
      Object.fromEntries(names.map((name) => [name, { locked: 0, forfeited: losses[name] ?? 0 }])),
    );
    const audit = await told(at(root, lapsed), "audit");
    expect(audit).toMatchObject({
      ledger: { holds: true, locked: 0, forfeited: 30 },
      awards: { holds: true, awarded: 1, waiting: 0 },
      findings: [],
    });
  },
);

test("the daemon reveals what was bid in its clone, and has the award made", async () => {
  const site = await foundSite({ agents: ["ant-1"], tasks: 1 });
  const [root, ant] = [await cloneFor(site, "root"), await cloneFor(site, "ant-1")];
  const task = await announced(root, ["ant-1"]);
  await told(ant, "bid", task, "--stake", "20", "--eta", "2h");
  const watched = async (place: Place, what: string, done: (auction: Seen) => boolean) => {
    const { child } = startMound(place, ["watch"]);
    onTestFinished(() => void child.kill("SIGKILL"));
    await until(what, async () => {
      const { auction } = await told(place, "auction", task);
      return done(auction as Seen) || undefined;
    });
    await killHard(child, "alone");
  };
  await watched(at(ant, 10 * MINUTE), "the reveal", ({ offers }) => offers[0]!.revealed);
  // Who bids does not award: the creator's machine does.
  await watched(at(root, 16 * MINUTE), "the award", ({ award }) => award !== null);
  expect((await told(at(ant, 16 * MINUTE), "claim", task)).token).toBe(1);
}, 120_000);

interface Seen {
  readonly award: object | null;
  readonly offers: readonly { readonly revealed: boolean }[];
}

interface Balance {
  readonly agent: string;
  readonly locked: number;
  readonly forfeited: number;
}
