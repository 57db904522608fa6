import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { err, ok, type Result } from "../base/result.ts";
import { Line } from "../app/line.ts";
import { withKeys } from "../app/sharded-state.ts";
import {
  createRepository,
  findClone,
  gitDirs,
  originUrl,
  writeCloneSettings,
  type CloneSettings,
} from "../git/clone.ts";
import { remoteBranches } from "../git/remote-branches.ts";
import { gitVersion } from "../git/version.ts";
import type { View } from "../protocol/state.ts";
import type { AnyFault } from "./faults.ts";
import type { CheckpointTrust } from "./from-checkpoint.ts";
import { hideFromStatus, leavingNothing, originBeside } from "./found.ts";
import { Mound } from "./mound.ts";
import { wirePorts } from "./ports.ts";

export interface CloneOptions {
  /** A git URL, a path, or the folder of another clone on this machine. */
  readonly url?: string;
  /** The repository of code beside which the mound lives. */
  readonly beside?: string;
  /** Where a folder is made that is named after the URL, or `dir` starts. */
  readonly cwd: string;
  readonly dir?: string;
  readonly branch?: string;
  /** The whole id or its first sixteen characters: any other mound is refused. */
  readonly id?: string;
  /** Starts from a checkpoint that these have signed, instead of judging all of history first. */
  readonly checkpoint?: CheckpointTrust;
  readonly environment: NodeJS.ProcessEnv;
}

/** Clones a mound and judges all of its history; leaves nothing behind when that fails. */
export async function cloneMound(options: CloneOptions): Promise<Result<Mound, AnyFault>> {
  const version = await gitVersion();
  if (!version.ok) return version;
  const source = await chooseSource(options);
  if (!source.ok) return source;
  const { url, folder } = source.value;
  if (gitDirs(folder) !== undefined) return err({ code: "mound-exists", dir: folder });
  const present = await readdir(folder).catch(() => []);
  if (present.length > 0) return err({ code: "folder-not-empty", dir: folder });
  const branch =
    options.branch === undefined ? await chooseBranch(url, options.beside) : ok(options.branch);
  if (!branch.ok) return branch;
  const leave = leavingNothing(folder);
  try {
    const commonDir = await createRepository(folder, branch.value, url);
    const settings = { version: 1 as const, id: "", branch: branch.value, origin: url };
    const clone = { workTree: folder, gitDir: commonDir, commonDir, settings };
    const begun = await begin(clone, options);
    if (!begun.ok) {
      leave.undo();
      return begun;
    }
    await writeCloneSettings(commonDir, { ...settings, ...begun.value });
    if (options.beside !== undefined) await hideFromStatus(options.beside);
    const mound = await Mound.openClone(
      { ...clone, settings: { ...settings, ...begun.value } },
      options,
    );
    await mound.sync();
    await mound.writeAllowedSigners();
    return ok(mound);
  } catch (error) {
    leave.undo();
    throw error;
  } finally {
    leave.release();
  }
}

/** Where the origin of what was named is, and where the clone goes. */
async function chooseSource(
  options: CloneOptions,
): Promise<Result<{ url: string; folder: string }, AnyFault>> {
  if (options.beside !== undefined) {
    const repository = resolve(options.beside);
    const origin = await originBeside(repository);
    return origin.ok ? ok({ url: origin.value, folder: join(repository, ".mound") }) : origin;
  }
  const named = options.url ?? "";
  const local = existsSync(named) ? resolve(named) : undefined;
  // The folder of a clone stands for the origin of its mound, embedded or not.
  const clone = local === undefined ? undefined : findClone(local);
  const inside =
    clone !== undefined && (clone.workTree === local || join(local!, ".mound") === clone.workTree);
  const url = inside ? originUrl(clone) : (local ?? named);
  const name = /([^/:]*?)(\.git)?\/*$/.exec(named)?.[1] ?? "";
  return ok({ url, folder: resolve(options.cwd, options.dir ?? (name === "" ? "mound" : name)) });
}

/** A mound beside code is on `mound`, one of its own on the branch that HEAD names. */
async function chooseBranch(
  url: string,
  beside: string | undefined,
): Promise<Result<string, AnyFault>> {
  const listed = await remoteBranches(url);
  if (!listed.ok) return listed;
  const { head, branches } = listed.value;
  if (beside !== undefined || branches.includes("mound")) return ok("mound");
  return ok(head ?? "main");
}

type Unopened = Parameters<typeof wirePorts>[0];

/** Judges all of history, or what follows a checkpoint; answers what the clone then knows of itself. */
async function begin(
  clone: Unopened,
  { id: wanted, checkpoint }: CloneOptions,
): Promise<Result<Pick<CloneSettings, "id" | "start">, AnyFault>> {
  if (checkpoint === undefined) {
    const id = await verify(clone, wanted);
    return id.ok ? ok({ id: id.value }) : id;
  }
  const { acceptedAll, startFromCheckpoint } = await import("./from-checkpoint.ts");
  const started = await startFromCheckpoint(clone, checkpoint);
  if (!started.ok) return started;
  const id = await verify(clone, wanted, (view) => acceptedAll(view, started.value));
  return id.ok ? ok({ id: id.value, start: started.value.start }) : id;
}

/** `holds`: what else must be so of the folded state. */
async function verify(
  clone: Unopened,
  wanted: string | undefined,
  holds: (view: View) => boolean = () => true,
): Promise<Result<string, AnyFault>> {
  const ports = wirePorts(clone);
  const line = await Line.open(ports);
  try {
    const report = await line.sync();
    if (!report.ok) return report;
    const standing = await line.standing();
    if (standing === undefined)
      return err({ code: "line-deferred", ...report.value.deferred!, now: ports.clock.now() });
    const { id } = standing.mound;
    if (!(await withKeys(line.state, () => holds(line.state)))) {
      const detail = "its judge has refused the records that were signed";
      return err({ code: "checkpoint-unusable", url: originUrl(clone), detail });
    }
    if (wanted === undefined || id === wanted || (wanted.length >= 16 && id.startsWith(wanted)))
      return ok(id);
    return err({ code: "mound-id-differs", url: originUrl(clone), wanted, found: id });
  } finally {
    await line.close();
    await ports.objects.close();
    await ports.verifier.close();
  }
}
