import { writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { SequencerClient } from "../../src/open/sequencer-client.ts";
import { FRAME_BYTES, WIRE_BUILD, type RequestFrame } from "../../src/open/wire.ts";
import type { AgentId } from "../../src/protocol/ids.ts";
import { fakeServer, socketPath } from "../support/sockets.ts";
import { until } from "../support/until.ts";

const STATUS = { type: "status" } as const;
const status = { pid: 1, build: WIRE_BUILD };

/** A daemon that says what it is told to for each request, in order. */
async function daemon(say: (frame: RequestFrame, socket: Socket) => void) {
  const path = socketPath();
  let connections = 0;
  const asked: RequestFrame[] = [];
  const server = await fakeServer(path, (socket) => {
    connections += 1;
    let rest = "";
    socket.on("data", (chunk: Buffer) => {
      const lines = (rest + chunk.toString("utf8")).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        const frame = JSON.parse(line) as RequestFrame;
        asked.push(frame);
        say(frame, socket);
      }
    });
  });
  return { path, server, asked, connections: () => connections };
}

const answer = (socket: Socket, frame: unknown): void =>
  void socket.write(`${typeof frame === "string" ? frame : JSON.stringify(frame)}\n`);

test("a request is answered by its number, whatever the order, over one connection", async () => {
  const waiting: [RequestFrame, Socket][] = [];
  const { path, connections, asked } = await daemon((frame, socket) => {
    waiting.push([frame, socket]);
    if (waiting.length < 3) return;
    for (const [{ id }, at] of waiting.toReversed())
      answer(at, { id, ok: true, status: { ...status, pid: id } });
  });
  const client = new SequencerClient(path);
  const replies = await Promise.all([client.ask(STATUS), client.ask(STATUS), client.ask(STATUS)]);
  expect(replies).toMatchObject([1, 2, 3].map((pid) => ({ kind: "status", status: { pid } })));
  expect([connections(), asked.map(({ build }) => build)]).toEqual([1, Array(3).fill(WIRE_BUILD)]);
  client.close();
});

test("where nobody listens nothing is sent, and it is said so at once", async () => {
  const client = new SequencerClient(socketPath());
  expect(await client.ask(STATUS)).toEqual({ kind: "absent", deaf: false });
});

test("the socket of a daemon that died is nobody", async () => {
  const path = socketPath();
  writeFileSync(path, "");
  expect(await new SequencerClient(path).ask(STATUS)).toEqual({ kind: "absent", deaf: false });
});

test("what is larger than a frame is not sent", async () => {
  const { path, connections } = await daemon(() => undefined);
  const client = new SequencerClient(path);
  const nonce = "0123456789abcdef" as never;
  const command = { type: "claim", task: "x".repeat(FRAME_BYTES) } as const;
  const operations = [{ nonce, command }];
  expect(await client.ask({ type: "submit", agent: "ant" as AgentId, operations })).toEqual({
    kind: "absent",
  });
  expect(connections()).toBe(0);
});

test.each([
  ["closes the connection", (_: RequestFrame, socket: Socket) => void socket.end()],
  ["drops it", (_: RequestFrame, socket: Socket) => void socket.destroy()],
  ["answers with garbage", (_: RequestFrame, socket: Socket) => answer(socket, "\u0000garbage")],
  ["answers nothing at all", (_: RequestFrame, socket: Socket) => answer(socket, "null")],
  ["answers a number", (_: RequestFrame, socket: Socket) => answer(socket, "17")],
  [
    "answers without an answer",
    ({ id }: RequestFrame, socket: Socket) => answer(socket, { id, ok: true }),
  ],
  [
    "fails without a fault",
    ({ id }: RequestFrame, socket: Socket) => answer(socket, { id, ok: false }),
  ],
  [
    "answers half a line and closes",
    (_: RequestFrame, socket: Socket) => void socket.end('{"id":1,"o'),
  ],
])("a daemon that %s leaves the request lost", async (_name, say) => {
  const { path } = await daemon(say);
  const client = new SequencerClient(path);
  let sent = 0;
  expect(await client.ask(STATUS, () => (sent += 1))).toEqual({ kind: "lost" });
  expect(sent).toBe(1);
});

test("a line without an end does not fill the memory: the request is lost", async () => {
  const { path } = await daemon((_frame, socket) => {
    const piece = "x".repeat(1024 * 1024);
    for (let sent = 0; sent < 40; sent += 1) socket.write(piece);
  });
  expect(await new SequencerClient(path).ask(STATUS)).toEqual({ kind: "lost" });
});

test("a daemon that is silent is given up; one that says it is alive is waited for", async () => {
  const silent = await daemon(() => undefined);
  const from = performance.now();
  expect(await new SequencerClient(silent.path, 100).ask(STATUS)).toEqual({ kind: "lost" });
  expect(performance.now() - from).toBeLessThan(5_000);
  let beats = 0;
  const slow = await daemon(({ id }, socket) => {
    const tell = (): boolean => {
      beats += 1;
      answer(socket, beats < 10 ? { alive: true } : { id, ok: true, status });
      return beats === 10;
    };
    void until("ten words", tell, { everyMs: 30 });
  });
  const client = new SequencerClient(slow.path, 150);
  expect(await client.ask(STATUS)).toMatchObject({ kind: "status" });
  expect(beats).toBe(10);
  client.close();
});

test("after a daemon has gone the next request finds the next one", async () => {
  const first = await daemon((_frame, socket) => void socket.end());
  const client = new SequencerClient(first.path);
  expect(await client.ask(STATUS)).toEqual({ kind: "lost" });
  first.server.close();
  await until("the end of the socket", async () => {
    const reply = await client.ask(STATUS);
    return reply.kind === "absent";
  });
  await fakeServer(first.path, (socket) => {
    socket.on("data", (chunk: Buffer) => {
      const { id } = JSON.parse(chunk.toString("utf8")) as RequestFrame;
      answer(socket, { id, ok: true, status });
    });
  });
  expect(await client.ask(STATUS)).toMatchObject({ kind: "status" });
  client.close();
});

test("an answer that nobody asked for is no answer to anything", async () => {
  const { path } = await daemon(({ id }, socket) => {
    answer(socket, { id: id + 100, ok: true, status: { ...status, pid: 666 } });
    answer(socket, { id, ok: true, status });
  });
  const client = new SequencerClient(path);
  expect(await client.ask(STATUS)).toMatchObject({ kind: "status", status: { pid: 1 } });
  client.close();
});

test("a refusal comes as it is", async () => {
  const error = { code: "queue-full", waiting: 3, retry: 100 };
  const { path } = await daemon(({ id }, socket) => answer(socket, { id, ok: false, error }));
  const client = new SequencerClient(path);
  expect(await client.ask(STATUS)).toEqual({ kind: "refused", error });
  client.close();
});
