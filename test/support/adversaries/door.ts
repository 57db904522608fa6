/** The judge at the door of a mound that is attacked: in this process, and as the hook of real pushes. */
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { refusalText } from "../../../src/cli/hook/refusal-text.ts";
import { judgeReceive } from "../../../src/open/door.ts";
import type { Oid } from "../../../src/protocol/ids.ts";
import { git } from "../../contract/clone.ts";
import { rawIn } from "../corpus.ts";
import type { Arena } from "./arena.ts";
import type { Attack } from "./attack.ts";
import { RawObjects } from "./raw-objects.ts";
import { pushRaw } from "./wire.ts";

const REF = "refs/heads/main";

/** An attack that waits outside: its objects are in no repository. */
export interface Siege {
  readonly objects: RawObjects;
  readonly next: Oid | undefined;
}

/** What somebody who pushes is told. */
export interface Refusal {
  /** The rule that the commit breaks, or the code of what only a door sees; undefined: it is taken. */
  readonly why: string | undefined;
  /** The commit that is named. */
  readonly commit: string | undefined;
  /** What must not reach a terminal. */
  readonly raw: string | undefined;
}

export class Door {
  readonly #arena: Arena;
  /** The origin with git's own guards down: what keeps an attack out is the judge alone. */
  readonly unguarded: string;

  private constructor(arena: Arena) {
    this.#arena = arena;
    this.unguarded = join(arena.dir, "unguarded.git");
  }

  /** Puts a judge at the door of the arena's origin. */
  static async at(arena: Arena): Promise<Door> {
    await arena.cli.ok(["hook", "install", arena.origin]);
    const door = new Door(arena);
    cpSync(arena.origin, door.unguarded, { recursive: true });
    for (const name of ["denyNonFastForwards", "denyDeletes", "fsckObjects"])
      await git(door.unguarded, "config", `receive.${name}`, "false");
    return door;
  }

  async siege(attack: Attack, name: string): Promise<Siege> {
    const gitDir = join(this.#arena.dir, name);
    mkdirSync(join(gitDir, "objects"), { recursive: true });
    const objects = new RawObjects(gitDir);
    return { objects, next: await this.#arena.build(attack, { objects }) };
  }

  end({ objects }: Siege): void {
    rmSync(objects.gitDir, { recursive: true });
  }

  /** As the hook judges, with the attack's objects in a quarantine as git makes one. */
  async judge({ objects, next }: Siege): Promise<Refusal> {
    const { origin, victim } = this.#arena;
    const { answer } = await judgeReceive([{ ref: REF, old: victim.tip, next }], {
      gitDir: origin,
      environment: {
        GIT_OBJECT_DIRECTORY: join(objects.gitDir, "objects"),
        GIT_ALTERNATE_OBJECT_DIRECTORIES: join(origin, "objects"),
      },
    });
    if (answer.accepted) return { why: undefined, commit: undefined, raw: undefined };
    const text = refusalText(answer);
    const { fault, finding } = answer;
    return "rule" in fault
      ? refusal(text, finding?.commit)
      : { ...refusal(text, undefined), why: fault.code };
  }

  /** Pushes; `git`: it was refused before the judge was asked. */
  async push(gitDir: string, { objects, next }: Siege): Promise<Refusal> {
    const { victim, environment } = this.#arena;
    const push = { ref: REF, old: victim.tip, next, objects: objects.written };
    const { taken, report, said } = await pushRaw(gitDir, push, {
      ...environment,
      LC_ALL: "C",
    });
    const tip = await git(gitDir, "rev-parse", REF);
    if (taken || tip !== victim.tip) return { why: undefined, commit: undefined, raw: undefined };
    if (!said.includes("mound: refused: "))
      return { why: "git", commit: undefined, raw: undefined };
    if (!report.includes("pre-receive hook declined")) throw new Error(report);
    return refusal(said, next);
  }
}

/** Of a text that names its rule in brackets, and the commit by the beginning of its name. */
function refusal(text: string, commit: Oid | undefined): Refusal {
  return {
    why: /\[([A-Z]{2}\d+)\]/.exec(text)?.[1] ?? "door",
    commit: commit !== undefined && text.includes(commit.slice(0, 12)) ? commit : undefined,
    raw: rawIn(text),
  };
}
