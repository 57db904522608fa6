import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sha256Hex } from "../../../src/git/hash.ts";
import { cloneMound } from "../../../src/open/clone.ts";
import { Mound } from "../../../src/open/mound.ts";
import type { Oid } from "../../../src/protocol/ids.ts";
import { stateDigest } from "../../../src/protocol/state-digest.ts";
import type { RefusalState } from "../../../src/protocol/refusal-state.ts";
import type { Key, Value } from "../../../src/protocol/state.ts";
import { Cli } from "../cli.ts";
import { environmentIn, must } from "../site.ts";
import type { Attack } from "./attack.ts";
import { RawObjects } from "./raw-objects.ts";
import { Scene, type Victim } from "./scene.ts";
import { foundVictim } from "./victim.ts";

/** What a reader holds of a line: its state but for what every commit changes, and the refusals. */
export interface Standing {
  readonly tip: string | undefined;
  readonly digest: string;
  readonly refusals: readonly RefusalState[];
}

/** An origin that takes whatever is pushed, a clone that reads it, and the attacker. */
export class Arena {
  readonly dir: string;
  readonly origin: string;
  readonly victim: Victim;
  readonly environment: NodeJS.ProcessEnv;

  private constructor(dir: string, origin: string, victim: Victim) {
    this.dir = dir;
    this.origin = origin;
    this.victim = victim;
    this.environment = environmentIn(dir);
  }

  static async open(dir: string): Promise<Arena> {
    const { victim, origin } = await foundVictim(dir, environmentIn(dir));
    const arena = new Arena(dir, origin, victim);
    const { environment } = arena;
    const reader = await cloneMound({
      url: origin,
      cwd: dir,
      dir: join(dir, "reader"),
      environment,
    });
    await must(reader).close();
    return arena;
  }

  get cli(): Cli {
    const cli = new Cli(this.dir, "home");
    Object.assign(cli.environment, this.environment);
    return cli;
  }

  /**
   * Writes an attack, into the origin and on the tip and the files there unless others are named;
   * answers where the branch is to point.
   */
  build(
    attack: Attack,
    {
      objects = new RawObjects(this.origin),
      ...more
    }: Partial<Pick<Victim, "tip" | "files">> & { objects?: RawObjects } = {},
  ): Promise<Oid | undefined> {
    return attack.build(new Scene({ ...this.victim, ...more }, objects));
  }

  /** Points the origin's branch somewhere, past all that git would say. */
  point(tip: Oid | undefined): void {
    const file = join(this.origin, "refs/heads/main");
    if (tip === undefined) rmSync(file);
    else writeFileSync(file, `${tip}\n`);
  }

  /** `reader`: the folder of a clone. */
  async standing(reader = "reader"): Promise<Standing> {
    const dir = join(this.dir, reader);
    const mound = must(await Mound.open({ dir, environment: this.environment, alone: true }));
    try {
      await mound.line.state.load("all");
      const entries = [...mound.line.state.entries()];
      const refusals = await mound.read((view) => view.get("refusals") ?? []);
      return { tip: mound.line.tip, digest: digestOf(entries), refusals };
    } finally {
      await mound.close();
    }
  }
}

/** Of all but what a refused commit changes: where the line is, what was refused, what is astray. */
function digestOf(entries: readonly (readonly [Key, Value])[]): string {
  const good = entries.filter(([key]) => !/^(line$|refusals$|commit\/|astray\/|cheat\/)/.test(key));
  return stateDigest(good, sha256Hex);
}
