/**
 * The socket of the daemon. Whoever connects is the user whose clone it is, and still nothing that comes
 * is believed: lines are bounded, half a line has a time limit, and a client that does not read what it
 * is told is let go.
 */
import { createServer, type Server, type Socket } from "node:net";
import {
  ALIVE_MS,
  FRAME_BYTES,
  WIRE_BUILD,
  type AnswerFrame,
  type WireFault,
} from "../open/wire.ts";
import { readFrames } from "../open/frames.ts";
import type { Log } from "./log.ts";

/** More connections than agents that one machine runs; each costs a few KiB. */
const CONNECTIONS_MAX = 2_048;
/** Milliseconds within which a line that was begun must go on, and answers be read at the end. */
const PATIENCE = { lineMs: 30_000, closeMs: 2_000 };
/** Bytes that a client may leave unread. */
const UNREAD_BYTES = 16 * 1024 * 1024;

export interface ServerOptions {
  readonly endpoint: string;
  readonly log: Log;
  /**
   * Answers one request; `bytes`: how long it was; `wanted`: whether its client is still there. Never
   * rejects.
   */
  handle(
    request: Readonly<Record<string, unknown>>,
    bytes: number,
    wanted: () => boolean,
  ): Promise<AnswerBody>;
  /** For tests: how long it waits for the rest of a line, and at its end for clients that do not read. */
  readonly patience?: { readonly lineMs: number; readonly closeMs: number };
}

/** An answer that only lacks the number of its request. */
export type AnswerBody = AnswerFrame extends infer Frame
  ? Frame extends { readonly id: number }
    ? Omit<Frame, "id">
    : never
  : never;

export class SocketServer {
  readonly #options: ServerOptions;
  readonly #server: Server;
  readonly #open = new Map<Socket, Connection>();
  #alive: NodeJS.Timeout | undefined;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#accept(socket));
    this.#server.maxConnections = CONNECTIONS_MAX;
    this.#server.on("drop", () =>
      options.log.warn({ limit: CONNECTIONS_MAX }, "connection dropped"),
    );
  }

  get connections(): number {
    return this.#open.size;
  }

  /** Resolves when it listens; rejects as `listen` does. */
  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      // A crowd that comes at the same moment waits in line, instead of being told to go alone.
      this.#server.listen({ path: this.#options.endpoint, backlog: CONNECTIONS_MAX }, () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
    // Without a file descriptor to accept with, those who are connected are served all the same.
    this.#server.on("error", (error) => this.#options.log.warn({ error: error.message }, "accept"));
    this.#alive = setInterval(() => this.#tellAlive(), ALIVE_MS);
  }

  /** Takes no more, lets what is under way be answered, and ends the connections. */
  async close(): Promise<void> {
    clearInterval(this.#alive);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await Promise.all([...this.#open.values()].map((connection) => connection.settled()));
    for (const socket of this.#open.keys()) socket.destroySoon();
    // A client that does not read its answers holds up nobody's end.
    const { closeMs } = this.#options.patience ?? PATIENCE;
    const late = setTimeout(() => {
      for (const socket of this.#open.keys()) socket.destroy();
    }, closeMs);
    await closed;
    clearTimeout(late);
  }

  #accept(socket: Socket): void {
    const connection = new Connection(socket, this.#options);
    this.#open.set(socket, connection);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      connection.end();
      this.#open.delete(socket);
    });
  }

  #tellAlive(): void {
    for (const connection of this.#open.values()) connection.tellAlive();
  }
}

class Connection {
  readonly #socket: Socket;
  readonly #options: ServerOptions;
  readonly #pending = new Set<Promise<void>>();
  readonly #unfinished: NodeJS.Timeout;
  #refused = false;

  constructor(socket: Socket, options: ServerOptions) {
    this.#socket = socket;
    this.#options = options;
    const frames = readFrames(
      socket,
      FRAME_BYTES,
      (line) => this.#take(line),
      () => this.#refuse("too-large", `a request has at most ${FRAME_BYTES} bytes`),
    );
    const { lineMs } = options.patience ?? PATIENCE;
    let before = 0;
    this.#unfinished = setInterval(() => {
      const held = frames.pending();
      if (held > 0 && held === before) this.#refuse("malformed", "half a request, and no more");
      before = held;
    }, lineMs).unref();
  }

  end(): void {
    clearInterval(this.#unfinished);
  }

  async settled(): Promise<void> {
    await Promise.all(this.#pending);
  }

  tellAlive(): void {
    if (this.#pending.size > 0) this.#send({ alive: true });
  }

  #take(line: string): void {
    if (this.#refused) return;
    const request = parseObject(line);
    const id = request?.["id"];
    if (request === undefined || typeof id !== "number")
      return this.#refuse("malformed", "a request is one JSON object a line, with a number as id");
    if (request["build"] !== WIRE_BUILD) {
      const error: WireFault = { code: "other-build", detail: `the daemon is of ${WIRE_BUILD}` };
      return this.#send({ id, ok: false, error });
    }
    const answered = this.#options
      .handle(request, Buffer.byteLength(line), () => !this.#socket.destroyed)
      .then((answer) => this.#send({ ...answer, id }))
      .finally(() => this.#pending.delete(answered));
    this.#pending.add(answered);
  }

  /** What is no request ends the connection: what follows on it could be anything. */
  #refuse(code: "malformed" | "too-large", detail: string): void {
    if (this.#refused) return;
    this.#refused = true;
    this.#options.log.warn({ code, detail }, "refused");
    this.#send({ id: 0, ok: false, error: { code, detail } });
    this.#socket.end();
    // It may not read even that.
    const { closeMs } = this.#options.patience ?? PATIENCE;
    setTimeout(() => this.#socket.destroy(), closeMs).unref();
  }

  #send(frame: AnswerFrame): void {
    if (!this.#socket.writable) return;
    this.#socket.write(`${JSON.stringify(frame)}\n`);
    if (this.#socket.writableLength > UNREAD_BYTES) this.#socket.destroy();
  }
}

function parseObject(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const plain = typeof value === "object" && value !== null && !Array.isArray(value);
    return plain ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
