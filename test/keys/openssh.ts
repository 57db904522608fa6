/** What the tests of keys share: temporary folders and the stock programs of OpenSSH. */
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Random } from "../../src/app/ports.ts";

export const random: Random = {
  bytes: (count) => new Uint8Array(randomBytes(count)),
  fraction: () => randomBytes(4).readUInt32BE() / 2 ** 32,
};

/** A folder of mode 0700 that goes away with the test. */
export function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), "mound-test-keys-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** No program here takes a second; one that waits for ever is a failure. */
const TIMEOUT_MS = 30_000;

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function run(program: string, parameters: string[], input: Uint8Array | string = ""): Ran {
  const options = { input, encoding: "utf8", timeout: TIMEOUT_MS } as const;
  const { status, stdout, stderr } = spawnSync(program, parameters, options);
  return { code: status, stdout, stderr };
}

/** What a program prints; a test must not go on when it failed. */
export function must(
  program: string,
  parameters: string[],
  input: Uint8Array | string = "",
): string {
  const { code, stdout, stderr } = run(program, parameters, input);
  if (code !== 0) throw new Error(`${program} ${parameters.join(" ")}: ${stderr}`);
  return stdout;
}

/** The path of a new key made by ssh-keygen. */
export function stockKey(folder: string, name: string, parameters = ["-t", "ed25519"]): string {
  const path = join(folder, name);
  must("ssh-keygen", ["-q", "-N", "", "-C", `${name} of a test`, "-f", path, ...parameters]);
  return path;
}

export function stockSign(path: string, payload: Uint8Array, namespace: string): string {
  return must("ssh-keygen", ["-Y", "sign", "-n", namespace, "-f", path], payload);
}

/** Whether `ssh-keygen -Y verify` accepts the signature as `key`'s. */
export function stockVerifies(
  key: string,
  payload: Uint8Array,
  namespace: string,
  armor: string,
): boolean {
  const folder = temporary();
  writeFileSync(join(folder, "allowed"), `somebody ${key}\n`);
  writeFileSync(join(folder, "signature"), armor);
  const files = ["-f", join(folder, "allowed"), "-s", join(folder, "signature")];
  const parameters = ["-Y", "verify", "-I", "somebody", "-n", namespace, ...files];
  return run("ssh-keygen", parameters, payload).code === 0;
}

/** An ssh-agent of this test's own; the answer is its socket. */
export async function startAgent(folder: string): Promise<string> {
  const socket = join(folder, "agent.sock");
  const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(async () => {
    const gone = once(agent, "exit");
    agent.kill("SIGTERM");
    await gone;
  });
  // It prints its socket once it listens.
  await once(agent.stdout, "data");
  return socket;
}

export function addToAgent(socket: string, path: string): void {
  must("env", [`SSH_AUTH_SOCK=${socket}`, "ssh-add", "-q", path]);
}
