import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Which branch of a bare repository is a mound's line. */
export interface JudgedBranch {
  readonly branch: string;
  /** Whether it lies beside code: then other branches and tags are none of the judge's business. */
  readonly beside: boolean;
}

/** In the configuration of a bare repository: the branch that is judged, where there are others. */
export const BRANCH_SETTING = "mound.branch";

/** What the configuration names, else the branch that the repository was made for. */
export async function judgedBranch(gitDir: string): Promise<JudgedBranch> {
  const named = await setting(gitDir);
  if (named !== undefined) return { branch: named, beside: true };
  const head = /^ref: refs\/heads\/(.+)$/m.exec(readFileSync(join(gitDir, "HEAD"), "latin1"))?.[1];
  if (head === undefined) throw new Error(`HEAD of ${gitDir} names no branch`);
  return { branch: head, beside: false };
}

/** Read in process where it stands as `git config` writes it: a git would cost each push some 5 ms. */
async function setting(gitDir: string): Promise<string | undefined> {
  const sections = readFileSync(join(gitDir, "config"), "utf8").split(/^(?=\s*\[)/m);
  const own = sections.filter((section) => /^\s*\[\s*mound\b/i.test(section));
  const odd =
    sections.some((section) => /^\s*\[\s*include/i.test(section)) || /["\\#;]/.test(own.join(""));
  if (own.length === 0 && !odd) return undefined;
  const [, branch] = /^\[mound\]\n\tbranch = (\S+)\n$/.exec(own.join("")) ?? [];
  if (branch !== undefined && !odd) return branch;
  const { runGit } = await import("./run.ts");
  const args = ["config", "--local", "--includes", "--get", BRANCH_SETTING];
  const output = await runGit(args, { gitDir });
  // 1 says that it is not set.
  if (output.exitCode !== 0 && output.exitCode !== 1)
    throw new Error(`git cannot read the settings of ${gitDir}: ${output.stderr.trim()}`);
  const found = new TextDecoder().decode(output.stdout).trim();
  return found === "" ? undefined : found;
}
