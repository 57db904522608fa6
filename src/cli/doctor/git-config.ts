import { gitText } from "../../git/run.ts";

/** What git's configuration says in a repository, its later files over its earlier ones; names in lower case. */
export async function gitConfig(gitDir: string): Promise<ReadonlyMap<string, string>> {
  const text = await gitText(["config", "--list", "-z"], { gitDir, timeoutMs: TIMEOUT_MS });
  return new Map(
    text
      .split("\0")
      .filter((entry) => entry !== "")
      .map((entry) => {
        const end = entry.indexOf("\n");
        // A name without a value stands for true.
        if (end < 0) return [entry.toLowerCase(), "true"] as const;
        return [entry.slice(0, end).toLowerCase(), entry.slice(end + 1)] as const;
      }),
  );
}

/** Sets a value in the repository's own file. */
export async function setGitConfig(gitDir: string, name: string, value: string): Promise<void> {
  await gitText(["config", name, value], { gitDir, timeoutMs: TIMEOUT_MS });
}

/** A small file is read; longer means a disk that does not answer. */
const TIMEOUT_MS = 10_000;
