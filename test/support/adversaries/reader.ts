/** A clone that meets an attack, and what its commands say and do about it. */
import { cpSync, rmSync } from "node:fs";
import type { Oid } from "../../../src/protocol/ids.ts";
import { git } from "../../contract/clone.ts";
import type { Arena } from "./arena.ts";

/** One commit that an audit names, with what it broke. */
export interface Named {
  readonly commit: string;
  readonly rule: string;
  readonly code: string;
}

export interface Audited {
  readonly exit: number;
  readonly findings: readonly Named[];
  /** How many of them are repaired. */
  readonly repaired: number;
  /** The commit that waits for the clock. */
  readonly deferred: string | undefined;
}

export class Reader {
  readonly #arena: Arena;
  readonly #name: string;

  /** A clone that has seen nothing but what is good. */
  constructor(arena: Arena, name: string) {
    this.#arena = arena;
    this.#name = name;
    const { cli } = arena;
    cpSync(cli.path("reader"), cli.path(name), { recursive: true });
  }

  async audit(...options: readonly string[]): Promise<Audited> {
    const { code, json } = await this.#run("audit", "--json", ...options);
    const { findings, counts, deferred } = json.data;
    return {
      exit: code,
      findings: findings.map(({ commit, rule, code: fault }: Named & { code: string }) => {
        return { commit, rule, code: fault };
      }),
      repaired: counts.repaired,
      deferred: deferred?.commit,
    };
  }

  /** Repairs as bob, or as who may force the branch. */
  async repair(...options: readonly string[]): Promise<void> {
    const { code, out } = await this.#run("repair", "--as", "bob", "--json", ...options);
    if (code !== 0) throw new Error(out);
  }

  /** The tree of the branch at the origin. */
  tree(): Promise<string> {
    return git(this.#arena.origin, "rev-parse", "main^{tree}");
  }

  tip(): Promise<string> {
    return git(this.#arena.origin, "rev-parse", "main");
  }

  /** Whether an honest client still gets its work done. */
  async claim(): Promise<number> {
    return (await this.#run("claim", this.#arena.victim.tasks.open, "--as", "bob")).code;
  }

  end(): void {
    rmSync(this.#arena.cli.path(this.#name), { recursive: true });
    this.#arena.point(this.#arena.victim.tip);
  }

  #run(...args: readonly string[]) {
    return this.#arena.cli.run(["-C", this.#name, ...args]);
  }
}

/** The tree that the state of the victim implies: what refused commits brought is none of it. */
export function impliedTree({ origin, victim }: Arena): Promise<string> {
  return git(origin, "rev-parse", `${victim.tip satisfies Oid}^{tree}`);
}
