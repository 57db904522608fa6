import { once } from "node:events";
import { statSync } from "node:fs";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { SocketServer, type AnswerBody, type ServerOptions } from "../../src/daemon/server.ts";
import { FRAME_BYTES, WIRE_BUILD } from "../../src/open/wire.ts";
import { memoryLog } from "../support/memory-log.ts";
import { RawClient, socketPath } from "../support/sockets.ts";
import { until } from "../support/until.ts";

const SAID: AnswerBody = { ok: true, said: true };

function request(id: number, more: object = {}): string {
  return `${JSON.stringify({ id, build: WIRE_BUILD, type: "test", ...more })}\n`;
}

/** A server that answers as `handle` says. */
async function serve(
  handle: ServerOptions["handle"] = async () => SAID,
  patience = { lineMs: 10_000, closeMs: 100 },
) {
  const endpoint = socketPath();
  const log = memoryLog();
  const server = new SocketServer({ endpoint, log, handle, patience });
  await server.listen();
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= server.close());
  onTestFinished(close);
  return { endpoint, server, log, close };
}

async function expectServing(endpoint: string): Promise<void> {
  const client = await RawClient.open(endpoint);
  client.send(request(1));
  expect(await client.answer(1)).toEqual({ id: 1, ok: true, said: true });
  client.socket.destroy();
}

test("requests of one connection are answered each by its number, whatever comes first", async () => {
  const waiting: (() => void)[] = [];
  const { endpoint } = await serve(
    () => new Promise((resolve) => waiting.push(() => resolve(SAID))),
  );
  const client = await RawClient.open(endpoint);
  client.send(request(1) + request(2) + request(3));
  await until("three requests", () => waiting.length === 3);
  for (const answer of waiting.toReversed()) answer();
  await until("three answers", () => client.lines.length === 3);
  expect(client.answers().map(({ id }) => id)).toEqual([3, 2, 1]);
});

