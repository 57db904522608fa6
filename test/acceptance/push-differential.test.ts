import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { signSshsig } from "../../src/keys/sshsig.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import type { SignatureFact } from "../../src/protocol/signature.ts";
import { RawObjects } from "../support/adversaries/raw-objects.ts";
import { pushRaw } from "../support/adversaries/wire.ts";
import { bentLife, played } from "../support/bent-life.ts";
import { testCli } from "../support/cli.ts";
import { bare } from "../support/repositories.ts";
import { SCALE } from "../support/race.ts";
import { seedOf } from "../support/world-files.ts";
import { WorldObjects } from "../support/world-objects.ts";
import { Yard } from "../support/yard.ts";

const SEED = Number(process.env["MOUND_TEST_SEED"] ?? fc.sample(fc.nat(), 1)[0]);
const PUSHES = Math.max(20, Math.round(20 * SCALE));
/** Long past: what is ahead of a server's clock is refused by no rule of the judge. */
const START = Date.UTC(2026, 0, 5, 9, 30);
/** So many different answers are to be seen at least, before the lives end. */
const ANSWERS = SCALE > 1 ? 13 : 4;
const FOUNDING = new Yard(() => undefined).world.log.length;
const REF = "refs/heads/main";
/** How often the hook said what, over all pushes. */
const met = new Map<string, number>();

test(
  `the hook says of ${PUSHES} random commits what the judge says, from the seed ${SEED}`,
  { timeout: 3_600_000 },
  async () => {
    let pushed = 0;
    // One life in ten shows fewer answers than are wanted: there are more lives then.
    const short = () => met.size < ANSWERS && pushed < 10 * PUSHES;
    for (let life = 0; pushed < PUSHES || short(); life += 1)
      pushed += await live(SEED + life, Math.max(PUSHES - pushed, PUSHES / 4));
    // A generator that is taken or refused all of the time shows little.
    expect(met.get("accepted")).toBeGreaterThan(PUSHES / 10);
    expect(met.size).toBeGreaterThanOrEqual(ANSWERS);
  },
);

/** Pushes the commits of one life, one by one; answers how many. */
async function live(seed: number, most: number): Promise<number> {
  const cli = testCli();
  bare(cli, "o.git");
  const origin = cli.path("o.git");
  await cli.ok("hook install o.git");
  // What git refuses by itself, the hook is not asked about.
  cli.git("o.git", "config", "receive.fsckObjects", "false");
  const [sample] = fc.sample(bentLife, { numRuns: 1, seed });
  const git = new WorldObjects(seal);
  const { world } = played(sample!, git, START);
  let tip: Oid | undefined;
  let objects = [...git.objects.values()];
  const here = new RawObjects(origin);
  const last = Math.min(FOUNDING + most, world.log.length);
  // All that is legal in every life comes first, in one push.
  for (let at = FOUNDING - 1; at < last; at += 1) {
    const { oid } = world.log[at]!;
    const end = objects.findIndex((object) => object.oid === oid) + 1;
    const news = objects.slice(0, end);
    objects = objects.slice(end);
    const push = { ref: REF, old: tip, next: oid, objects: news };
    const { taken, said, report } = await pushRaw(origin, push, cli.environment);
    const verdict = world.verdicts[at]!;
    const found = taken ? "accepted" : (/\[([A-Z]{2}\d+)\]/.exec(said)?.[1] ?? said + report);
    met.set(found, (met.get(found) ?? 0) + 1);
    expect([seed, at, found]).toEqual([
      seed,
      at,
      verdict.accepted ? "accepted" : verdict.fault.rule,
    ]);
    if (!taken) {
      // Forced in past the door: what comes next is pushed on top of it.
      for (const { type, bytes } of news) here.put(type, bytes);
      writeFileSync(join(origin, REF), `${oid}\n`);
    }
    tip = oid;
  }
  return last - FOUNDING;
}

/** A signature that says what was presumed: where it is to be wrong, it is one of other bytes. */
function seal(payload: Uint8Array, { key, namespace, valid }: SignatureFact): string {
  if (key === undefined) throw new Error("a world presumes who signs");
  const covered = valid ? payload : Buffer.concat([payload, Buffer.from("other")]);
  return signSshsig(seedOf(key), key, covered, namespace);
}
