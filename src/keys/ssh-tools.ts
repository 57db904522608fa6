/** The two programs of OpenSSH that are run: `ssh-keygen -Y sign` and `ssh-add -L`. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Result } from "../base/result.ts";
import { err, ok } from "../base/result.ts";
import type { PublicKey } from "../protocol/ids.ts";
import { parsePublicKey } from "./public-key.ts";

export interface AgentKey {
  readonly key: PublicKey;
  readonly comment: string;
}

export interface SignRequest {
  readonly payload: Uint8Array;
  readonly namespace: string;
  readonly environment: NodeJS.ProcessEnv;
  /** A person has to be told to touch the token: what ssh-keygen says goes to stderr as well. */
  readonly token: boolean;
}

/** The armor, or what ssh-keygen says. `path` is a private key file. */
export async function signWithFile(
  path: string,
  request: SignRequest,
): Promise<Result<string, string>> {
  // Named without a file, ssh-keygen reads stdin and writes the signature to stdout.
  const parameters = ["-Y", "sign", "-n", request.namespace, "-f", path];
  return run("ssh-keygen", parameters, request);
}

/** The same with a key that an ssh-agent holds. */
export async function signWithAgent(
  key: PublicKey,
  request: SignRequest,
): Promise<Result<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), "mound-key-"));
  try {
    // A public key without a private one beside it is what sends ssh-keygen to the agent.
    const path = join(folder, "key.pub");
    await writeFile(path, `${key}\n`, { mode: 0o600 });
    return await signWithFile(path, request);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The ed25519 keys of the ssh-agent, tokens among them, or why it cannot be asked. */
export async function listAgentKeys(
  environment: NodeJS.ProcessEnv,
): Promise<Result<readonly AgentKey[], string>> {
  const request = { payload: new Uint8Array(0), environment, token: false };
  const listed = await run("ssh-add", ["-L"], request);
  // Without keys `ssh-add` exits 1 and says so on stdout, where the keys would be.
  if (!listed.ok) return listed.error.includes("no identities") ? ok([]) : listed;
  const keys: AgentKey[] = [];
  for (const line of listed.value.split("\n")) {
    const key = parsePublicKey(line);
    const comment = line.split(" ").slice(2).join(" ").trim();
    if (key !== undefined) keys.push({ key, comment });
  }
  return ok(keys);
}

/** A passphrase has to be typed and a token to be found. */
const TIMEOUT_MS = 120_000;

/** A signature takes 300 bytes; an agent may list many keys. */
const OUTPUT_MAX = 1024 * 1024;

async function run(
  program: string,
  parameters: readonly string[],
  request: Pick<SignRequest, "payload" | "environment" | "token">,
): Promise<Result<string, string>> {
  // A command that signs in process must not pay for loading this.
  const { execa } = await import("execa");
  const outcome = await execa(program, parameters, {
    input: request.payload,
    env: scrubbed(request.environment),
    extendEnv: false,
    reject: false,
    timeout: TIMEOUT_MS,
    maxBuffer: OUTPUT_MAX,
    stripFinalNewline: false,
    stderr: request.token ? ["pipe", "inherit"] : "pipe",
  });
  if (outcome.exitCode === 0) return ok(outcome.stdout);
  if (outcome.code === "ENOENT") return err(`${program} is not installed or not on the PATH`);
  if (outcome.timedOut) return err(`${program} gave no answer within ${TIMEOUT_MS / 1000} seconds`);
  const said = `${outcome.stdout}${outcome.stderr}`.replace(CHATTER, "").trim();
  return err(said === "" ? `${program} failed without a word` : said);
}

const CHATTER = /^Signing data on standard input\r?\n/m;

/** What ssh needs to find its agent, its askpass and the person; nothing else is passed on. */
const PASSED = new Set([
  ..."PATH HOME USER LOGNAME TMPDIR TERM".split(" "),
  ..."SSH_AUTH_SOCK SSH_ASKPASS SSH_ASKPASS_REQUIRE SSH_SK_PROVIDER SSH_SK_HELPER".split(" "),
  ..."DISPLAY WAYLAND_DISPLAY XAUTHORITY XDG_RUNTIME_DIR DBUS_SESSION_BUS_ADDRESS".split(" "),
  ..."SYSTEMROOT SYSTEMDRIVE USERPROFILE APPDATA LOCALAPPDATA PROGRAMDATA TEMP TMP".split(" "),
]);

function scrubbed(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => PASSED.has(name.toUpperCase()));
  return { ...Object.fromEntries(kept), LC_ALL: "C" };
}
