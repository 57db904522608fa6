import { creditOf, creditsOf } from "../../../src/protocol/rules/ledger.ts";
import { claim } from "../claiming.ts";
import { memoryWorld, originTip } from "../memory-world.ts";
import { HONEST, ROOTS, trustedColony, work } from "../trusted-colony.ts";
import { MINUTE, type World } from "../world.ts";
import { exitOf, type Outcome, scoreOf, share, turnedAway } from "./outcome.ts";

const CREDITS = 10;

/** It locks the same credits twice: in one batch, and on two lines. */
export async function doubleSpender(): Promise<Outcome> {
  const batch = await spendInBatch();
  const lines = await spendOnTwoLines();
  const figures = {
    credits: CREDITS,
    lockedInBatch: batch.locked,
    lockedOnFirst: lines.first,
    lockedOnSecond: lines.second,
    lockedForWitness: lines.witness,
    granted: lines.granted,
  };
  return {
    name: "Double spender",
    attack: `Has ${CREDITS} credits; claims two tasks with a stake of ${CREDITS} in one push, then one on each of two lines that the branch is forced between.`,
    defence:
      "Balances follow from the line, commit by commit; a clone that has seen a line takes no other in its place.",
    outcome: `Of ${CREDITS} credits the push locks ${batch.locked}. Each line locks ${lines.first} and ${lines.second} by itself; who has seen the first refuses the second and knows of ${lines.witness}.`,
    figures,
    exits: [...batch.exits, ...lines.exits],
  };
}

async function stakes(seed: number) {
  const world = memoryWorld(seed);
  const root = await world.found();
  const spender = await (await world.clone("spender")).join();
  const grant = { type: "grant", to: "spender", amount: CREDITS, reason: "a start" } as const;
  const titles = ["one", "two"];
  await root.run(grant);
  await root.run({ type: "add", tasks: titles.map((title) => ({ title, stake: CREDITS })) });
  await spender.line.sync();
  return { world, spender, tasks: await spender.tasks() };
}

async function spendInBatch() {
  const { spender, tasks } = await stakes(1);
  const ran = await spender.runAll(tasks.map((task) => ({ type: "claim", task })));
  const locked = await spender.read((view) => creditOf(view, "spender").locked);
  return { locked, exits: ran.flatMap((one) => (one.ok ? [] : [exitOf(one.error)])) };
}

async function spendOnTwoLines() {
  const { world, spender, tasks } = await stakes(2);
  const fork = originTip(world);
  const [one, two] = tasks.map((task) => ({ type: "claim", task }) as const);
  await spender.run(one!);
  const witness = await world.clone("witness");
  await witness.line.sync();
  world.origin.branches.set("main", fork);
  const twin = await world.clone("spender");
  await twin.line.sync();
  const { agent, signer } = spender;
  await twin.submitter.submit([{ agent, command: two!, signer }]);
  const synced = await witness.line.sync();
  const lockedBy = (clone: typeof witness) =>
    clone.read((view) => creditOf(view, "spender").locked);
  return {
    first: await lockedBy(spender),
    second: await lockedBy(twin),
    witness: await lockedBy(witness),
    granted: await twin.read((view) => creditsOf(view).granted),
    exits: synced.ok ? [] : [exitOf(synced.error)],
  };
}

const STAKE = 64;

/** It is vouched for, and then takes a task under the live claim of another. */
export function cheatingProtege(): Outcome {
  const { world, proof, held } = cheated();
  const before = scoreOf(world, "protege");
  // Its voucher takes its word back when the cheat is on the line, before anybody denounces it.
  world.pass(MINUTE).must("voucher", { type: "unvouch", subject: "protege" });
  const denounce = { type: "denounce", subject: "protege", proof, reason: "see there" } as const;
  world.must("ant-1", denounce);
  world.must("ant-2", denounce);
  const after = scoreOf(world, "protege");
  const lost = (name: string) => creditOf(world.state, name).lost;
  const figures = {
    before,
    after,
    protegeLost: lost("protege"),
    voucherLost: lost("voucher"),
    bystanderLost: lost("ant-3"),
    stake: STAKE,
    slashes: world.state.get("slashed/protege")?.length ?? 0,
  };
  const { protegeLost, voucherLost, bystanderLost } = figures;
  return {
    name: "A voucher whose protégé cheats",
    attack: `Takes a task under another's live claim; who vouched for it takes its word back at once. Both have ${STAKE} credits locked.`,
    defence:
      "The refused commit is the proof, and names whose vouches counted then: a quarter of the stakes, and a quarter of that from each voucher, once.",
    outcome: `The cheat loses ${protegeLost} credits and goes from ${share(before)} to ${share(after)}; its voucher loses ${voucherLost}, others ${bystanderLost}; two denouncements with one proof slash once.`,
    figures,
    exits: turnedAway(world.run("protege", { type: "claim", task: held })),
  };
}

/** A protégé that was vouched for, and its voucher; both have a stake locked, and so has ant-3. */
function cheated() {
  const world = trustedColony("voucher", "protege");
  work(world, ROOTS.slice(0, 2), "voucher", 4);
  world.must("voucher", { type: "vouch", subject: "protege", level: "high", reason: "a friend" });
  work(world, HONEST.slice(3), "protege", 3);
  for (const name of ["voucher", "protege", "ant-3"]) lock(world, name);
  const held = world.add("work");
  world.must("ant-1", { type: "claim", task: held });
  world.pass(MINUTE);
  world.commit({ author: "protege", files: claim(world, held, "protege", 2) });
  return { world, proof: world.tip!, held };
}

function lock(world: World, to: string): void {
  world.must("root", { type: "grant", to, amount: STAKE, reason: "a start" });
  const task = world.add("big work", { stake: STAKE });
  world.must(to, { type: "claim", task });
}
