import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface SshShim {
  /** What makes git use it. */
  readonly environment: NodeJS.ProcessEnv;
  /** The commands that were run over it, in order. */
  readonly calls: () => Promise<readonly string[]>;
}

/**
 * An ssh client that reaches this machine alone, where no sshd runs: it speaks the one command that
 * git asks for to a shell in an empty environment, as a login without a terminal does.
 */
export async function sshShim(dir: string): Promise<SshShim> {
  const path = join(dir, "ssh");
  const log = join(dir, "ssh.log");
  const script = [
    "#!/bin/sh",
    "# git first asks which kind of ssh this is.",
    '[ "$1" != -G ] || exit 0',
    "for last; do :; done",
    `printf '%s\\n' "$last" >> '${log}'`,
    'case "$last" in',
    '  "git-upload-pack "*|"git-receive-pack "*) ;;',
    "  *) echo 'no such command here' >&2; exit 127 ;;",
    "esac",
    'exec env -i PATH="$PATH" HOME=/nonexistent ${GIT_PROTOCOL:+GIT_PROTOCOL="$GIT_PROTOCOL"} sh -c "$last"',
    "",
  ];
  await writeFile(path, script.join("\n"));
  await chmod(path, 0o755);
  return {
    environment: { GIT_SSH_COMMAND: `'${path}'` },
    calls: async () =>
      (await readFile(log, "utf8").catch(() => "")).split("\n").filter((line) => line !== ""),
  };
}
