/** A line in memory on which honest agents and a vandal write, with clocks that disagree. */
import { buildCommit, treeOf } from "../../src/app/build.ts";
import { Line } from "../../src/app/line.ts";
import type { Clock, StateCache } from "../../src/app/ports.ts";
import type { SubmitPorts } from "../../src/app/request.ts";
import { Submitter } from "../../src/app/submit.ts";
import { prng } from "../../src/base/prng.ts";
import { sha256Hex } from "../../src/git/hash.ts";
import { memoryStateCache } from "../../src/memory/state-cache.ts";
import type { Command } from "../../src/protocol/commands/index.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { stateDigest } from "../../src/protocol/state-digest.ts";
import { memoryWorld, originTip, type MemoryClone } from "./memory-world.ts";

const MINUTE = 60_000;
/** How far a clock is off at most; readers' and writers' alike. */
export const CLOCK_OFF_MS = 60 * MINUTE;

export class Quarantine {
  readonly world: ReturnType<typeof memoryWorld>;
  readonly below: (limit: number) => number;
  readonly #writers: MemoryClone[] = [];
  #vandal!: MemoryClone;
  /** Knows no time that is ahead, and follows every step. */
  #oracle!: Reader;
  #made = 0;

  private constructor(seed: number) {
    const random = prng(seed);
    this.below = (limit) => random() % limit;
    this.world = memoryWorld(seed);
  }

  static async begin(seed: number): Promise<Quarantine> {
    const scene = new Quarantine(seed);
    const { world } = scene;
    scene.#writers.push(await world.found("root"));
    for (const name of ["ant", "bee"]) scene.#writers.push(await (await world.clone(name)).join());
    scene.#vandal = await world.clone("vandal");
    scene.#oracle = await scene.reader("oracle");
    scene.#oracle.off = 100 * 366 * 24 * 60 * MINUTE;
    await scene.#oracle.sync();
    return scene;
  }

  async reader(name: string): Promise<Reader> {
    return Reader.open((await this.world.clone(name)).ports, this.world.clock);
  }

  /** One thing happens: somebody writes, somebody breaks something, or it is forced away again. */
  async step(): Promise<void> {
    await this.world.clock.advance(this.below(4) === 0 ? this.below(20) * MINUTE : 1_000);
    const what = this.below(10);
    if (what < 6) await this.#write();
    else if (what < 9) await this.#damage();
    else await this.#forceAway();
    await this.#oracle.sync();
  }

  /** Commits on the line now, by what became of them. */
  async counts(): Promise<{ readonly accepted: number; readonly refused: number }> {
    return this.#oracle.counts();
  }

  async #write(): Promise<void> {
    const writer = this.#writers[this.below(this.#writers.length)]!;
    const ports = { ...writer.ports, clock: offClock(this.world.clock, this.#anyOffset()) };
    const line = await Line.open(ports);
    const submitter = new Submitter(line, ports);
    if (!(await submitter.sync()).ok) return;
    await line.state.load("all");
    const tasks = line.state.keys("task/").map((key) => key.slice("task/".length));
    const task = tasks[this.below(Math.max(1, tasks.length))] ?? "none";
    this.#made += 1;
    const commands: readonly Command[] = [
      { type: "add", tasks: [{ title: `task ${this.#made}` }] },
      { type: "claim", task },
      { type: "finish", task, outcome: "done" },
      { type: "next" },
      { type: "repair" },
    ];
    const command = commands[this.below(commands.length)]!;
    // A refusal is as good as a commit here: it changes nothing, for anybody.
    await submitter.submit([{ agent: writer.agent, signer: writer.signer, command }]);
  }

  /** Overwrites, removes or adds files, dated up to an hour ahead or behind. */
  async #damage(): Promise<void> {
    const { objects, remote, clock } = this.#vandal.ports;
    await remote.fetch();
    const commit = originTip(this.world);
    const tree = await treeOf(commit, objects);
    if (!tree.ok) throw new Error("no tree");
    const files = await this.#oracle.files();
    const path = files[this.below(files.length)]!;
    const kinds = [
      { path, bytes: undefined },
      { path, bytes: Buffer.from(`garbage ${this.#made}\n`) },
      { path: `${path}/below`, bytes: Buffer.from("a folder\n") },
      { path: `junk/${this.below(9)}.yaml`, bytes: Buffer.from("junk\n") },
      { path: `Not Legal\n${this.below(9)}`, bytes: Buffer.from("junk\n") },
    ];
    const damaged = kinds.filter(() => this.below(3) === 0);
    const seconds = Math.floor((clock.now() + this.#anyOffset()) / 1_000);
    const built = await buildCommit(
      {
        author: this.#vandal.agent,
        signer: this.#vandal.signer,
        decision: { message: `damage ${(this.#made += 1)}\n`, seconds },
        files: damaged.filter(({ path: own }, at) => at !== 2 || own.split("/").length < 9),
        parent: { commit, tree: tree.value },
      },
      objects,
    );
    await objects.write(built.objects);
    await remote.push(built.raw.oid, commit);
  }

  /** What was refused at the end of the line is taken away by whoever administers the origin. */
  async #forceAway(): Promise<void> {
    const accepted = await this.#oracle.accepted();
    this.world.origin.branches.set("main", accepted);
  }

  #anyOffset(): number {
    return this.below(3) === 0 ? this.below(2 * CLOCK_OFF_MS) - CLOCK_OFF_MS : 0;
  }
}

/** A clone that only reads; its clock is off, its cache may get lost, and it may be started anew. */
export class Reader {
  /** Milliseconds by which its clock is off. */
  off = 0;
  #ports: SubmitPorts;
  #line: Line;

  private constructor(ports: SubmitPorts, line: Line) {
    this.#ports = ports;
    this.#line = line;
  }

  static async open(ports: SubmitPorts, clock: Clock): Promise<Reader> {
    const self: { reader?: Reader } = {};
    const own = {
      now: () => clock.now() + (self.reader?.off ?? 0),
      sleep: (ms: number) => clock.sleep(ms),
    };
    const all = { ...ports, clock: own };
    self.reader = new Reader(all, await Line.open(all));
    return self.reader;
  }

  /** Where it stands now (undefined: all there is waits), and the digest of its state there. */
  async sync(): Promise<{
    readonly tip: Oid | undefined;
    readonly digest: string;
    readonly waits: boolean;
  }> {
    const synced = await this.#line.sync();
    if (!synced.ok) throw new Error(JSON.stringify(synced.error));
    const { state, tip, deferred } = this.#line;
    await state.load("all");
    return { tip, digest: stateDigest(state.entries(), sha256Hex), waits: deferred !== undefined };
  }

  /** A new process of the same clone; with `forgetful` its cache is gone. */
  async restart(forgetful: boolean): Promise<void> {
    await this.#line.close();
    const cache: StateCache = forgetful ? memoryStateCache() : this.#ports.cache;
    this.#ports = { ...this.#ports, cache };
    this.#line = await Line.open(this.#ports);
  }

  async files(): Promise<readonly string[]> {
    await this.#line.state.load("all");
    return this.#line.state.keys("file/").map((key) => key.slice("file/".length));
  }

  async accepted(): Promise<Oid> {
    return (await this.#line.standing())!.line.accepted;
  }

  async counts(): Promise<{ readonly accepted: number; readonly refused: number }> {
    const { commits, refused } = (await this.#line.standing())!.line;
    return { accepted: commits - refused, refused };
  }
}

function offClock(clock: Clock, off: number): Clock {
  return { now: () => clock.now() + off, sleep: (ms) => clock.sleep(ms) };
}
