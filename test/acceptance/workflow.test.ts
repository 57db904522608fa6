import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { testCli, type Cli } from "../support/cli.ts";
import { type Ended, type Job, readYaml, runJob, runScript } from "../support/forge.ts";
import { bare } from "../support/repositories.ts";

const ROOT = join(import.meta.dirname, "../..");
/** GitHub drops a larger one without a word. */
const SUMMARY_MAX = 1024 * 1024;
const ZERO = "0".repeat(40);
const HOSTS = {
  github: ".github/workflows/audit.yml",
  forgejo: ".forgejo/workflows/audit.yml",
  gitlab: ".gitlab-ci.yml",
} as const;

type Host = keyof typeof HOSTS;

/** A mound at a bare repository, whose CI is that of every host. */
async function hosted(): Promise<Cli> {
  const cli = testCli();
  bare(cli, "origin.git");
  const hosts = Object.keys(HOSTS).flatMap((host) => ["--ci", host]);
  await cli.ok(["init", "m", "--as", "ant-1", "--remote", cli.path("origin.git"), ...hosts]);
  await cli.ok("-C m join --as ant-2");
  await cli.ok("-C m task add work --as ant-1");
  await cli.ok("-C m next --claim --as ant-2");
  return cli;
}

/** Somebody with nothing but git changes files and pushes. */
function stray(cli: Cli, files: Readonly<Record<string, string>>): void {
  if (!existsSync(cli.path("stray"))) cli.git(".", "clone", "--quiet", "origin.git", "stray");
  for (const [path, content] of Object.entries(files)) cli.write(`stray/${path}`, content);
  cli.git("stray", "add", "--", ...Object.keys(files));
  cli.git("stray", "commit", "--quiet", "-m", "a note for all");
  cli.git("stray", "push", "--quiet", "--force", "origin", "HEAD:main");
}

function tip(cli: Cli): string {
  return cli.git("origin.git", "rev-parse", "main").trim();
}

/** Runs the CI of a host as it stands in the first commit, on the line as it is now. */
function run(
  cli: Cli,
  host: Host,
  before = ZERO,
): Pick<Ended, "code" | "out" | "temp"> & Partial<Ended> {
  const first = cli.git("origin.git", "rev-list", "--max-parents=0", "main").trim();
  const text = cli.git("origin.git", "show", `${first}:${HOSTS[host]}`);
  const server = `file://${cli.folder}`;
  if (host === "gitlab") {
    const { audit } = readYaml(text) as unknown as { audit: Parameters<typeof runScript>[0] };
    const url = `${server}/origin.git`;
    return runScript(audit, cli.folder, { CI_REPOSITORY_URL: url, CI_COMMIT_BEFORE_SHA: before });
  }
  const { jobs } = readYaml(text) as unknown as { jobs: { audit: Job } };
  const context = { "github.token": "s3cret", "github.event.before": before };
  return runJob(jobs.audit, cli.folder, context, {
    GITHUB_SERVER_URL: server,
    GITHUB_REPOSITORY: "origin.git",
    GITHUB_SHA: tip(cli),
  });
}