test.each([
  ["garbage", "\u0000\u0001\u0002 garbage\n"],
  ["no object", "[1,2,3]\n"],
  ["null", "null\n"],
  ["a text", '"hello"\n'],
  ["an http request", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"],
  ["no number", `{"id":"1","build":"${WIRE_BUILD}"}\n`],
  ["brackets without end", `${"[".repeat(1_000_000)}\n`],
])("%s is refused and ends the connection; the next one is served", async (_name, data) => {
  const { endpoint } = await serve();
  const client = await RawClient.open(endpoint);
  client.send(data);
  await client.end();
  expect(client.answers()).toMatchObject([{ id: 0, ok: false, error: { code: "malformed" } }]);
  await expectServing(endpoint);
});

test("what follows on garbage is not carried out, and said once", async () => {
  let handled = 0;
  const { endpoint, log } = await serve(async () => ((handled += 1), SAID));
  const client = await RawClient.open(endpoint);
  client.send(`garbage\n${request(1)}${"more\n".repeat(1_000)}${request(2)}`);
  await client.end();
  expect([handled, client.lines.length]).toEqual([0, 1]);
  expect(log.entries.filter(({ message }) => message === "refused")).toHaveLength(1);
});

test("a request beyond all bounds is refused, and costs no more memory than the bound", async () => {
  const { endpoint } = await serve();
  const client = await RawClient.open(endpoint);
  const piece = Buffer.alloc(1024 * 1024, 0x78);
  for (let sent = 0; sent <= FRAME_BYTES; sent += piece.length) client.send(piece);
  await client.end();
  expect(client.answers()).toMatchObject([{ id: 0, ok: false, error: { code: "too-large" } }]);
  await expectServing(endpoint);
});

test("a request as large as it may be is taken, and told how large it was, in bytes", async () => {
  const sizes: number[] = [];
  const { endpoint } = await serve(async (_request, bytes) => (sizes.push(bytes), SAID));
  const client = await RawClient.open(endpoint);
  const bare = Buffer.byteLength(request(1, { text: "" })) - 1;
  client.send(request(1, { text: "ü".repeat((FRAME_BYTES - bare) / 2) }));
  await client.answer(1);
  expect(sizes[0]).toBeGreaterThan(FRAME_BYTES - 2);
});

test("another build is told so, and the connection stays", async () => {
  const { endpoint } = await serve();
  const client = await RawClient.open(endpoint);
  client.send(request(1, { build: "another" }));
  expect(await client.answer(1)).toMatchObject({ ok: false, error: { code: "other-build" } });
  client.send(request(2));
  expect(await client.answer(2)).toMatchObject({ ok: true });
});

test("half a request, and no more, is let go after a while; a slow one is waited for", async () => {
  const { endpoint } = await serve(undefined, { lineMs: 60, closeMs: 100 });
  const [half, slow] = [await RawClient.open(endpoint), await RawClient.open(endpoint)];
  half.send('{"id":1,');
  const text = request(1);
  let sent = 0;
  const drip = until(
    "the whole request to be sent",
    () => {
      slow.send(text.slice(sent, (sent += 8)));
      return sent >= text.length;
    },
    { everyMs: 20 },
  );
  await half.end();
  expect(half.answers()).toMatchObject([{ id: 0, error: { code: "malformed" } }]);
  await drip;
  expect(await slow.answer(1)).toMatchObject({ ok: true });
});

test("a client that sends nothing is kept, and hinders nobody", async () => {
  const { endpoint, server } = await serve(undefined, { lineMs: 20, closeMs: 100 });
  const idle = await RawClient.open(endpoint);
  await expectServing(endpoint);
  await until("one connection", () => server.connections === 1);
  idle.send(request(1));
  expect(await idle.answer(1)).toMatchObject({ ok: true });
});

test("whether a client is still there is known to whoever works for it", async () => {
  const asked: (() => boolean)[] = [];
  const { endpoint } = await serve(
    (_request, _bytes, wanted) => (asked.push(wanted), new Promise(() => undefined)),
  );
  const client = await RawClient.open(endpoint);
  client.send(request(1));
  const [wanted] = await until("the request", () => asked.length > 0 && asked);
  expect(wanted!()).toBe(true);
  client.socket.destroy();
  await until("the end of interest", () => !wanted!());
});

test("a client that reads nothing does not fill the memory, nor holds up the end", async () => {
  const large = "x".repeat(1024 * 1024);
  const body = { ok: true, status: { build: large } } as unknown as AnswerBody;
  const { endpoint, server, close } = await serve(async () => body);
  const client = await RawClient.open(endpoint);
  client.socket.pause();
  for (let id = 1; id <= 100; id += 1) client.send(request(id));
  await until("that it is let go", () => server.connections === 0);
  const other = await RawClient.open(endpoint);
  other.socket.pause();
  for (let id = 1; id <= 20; id += 1) other.send(request(id));
  await until("that it is there", () => server.connections === 1);
  await close();
  await until("that it is let go too", () => server.connections === 0);
  expect(statSync(endpoint, { throwIfNoEntry: false })).toBeUndefined();
});

test("at the end all that was taken is answered, and the socket goes", async () => {
  let answer: (body: AnswerBody) => void = () => undefined;
  const { endpoint, server, close } = await serve(
    () => new Promise((resolve) => (answer = resolve)),
  );
  const client = await RawClient.open(endpoint);
  client.send(request(1));
  await until("the request", () => server.connections === 1 && answer.length > 0);
  const closing = close();
  const late = connect(endpoint);
  const [error] = (await once(late, "error")) as [NodeJS.ErrnoException];
  expect(["ECONNREFUSED", "ENOENT"]).toContain(error.code);
  answer(SAID);
  expect(await client.answer(1)).toMatchObject({ ok: true });
  await closing;
  await client.end();
  expect(statSync(endpoint, { throwIfNoEntry: false })).toBeUndefined();
});

test("while a request is carried out its client is told that the daemon is alive", async () => {
  let answer: (body: AnswerBody) => void = () => undefined;
  const { endpoint } = await serve(() => new Promise((resolve) => (answer = resolve)));
  const [client, idle] = [await RawClient.open(endpoint), await RawClient.open(endpoint)];
  client.send(request(1));
  await until("a word", () => client.lines.length > 0);
  expect(client.answers()[0]).toEqual({ alive: true });
  expect(idle.lines).toEqual([]);
  answer(SAID);
  await client.answer(1);
});

test("a thousand connections at once are served", async () => {
  const { endpoint, server } = await serve();
  const clients = await Promise.all(Array.from({ length: 1_000 }, () => RawClient.open(endpoint)));
  await until("all of them", () => server.connections === 1_000);
  for (const client of clients) client.send(request(1));
  const answers = await Promise.all(clients.map((client) => client.answer(1)));
  expect(answers.every(({ ok }) => ok === true)).toBe(true);
});
