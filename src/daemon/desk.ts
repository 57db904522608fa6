/** What the daemon does with a request: reads it, finds the key, hands it to the sequencer, answers. */
import { ok, type Result } from "../base/result.ts";
import type { Signer } from "../app/ports.ts";
import type { Outcome, Request } from "../app/request.ts";
import type { Sequencer } from "../app/sequencer.ts";
import type { Mound } from "../open/mound.ts";
import type { DaemonStatus, Operation, Submitted, WireFault } from "../open/wire.ts";
import { isAgentId, type AgentId, type TaskId } from "../protocol/ids.ts";
import { viewTask, type TaskView } from "../protocol/views/task-view.ts";
import { readOperations, readSigned } from "./read-request.ts";
import type { PresenceKeeper } from "./presence.ts";
import type { AnswerBody } from "./server.ts";
import type { SignerShelf } from "./signer-shelf.ts";

export interface DeskPorts {
  readonly mound: Mound;
  readonly sequencer: Sequencer;
  readonly signers: SignerShelf;
  readonly presence: PresenceKeeper;
  readonly status: () => DaemonStatus;
  /** Whether no more is taken. */
  readonly stopping: () => boolean;
}

export class Desk {
  readonly #ports: DeskPorts;

  constructor(ports: DeskPorts) {
    this.#ports = ports;
  }

  /** Never rejects: whatever breaks is the answer. */
  async handle(request: Readonly<Record<string, unknown>>, bytes: number): Promise<AnswerBody> {
    try {
      if (request["type"] === "status") return { ok: true, status: this.#ports.status() };
      if (this.#ports.stopping()) return refuse("stopping", "the daemon is about to end");
      if (request["type"] === "presence") return await this.#sayPresence(request);
      if (request["type"] === "submit") return await this.#submit(request, bytes);
      if (request["type"] === "order") return await this.#order(request, bytes);
      return refuse("malformed", "it asks for nothing that is known here");
    } catch (error) {
      return refuse("malformed", error instanceof Error ? error.message : String(error));
    }
  }

  async #submit(
    { agent, operations }: Readonly<Record<string, unknown>>,
    bytes: number,
  ): Promise<AnswerBody> {
    if (typeof agent !== "string" || !isAgentId(agent))
      return refuse("malformed", "agent: it is no agent's name");
    const read = readOperations(operations);
    if (!read.ok) return refuse("malformed", read.error);
    const signer = await this.#ports.signers.find(agent);
    if (!signer.ok) return { ok: false, error: signer.error };
    this.#ports.presence.here(agent, signer.value);
    const first = await this.#carryOut(agent, signer.value, read.value, bytes);
    if (!first.ok) return { ok: false, error: first.error };
    if (!first.value.some(hasOldKey)) return this.#answer(first.value);
    // The key was rotated since it was read: the store has the new one.
    this.#ports.signers.forget(agent);
    const renewed = await this.#ports.signers.find(agent);
    if (!renewed.ok || renewed.value.key === signer.value.key) return this.#answer(first.value);
    const again = await this.#carryOut(agent, renewed.value, read.value, bytes);
    return again.ok ? this.#answer(again.value) : { ok: false, error: again.error };
  }

  async #sayPresence({ agent, state }: Readonly<Record<string, unknown>>): Promise<AnswerBody> {
    if (typeof agent !== "string" || !isAgentId(agent))
      return refuse("malformed", "agent: it is no agent's name");
    const signer = await this.#ports.signers.find(agent);
    if (!signer.ok) return { ok: false, error: signer.error };
    if (state === "leaving") this.#ports.presence.leave(agent);
    else this.#ports.presence.here(agent, signer.value);
    await this.#ports.presence.tell();
    return { ok: true, said: true };
  }

  /** Takes what its author has signed already, and commits it in the name of somebody at hand. */
  async #order(
    { agent, operation }: Readonly<Record<string, unknown>>,
    bytes: number,
  ): Promise<AnswerBody> {
    if (typeof agent !== "string" || !isAgentId(agent))
      return refuse("malformed", "agent: it is no agent's name");
    const read = readSigned(operation);
    if (!read.ok) return refuse("malformed", read.error);
    const committer = this.#ports.signers.anyone();
    if (committer === undefined)
      return refuse("no-committer", "no key is at hand that signs by itself");
    const { nonce, command, decision } = read.value;
    const ordered = { decision, committer: committer.agent };
    const request: Request = { agent, command, nonce, signer: committer.signer, ordered };
    const taken = this.#ports.sequencer.submit([request], bytes);
    if (!taken.ok) return { ok: false, error: taken.error };
    const outcomes = await taken.value;
    const [outcome] = outcomes;
    if (outcome?.ok === false && outcome.error.code === "decide-again")
      return refuse("decide-again", "the line has moved");
    return this.#answer(outcomes);
  }

  async #carryOut(
    agent: AgentId,
    signer: Signer,
    operations: readonly Operation[],
    bytes: number,
  ): Promise<Result<readonly Outcome[], WireFault>> {
    const requests = operations.map(({ nonce, command }): Request => ({
      agent,
      command,
      signer,
      nonce,
    }));
    const taken = this.#ports.sequencer.submit(requests, bytes);
    return taken.ok ? ok(await taken.value) : taken;
  }

  async #answer(outcomes: readonly Outcome[]): Promise<AnswerBody> {
    const { mound } = this.#ports;
    const named = outcomes.flatMap((outcome) => (outcome.ok ? outcome.value.answer.tasks : []));
    // An import answers its ids; what each looks like is read where it is wanted.
    const shown = new Set(named.length > TASKS_SHOWN ? [] : named);
    const tasks = await mound.read((view, now) =>
      [...shown].flatMap((id: TaskId): TaskView[] => {
        const task = view.get(`task/${id}`);
        return task === undefined ? [] : [viewTask(view, task, now)];
      }),
    );
    const submitted: Submitted = {
      outcomes,
      tasks,
      tip: mound.line.tip,
      age: await mound.age(),
    };
    return { ok: true, submitted };
  }
}

const TASKS_SHOWN = 16;

function hasOldKey(outcome: Outcome): boolean {
  return !outcome.ok && outcome.error.code === "key-replaced";
}

function refuse(code: Exclude<WireFault["code"], "queue-full">, detail: string): AnswerBody {
  return { ok: false, error: { code, detail } };
}
