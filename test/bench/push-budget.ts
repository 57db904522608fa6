/**
 * A push budget at work, in process and on a virtual clock: agents that each ask for one command after
 * another through one sequencer, an origin that takes its time, and somebody else who pushes there too,
 * so that some pushes are refused and tried again. Those count as well.
 */
import { budgeted, PushBudget } from "../../src/app/push-budget.ts";
import type { Remote } from "../../src/app/ports.ts";
import { Sequencer } from "../../src/app/sequencer.ts";
import { Submitter } from "../../src/app/submit.ts";
import { virtualClock } from "../../src/memory/clock.ts";
import { seededRandom } from "../../src/memory/random.ts";
import { memoryOrigin } from "../../src/memory/remote.ts";
import { MemoryClone } from "../support/memory-world.ts";

const MINUTE_MS = 60_000;
/** What a push over a network takes, and how often somebody else comes in between. */
const PUSH_MS = 1_500;
const RIVAL_MS = 7_000;
/** How finely time goes on. */
const STEP_MS = 50;
/** Of a command, as it would have come over the wire. */
const COMMAND_BYTES = 200;

export interface BudgetRun {
  /** Pushes that went out, whatever became of them. */
  readonly pushes: number;
  readonly mostInAMinute: number;
  readonly refused: number;
  /** Of the virtual clock, until the last command was answered. */
  readonly minutes: number;
  /** Milliseconds of the virtual clock that each command waited for its answer. */
  readonly waits: readonly number[];
}

/** Rejects unless each command was answered with a commit of its own, and the line has those and no other. */
export async function runWithBudget(
  perMinute: number,
  commands: number,
  agents: number,
): Promise<BudgetRun> {
  const clock = virtualClock({ sleep: "wait" });
  const world = { origin: memoryOrigin(), clock, random: seededRandom(1) };
  const home = await foundedBy(world);
  const members = await joined(home, world, agents);
  const rival = await MemoryClone.open("rival", world);
  await rival.submitter.sync();
  await rival.join();
  await home.submitter.sync();
  const before = await home.commits();

  const sent: number[] = [];
  let refused = 0;
  const slow: Remote = {
    ...home.ports.remote,
    async push(...args) {
      sent.push(clock.now());
      await clock.sleep(PUSH_MS);
      const outcome = await home.ports.remote.push(...args);
      if (outcome.kind === "refused") refused += 1;
      return outcome;
    },
  };
  const budget = new PushBudget(clock, perMinute);
  const submitter = new Submitter(home.line, { ...home.ports, remote: budgeted(slow, budget) });
  const sequencer = new Sequencer({
    clock,
    budget,
    submit: (requests) => submitter.submit(requests),
  });

  const from = clock.now();
  const waits: number[] = [];
  const commits = new Set<string>();
  let asked = 0;
  const work = async ({ agent, signer }: MemoryClone): Promise<void> => {
    while (asked < commands) {
      asked += 1;
      const at = clock.now();
      const command = { type: "add", tasks: [{ title: `task ${asked}` }] } as const;
      const taken = sequencer.submit([{ agent, command, signer }], COMMAND_BYTES);
      if (!taken.ok) throw new Error(taken.error.code);
      const [outcome] = await taken.value;
      if (outcome?.ok !== true) throw new Error(`not done: ${JSON.stringify(outcome)}`);
      commits.add(outcome.value.commit ?? "");
      waits.push(clock.now() - at);
    }
  };
  let over = false;
  let others = 0;
  const disturb = async (): Promise<void> => {
    for (await clock.sleep(RIVAL_MS); !over; await clock.sleep(RIVAL_MS)) {
      const added = await rival.run({ type: "add", tasks: [{ title: "of the rival" }] });
      if (!added.ok) throw new Error(added.error.code);
      others += 1;
    }
  };
  const disturbed = disturb();
  const worked = Promise.all(members.map(work)).finally(() => (over = true));
  await Promise.all([worked, disturbed, timePasses(clock, Promise.all([worked, disturbed]))]);

  await home.submitter.sync();
  const line = (await home.commits()) - before;
  if (commits.size !== commands || line !== commands + others)
    throw new Error(`${line} commits for ${commands} commands and ${others} of the rival`);
  return {
    pushes: sent.length,
    mostInAMinute: Math.max(
      ...sent.map((first) => sent.filter((at) => at >= first && at < first + MINUTE_MS).length),
    ),
    refused,
    minutes: (clock.now() - from) / MINUTE_MS,
    waits,
  };
}

type World = Parameters<typeof MemoryClone.open>[1];

async function foundedBy(world: World): Promise<MemoryClone> {
  const home = await MemoryClone.open("root", world);
  const { key } = home.signer;
  const founding = { type: "init", name: "budget", key, membership: "open", files: {} } as const;
  const founded = await home.run(founding);
  if (!founded.ok) throw new Error(founded.error.code);
  return home;
}

/** Members whose keys the clone has at hand. */
async function joined(
  home: MemoryClone,
  world: World,
  count: number,
): Promise<readonly MemoryClone[]> {
  const names = Array.from({ length: count }, (_, at) => `ant-${at + 1}`);
  const members = await Promise.all(names.map((name) => MemoryClone.open(name, world)));
  const outcomes = await home.submitter.submit(
    members.map(({ agent, signer }) => ({
      agent,
      signer,
      command: { type: "join", key: signer.key },
    })),
  );
  for (const outcome of outcomes) if (!outcome.ok) throw new Error(outcome.error.code);
  return members;
}

/** Lets the virtual clock go on until the work is over. */
async function timePasses(
  clock: ReturnType<typeof virtualClock>,
  work: Promise<unknown>,
): Promise<void> {
  let over = false;
  const end = (): void => {
    over = true;
  };
  work.then(end, end);
  while (!over) {
    await clock.advance(STEP_MS);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
