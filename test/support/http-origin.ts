import { execFileSync, spawn } from "node:child_process";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { git } from "../contract/clone.ts";

export interface HttpOrigin {
  readonly url: string;
  readonly port: number;
}

export interface HttpOriginOptions {
  /** Whoever does not send it is answered 401. */
  readonly password?: string;
}

const BACKEND = join(
  execFileSync("git", ["--exec-path"], { encoding: "utf8" }).trim(),
  "git-http-backend",
);

/** Serves a bare repository by `git http-backend`, as a web server would, until the test is over. */
export async function serveOrigin(
  gitDir: string,
  { password }: HttpOriginOptions = {},
): Promise<HttpOrigin> {
  await git(gitDir, "config", "http.receivepack", "true");
  const server = createServer((request, response) => {
    if (password !== undefined && !isSignedIn(request, password)) {
      request.resume();
      response.writeHead(401, { "www-authenticate": 'Basic realm="mound"' }).end();
      return;
    }
    handOver(gitDir, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/${basename(gitDir)}`, port };
}

function isSignedIn({ headers }: IncomingMessage, password: string): boolean {
  const [, sent = ""] = (headers.authorization ?? "").split(" ");
  return Buffer.from(sent, "base64").toString().endsWith(`:${password}`);
}

/** One request by CGI (RFC 3875). */
function handOver(gitDir: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://origin");
  const backend = spawn(BACKEND, {
    stdio: ["pipe", "pipe", "ignore"],
    env: {
      PATH: process.env["PATH"],
      GIT_PROJECT_ROOT: dirname(gitDir),
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: pathname,
      QUERY_STRING: searchParams.toString(),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      GIT_PROTOCOL: request.headers["git-protocol"]?.toString() ?? "",
    },
  });
  // A client that is cut off ends the body early, and git sees the end of its input.
  request.pipe(backend.stdin);
  request.on("close", () => backend.stdin.end());
  backend.stdin.on("error", () => {});
  const chunks: Buffer[] = [];
  backend.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  backend.on("close", () => {
    const answer = Buffer.concat(chunks);
    const end = answer.indexOf("\r\n\r\n");
    if (end < 0) {
      response.writeHead(500).end();
      return;
    }
    const headers = answer
      .subarray(0, end)
      .toString()
      .split("\r\n")
      .map((line) => line.split(": ") as [string, string]);
    const status = headers.find(([name]) => name === "Status")?.[1] ?? "200";
    const rest = headers.filter(([name]) => name !== "Status");
    response.writeHead(Number(status.slice(0, 3)), Object.fromEntries(rest));
    response.end(answer.subarray(end + 4));
  });
}
