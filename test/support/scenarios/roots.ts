import { keyFingerprint } from "../../../src/protocol/rules/fingerprint.ts";
import { HONEST, ROOTS, trustedColony, work } from "../trusted-colony.ts";
import { World } from "../world.ts";
import { keptFrom, lowest, type Outcome, scoreOf, share, turnedAway } from "./outcome.ts";

const KEYS = 1_000;
/** Each vouches for so many others. */
const VOUCHES = 3;

/** Many keys of one hand vouch for each other. */
export function vouchRing(): Outcome {
  const ring = Array.from({ length: KEYS }, (_, n) => `ring-${n}`);
  const world = trustedColony(...ring);
  ring.forEach((issuer, at) => {
    for (let step = 1; step <= VOUCHES; step += 1) vouch(world, issuer, ring[(at + step) % KEYS]!);
  });
  const best = () => Math.max(...ring.map((name) => scoreOf(world, name)));
  const alone = best();
  const task = world.add("delicate work", { trust: "0.2" });
  const refused = keptFrom(world, "ring-0", task);
  vouch(world, "ant-1", "ring-0");
  const tricked = best();
  work(world, ["ring-0"], "ring-500", 10);
  const door = strangers();
  const figures = {
    keys: KEYS,
    vouches: KEYS * VOUCHES,
    alone,
    tricked,
    dealt: scoreOf(world, "ring-500"),
    joined: door.joined,
  };
  return {
    name: "Vouch ring",
    attack: `${KEYS} fresh keys vouch for each other, three times each; then an honest agent is tricked into a vouch for one, and that one accepts ten empty results of another.`,
    defence:
      "Trust flows from roots alone, and vouches are a prior and no evidence; with `membership: vouched` who vouches is trusted itself.",
    outcome: `Best score of the ring ${share(alone)}; ${share(tricked)} with the tricked vouch, ${share(figures.dealt)} with the empty results too. Of 10 keys at the door of a vouched mound, with all their vouches, ${door.joined} join.`,
    figures,
    exits: [...refused, ...door.exits],
  };
}

function vouch(world: World, issuer: string, subject: string): void {
  world.must(issuer, { type: "vouch", subject, level: "high", reason: "a friend" });
}

/** Five members that nobody trusts vouch for ten keys of theirs that are outside. */
function strangers() {
  const world = World.found();
  const inside = ["in-1", "in-2", "in-3", "in-4", "in-5"];
  for (const name of inside) world.agent(name);
  world.must("root", { type: "configure", set: { key: "membership", value: "vouched" } });
  const outside = Array.from({ length: 10 }, (_, n) => `out-${n}`);
  const tried = outside.map((name) => {
    for (const issuer of inside)
      world.must(issuer, {
        type: "vouch",
        subject: name,
        fingerprint: keyFingerprint(world.key(name)),
        reason: "a friend",
      });
    return world.run(name, { type: "join", key: world.key(name) });
  });
  const joined = tried.filter(({ ok }) => ok).length;
  return { joined, exits: turnedAway(tried[0]!) };
}

/** One of five roots is in the attacker's hand. */
export function boughtRoot(): Outcome {
  const world = trustedColony("bought", "puppet", "honest");
  work(world, ["root-5"], "bought", 50);
  work(world, ["bought"], "puppet", 50);
  work(world, ROOTS.slice(0, 2), "honest", 4);
  const [bought, puppet, honest] = ["bought", "puppet", "honest"].map((name) =>
    scoreOf(world, name),
  );
  for (const name of HONEST) work(world, ["root-5"], name, 10, false);
  const slandered = lowest(world, HONEST);
  const guarded = coup("3");
  const figures = {
    bought: bought!,
    puppet: puppet!,
    honest: honest!,
    alone: lifted(["root"]),
    slandered,
    rootsRemovedWithout: coup("1").removed,
    rootsRemovedGuarded: guarded.removed,
  };
  return {
    name: "One bought root of five",
    attack:
      "Accepts 50 empty results of a favourite, who accepts 50 of a puppet; rejects all honest work; removes the other roots.",
    defence:
      "The second largest of what the roots lend counts, and not the rater that says the most; `threshold: 3` asks for three signatures.",
    outcome: `Favourite ${share(bought!)}, puppet ${share(puppet!)}, an agent with eight good deeds for two honest roots ${share(honest!)} (a bought root that is the only one: ${share(figures.alone)}); honest agents keep ${share(slandered)} under its blame. Roots that it removes: ${figures.rootsRemovedWithout} of 4 at \`threshold: 1\`, ${guarded.removed} at 3.`,
    figures,
    exits: guarded.exits,
  };
}

/** What a root lifts its favourite to in a mound where it is the only one. */
function lifted(roots: readonly string[]): number {
  const world = World.found();
  world.agent("bought");
  work(world, roots, "bought", 50);
  return scoreOf(world, "bought");
}

function coup(threshold: string) {
  const world = trustedColony();
  world
    .pass(1_000)
    .must("root", { type: "configure", set: { key: "threshold", value: threshold } });
  const tried = ROOTS.slice(0, 4).map((removeRoot) =>
    world.pass(1_000).run("root-5", { type: "configure", removeRoot }),
  );
  return { removed: tried.filter(({ ok }) => ok).length, exits: turnedAway(tried[0]!) };
}
