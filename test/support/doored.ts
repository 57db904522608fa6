/** A mound at a bare repository whose pushes are judged by the built command, and pushes by plain git. */
import { execFile, execFileSync } from "node:child_process";
import { join } from "node:path";
import { git } from "../contract/clone.ts";
import { mound, type Place } from "./command.ts";
import { cloneFor, foundSite, type Site } from "./site.ts";

export interface Doored extends Site {
  /** A clone of ant's, by the command. */
  readonly ant: Place;
  /** Its git directory. */
  readonly gitDir: string;
}

/** What plain `git push` said. */
export interface Pushed {
  readonly code: number;
  readonly said: string;
}

export async function dooredSite(url?: string): Promise<Doored> {
  const site = await foundSite({ agents: ["ant", "bee"], tasks: 4 });
  const installed = await mound(
    { cwd: site.dir, environment: site.environment },
    "hook",
    "install",
    site.origin,
  );
  if (installed.code !== 0) throw new Error(installed.stderr);
  const ant = await cloneFor(site, "ant", url);
  return { ...site, ant, gitDir: join(ant.cwd, ".git") };
}

export function tipOf(site: Pick<Site, "origin">, ref = "refs/heads/main"): Promise<string> {
  return git(site.origin, "rev-parse", ref);
}

/** Pushes with stock git, asking for nothing that a client of ours would. */
export function push(site: Doored, ...refspecs: readonly string[]): Promise<Pushed> {
  return pushTo(site, site.origin, ...refspecs);
}

export async function pushTo(
  { gitDir, environment }: Doored,
  url: string,
  ...refspecs: readonly string[]
): Promise<Pushed> {
  const env = { ...environment, LC_ALL: "C", GIT_TERMINAL_PROMPT: "0" };
  const args = ["--git-dir", gitDir, "push", url, ...refspecs];
  return new Promise((resolve) => {
    execFile("git", args, { env }, (error, _out, said) => {
      resolve({ code: error === null ? 0 : Number(error.code), said });
    });
  });
}

/** Writes an object as it is, however odd; answers its name. */
export function write(site: Doored, type: "blob" | "tree", content: string | Uint8Array): string {
  return run(site, ["hash-object", "-w", "-t", type, "--literally", "--stdin"], content).trim();
}

/** The line of a tree: `MODE NAME` and an object. */
export function entry(mode: string, name: string, oid: string): Uint8Array {
  return Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, "hex")]);
}

/** The root folder at a commit, with entries added at its end, and perhaps in no order. */
export function treeWith(site: Doored, commit: string, ...entries: readonly Uint8Array[]): string {
  const args = ["--git-dir", site.gitDir, "cat-file", "tree", `${commit}^{tree}`];
  const tree = execFileSync("git", args);
  return write(site, "tree", Buffer.concat([tree, ...entries]));
}

/** A commit by ant that nobody has signed. */
export function commitOf(
  site: Doored,
  tree: string,
  parents: readonly string[],
  message = "no command of mine",
): string {
  const from = parents.flatMap((parent) => ["-p", parent]);
  return run(site, ["commit-tree", tree, ...from, "-m", message], "").trim();
}

function run(site: Doored, args: readonly string[], input: string | Uint8Array): string {
  const who = { NAME: "ant", EMAIL: "ant@mound" };
  const env = Object.fromEntries(
    Object.entries(who).flatMap(([name, value]) => [
      [`GIT_AUTHOR_${name}`, value],
      [`GIT_COMMITTER_${name}`, value],
    ]),
  );
  return execFileSync("git", ["--git-dir", site.gitDir, ...args], {
    input,
    encoding: "utf8",
    env: { ...site.environment, ...env },
  });
}
