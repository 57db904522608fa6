import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { relative, sep } from "node:path";
import { git } from "./git.mjs";

/**
 * Serves the bare repositories below a folder by `git http-backend`, as a web server would. `reach`
 * answers the URL of a repository and lets it be pushed to.
 */
export async function serveRepositories(root) {
  const server = createServer((request, response) => handOver(root, request, response));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  return {
    reach: async (gitDir) => {
      await git(["-C", gitDir, "config", "http.receivepack", "true"]);
      return `http://127.0.0.1:${port}/${relative(root, gitDir).split(sep).join("/")}`;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** One request by CGI (RFC 3875). */
function handOver(root, request, response) {
  const { pathname, searchParams } = new URL(request.url, "http://origin");
  const { headers } = request;
  const backend = spawn("git", ["http-backend"], {
    stdio: ["pipe", "pipe", "ignore"],
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: pathname,
      QUERY_STRING: searchParams.toString(),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: headers["content-encoding"] ?? "",
      GIT_PROTOCOL: headers["git-protocol"] ?? "",
    },
  });
  request.pipe(backend.stdin);
  request.on("close", () => backend.stdin.end());
  backend.stdin.on("error", () => {});
  const chunks = [];
  backend.stdout.on("data", (chunk) => chunks.push(chunk));
  backend.on("close", () => {
    const answer = Buffer.concat(chunks);
    const end = answer.indexOf("\r\n\r\n");
    if (end < 0) return response.writeHead(500).end();
    const lines = answer.subarray(0, end).toString().split("\r\n");
    const given = new Headers(lines.map((line) => line.split(": ")));
    const status = Number((given.get("status") ?? "200").slice(0, 3));
    given.delete("status");
    return response.writeHead(status, Object.fromEntries(given)).end(answer.subarray(end + 4));
  });
}
