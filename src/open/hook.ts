import { existsSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { err, ok, type Result } from "../base/result.ts";
import { stateAt } from "../app/door-state.ts";
import { withKeys } from "../app/sharded-state.ts";
import { ORIGIN_SETTINGS } from "../git/clone.ts";
import { systemClock } from "../git/clock.ts";
import { FileDoorStates } from "../git/door-states.ts";
import { BRANCH_SETTING, judgedBranch, type JudgedBranch } from "../git/judged-branch.ts";
import { type HookTaken, hookPath, writeHook } from "../git/judge-hook.ts";
import { gitText, runGit } from "../git/run.ts";
import { isOid, type Oid } from "../protocol/ids.ts";
import { doorBuild } from "./door.ts";
import { judgeProgram } from "./judge-program.ts";
import { lateHistory, lateVerifier } from "./late-ports.ts";

/** What keeps a judge from being put at a repository's door. */
export type HookFault =
  | HookTaken
  | { readonly code: "hook-missing"; readonly dir: string }
  | { readonly code: "not-bare"; readonly dir: string }
  | {
      readonly code: "format-unusable";
      readonly dir: string;
      readonly what: "object" | "ref";
      readonly found: string;
      readonly needed: string;
    }
  /** There is something else on the branch, or there are others besides it. */
  | {
      readonly code: "branch-foreign";
      readonly dir: string;
      readonly branch: string;
      readonly detail: string;
    };

export interface InstallOptions {
  /** The mound's branch, in a repository that has others; else the branch that HEAD names. */
  readonly branch?: string;
  readonly force?: boolean;
  /** How many commits were folded so far. */
  readonly progress?: (folded: number) => void;
}

export interface InstalledHook extends JudgedBranch {
  readonly gitDir: string;
  readonly path: string;
  /** Where the hook that stood there before was put. */
  readonly copy: string | undefined;
  /** Commits that are on the branch already, each judged now; 0 where it is empty. */
  readonly commits: number;
  readonly refused: number;
}

type Installed = Result<InstalledHook, HookFault | { code: "not-a-repository"; dir: string }>;

/** Has every push to a bare repository judged, and judges what is there, so that the next push is fast. */
export async function installHook(dir: string, options: InstallOptions): Promise<Installed> {
  const bare = await bareRepository(dir);
  if (!bare.ok) return bare;
  const gitDir = bare.value;
  const named = options.branch;
  const judged = named === undefined ? await judgedBranch(gitDir) : { branch: named, beside: true };
  const tip = await tipOf(gitDir, judged.branch);
  const foreign = (detail: string): Installed =>
    err({ code: "branch-foreign", dir, branch: judged.branch, detail });
  if (!judged.beside && tip === undefined && (await hasBranches(gitDir)))
    return foreign("the repository has other branches only");
  const folded = await foldAll(gitDir, tip, options.progress);
  if (folded === "foreign") return foreign("its first commit founds none");
  const written = await writeHook(gitDir, judgeProgram(), options.force);
  if (!written.ok) return written;
  if (named !== undefined) await gitText(["config", BRANCH_SETTING, named], { gitDir });
  for (const [name, value] of ORIGIN_SETTINGS) {
    // Beside code these would hold for the branches of the code as well; the judge does the same.
    if (judged.beside && name.startsWith("receive.")) continue;
    await gitText(["config", name, value], { gitDir });
  }
  forgetOthers(gitDir);
  return ok({ gitDir, path: hookPath(gitDir), copy: written.value, ...judged, ...folded });
}

/** The git directory of a bare repository that Mound can work with. */
export async function bareRepository(
  dir: string,
): Promise<Result<string, HookFault | { code: "not-a-repository"; dir: string }>> {
  if (!existsSync(dir)) return err({ code: "not-a-repository", dir });
  const gitDir = realpathSync(resolve(dir));
  if (existsSync(join(gitDir, ".git"))) return err({ code: "not-bare", dir });
  const args = ["rev-parse", "--is-bare-repository", "--show-object-format"];
  const output = await runGit(args, { gitDir });
  if (output.exitCode !== 0) return err({ code: "not-a-repository", dir });
  const [bare, format = ""] = new TextDecoder().decode(output.stdout).split("\n");
  if (bare !== "true") return err({ code: "not-bare", dir });
  const unusable = (what: "object" | "ref", found: string, needed: string): HookFault => {
    return { code: "format-unusable", dir, what, found, needed };
  };
  if (format !== "sha1") return err(unusable("object", format, "sha1"));
  const refs = await runGit(["config", "--get", "extensions.refstorage"], { gitDir });
  const storage = new TextDecoder().decode(refs.stdout).trim();
  if (storage !== "" && storage !== "files") return err(unusable("ref", storage, "files"));
  return ok(gitDir);
}

async function tipOf(gitDir: string, branch: string): Promise<Oid | undefined> {
  const args = ["rev-parse", "--verify", "--quiet", `refs/heads/${branch}^{commit}`];
  const output = await runGit(args, { gitDir });
  const oid = new TextDecoder().decode(output.stdout).trim();
  return isOid(oid) ? oid : undefined;
}

async function hasBranches(gitDir: string): Promise<boolean> {
  return (await gitText(["for-each-ref", "--count=1", "refs/heads/"], { gitDir })) !== "";
}

async function foldAll(
  gitDir: string,
  tip: Oid | undefined,
  progress: (folded: number) => void = () => undefined,
): Promise<{ readonly commits: number; readonly refused: number } | "foreign"> {
  if (tip === undefined) return { commits: 0, refused: 0 };
  const verifier = lateVerifier();
  const states = new FileDoorStates(gitDir, doorBuild());
  const inTime = (): void => undefined;
  const history = lateHistory(gitDir);
  try {
    const ports = { states, history, verifier, clock: systemClock, inTime, progress };
    const state = await stateAt(ports, tip);
    const [mound, line] = await withKeys(state, () => [state.get("mound"), state.get("line")]);
    if (mound === undefined || line === undefined) return "foreign";
    return { commits: line.commits, refused: line.refused };
  } finally {
    await verifier.close();
  }
}

/** The states that judges of other builds have kept. */
function forgetOthers(gitDir: string): void {
  const folder = join(gitDir, "mound-door");
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    if (name !== doorBuild()) rmSync(join(folder, name), { recursive: true, force: true });
  }
}
