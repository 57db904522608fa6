import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, dirname } from "node:path";
import { onTestFinished } from "vitest";
import { git } from "../contract/clone.ts";

export interface HttpOrigin {
  readonly url: string;
  /** What the server does with the upload of a push; the push itself is always passed to git first. */
  after: "answer" | "cut" | "status 500" | "status 403";
}

/** Serves a bare repository by `git http-backend` until the test is over. */
export async function serveRepository(gitDir: string): Promise<HttpOrigin> {
  await git(gitDir, "config", "http.receivepack", "true");
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://x");
    const isUpload = request.method === "POST" && pathname.endsWith("/git-receive-pack");
    const backend = spawn("git", ["http-backend"], {
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
    request.pipe(backend.stdin);
    const chunks: Buffer[] = [];
    backend.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    backend.on("close", () => {
      if (isUpload && origin.after === "cut") return response.destroy();
      if (isUpload && origin.after !== "answer")
        return response.writeHead(Number(origin.after.slice(7))).end();
      const answer = Buffer.concat(chunks);
      const end = answer.indexOf("\r\n\r\n");
      const headers = answer
        .subarray(0, end)
        .toString()
        .split("\r\n")
        .map((line) => line.split(": ") as [string, string]);
      const status = headers.find(([name]) => name === "Status")?.[1] ?? "200";
      response.writeHead(
        Number(status.slice(0, 3)),
        Object.fromEntries(headers.filter(([name]) => name !== "Status")),
      );
      return response.end(answer.subarray(end + 4));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const origin: HttpOrigin = {
    url: `http://127.0.0.1:${port}/${basename(gitDir)}`,
    after: "answer",
  };
  return origin;
}
