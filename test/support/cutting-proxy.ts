import { createServer, request as ask, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { HttpOrigin } from "./http-origin.ts";

/** What the origin said. */
interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** One request of git's that has arrived in full at the proxy, and not yet at the origin. */
export interface Exchange {
  /** The path and query that were asked for. */
  readonly path: string;
  /** Passes the request on; `part`: only this share of its body, and then the line is cut. */
  readonly deliver: (part?: number) => Promise<Answer>;
  readonly answer: (answer: Answer) => void;
  /** Closes the connection to the client without a word. */
  readonly cut: () => void;
}

export type Fate = (exchange: Exchange) => Promise<void>;

export interface CuttingProxy {
  readonly url: string;
  /** Uploads of pushes that have arrived. */
  readonly uploads: number;
  /** The fates of the next uploads, one each; then they pass. */
  readonly next: Fate[];
  /** The fate of every request; undefined: it passes. */
  all: Fate | undefined;
  /** Closes the port and all that is connected. */
  readonly down: () => Promise<void>;
  /** Opens the same port again. */
  readonly up: () => Promise<void>;
}

export const pass: Fate = async ({ deliver, answer }) => answer(await deliver());
export const cutBefore: Fate = async ({ cut }) => cut();
export const cutWithin: Fate = async ({ deliver, cut }) => {
  await deliver(0.5).catch(() => undefined);
  cut();
};
/** The origin has answered, so its ref has moved; the client never hears of it. */
export const cutAfter: Fate = async ({ deliver, cut }) => {
  await deliver();
  cut();
};
export const hang: Fate = async () => {};
export const garbage: Fate = async ({ answer }) =>
  answer({
    status: 200,
    headers: { "content-type": "text/html" },
    body: Buffer.from("<h1>Sign in</h1>\n"),
  });

export function status(code: number): Fate {
  return async ({ answer }) => answer({ status: code, headers: {}, body: Buffer.alloc(0) });
}

/**
 * A proxy before an origin that does to each request what the test says; gone with the test.
 * `keepAlive`: connections serve several requests, and then curl, not git, sends a request again
 * whose connection was closed without an answer.
 */
export async function cuttingProxy(
  origin: HttpOrigin,
  { keepAlive = false }: { readonly keepAlive?: boolean } = {},
): Promise<CuttingProxy> {
  let uploads = 0;
  const next: Fate[] = [];
  const server = createServer((request, response) => {
    response.shouldKeepAlive = keepAlive;
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const isUpload = request.method === "POST" && request.url?.endsWith("/git-receive-pack");
      if (isUpload) uploads += 1;
      const fate = proxy.all ?? (isUpload ? next.shift() : undefined) ?? pass;
      const made = exchange(origin.port, { request, response, body: Buffer.concat(chunks) });
      fate(made).catch(() => response.destroy());
    });
  });
  let port = 0;
  const up = (): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
  const down = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  await up();
  ({ port } = server.address() as AddressInfo);
  onTestFinished(async () => {
    if (server.listening) await down();
  });
  const proxy = {
    url: origin.url.replace(String(origin.port), String(port)),
    get uploads() {
      return uploads;
    },
    next,
    all: undefined as Fate | undefined,
    down,
    up,
  };
  return proxy;
}

interface Arrived {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
}

function exchange(port: number, { request, response, body }: Arrived): Exchange {
  return {
    path: request.url ?? "",
    deliver: (part = 1) => passOn(port, { request, body, part }),
    answer({ status: code, headers, body: text }) {
      response.writeHead(code, headers);
      response.end(text);
    },
    cut: () => request.socket.destroy(),
  };
}

interface Delivery {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly part: number;
}

function passOn(port: number, { request, body, part }: Delivery): Promise<Answer> {
  const { method, url: path, headers } = request;
  const { "transfer-encoding": _, ...kept } = headers;
  const sized = method === "POST" ? { ...kept, "content-length": String(body.length) } : kept;
  return new Promise((resolve, reject) => {
    const upstream = ask({ host: "127.0.0.1", port, method, path, headers: sized, agent: false });
    upstream.on("error", reject);
    upstream.on("response", (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        const type = answer.headers["content-type"];
        const challenge = answer.headers["www-authenticate"];
        resolve({
          status: answer.statusCode ?? 500,
          headers: {
            ...(type === undefined ? {} : { "content-type": type }),
            ...(challenge === undefined ? {} : { "www-authenticate": challenge }),
          },
          body: Buffer.concat(chunks),
        });
      });
    });
    if (part === 1) {
      upstream.end(body);
      return;
    }
    upstream.write(body.subarray(0, Math.floor(body.length * part)), () =>
      upstream.destroy(new Error("cut")),
    );
  });
}
