import { err, ok, type Result } from "../base/result.ts";
import { ShardedState } from "../app/sharded-state.ts";
import type { TaskSpec } from "../protocol/commands/add.ts";
import type { ClaimCommand } from "../protocol/commands/claim.ts";
import type { Command } from "../protocol/commands/index.ts";
import type { Answer } from "../protocol/commands/plan.ts";
import { decide, presumedFacts } from "../protocol/decide.ts";
import type { Fault } from "../protocol/fault.ts";
import type { AgentId, Nonce, Oid, PublicKey, TaskId } from "../protocol/ids.ts";
import { judge, type CommitFacts } from "../protocol/judge.ts";
import { IMPORT_PATHS } from "../protocol/limits.ts";
import { choose } from "../protocol/views/match.ts";
import type { Delta, Entries, Key, View } from "../protocol/state.ts";

/** When the first commit is made: 2026-01-01T00:00:00Z, at which one sees that a time is virtual. */
const DAWN = 1_767_225_600_000;

/** Who founds the mound and adds all tasks. */
const FOUNDER = "root" as AgentId;

/** Tasks of one commit: half of what the judge takes, so that a change of its limits breaks nothing here. */
const IMPORT = IMPORT_PATHS / 2;

/**
 * One line and its judge in memory, and its state as it was `delay` milliseconds ago. Commands are
 * decided, judged and folded by the code that real ones are; signatures are presumed, as they are
 * when a command is rehearsed, and objects have numbers for names.
 */
export class SimulatedLine {
  readonly tip = new ShardedState(undefined);
  /** The state that agents read. */
  readonly past: ShardedState;
  readonly delay: number;
  /** Milliseconds since 1970. */
  now = DAWN;
  readonly #seed: number;
  /** What the delayed state has not seen yet, oldest first, from `#next` on. */
  #late: { readonly at: number; readonly delta: Delta }[] = [];
  #next = 0;
  #named = 0;

  constructor(delay: number, seed: number) {
    this.delay = delay;
    this.#seed = seed;
    this.past = delay === 0 ? this.tip : new ShardedState(undefined);
    const key = keyOf(FOUNDER);
    this.must(FOUNDER, { type: "init", name: "sim", key, membership: "open", files: {} });
  }

  join(agent: AgentId, skills: readonly string[]): void {
    this.must(agent, { type: "join", key: keyOf(agent), ...(skills.length > 0 && { skills }) });
  }

  add(tasks: readonly TaskSpec[]): readonly TaskId[] {
    const added: TaskId[] = [];
    for (let from = 0; from < tasks.length; from += IMPORT) {
      const some = tasks.slice(from, from + IMPORT);
      added.push(...this.must(FOUNDER, { type: "add", tasks: some }).tasks);
    }
    return added;
  }

  /** Decides on `view`; what comes of it is judged on the tip. A refusal is a value and leaves no trace. */
  run(agent: AgentId, command: Command, view: View = this.tip): Result<Answer, Fault> {
    const keys = [keyOf(agent)];
    const seen = view.get("line")?.tip;
    const now = Math.max(this.now, view.get("line")?.time ?? 0);
    const nonce = this.#nonce();
    const decided = decide(command, { view, agent, now, nonce, seen, choose, keys });
    if (!decided.ok) return decided;
    const facts = presumedFacts(decided.value, { view: this.tip, agent, keys });
    const verdict = judge(this.tip, this.#name(facts));
    if (!verdict.accepted) return err(verdict.fault);
    this.#apply(verdict.delta);
    return ok(decided.value.answer);
  }

  /**
   * Decides a claim on the delayed state; whether the judge accepts it on the tip. A refusal for any
   * reason but that another has taken the task is a mistake of the simulation.
   */
  contend(agent: AgentId, command: ClaimCommand): boolean {
    const ran = this.run(agent, command, this.past);
    if (ran.ok) return true;
    const todo = this.tip.get(`todo/${command.task}`);
    if (todo === undefined || todo.until !== undefined) return false;
    throw new Error(`the claim of ${agent}: ${JSON.stringify(ran.error)}`);
  }

  /** As `run`, where a refusal is a mistake of the simulation. */
  must(agent: AgentId, command: Command): Answer {
    const ran = this.run(agent, command);
    if (!ran.ok) throw new Error(`${command.type} of ${agent}: ${JSON.stringify(ran.error)}`);
    return ran.value;
  }

  /** Puts an entry into the state that no command of this run has made: what was before it. */
  assume<K extends Key>(key: K, value: Entries[K]): void {
    this.#apply(new Map([[key, value]]));
  }

  /** Goes on to a time; the delayed state learns what is old enough by then. */
  advance(now: number): void {
    this.now = now;
    this.#reveal(now - this.delay);
  }

  /** Everyone has seen everything. */
  settle(): void {
    this.#reveal(this.now);
  }

  #reveal(until: number): void {
    const late = this.#late;
    while (this.#next < late.length && late[this.#next]!.at <= until) {
      this.past.apply(late[this.#next]!.delta);
      this.#next += 1;
    }
    if (this.#next === late.length || this.#next > FORGET) {
      this.#late = late.slice(this.#next);
      this.#next = 0;
    }
  }

  #apply(delta: Delta): void {
    this.tip.apply(delta);
    if (this.delay > 0) this.#late.push({ at: this.now, delta });
  }

  #name(facts: CommitFacts): CommitFacts {
    const changes = facts.changes.map((change) =>
      change.oid === undefined ? change : { ...change, oid: this.#oid() },
    );
    return { ...facts, oid: this.#oid(), changes };
  }

  #oid(): Oid {
    this.#named += 1;
    return String(this.#named).padStart(40, "0") as Oid;
  }

  /** The ids of tasks follow from it, so that another seed has others. */
  #nonce(): Nonce {
    this.#named += 1;
    const digits = `${this.#seed}${String(this.#named).padStart(9, "0")}`;
    return digits.padStart(16, "0").slice(-16) as Nonce;
  }
}

/** Changes that were seen and are still kept: cutting them off each time would be quadratic. */
const FORGET = 1_000;

/** A key of the right form that nobody has: nothing is signed with it. */
function keyOf(agent: AgentId): PublicKey {
  const digits = [...agent].map((letter) => letter.charCodeAt(0).toString(16)).join("");
  return `ssh-ed25519 ${digits.padEnd(80, "A")}` as PublicKey;
}
