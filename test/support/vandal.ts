import { execFile } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { git } from "../contract/clone.ts";
import type { Site } from "./site.ts";

/** An entry of a tree as `git update-index --index-info` takes it; `gone` takes the path away. */
export type Damage =
  | { readonly path: string; readonly mode?: string; readonly text: string }
  | { readonly path: string; readonly submodule: string }
  | { readonly path: string; readonly gone: true };

/** Somebody with push rights and stock git, who has never heard of Mound. */
export class Vandal {
  readonly #gitDir: string;
  readonly #site: Site;
  readonly #blobs = new Map<string, Promise<string>>();
  #commits = 0;

  private constructor(site: Site, gitDir: string) {
    this.#site = site;
    this.#gitDir = gitDir;
  }

  static async at(site: Site): Promise<Vandal> {
    const gitDir = await mkdtemp(join(site.dir, "vandal-"));
    await git(gitDir, "init", "--quiet", "--bare", "--initial-branch=main", gitDir);
    return new Vandal(site, gitDir);
  }

  /** Commits the damage on the tip and pushes it; answers the commit. */
  async push(damage: readonly Damage[], author = "vandal"): Promise<string> {
    await this.fetch();
    const lines: string[] = [];
    for (const entry of damage) {
      if ("gone" in entry) lines.push(`0 ${"0".repeat(40)}\t${entry.path}`);
      else if ("submodule" in entry) lines.push(`160000 ${entry.submodule}\t${entry.path}`);
      else {
        const blob = await this.#blob(entry.text);
        lines.push(`${entry.mode ?? "100644"} ${blob}\t${entry.path}`);
      }
    }
    await git(this.#gitDir, "read-tree", "main");
    await this.#feed(`${lines.join("\0")}\0`, "update-index", "-z", "--index-info");
    return this.pushTree(await git(this.#gitDir, "write-tree"), author);
  }

  async #blob(text: string): Promise<string> {
    const known = this.#blobs.get(text) ?? this.#feed(text, "hash-object", "-w", "--stdin");
    this.#blobs.set(text, known);
    return known;
  }

  /** The same with a tree that no index can hold: the text of `git ls-tree main`, changed. */
  async pushListing(change: (listing: string) => string): Promise<string> {
    await this.fetch();
    const listing = change(`${await git(this.#gitDir, "ls-tree", "main")}\n`);
    return this.pushTree(await this.#feed(listing, "mktree"));
  }

  async pushTree(tree: string, author = "vandal"): Promise<string> {
    const commit = await this.commit(tree, "main", author);
    await git(this.#gitDir, "push", "--quiet", this.#site.origin, `${commit}:refs/heads/main`);
    return commit;
  }

  /** A commit of the vandal's own on top of another, not pushed yet. */
  async commit(tree: string, parent: string, author = "vandal"): Promise<string> {
    const person = ["-c", `user.name=${author}`, "-c", `user.email=${author}@example.invalid`];
    this.#commits += 1;
    const message = `damage ${this.#commits}`;
    return git(this.#gitDir, ...person, "commit-tree", tree, "-p", parent, "-m", message);
  }

  /** Moves the branch at the origin to a commit of the vandal's, whatever stands there. */
  async force(commit: string): Promise<void> {
    await git(
      this.#gitDir,
      "push",
      "--quiet",
      "--force",
      this.#site.origin,
      `${commit}:refs/heads/main`,
    );
  }

  async delete(): Promise<void> {
    await git(this.#gitDir, "push", "--quiet", this.#site.origin, ":refs/heads/main");
  }

  async fetch(): Promise<void> {
    await git(this.#gitDir, "fetch", "--quiet", this.#site.origin, "+main:main");
  }

  git(...args: readonly string[]): Promise<string> {
    return git(this.#gitDir, ...args);
  }

  #feed(input: string, ...args: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = execFile("git", ["--git-dir", this.#gitDir, ...args], (error, stdout) => {
        if (error === null) resolve(stdout.trimEnd());
        else reject(error);
      });
      child.stdin?.end(input);
    });
  }
}