describe.each(Object.keys(HOSTS) as Host[])("the audit in the CI of %s", (host) => {
  test("passes on a good mound, and leaves its reports", async () => {
    const cli = await hosted();
    const ended = run(cli, host, cli.git("origin.git", "rev-parse", "main~1").trim());
    expect(ended, ended.out).toMatchObject({ code: 0 });
    expect(ended.out).not.toContain("s3cret");
    expect(ended.out).toContain(`at ${tip(cli)}`);
    if (host !== "gitlab") expect(ended.summary).toMatch(/^### Audit of .*: passed/);
    if (host !== "forgejo")
      expect(readFileSync(join(ended.temp, "audit.html"), "utf8")).toMatch(/<html/);
    if (host === "gitlab")
      expect(readFileSync(join(ended.temp, "audit.xml"), "utf8")).toMatch(/<testsuite/);
    if (host === "github")
      expect(() => JSON.parse(readFileSync(join(ended.temp, "audit.sarif"), "utf8"))).not.toThrow();
  });

  test("fails with exit code 6 on a tampered one, and passes again once it is repaired", async () => {
    const cli = await hosted();
    stray(cli, { "mound.yaml": "mine\n" });
    const ended = run(cli, host);
    expect(ended, ended.out).toMatchObject({ code: 6 });
    if (host === "github") {
      expect(ended.steps).toMatchObject({ Audit: 6, "See that the line only grew": 0 });
      expect(ended.summary).toMatch(/^### Audit of .*: failed/);
      expect(ended.out).toMatch(/^::error file=mound\.yaml,/m);
      expect(existsSync(join(ended.temp, "audit.html"))).toBe(true);
    }
    const first = cli.git("stray", "rev-list", "--max-parents=0", "main").trim();
    const good = cli.git("stray", "show", `${first}:mound.yaml`);
    await cli.ok("-C m sync");
    cli.git("m", "fetch", "--quiet", "origin");
    cli.git("m", "checkout", "--quiet", "--detach", "origin/main");
    cli.write("m/mound.yaml", good);
    const signing = ["-c", "gpg.format=ssh", "-c", `user.signingKey=${cli.keyFile("ant-1")}`];
    const who = ["-c", "user.name=ant-1"];
    cli.git("m", ...who, ...signing, "commit", "--quiet", "-S", "-a", "-m", "put it back");
    cli.git("m", "push", "--quiet", "origin", "HEAD:main");
    expect(run(cli, host)).toMatchObject({ code: 0 });
  });

  test("runs the audit that it was made with, whatever an agent has put in its place", async () => {
    const cli = await hosted();
    stray(cli, { ".mound/audit.mjs": "process.exit(0);\n", [HOSTS[host]]: "{}\n", node: "x" });
    expect(run(cli, host)).toMatchObject({ code: 6 });
  });

  test("fails where the push has rewritten the line, however good that is by itself", async () => {
    const cli = await hosted();
    const before = tip(cli);
    cli.git("origin.git", "update-ref", "refs/heads/main", "main~1");
    const ended = run(cli, host, before);
    expect(ended, ended.out).toMatchObject({ code: 6 });
    expect(ended.out).toContain(`no longer contains ${before}`);
    expect(ended.out).toContain("mound repair --force-line");
    expect(run(cli, host, ZERO)).toMatchObject({ code: 0 });
  });
});

test("many findings: ten annotations and how many more, and a summary under the limit", async () => {
  const cli = await hosted();
  for (let number = 0; number < 12; number += 1) {
    const files = Array.from({ length: 40 }, (_, at) => [
      `junk/${number}/${"x".repeat(70)}-${at}`,
      "\u001b[2J|<b>",
    ]);
    stray(cli, Object.fromEntries(files) as Record<string, string>);
  }
  const ended = run(cli, "github");
  expect(ended.code).toBe(6);
  expect(ended.out.match(/^::error /gm)).toHaveLength(10);
  expect(ended.out).toMatch(/^::notice::2 more findings/m);
  expect(Buffer.byteLength(ended.summary!)).toBeLessThan(SUMMARY_MAX);
  expect(ended.summary).toContain("12 not repaired");
});

describe("the files of CI that the package has", () => {
  const texts = [
    "templates/ci/github.yml",
    "templates/ci/forgejo.yml",
    "templates/ci/gitlab.yml",
    ".github/actions/audit/action.yml",
  ].map((path) => [path, readFileSync(join(ROOT, path), "utf8")] as const);

  test.each(texts)("%s pins every action to a commit, and says its version", (_path, text) => {
    for (const line of text.split("\n").filter((each) => /\buses:/.test(each)))
      expect(line).toMatch(/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test.each(texts)(
    "%s puts no expression into a shell, and is started by no stranger's event",
    (_path, text) => {
      expect(text).not.toContain("pull_request");
      const found: string[] = [];
      JSON.stringify(readYaml(text), (key, value: unknown) => {
        if (key === "run" || key === "script") found.push(JSON.stringify(value));
        return value;
      });
      expect(found.length).toBeGreaterThan(0);
      for (const script of found) expect(script).not.toContain("${{");
    },
  );

  test("the workflows may read the repository and nothing else", () => {
    for (const [path, text] of texts.slice(0, 2)) {
      const workflow = readYaml(text) as unknown as Record<string, Record<string, unknown>>;
      expect([path, workflow["permissions"]]).toEqual([path, { contents: "read" }]);
      expect(workflow["jobs"]!["audit"]).not.toHaveProperty("permissions");
      expect(workflow["concurrency"]).toMatchObject({ "cancel-in-progress": true });
      expect(Object.keys(workflow["on"]!)).toEqual(["push", "workflow_dispatch"]);
    }
  });
});

test("the project's own action audits with one file, and fails as the audit does", async () => {
  const cli = await hosted();
  const action = readYaml(readFileSync(join(ROOT, ".github/actions/audit/action.yml"), "utf8"));
  const { runs } = action as unknown as { runs: Job };
  const context = {
    "inputs.program": join(ROOT, "dist/audit.mjs"),
    "inputs.git-dir": cli.path("origin.git"),
    "inputs.branch": "main",
    "inputs.strict": "true",
  };
  const outputs = cli.write("outputs", "");
  const good = runJob(runs, cli.folder, context, { GITHUB_OUTPUT: outputs });
  expect(good, good.out).toMatchObject({ code: 0 });
  expect(cli.read("outputs")).toMatch(/^html=.*\.html\nsarif=.*\.sarif\n$/);
  stray(cli, { "mound.yaml": "mine\n" });
  expect(runJob(runs, cli.folder, context, { GITHUB_OUTPUT: outputs })).toMatchObject({ code: 6 });
});
