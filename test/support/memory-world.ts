import { defined } from "../../src/base/assert.ts";
import { Line } from "../../src/app/line.ts";
import type { Random, Signer, StateCache } from "../../src/app/ports.ts";
import { withKeys } from "../../src/app/sharded-state.ts";
import { Submitter } from "../../src/app/submit.ts";
import type { Outcome, Phase, SubmitPorts } from "../../src/app/request.ts";
import { generateKey } from "../../src/keys/private-key.ts";
import { signSshsig } from "../../src/keys/sshsig.ts";
import { createVerifier } from "../../src/keys/verifier.ts";
import { virtualClock } from "../../src/memory/clock.ts";
import { memoryHistory } from "../../src/memory/history.ts";
import { memoryJournals } from "../../src/memory/journal.ts";
import { memoryObjects } from "../../src/memory/objects.ts";
import { memoryQueue } from "../../src/memory/queue.ts";
import { seededRandom } from "../../src/memory/random.ts";
import { memoryRefs } from "../../src/memory/refs.ts";
import { memoryOrigin, memoryRemote } from "../../src/memory/remote.ts";
import { memoryStateCache } from "../../src/memory/state-cache.ts";
import type { Command } from "../../src/protocol/commands/index.ts";
import type { AgentId, Oid } from "../../src/protocol/ids.ts";
import type { View } from "../../src/protocol/state.ts";

/** An origin in memory, a virtual clock, and clones of agents whose signatures are real. */
export function memoryWorld(seed: number) {
  const origin = memoryOrigin();
  const clock = virtualClock();
  const random = seededRandom(seed);
  return {
    origin,
    clock,
    random,
    /** A clone with one process in it. */
    clone: (name: string) => MemoryClone.open(name, { origin, clock, random }),
    /** The first clone, its mound founded. */
    async found(name = "ant-1") {
      const clone = await MemoryClone.open(name, { origin, clock, random });
      const outcome = await clone.run({
        type: "init",
        name: "test",
        key: clone.signer.key,
        membership: "open",
        files: {},
      });
      if (!outcome.ok) throw new Error(outcome.error.code);
      return clone;
    },
  };
}

interface World {
  readonly origin: ReturnType<typeof memoryOrigin>;
  readonly clock: ReturnType<typeof virtualClock>;
  readonly random: Random;
}

export class MemoryClone {
  readonly agent: AgentId;
  readonly signer: Signer;
  readonly line: Line;
  readonly submitter: Submitter;
  readonly ports: SubmitPorts;
  readonly phases: Phase[] = [];

  private constructor(agent: AgentId, signer: Signer, line: Line, ports: SubmitPorts) {
    this.agent = agent;
    this.signer = signer;
    this.line = line;
    this.ports = ports;
    this.submitter = new Submitter(line, { ...ports, trace: (phase) => this.phases.push(phase) });
  }

  static async open(
    name: string,
    { origin, clock, random }: World,
    cache: StateCache = memoryStateCache(),
  ): Promise<MemoryClone> {
    const objects = new Map();
    const ports: SubmitPorts = {
      objects: memoryObjects(objects),
      refs: memoryRefs(),
      history: memoryHistory(objects),
      remote: memoryRemote(origin, objects, "main"),
      clock,
      random,
      verifier: createVerifier(),
      cache,
      journal: memoryJournals().process(),
      queue: memoryQueue(),
    };
    return new MemoryClone(name as AgentId, memorySigner(random), await Line.open(ports), ports);
  }

  async run(command: Command): Promise<Outcome> {
    const [outcome] = await this.submitter.submit([
      { agent: this.agent, command, signer: this.signer },
    ]);
    return defined(outcome, "the outcome");
  }

  runAll(commands: readonly Command[]): Promise<readonly Outcome[]> {
    return this.submitter.submit(
      commands.map((command) => ({ agent: this.agent, command, signer: this.signer })),
    );
  }

  read<T>(reader: (view: View) => T): Promise<T> {
    return withKeys(this.line.state, () => reader(this.line.state));
  }

  /** Joins the mound and adds nothing else. */
  async join(): Promise<this> {
    const outcome = await this.run({ type: "join", key: this.signer.key });
    if (!outcome.ok) throw new Error(outcome.error.code);
    return this;
  }

  /** The ids of all tasks, sorted. */
  tasks(): Promise<readonly string[]> {
    return this.read((view) => view.keys("task/").map((key) => key.slice("task/".length)));
  }

  /** How many commits the line has as this clone knows it. */
  async commits(): Promise<number> {
    return defined(await this.line.standing(), "a mound").line.commits;
  }
}

/** A key in memory that signs for real. */
function memorySigner(random: Random): Signer {
  const { seed, key } = generateKey(random);
  return {
    key,
    unattended: true,
    sign: async (payload, namespace) => signSshsig(seed, key, payload, namespace),
  };
}

/** The tip of the origin's branch. */
export function originTip(world: World): Oid {
  return defined(world.origin.branches.get("main"), "the origin's branch");
}
