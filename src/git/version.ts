import { err, ok, type Result } from "../base/result.ts";
import { GitError, type GitFault } from "./fault.ts";
import { runGit } from "./run.ts";

/** 2.34 is the first that knows SSH signatures (`gpg.format=ssh`). */
const GIT_NEEDED = "2.34";

/** The version of the git on the PATH (`2.39.5`); a fault when there is none or it is too old. */
export async function gitVersion(): Promise<Result<string, GitFault>> {
  try {
    const output = await runGit(["--version"]);
    return checkVersion(new TextDecoder().decode(output.stdout));
  } catch (error) {
    if (error instanceof GitError) return err(error.fault);
    throw error;
  }
}

/** Reads what `git --version` prints: `git version 2.39.5 (Apple Git-154)`. */
export function checkVersion(line: string): Result<string, GitFault> {
  const found = /^git version (\d+)\.(\d+)([.\w-]*)/.exec(line);
  if (found === null) return err({ code: "git-too-old", found: line.trim(), needed: GIT_NEEDED });
  const [, major = "0", minor = "0", rest = ""] = found;
  const [neededMajor = 0, neededMinor = 0] = GIT_NEEDED.split(".").map(Number);
  const enough =
    Number(major) > neededMajor || (Number(major) === neededMajor && Number(minor) >= neededMinor);
  const version = `${major}.${minor}${rest}`;
  return enough ? ok(version) : err({ code: "git-too-old", found: version, needed: GIT_NEEDED });
}
