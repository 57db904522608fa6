import { err } from "../base/result.ts";
import { newNonce } from "../app/nonce.ts";
import type { Outcome } from "../app/request.ts";
import { systemRandom } from "../git/random.ts";
import type { Command } from "../protocol/commands/index.ts";
import type { AgentId, Nonce } from "../protocol/ids.ts";
import { endpointOf, hasEndpoint } from "./endpoint.ts";
import type { SequencerClient } from "./sequencer-client.ts";
import type { Submitted } from "./wire.ts";

/** `alone`: the caller carries the commands out, `again` where a daemon may have begun to. */
export type Handed =
  /** The daemon would order them, but only the caller can sign. */
  | { readonly kind: "attended"; readonly client: SequencerClient }
  | { readonly kind: "done"; readonly submitted: Submitted }
  | {
      readonly kind: "alone";
      readonly again?: { readonly nonces: readonly Nonce[]; readonly sent: true };
    };

/** Commands that found a key, or a mound, stay with the process that holds what they are about. */
const OWN: ReadonlySet<Command["type"]> = new Set(["init", "rotate"]);

/** Hands commands to the daemon of a clone, where there is one that takes them. */
export class HandOver {
  readonly #commonDir: string;
  #client: SequencerClient | undefined;

  constructor(commonDir: string) {
    this.#commonDir = commonDir;
  }

  /**
   * `onSent`: called when the commands are on their way, and may land whatever happens here. `nonces`:
   * the names of the operations, where they have been named already.
   */
  async submit(
    agent: AgentId,
    commands: readonly Command[],
    onSent?: () => void,
    nonces?: readonly Nonce[],
  ): Promise<Handed> {
    if (commands.some((command) => OWN.has(command.type))) return { kind: "alone" };
    const client = (this.#client ??= await this.#connect());
    if (client === undefined) return { kind: "alone" };
    const operations = commands.map((command, at) => ({
      nonce: nonces?.[at] ?? newNonce(systemRandom),
      command,
    }));
    const reply = await client.ask({ type: "submit", agent, operations }, onSent);
    if (reply.kind === "submitted") return { kind: "done", submitted: reply.submitted };
    if (reply.kind === "lost" || (reply.kind === "refused" && reply.error.code === "broken"))
      return { kind: "alone", again: { nonces: operations.map(({ nonce }) => nonce), sent: true } };
    if (reply.kind !== "refused") return { kind: "alone" };
    if (reply.error.code === "key-attended") return { kind: "attended", client };
    if (reply.error.code !== "queue-full") return { kind: "alone" };
    const full: Outcome = err(reply.error);
    return {
      kind: "done",
      submitted: { outcomes: commands.map(() => full), tasks: [], tip: undefined, age: undefined },
    };
  }

  /** Lets the daemon say that an agent is here, and go on saying so, or that it leaves; false: there is none. */
  async sayPresence(agent: AgentId, state: "here" | "leaving"): Promise<boolean> {
    const client = (this.#client ??= await this.#connect());
    const reply = await client?.ask({ type: "presence", agent, state });
    return reply?.kind === "said";
  }

  close(): void {
    this.#client?.close();
  }

  /** What talks is loaded where there is somebody to talk to. */
  async #connect(): Promise<SequencerClient | undefined> {
    const endpoint = endpointOf(this.#commonDir);
    if (!hasEndpoint(endpoint)) return undefined;
    const { SequencerClient: Client } = await import("./sequencer-client.ts");
    return new Client(endpoint);
  }
}
