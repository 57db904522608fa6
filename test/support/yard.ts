/** Random lives of a mound: what several agents intend, what strangers break, and how clocks jump. */
import type { Setting } from "../../src/protocol/commands/configure.ts";
import type { Command } from "../../src/protocol/commands/index.ts";
import type { PublicKey } from "../../src/protocol/ids.ts";
import type { Verdict } from "../../src/protocol/judge.ts";
import { lockCommand } from "./locking.ts";
import { decidedFiles, fingerprintOf, madeKey, plainFile } from "./world-files.ts";
import { HOUR, MINUTE, type Name, World, type CommitOptions } from "./world.ts";
import { AGENTS, type Intent, type Step } from "./yard-steps.ts";

export interface YardOptions {
  readonly name?: Name;
  /** Whether each decision is held to change nothing; it takes most of the time. */
  readonly watched?: boolean;
  /** Milliseconds: when it all begins. */
  readonly start?: number;
  /** What mound.yaml says besides what it says of itself. */
  readonly settings?: Partial<Record<Setting, string>>;
  /** Makes of a commit what its author never meant; the same object where it leaves it alone. */
  readonly bend?: (options: CommitOptions, step: Step, world: World) => CommitOptions;
}

/** A world in which steps are taken one by one; `seen` is told every verdict that was folded. */
export class Yard {
  readonly world: World;
  readonly #seen: (verdict: Verdict, honest: boolean) => void;
  readonly #bend: NonNullable<YardOptions["bend"]>;
  readonly #watched: boolean;
  #waiting: CommitOptions | undefined;
  #rotations = 0;

  constructor(
    seen: (verdict: Verdict, honest: boolean) => void,
    { name, start, settings = {}, watched = true, bend = (options) => options }: YardOptions = {},
  ) {
    this.#seen = seen;
    this.#bend = bend;
    this.#watched = watched;
    this.world = World.found({
      ...(name === undefined ? {} : { name }),
      ...(start === undefined ? {} : { start }),
    });
    for (const [key, value] of Object.entries(settings) as [Setting, string][])
      this.world.must("root", { type: "configure", set: { key, value } });
    for (const agent of AGENTS.slice(1)) this.world.agent(agent, ["git"]);
    for (const title of ["one", "two", "three"]) this.world.add(title);
  }

  take(step: Step): void {
    const { world } = this;
    world.pass(step.jump);
    const late = this.#waiting;
    this.#waiting = undefined;
    const meant = isVandal(step.intent) ? this.#vandalism(step) : this.#decided(step);
    if (meant === undefined) return;
    const options = this.#bend(meant, step, world);
    if (step.manner === "stale") this.#waiting = options;
    else if (step.manner === "partial") this.#commit(partial(options, step.pick), false);
    else this.#commit(options, options === meant && !isVandal(step.intent));
    if (late === undefined) return;
    const others = late.parents?.slice(1) ?? [];
    const time = Math.max(world.now, world.state.get("line")!.time);
    this.#commit({ ...late, parents: [world.tip!, ...others], time }, false);
  }

