import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { main } from "../../src/cli/main.ts";
import { copyModel, modelOf } from "./models.ts";

/** What a command answered. */
export interface Ran {
  /** The exit code. */
  readonly code: number;
  /** Standard output and standard error. */
  readonly out: string;
  readonly err: string;
  /** The document of a command that was run with `--json`; reading it fails the test where there is none. */
  readonly json: Envelope;
}

// Tests read the answers of every command by name; their shapes are what the tests hold.
// oxlint-disable-next-line typescript/no-explicit-any
type Anything = any;

/** The one JSON document that a command answers. */
export interface Envelope {
  readonly v: number;
  readonly ok: boolean;
  readonly data: Anything;
  readonly meta: { readonly tip?: string; readonly age_s?: number };
  readonly next: readonly string[];
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly retryable: boolean;
    readonly fix: string;
    readonly details: Anything;
  };
}

export interface RunOptions {
  /** Where the command is started, from the test's folder: `m`, `m/tasks`. */
  readonly cwd?: string;
  /** Variables besides those of the test; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Standard input. */
  readonly input?: string | Uint8Array;
}

/**
 * The real command in this process, on real git, in a folder that is gone when the test is over:
 *
 *   const cli = testCli();
 *   await cli.ok("init m --as ant-1");
 *   const added = await cli.ok("-C m task add 'Fix the login' --as ant-1 --json");
 *   added.json.data.task.id
 */
export function testCli(): Cli {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "mound-test-cli-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  isolateGit(folder);
  return new Cli(folder, "home");
}

/** The same with a mound in `m`, of which ant-1 is the root: what `init m --as ant-1` made elsewhere. */
export async function foundedCli(): Promise<Cli> {
  const cli = testCli();
  const model = await modelOf("mound of ant-1", async (folder) => {
    await new Cli(folder, "home").ok("init m --as ant-1");
  });
  for (const part of ["m", ".home-config"])
    copyModel(model, part, cli.path(part), [["", cli.folder]]);
  return cli;
}

export class Cli {
  /** Commands run here, and paths start here. */
  readonly folder: string;
  /** Where the user's keys are: MOUND_CONFIG_HOME. */
  readonly config: string;
  /** Variables of every command; a test may set more. */
  readonly environment: Record<string, string | undefined>;

  constructor(folder: string, home: string) {
    this.folder = folder;
    this.config = join(folder, `.${home}-config`);
    this.environment = {
      PATH: process.env["PATH"],
      HOME: join(folder, `.${home}`),
      MOUND_CONFIG_HOME: this.config,
    };
  }

  /** The same folder as another user, or another machine, sees it: with keys of its own. */
  as(home: string): Cli {
    return new Cli(this.folder, home);
  }

  /** Runs one command line: words, with quotes as in a shell, or a list of arguments. */
  async run(line: string | readonly string[], options: RunOptions = {}): Promise<Ran> {
    const argv = typeof line === "string" ? words(line) : line;
    const said = { out: "", err: "" };
    const code = await main(argv, {
      cwd: join(this.folder, options.cwd ?? "."),
      environment: { ...this.environment, ...options.env },
      colour: false,
      out: (text) => void (said.out += text),
      err: (text) => void (said.err += text),
      input: async () => new Uint8Array(Buffer.from(options.input ?? "")),
    });
    return {
      code,
      ...said,
      get json(): Envelope {
        return JSON.parse(said.out) as Envelope;
      },
    };
  }

  /** The same, for a command that must succeed. */
  async ok(line: string | readonly string[], options: RunOptions = {}): Promise<Ran> {
    const ran = await this.run(line, options);
    if (ran.code !== 0)
      throw new Error(`exit ${ran.code}: mound ${String(line)}\n${ran.out}${ran.err}`);
    return ran;
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  read(...parts: string[]): string {
    return readFileSync(this.path(...parts), "utf8");
  }

  /** Writes a file of the test's folder, and the folders above it. */
  write(path: string, content: string | Uint8Array): string {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), content);
    return this.path(path);
  }

  /** Where this user keeps the key of an agent of the mound in `m`. */
  keyFile(agent: string): string {
    return join(this.config, "mound", "keys", this.read("m", ".mound", "id").trim(), agent);
  }

  /** What stock git prints in a folder of the test; it throws where git fails. */
  git(cwd: string, ...args: string[]): string {
    return execFileSync("git", args, {
      cwd: this.path(cwd),
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  }
}

/**
 * No configuration of the machine's user takes part, neither in Mound's git calls nor in the test's. The
 * process runs other tests afterwards, and finds its environment as it was.
 */
function isolateGit(folder: string): void {
  const before = { ...process.env };
  onTestFinished(() => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  });
  const home = join(folder, ".home");
  mkdirSync(home, { recursive: true });
  const config = join(home, ".gitconfig");
  writeFileSync(config, "[user]\n\tname = Pat\n\temail = pat@example.com\n");
  Object.assign(process.env, { HOME: home, GIT_CONFIG_GLOBAL: config, GIT_CONFIG_NOSYSTEM: "1" });
  for (const name of Object.keys(process.env)) {
    if (
      /^(GIT_(AUTHOR|COMMITTER)_|GIT_SSH|XDG_CONFIG_HOME$|SSH_AUTH_SOCK$|MOUND_(?!TEST_))/.test(
        name,
      )
    )
      delete process.env[name];
  }
}

/** Words as a shell would split them: quotes hold together, nothing is expanded. */
function words(line: string): string[] {
  return [...line.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)].map(([word]) =>
    word.replace(/'([^']*)'|"([^"]*)"/g, "$1$2"),
  );
}
