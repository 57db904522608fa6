import { connect, type Socket } from "node:net";
import type { AnswerFrame, Ask, DaemonStatus, Submitted, WireFault } from "./wire.ts";
import { FRAME_BYTES, SILENCE_MS, WIRE_BUILD } from "./wire.ts";
import { hasEndpoint } from "./endpoint.ts";
import { readFrames } from "./frames.ts";

/**
 * `lost`: it was sent, and what became of it is not known. `absent`: nothing was sent; `deaf`: there is
 * somebody, who takes no connection.
 */
export type Reply =
  | { readonly kind: "submitted"; readonly submitted: Submitted }
  | { readonly kind: "status"; readonly status: DaemonStatus }
  | { readonly kind: "said" }
  | { readonly kind: "refused"; readonly error: WireFault }
  | { readonly kind: "lost" }
  | { readonly kind: "absent"; readonly deaf?: boolean };

interface Pending {
  readonly reply: (reply: Reply) => void;
  readonly onSent: (() => void) | undefined;
}

/** A daemon takes a connection in a millisecond; one that hangs must not hold a command up. */
const CONNECT_MS = 2_000;
/** Nobody listens: the socket of a daemon that died, or none at all. */
const NOBODY = new Set(["ECONNREFUSED", "ENOENT", "ENOTSOCK"]);

/** A connection to the daemon of a clone, made at the first request and kept for the next. */
export class SequencerClient {
  readonly #endpoint: string;
  readonly #silenceMs: number;
  #socket: Socket | undefined;
  #opening: Promise<Socket | undefined> | undefined;
  #asked = 0;
  readonly #pending = new Map<number, Pending>();
  #silence: NodeJS.Timeout | undefined;
  #deaf = false;

  /** `silenceMs`: a daemon that says nothing for so long is given up. */
  constructor(endpoint: string, silenceMs: number = SILENCE_MS) {
    this.#endpoint = endpoint;
    this.#silenceMs = silenceMs;
  }

  /** Asks the daemon; `onSent` is called when the request is on its way. Never rejects. */
  async ask(ask: Ask, onSent?: () => void): Promise<Reply> {
    const id = (this.#asked += 1);
    const text = `${JSON.stringify({ ...ask, id, build: WIRE_BUILD })}\n`;
    if (Buffer.byteLength(text) > FRAME_BYTES) return { kind: "absent" };
    const socket = await this.#open();
    if (socket === undefined) return { kind: "absent", deaf: this.#deaf };
    // It may have been closed since: then nothing was sent.
    if (socket.destroyed) return { kind: "absent" };
    return new Promise((reply) => {
      this.#pending.set(id, { reply, onSent });
      onSent?.();
      socket.ref();
      socket.write(text);
      this.#heard();
    });
  }

  close(): void {
    clearTimeout(this.#silence);
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  async #open(): Promise<Socket | undefined> {
    if (this.#socket !== undefined) return this.#socket;
    // A look is cheaper than a connection that is refused, and most clones have no daemon.
    if (!hasEndpoint(this.#endpoint)) return undefined;
    this.#opening ??= this.#connect();
    const socket = await this.#opening;
    this.#opening = undefined;
    return socket;
  }

  #connect(): Promise<Socket | undefined> {
    return new Promise((resolve) => {
      const socket = connect(this.#endpoint);
      this.#deaf = false;
      const timer = setTimeout(() => {
        this.#deaf = true;
        socket.destroy();
      }, CONNECT_MS);
      socket.on("connect", () => {
        clearTimeout(timer);
        this.#socket = socket;
        resolve(socket);
      });
      socket.on("error", ({ code }: NodeJS.ErrnoException) => {
        this.#deaf = !NOBODY.has(code ?? "");
      });
      socket.on("close", () => {
        clearTimeout(timer);
        if (this.#socket === socket) this.#socket = undefined;
        this.#end();
        resolve(undefined);
      });
      readFrames(
        socket,
        FRAME_BYTES * 4,
        (line) => this.#take(line),
        () => socket.destroy(),
      );
    });
  }

  #take(line: string): void {
    const frame = readAnswer(line);
    if (frame === undefined) return void this.#socket?.destroy();
    this.#heard();
    if ("alive" in frame) return;
    const pending = this.#pending.get(frame.id);
    this.#pending.delete(frame.id);
    if (this.#pending.size === 0) {
      clearTimeout(this.#silence);
      // An idle connection keeps nobody alive.
      this.#socket?.unref();
    }
    pending?.reply(replyOf(frame));
  }

  /** A daemon that says nothing for so long is as good as gone: what it does is found out otherwise. */
  #heard(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.#socket?.destroy();
      this.#end();
    }, this.#silenceMs);
  }

  #end(): void {
    clearTimeout(this.#silence);
    for (const { reply } of this.#pending.values()) reply({ kind: "lost" });
    this.#pending.clear();
  }
}

/** What is no answer at all is as good as silence: what has become of the request is found out otherwise. */
function readAnswer(line: string): AnswerFrame | undefined {
  try {
    const frame = JSON.parse(line) as Partial<Record<string, unknown>> | null;
    if (typeof frame !== "object" || frame === null) return undefined;
    const { alive, id, ok, error, submitted, status, said } = frame;
    if (alive === true) return { alive };
    const told = ok === true ? (submitted ?? status ?? said) : ok === false ? error : undefined;
    return typeof id === "number" && told !== undefined && told !== null
      ? (frame as AnswerFrame)
      : undefined;
  } catch {
    return undefined;
  }
}

function replyOf(frame: Exclude<AnswerFrame, { readonly alive: true }>): Reply {
  if (!frame.ok) return { kind: "refused", error: frame.error };
  if ("said" in frame) return { kind: "said" };
  if ("status" in frame) return { kind: "status", status: frame.status };
  return { kind: "submitted", submitted: frame.submitted };
}
