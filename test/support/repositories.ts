import type { Cli } from "./cli.ts";

/** An empty bare repository in the test's folder. */
export function bare(cli: Cli, name: string): void {
  cli.git(".", "init", "--quiet", "--bare", "--initial-branch=main", name);
}

/** A repository of code with one commit; its absolute path. */
export function codeRepository(cli: Cli, withOrigin: boolean): string {
  cli.git(".", "init", "--quiet", "--initial-branch=main", "code");
  cli.write("code/src.txt", "code\n");
  cli.git("code", "add", "src.txt");
  cli.git("code", "commit", "--quiet", "-m", "Begin");
  if (withOrigin) {
    bare(cli, "code.git");
    cli.git("code", "remote", "add", "origin", "../code.git");
    cli.git("code", "push", "--quiet", "origin", "main");
  }
  return cli.path("code");
}
