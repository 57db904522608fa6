import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { folder, program, SRC } from "../git/scratch.ts";
import { testCli } from "../support/cli.ts";

test.each([
  ["init", (url: string) => ["init", "m", "--as", "ant-1", "--remote", url]],
  ["clone", (url: string) => ["clone", url, "m"]],
])(
  "%s, interrupted while the origin does not answer, says so and leaves nothing",
  async (_name, argv) => {
    const cli = testCli();
    const file = await program(
      `import { main } from ${JSON.stringify(join(SRC, "cli/main.ts"))};\nprocess.exitCode = await main(process.argv.slice(2));\n`,
      await folder(),
    );
    const server = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const env = { ...process.env, MOUND_CONFIG_HOME: cli.config };
    const child = spawn(process.execPath, [file, ...argv(`http://127.0.0.1:${port}/plan.git`)], {
      cwd: cli.folder,
      env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    const ended = once(child, "close");
    const [socket] = await once(server, "connection");
    child.kill("SIGINT");
    const [code] = await ended;
    (socket as { destroy(): void }).destroy();
    expect({ code, said }).toEqual({ code: 130, said: "mound: Interrupted; nothing was sent.\n" });
    expect(readdirSync(cli.folder)).toEqual([".home"]);
  },
);
