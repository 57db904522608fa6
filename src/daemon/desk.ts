/** What the daemon does with a request: reads it, finds the key, hands it to the sequencer, answers. */
import { ok, type Result } from "../base/result.ts";
import type { Signer } from "../app/ports.ts";
import type { Outcome, Request } from "../app/request.ts";
import type { Sequencer } from "../app/sequencer.ts";
import type { Mound } from "../open/mound.ts";
import type { DaemonStatus, Submitted, WireFault } from "../open/wire.ts";
import { isAgentId, type TaskId } from "../protocol/ids.ts";
import type { TaskView } from "../protocol/views/task-view.ts";
import { viewMatched } from "../protocol/views/unmatched.ts";
import type { Log } from "./log.ts";
import { readOperations, readSigned } from "./read-request.ts";
import type { PresenceKeeper } from "./presence.ts";
import type { AnswerBody } from "./server.ts";
import type { SignerShelf } from "./signer-shelf.ts";

export interface DeskPorts {
  readonly mound: Mound;
  readonly sequencer: Sequencer;
  readonly signers: SignerShelf;
  readonly presence: PresenceKeeper;
  readonly log: Log;
  readonly status: () => DaemonStatus;
  /** Whether no more is taken. */
  readonly stopping: () => boolean;
}

export class Desk {
  readonly #ports: DeskPorts;

  constructor(ports: DeskPorts) {
    this.#ports = ports;
  }

  /** Never rejects: whatever breaks is the answer. `wanted`: whether the client is still there. */
  async handle(
    request: Readonly<Record<string, unknown>>,
    bytes: number,
    wanted: () => boolean,
  ): Promise<AnswerBody> {
    try {
      if (request["type"] === "status") return { ok: true, status: this.#ports.status() };
      if (this.#ports.stopping()) return refuse("stopping", "the daemon is about to end");
      if (request["type"] === "presence") return await this.#sayPresence(request);
      if (request["type"] === "submit") return await this.#submit(request, bytes, wanted);
      if (request["type"] === "order") return await this.#order(request, bytes, wanted);
      return refuse("malformed", "it asks for nothing that is known here");
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      this.#ports.log.error({ detail }, "a request could not be answered");
      return refuse("broken", detail);
    }
  }

  async #submit(
    { agent, operations }: Readonly<Record<string, unknown>>,
    bytes: number,
    wanted: () => boolean,
  ): Promise<AnswerBody> {
    if (typeof agent !== "string" || !isAgentId(agent))
      return refuse("malformed", "agent: it is no agent's name");
    const read = readOperations(operations);
    if (!read.ok) return refuse("malformed", read.error);
    const signer = await this.#ports.signers.find(agent);
    if (!signer.ok) return { ok: false, error: signer.error };
    this.#ports.presence.here(agent, signer.value);
    const requests = read.value.map(({ nonce, command }) => ({ agent, command, nonce, wanted }));
    const first = await this.#carryOut(requests, signer.value, bytes);
    if (!first.ok) return { ok: false, error: first.error };
    if (!first.value.some(hasOldKey)) return this.#answer(first.value);
    // The key was rotated since it was read: the store has the new one.
    this.#ports.signers.forget(agent);
    const renewed = await this.#ports.signers.find(agent);
    if (!renewed.ok || renewed.value.key === signer.value.key) return this.#answer(first.value);
    const again = await this.#carryOut(requests, renewed.value, bytes);
    return this.#answer(again.ok ? again.value : first.value);
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
    wanted: () => boolean,
  ): Promise<AnswerBody> {
    if (typeof agent !== "string" || !isAgentId(agent))
      return refuse("malformed", "agent: it is no agent's name");
    const read = readSigned(operation);
    if (!read.ok) return refuse("malformed", read.error);
    const committer = await this.#ports.signers.anyone();
    if (committer === undefined)
      return refuse("no-committer", "no key is at hand that signs by itself");
    const { nonce, command, decision } = read.value;
    const ordered = { decision, committer: committer.agent };
    const request = { agent, command, nonce, ordered, wanted };
    const carried = await this.#carryOut([request], committer.signer, bytes);
    if (!carried.ok) return { ok: false, error: carried.error };
    const [outcome] = carried.value;
    if (outcome?.ok === false && outcome.error.code === "decide-again")
      return refuse("decide-again", "the line has moved");
    return this.#answer(carried.value);
  }

  async #carryOut(
    requests: readonly Omit<Request, "signer">[],
    signer: Signer,
    bytes: number,
  ): Promise<Result<readonly Outcome[], WireFault>> {
    const signed = requests.map((request): Request => ({ ...request, signer }));
    const taken = this.#ports.sequencer.submit(signed, bytes);
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
        return task === undefined ? [] : [viewMatched(view, task, now)];
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
