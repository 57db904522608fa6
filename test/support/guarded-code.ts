import { spawnSync } from "node:child_process";
import { mkdtempSync, realpathSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { assert } from "../../src/base/assert.ts";
import { mound, type Place } from "./command.ts";
import { environmentIn } from "./site.ts";

/** Settings of a person that must make no difference. */
const SETTINGS =
  "[user]\n name = me\n email = me@example.invalid\n[core]\n quotePath = true\n[diff]\n relative = true\n renames = copies\n";

/**
 * A repository of code, and a mound elsewhere: ant-2 has `src/auth` and `docs/**`, ant-1 has `lib`, and both
 * share `shared/**`.
 */
export class GuardedCode {
  readonly dir = realpathSync(mkdtempSync(join(tmpdir(), "mound-test-guard-")));
  readonly code = join(this.dir, "code");
  readonly plan = join(this.dir, "plan");
  readonly hook = join(this.code, ".git/hooks/pre-commit");
  readonly environment = environmentIn(this.dir);
  /** The task that ant-2 has alone. */
  theirs = "";
  #base = "";

  async open(): Promise<void> {
    for (const folder of ["home", "code"]) await mkdir(join(this.dir, folder));
    await writeFile(join(this.dir, "home/.gitconfig"), SETTINGS);
    this.git("init", "--quiet", "--initial-branch=trunk");
    await this.write({
      "src/auth/login.ts": "1\n2\n3\n",
      "lib/a.ts": "1\n",
      "shared/x": "1\n",
      README: "1\n",
    });
    this.git("add", "src", "lib", "shared", "README");
    this.git("commit", "--quiet", "-m", "begin");
    this.#base = this.git("rev-parse", "HEAD").stdout.trim();
    await this.#must(this.as("root", this.dir), "init", "plan");
    for (const name of ["ant-1", "ant-2"]) await this.#must(this.as(name, this.plan), "join");
    this.theirs = await this.#task("Fix the login", "ant-2", ["src/auth", "docs/**"]);
    await this.#task("Mend the library", "ant-1", ["lib"]);
    for (const holder of ["ant-1", "ant-2"])
      await this.#task("Share", holder, ["shared/**"], "--shared");
  }

  /** As the code was at first, without a guard. */
  async reset(): Promise<void> {
    this.git("config", "--unset", "core.hooksPath");
    await rm(dirname(this.hook), { recursive: true, force: true });
    this.git("reset", "--quiet", "--hard", this.#base);
    this.git("clean", "-qfdx");
  }

  close(): Promise<void> {
    return rm(this.dir, { recursive: true, force: true, maxRetries: 5 });
  }

  as(agent: string, cwd = this.code): Place {
    return { cwd, environment: { ...this.environment, MOUND_AGENT: agent } };
  }

  git(...args: readonly string[]) {
    return this.gitAs(undefined, ...args);
  }

  /** git in the repository of code, as an agent starts it. */
  gitAs(agent: string | undefined, ...args: readonly string[]) {
    const env = { ...this.environment, ...(agent === undefined ? {} : { MOUND_AGENT: agent }) };
    return this.gitIn(this.code, args, env);
  }

  gitIn(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = this.environment) {
    const { status, stdout, stderr } = spawnSync("git", args, { cwd, env, encoding: "utf8" });
    return { code: status, stdout, stderr };
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.code, path)), { recursive: true });
      await writeFile(join(this.code, path), text);
    }
  }

  async install(...options: readonly string[]): Promise<void> {
    const place = { cwd: this.code, environment: this.environment };
    await this.#must(place, "guard", "install", "--mound", this.plan, ...options);
  }

  async #task(title: string, holder: string, paths: readonly string[], ...more: string[]) {
    const options = [...paths.flatMap((glob) => ["--paths", glob]), ...more];
    const added = await this.#must(this.as("root", this.plan), "task", "add", title, ...options);
    const { id } = added.json!.data!.task;
    await this.#must(this.as(holder, this.plan), "claim", id);
    return id;
  }

  async #must(place: Place, ...args: readonly string[]) {
    const ran = await mound(place, ...args);
    assert(ran.code === 0, `mound ${args.join(" ")} ended with ${ran.code}: ${ran.stdout}`);
    return ran;
  }
}
