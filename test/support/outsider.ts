import { execFile } from "node:child_process";
import { join } from "node:path";

/** The check that needs nothing of Mound, as it is laid down. */
export const VERIFY = join(import.meta.dirname, "../../templates/dot-mound/verify.sh");

export interface Checked {
  readonly code: number;
  /** Commit to rule and words, as it was refused; where nothing is left of it, with `(repaired)`. */
  readonly refused: ReadonlyMap<string, string>;
  readonly summary: string;
  readonly out: string;
  readonly err: string;
}

/** Runs the outsider's check by a shell, in a repository. */
export function outsider(
  gitDir: string,
  { shell = "sh", options = [] }: { shell?: string; options?: readonly string[] } = {},
): Promise<Checked> {
  return new Promise((resolve) => {
    const args = [VERIFY, "-C", gitDir, ...options];
    const env = { PATH: process.env["PATH"], TMPDIR: process.env["TMPDIR"], HOME: "/nonexistent" };
    execFile(shell, args, { env, maxBuffer: 1 << 26 }, (error, out, err) => {
      const lines = out.trimEnd().split("\n");
      const refused = lines.flatMap((line) => {
        const match = /^refused ([0-9a-f]{40}) (.*)$/.exec(line);
        return match === null ? [] : [[match[1]!, match[2]!] as const];
      });
      const code = error === null ? 0 : Number(error.code ?? -1);
      resolve({ code, refused: new Map(refused), summary: lines.at(-1) ?? "", out, err });
    });
  });
}