  #commit(options: CommitOptions, honest: boolean): void {
    const verdict = this.world.commit(options);
    this.#seen(verdict, honest);
    const key = this.world.state.get(`agent/${options.author}`)?.key;
    if (key !== undefined) this.world.keys.set(options.author, key);
  }

  #decided(step: Step): CommitOptions | undefined {
    const { world } = this;
    const all = world.state.keys("task/").map((key) => key.slice("task/".length));
    const own = Object.keys(world.state.get(`held/${step.agent}`) ?? {});
    // Mostly what the agent holds, where it holds something: else few steps would get anywhere.
    const tasks = WORK.has(step.intent) && own.length > 0 && step.pick % 4 > 0 ? own : all;
    const task = tasks[step.pick % tasks.length]!;
    const { command, cosigners } = this.#command(step, task);
    const look = (): string => (this.#watched ? JSON.stringify([...world.state.entries()]) : "");
    const before = look();
    const decided = world.decide(step.agent, command, world.state, cosigners);
    if (look() !== before) throw new Error("a decision changed the state");
    if (!decided.ok || decided.value.files.length === 0) return undefined;
    const { files, message, seconds } = decided.value;
    const keys = [world.key(step.agent), ...cosigners];
    return { author: step.agent, files: decidedFiles(files, keys), message, time: seconds * 1_000 };
  }

  #command(
    { intent, pick, agent }: Step,
    task: string,
  ): { command: Command; cosigners: readonly PublicKey[] } {
    const plain = (command: Command) => ({ command, cosigners: [] });
    const lease = [undefined, MINUTE, HOUR, 8 * HOUR][pick % 4];
    const leased = lease === undefined ? {} : { lease };
    switch (intent) {
      case "add":
        return plain({
          type: "add",
          tasks: [
            {
              title: `task ${pick}`,
              attempts: 1 + (pick % 3),
              paths: [[], ["src"], ["src/*.ts"], ["**/a", "docs"]][pick % 4]!,
              shared: pick % 5 === 0,
              value: pick % 3 === 0 ? 10 : 1,
              ...(pick % 2 === 0 ? { review: "required" } : {}),
              ...(pick % 3 === 0 ? {} : { stake: 1 + (pick % 8) }),
            },
          ],
        });
      case "add-after":
        return plain({
          type: "add",
          tasks: [
            {
              title: "later",
              ...(pick % 2 === 0 ? { after: [task] } : { afterAny: [task] }),
              needs: ["git"],
              reviewer: "ant-1",
              paths: ["src/b.ts"],
            },
          ],
        });
      case "import":
        return plain({
          type: "add",
          tasks: [
            { title: "a", label: "a" },
            { title: "b", after: ["a"], parent: "a" },
            { title: "c", after: ["a"], afterAny: ["a", "b"] },
          ],
        });
      case "claim":
        return plain({ type: "claim", task, ...leased });
      case "next":
        return plain({ type: "next", ...leased });
      case "renew":
        return plain({ type: "renew", task, ...leased });
      case "progress":
        return plain({
          type: "renew",
          task,
          progress: { percent: pick % 101, checkpoint: `at ${pick}` },
        });
      case "done":
      case "failed":
      case "released":
        return plain({
          type: "finish",
          task,
          outcome: intent,
          result: "r",
          ...(pick % 5 === 0 ? { token: 1 + (pick % 3) } : {}),
        });
      case "lock":
      case "renew-lock":
      case "unlock":
        return plain(lockCommand(intent, pick, leased));
      case "cancel":
        return plain({ type: "cancel", task });
      case "accept":
      case "reject":
        return plain({ type: "review", task, accept: intent === "accept" });
      case "edit":
        return plain({
          type: "edit",
          task,
          changes: [
            { title: `better ${pick}` },
            { attempts: 1 + (pick % 4) },
            { stake: 1 + (pick % 8) },
          ][pick % 3]!,
        });
      case "skills":
        if (pick % 3 === 0) return plain({ type: "keep-can", capacity: 1 + (pick % 4) });
        if (pick % 3 === 1)
          return plain({
            type: "can",
            skills: pick % 2 === 0 ? ["git"] : ["git", "sh"],
            names: ["git Git"],
            tags: ["gpu"],
            load: pick % 2,
            capacity: 2,
            for: HOUR,
          });
        return plain({
          type: "join",
          key: this.world.key(agent),
          skills: pick % 2 === 0 ? [] : ["git"],
        });
      case "decline":
        return plain({ type: "decline", task, length: MINUTE * (1 + (pick % 600)) });
      case "vouch":
      case "denounce":
        return plain(this.#word(intent, pick));
      case "leave":
        return plain({ type: "end-membership", agent, status: "withdrawn" });
      case "revoke":
        return plain({
          type: "end-membership",
          agent: AGENTS[pick % AGENTS.length]!,
          status: "revoked",
        });
      case "signal":
        return plain({
          type: "signal",
          topic: pick % 3 === 0 ? `path/src/${task}` : pick % 3 === 1 ? task : "deploy",
          mark: (["need", "stuck", "heat"] as const)[pick % 3]!,
          strength: pick % 11,
          ...(pick % 5 === 0 ? { halfLife: HOUR } : {}),
        });
      case "grant":
        return plain({
          type: "grant",
          to: AGENTS[pick % AGENTS.length]!,
          amount: 1 + (pick % 12),
          reason: "work to do",
        });
      case "limit":
        return plain({
          type: "configure",
          set: [
            { key: "claims_max", value: String(1 + (pick % 3)) } as const,
            { key: "review_value", value: pick % 2 === 0 ? "10" : "0" } as const,
            { key: "review_trust", value: pick % 2 === 0 ? "0" : "0.3" } as const,
          ][pick % 5 > 2 ? 0 : pick % 5]!,
        });
      default: {
        const key = madeKey(`rotation ${(this.#rotations += 1)}`);
        return { command: { type: "rotate", key }, cosigners: [key] };
      }
    }
  }

  /** For or against an agent, or taken back. */
  #word(intent: "vouch" | "denounce", pick: number): Command {
    const { log } = this.world;
    const subject = [...AGENTS, "ant-9"][pick % 5]!;
    const reason = `seen ${pick}`;
    if (pick % 4 === 0) return { type: intent === "vouch" ? "unvouch" : "undenounce", subject };
    if (intent === "denounce") {
      const proof = log[(pick * 7) % log.length]!.oid;
      const severity = (["quarter", "half", "whole"] as const)[pick % 3]!;
      return { type: "denounce", subject, proof, reason, ...(pick % 5 < 2 ? { severity } : {}) };
    }
    const stranger = subject === "ant-9" ? { fingerprint: fingerprintOf(madeKey("ant-9")) } : {};
    const level = (["low", "medium", "high"] as const)[pick % 3]!;
    const length = [HOUR, 20 * HOUR, 24 * HOUR][pick % 3]!;
    const scope = pick % 7 === 0 ? "lang.*" : "all";
    return { type: "vouch", subject, reason, level, length, scope, ...stranger };
  }

  /** What no honest client does: takes files away, overwrites them, or puts good bytes back. */
  #vandalism({ intent, pick, agent }: Step): CommitOptions | undefined {
    const { world } = this;
    const astray = world.state.keys("astray/").map((key) => key.slice("astray/".length));
    const paths = intent === "restore" ? astray : world.paths();
    const path = paths[pick % Math.max(1, paths.length)];
    if (path === undefined) return undefined;
    const file =
      intent === "garble"
        ? plainFile(`garbage ${pick}\n`)
        : intent === "restore"
          ? world.accepted(path)
          : undefined;
    return {
      author: agent,
      files: { [path]: file },
      time: Math.max(world.now, world.state.get("line")!.time),
    };
  }
}

const WORK = new Set<Intent>(["renew", "progress", "done", "failed", "released"]);

function isVandal(intent: Intent): boolean {
  return intent === "remove" || intent === "garble" || intent === "restore";
}

function partial(options: CommitOptions, pick: number): CommitOptions {
  const files = Object.entries(options.files);
  if (files.length === 1) return options;
  return {
    ...options,
    files: Object.fromEntries(files.filter((_, at) => at !== pick % files.length)),
  };
}
