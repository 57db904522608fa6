import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { temporary } from "../keys/openssh.ts";
import { until } from "./until.ts";

/** Where a socket may lie in a test, in a folder of its own. */
export function socketPath(): string {
  const folder = join(temporary(), "daemon");
  mkdirSync(folder, { mode: 0o700 });
  return join(folder, "socket");
}

/** A raw connection: bytes go out as they are, and whole lines come in. */
export class RawClient {
  readonly socket: Socket;
  readonly lines: string[] = [];
  #rest = "";
  closed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => {
      const parts = (this.#rest + chunk.toString("utf8")).split("\n");
      this.#rest = parts.pop()!;
      this.lines.push(...parts);
    });
    socket.on("error", () => undefined);
    socket.on("close", () => (this.closed = true));
  }

  static async open(path: string): Promise<RawClient> {
    const socket = connect(path);
    const client = new RawClient(socket);
    await once(socket, "connect");
    onTestFinished(() => void socket.destroy());
    return client;
  }

  send(data: string | Uint8Array): void {
    this.socket.write(data);
  }

  /** The answer to the request of that number. */
  async answer(id: number): Promise<Record<string, unknown>> {
    return until(`the answer ${id}`, () => this.answers().find((frame) => frame["id"] === id));
  }

  answers(): readonly Record<string, unknown>[] {
    return this.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  async end(): Promise<void> {
    await until("the end of the connection", () => this.closed);
  }
}

/** A server of the test's own that does as `take` says with each connection. */
export async function fakeServer(path: string, take: (socket: Socket) => void): Promise<Server> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => undefined);
    take(socket);
  });
  server.listen(path);
  await once(server, "listening");
  onTestFinished(async () => {
    for (const socket of open) socket.destroy();
    if (!server.listening) return;
    server.close();
    await once(server, "close");
  });
  return server;
}
