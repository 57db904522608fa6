import { existsSync, rmSync } from "node:fs";
import { appendFile, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { homedir } from "node:os";
import { defined } from "../base/assert.ts";
import { base32 } from "../base/base32.ts";
import { err, ok, type Result } from "../base/result.ts";
import { Chain, type Link } from "../app/chain.ts";
import { Line } from "../app/line.ts";
import { newNonce } from "../app/nonce.ts";
import type { SubmitPorts } from "../app/request.ts";
import {
  createOrigin,
  createRepository,
  EMBEDDED,
  embeddedOrigin,
  gitDirs,
  originUrl,
  writeCloneSettings,
  type Clone,
} from "../git/clone.ts";
import { shareObjects } from "../git/embedded.ts";
import { writeHook } from "../git/judge-hook.ts";
import { systemRandom } from "../git/random.ts";
import { runGit } from "../git/run.ts";
import { gitVersion } from "../git/version.ts";
import { configFolder } from "../keys/config-folder.ts";
import type { AgentId, PublicKey } from "../protocol/ids.ts";
import type { AnyFault } from "./faults.ts";
import { judgeProgram } from "./judge-program.ts";
import { keyStore } from "./keys.ts";
import { Mound } from "./mound.ts";
import { wirePorts } from "./ports.ts";
import { ciFiles, templateFiles, type CiHost } from "./templates.ts";

export interface FoundOptions {
  readonly dir: string;
  readonly agent: AgentId;
  readonly name: string;
  readonly membership: "open" | "invited" | "vouched";
  /** A git URL or path; an embedded origin unless said. */
  readonly remote?: string;
  /** A repository of code, beside which the mound lives as an orphan branch. */
  readonly beside?: string;
  readonly branch?: string;
  readonly skills?: readonly string[];
  /** As for `KeyStore.adoptKey`; a new key unless said. */
  readonly key?: string;
  /** Hosts whose CI is to audit the line. */
  readonly ci?: readonly CiHost[];
  readonly environment: NodeJS.ProcessEnv;
  readonly trace?: SubmitPorts["trace"];
}

/** The branch of a repository of its own, and of a mound beside code. */
const BRANCH = "main";
const BRANCH_BESIDE = "mound";

/** Founds a mound: its first commit, at its origin; the founder is its root. */
export async function foundMound(options: FoundOptions): Promise<Result<Mound, AnyFault>> {
  const version = await gitVersion();
  if (!version.ok) return version;
  const place = await choosePlace(options);
  if (!place.ok) return place;
  const { folder, origin, branch } = place.value;
  const leave = leavingNothing(folder);
  try {
    const commonDir = await createRepository(folder, branch, origin);
    if (origin === EMBEDDED) {
      await createOrigin(embeddedOrigin(commonDir), branch);
      await writeHook(embeddedOrigin(commonDir), judgeProgram());
      await shareObjects(commonDir);
      await runGit(["config", "remote.origin.url", embeddedOrigin(commonDir)], {
        gitDir: commonDir,
      });
    }
    const clone = {
      workTree: folder,
      gitDir: commonDir,
      commonDir,
      settings: { version: 1 as const, id: "", branch, origin },
    };
    const founded = await pushFirst(options, clone);
    if (!founded.ok) {
      leave.undo();
      return founded;
    }
    const settings = { ...clone.settings, id: founded.value };
    await writeCloneSettings(commonDir, settings);
    if (options.beside !== undefined) await hideFromStatus(options.beside);
    const mound = await Mound.openClone(
      { ...clone, settings },
      { environment: options.environment },
    );
    await mound.project();
    await mound.writeAllowedSigners();
    return ok(mound);
  } catch (error) {
    leave.undo();
    throw error;
  } finally {
    leave.release();
  }
}

/**
 * How a folder is left as it was found when what is made in it fails, or is interrupted: a folder of
 * which nothing was there goes, in an empty one only the repository does.
 */
export function leavingNothing(folder: string): { undo(): void; release(): void } {
  const made = existsSync(folder) ? join(folder, ".git") : folder;
  const undo = (): void => rmSync(made, { recursive: true, force: true });
  process.on("exit", undo);
  return { undo, release: () => void process.off("exit", undo) };
}

/** Keeps a clone of the mound out of the code's status. */
export async function hideFromStatus(repository: string): Promise<void> {
  const exclude = join(
    defined(gitDirs(repository), "the code's repository").commonDir,
    "info",
    "exclude",
  );
  const text = await readFile(exclude, "utf8").catch(() => "");
  if (text.split("\n").includes("/.mound/")) return;
  await mkdir(dirname(exclude), { recursive: true });
  await appendFile(exclude, `${text === "" || text.endsWith("\n") ? "" : "\n"}/.mound/\n`);
}

/** Where the origin of a mound beside code is: that of the code, or the code's repository itself. */
export async function originBeside(repository: string): Promise<Result<string, AnyFault>> {
  const dirs = gitDirs(repository);
  if (dirs === undefined) return err({ code: "not-a-repository", dir: repository });
  const output = await runGit(["config", "--get", "remote.origin.url"], { gitDir: dirs.commonDir });
  const url = new TextDecoder().decode(output.stdout).trim();
  if (url === "") return ok(dirs.commonDir);
  return ok(/^\.{0,2}\//.test(url) ? resolve(repository, url) : url);
}

interface Place {
  readonly folder: string;
  readonly origin: string;
  readonly branch: string;
}

async function choosePlace(options: FoundOptions): Promise<Result<Place, AnyFault>> {
  if (options.beside !== undefined) {
    const repository = resolve(options.beside);
    const origin = await originBeside(repository);
    if (!origin.ok) return origin;
    const folder = join(repository, ".mound");
    if (existsSync(folder)) return err({ code: "mound-exists", dir: folder });
    return ok({ folder, origin: origin.value, branch: options.branch ?? BRANCH_BESIDE });
  }
  const folder = resolve(options.dir);
  if (gitDirs(folder) !== undefined) return err({ code: "mound-exists", dir: folder });
  const present = await readdir(folder).catch(() => []);
  if (present.length > 0) return err({ code: "folder-not-empty", dir: folder });
  const remote = options.remote;
  const local = remote !== undefined && /^\.{0,2}\//.test(remote) ? resolve(remote) : remote;
  return ok({ folder, origin: local ?? EMBEDDED, branch: options.branch ?? BRANCH });
}

/** Signs and pushes the first commit; answers the mound's id. */
async function pushFirst(options: FoundOptions, clone: Clone): Promise<Result<string, AnyFault>> {
  const ports = wirePorts(clone);
  try {
    // Nobody is asked for a passphrase before the origin is known to be there, and free.
    const embedded = clone.settings.origin === EMBEDDED;
    const present = embedded ? ok(undefined) : await ports.remote.fetch();
    if (!present.ok) return present;
    if (present.value !== undefined) return err(branchTaken(clone));
    return await pushSigned(options, clone, ports);
  } finally {
    await ports.objects.close();
    await ports.verifier.close();
  }
}

async function pushSigned(
  options: FoundOptions,
  clone: Clone,
  ports: SubmitPorts,
): Promise<Result<string, AnyFault>> {
  const { agent, environment } = options;
  const keys = keyStore(environment);
  // The id is the digest of a body that holds the key, so the key is first kept under a name of its own.
  const pending = base32(systemRandom.bytes(33)).slice(0, 52);
  const key =
    options.key === undefined
      ? await keys.createKey(pending, agent)
      : await keys.adoptKey(pending, agent, options.key);
  if (!key.ok) return key;
  const folder = (id: string): string =>
    join(configFolder(environment, homedir(), process.platform), "mound", "keys", id);
  const signer = await keys.signer(pending, agent);
  const files = {
    ...templateFiles(options.name),
    ...ciFiles(options.ci ?? [], clone.settings.branch),
  };
  const built = signer.ok
    ? await buildFirst(options, ports, key.value, signer.value, files)
    : signer;
  if (!built.ok) {
    await rm(folder(pending), { recursive: true, force: true });
    return built;
  }
  const { line, chain, id } = built.value;
  await rename(folder(pending), folder(id));
  await ports.objects.write(chain.objects());
  options.trace?.("push");
  const outcome = await ports.remote.push(chain.tip, undefined);
  if (outcome.kind === "failed" || outcome.kind === "refused") {
    await rm(folder(id), { recursive: true, force: true });
    return err(outcome.kind === "failed" ? outcome.fault : branchTaken(clone));
  }
  if (outcome.kind === "unknown") {
    // The key stays: should the mound be there after all, a clone of it finds its root's key.
    const found = await ports.remote.fetch();
    if (!found.ok || found.value !== chain.tip)
      return err({ code: "outcome-unknown", nonces: [], detail: outcome.detail });
  }
  for (const { step } of chain.commits) await line.adopt(step);
  await line.save();
  await line.close();
  return ok(id);
}

function branchTaken(clone: Clone): AnyFault {
  return { code: "branch-taken", url: originUrl(clone), branch: clone.settings.branch };
}

async function buildFirst(
  options: FoundOptions,
  ports: SubmitPorts,
  key: PublicKey,
  signer: Link["request"]["signer"],
  files: Readonly<Record<string, string>>,
): Promise<Result<{ line: Line; chain: Chain; id: string }, AnyFault>> {
  const line = await Line.open(ports);
  const command = {
    type: "init" as const,
    name: options.name,
    key,
    membership: options.membership,
    ...(options.skills === undefined ? {} : { skills: options.skills }),
    files,
  };
  const link: Link = {
    request: { agent: options.agent, command, signer },
    nonce: newNonce(ports.random),
    outcome: undefined,
  };
  const chain = await Chain.build([link], line, ports);
  if (!chain.ok) return chain;
  const refused = chain.value.refusals[0];
  if (refused !== undefined) return err(refused.fault);
  const founded = chain.value.commits[0]!.step.verdict.delta.get("mound") as { id: string };
  return ok({ line, chain: chain.value, id: founded.id });
}
