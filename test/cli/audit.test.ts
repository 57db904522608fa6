import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { testCli, type Cli } from "../support/cli.ts";

/** The origin and the keys of `busy`, made once. */
let model: string | undefined;
afterAll(() => {
  if (model !== undefined) rmSync(model, { recursive: true });
});

/** A mound in `m` at the bare repository `o.git`, with ant-1 and ant-2, one task finished, one claimed. */
async function busy(): Promise<Cli> {
  const cli = testCli();
  model ??= await makeModel();
  cpSync(model, cli.folder, { recursive: true });
  await cli.ok("clone o.git m");
  return cli;
}

async function makeModel(): Promise<string> {
  const cli = testCli();
  cli.git(".", "init", "--quiet", "--bare", "--initial-branch=main", "o.git");
  await cli.ok(`init m --as ant-1 --remote ${cli.path("o.git")}`);
  await cli.ok("-C m join --as ant-2");
  for (const title of ["one", "two"]) {
    await cli.ok(`-C m task add ${title} --as ant-1`);
    const taken = await cli.ok("-C m next --claim --as ant-2 --json");
    if (title === "one")
      await cli.ok(`-C m done ${taken.json.data.task.id} --result here --as ant-2`);
  }
  const folder = mkdtempSync(join(tmpdir(), "mound-test-audit-"));
  for (const part of ["o.git", ".home-config"])
    cpSync(cli.path(part), join(folder, part), { recursive: true });
  return folder;
}

/** Someone with the right to push, and no key: takes a lock away, and leaves junk. */
function tamper(cli: Cli): { readonly commit: string; readonly lock: string } {
  cli.git(".", "clone", "--quiet", "o.git", "vandal");
  const files = cli.git("vandal", "ls-files", "tasks").split("\n");
  const lock = files.find((path) => path.endsWith("claim.lock"))!;
  cli.write(join("vandal", lock), "mine\n");
  cli.git("vandal", "commit", "--quiet", "-am", "take it");
  cli.git("vandal", "push", "--quiet");
  return { commit: cli.git("vandal", "rev-parse", "HEAD").trim(), lock };
}

/** A member writes the good bytes back, by hand. */
async function restore(cli: Cli, lock: string): Promise<string> {
  cli.git("vandal", "checkout", "--quiet", "HEAD~1", "--", lock);
  const key = cli.keyFile("ant-1");
  cli.git(
    "vandal",
    ...[
      "user.name=ant-1",
      "user.email=ant-1@x",
      "gpg.format=ssh",
      `user.signingkey=${key}`,
    ].flatMap((setting) => ["-c", setting]),
    "commit",
    "-S",
    "--quiet",
    "-m",
    "put it back",
  );
  cli.git("vandal", "push", "--quiet");
  return cli.git("vandal", "rev-parse", "HEAD").trim();
}

describe("mound audit", () => {
  test("passes an honest mound: in words, and as one document", async () => {
    const cli = await busy();
    const ran = await cli.ok("-C m audit");
    expect(ran.out).toMatch(/: 7 commits judged up to [0-9a-f]{12} of .*, none refused\.$/m);
    expect(ran.out).toContain("of 2 agents and 2 tasks; 2 claims, 0 takeovers, 1 finished;");
    expect(ran.out).toContain("Single ownership holds");
    expect(ran.out).toMatch(/^No findings\.\nstate [0-9a-f]{64} at [0-9a-f]{40}\n$/m);
    const { json } = await cli.ok("-C m audit --json --verbose");
    expect(json.meta.tip).toBe(json.data.tip);
    expect(ran.out).toContain(json.data.proof.line);
    expect(json.data).toMatchObject({
      failed: false,
      findings: [],
      counts: { open: 0, repaired: 0 },
      ownership: { holds: true, claims: 2, standing: 1 },
      tally: { commits: 7, refused: 0, agents: 2, tasks: 2, claims: 2, endings: { done: 1 } },
    });
    expect(json.data.ownership.intervals).toHaveLength(2);
  });

  test("finds what was forged, ends with 6, and passes again once its bytes are back", async () => {
    const cli = await busy();
    const { commit, lock } = tamper(cli);
    const found = await cli.run("-C m audit");
    expect(found.code).toBe(6);
    expect(found.out).toContain(`${commit.slice(0, 12)} (#8)  LN5 not-a-member`);
    expect(found.out).toContain(lock);
    expect(found.out).toContain("by Pat");
    expect(found.err).toContain("  mound repair\n");
    expect((await cli.run("-C m audit --json")).json.data.findings).toMatchObject([
      { commit, rule: "LN5", code: "not-a-member", author: "Pat", paths: [lock], repaired: null },
    ]);
    const repair = await restore(cli, lock);
    const mended = await cli.run("-C m audit");
    expect([mended.code, mended.out]).toEqual([0, expect.stringContaining("Repaired: 1")]);
    const strict = await cli.run("-C m audit --strict --json");
    expect(strict.code).toBe(6);
    expect(strict.json.data.findings).toMatchObject([{ commit, repaired: repair }]);
    expect((await cli.run(`-C m audit --strict --since ${commit.slice(0, 10)}`)).code).toBe(0);
    expect((await cli.run(`-C m audit --strict --since ${commit}~1`)).code).toBe(6);
    const unknown = await cli.run("-C m audit --since 0123456 --json");
    expect([unknown.code, unknown.json.error.code]).toEqual([3, "commit-unknown"]);
  });

  test("judges the branch as it is at the origin, also where the clone follows it no more", async () => {
    const cli = await busy();
    const before = cli.git("o.git", "rev-parse", "main").trim();
    await cli.ok("-C m audit");
    cli.git("o.git", "update-ref", "refs/heads/main", "main~1");
    for (const _ of ["told", "and told again"]) {
      const ran = await cli.run("-C m audit --json");
      expect(ran.code).toBe(6);
      expect(ran.json.data.findings).toMatchObject([
        { rule: "history-rewritten", commit: before, advice: "mound repair --force-line" },
      ]);
    }
    // Another clone never had it: from what is there it cannot tell.
    cli.git(".", "clone", "--quiet", "o.git", "plain");
    expect((await cli.run("-C plain audit")).code).toBe(0);
    cli.git("o.git", "update-ref", "-d", "refs/heads/main");
    expect((await cli.run("-C m audit --json")).json.data.findings).toMatchObject([
      { rule: "history-rewritten", message: expect.stringContaining("the branch is gone") },
    ]);
  });

  test("goes on without its origin with what is known here, and says so", async () => {
    const cli = await busy();
    const proof = (await cli.ok("-C m audit --json")).json.data.proof;
    const settings = cli.path("m/.git/mound/clone.json");
    const text = readFileSync(settings, "utf8");
    writeFileSync(settings, text.replace(/"origin": ".*"/, '"origin": "/nowhere/o.git"'));
    const away = await cli.ok("-C m audit --json");
    expect(away.json.data.proof).toEqual(proof);
    expect(away.err).toContain("The audit is of the line as it is known here.");
  });

  test("what an earlier audit kept changes nothing but the time; damage to it does not either", async () => {
    const cli = await busy();
    await cli.ok("-C m audit");
    tamper(cli);
    const warm = await cli.run("-C m audit --json --verbose");
    const cold = await cli.run("-C m audit --json --verbose --no-cache");
    expect(warm.json.data).toEqual(cold.json.data);
    const cache = cli.path("m/.git/mound/cache");
    const own = readdirSync(cache).find((name) => name.includes("-audit-"))!;
    for (const name of readdirSync(join(cache, own))) {
      const path = join(cache, own, name);
      const bytes = readFileSync(path);
      bytes[bytes.length >> 1]! ^= 0x01;
      writeFileSync(path, bytes);
      expect([name, (await cli.run("-C m audit --json --verbose")).json.data]).toEqual([
        name,
        cold.json.data,
      ]);
    }
  });

  test("two clones, an embedded look and plain git repositories give one proof", async () => {
    const cli = await busy();
    await cli.ok(`clone ${cli.path("o.git")} n`);
    cli.git(".", "clone", "--quiet", "o.git", "plain");
    const lines = new Set<string>();
    for (const where of ["-C m", "-C n", "-C plain", "-C o.git", "--git-dir o.git --branch main"]) {
      const [options, rest] = where.startsWith("-C") ? [where, ""] : ["", where];
      const { out } = await cli.ok(`${options} audit ${rest}`.trim());
      lines.add(out.trimEnd().split("\n").at(-1)!);
    }
    expect([...lines]).toHaveLength(1);
  });
});

describe("mound audit in a repository that Mound has not set up", () => {
  test("takes what HEAD is on, as the origin has it; a branch or a commit that is named; a detached HEAD", async () => {
    const cli = await busy();
    cli.git(".", "clone", "--quiet", "o.git", "plain");
    cli.git("plain", "reset", "--quiet", "--hard", "HEAD~2");
    const tipOf = async (line: string) => (await cli.ok(`${line} --json`)).json.data.tip;
    const tip = cli.git("o.git", "rev-parse", "main").trim();
    expect(await tipOf("-C plain audit")).toBe(tip);
    expect(await tipOf("-C plain audit --branch main")).toBe(tip);
    const older = cli.git("plain", "rev-parse", "HEAD").trim();
    expect(await tipOf(`-C plain audit --tip ${older.slice(0, 12)}`)).toBe(older);
    cli.git("plain", "checkout", "--quiet", "--detach");
    expect(await tipOf("-C plain/tasks audit")).toBe(older);
    const wrong = await cli.run("-C plain audit --branch nope --json");
    expect([wrong.code, wrong.json.error.code]).toEqual([3, "tip-missing"]);
    expect((await cli.run("-C plain audit --branch main --tip HEAD")).code).toBe(2);
    expect((await cli.run("-C plain audit --tip --upload-pack=x")).code).toBe(3);
  });

  test("finds a mound that lies beside code; code alone is none", async () => {
    const cli = await busy();
    cli.git(".", "init", "--quiet", "--initial-branch=main", "code");
    cli.write("code/x.ts", "x");
    cli.git("code", "add", "x.ts");
    cli.git("code", "commit", "--quiet", "-m", "code");
    const none = await cli.run("-C code audit --json");
    expect([none.code, none.json.error.code]).toEqual([3, "not-a-mound"]);
    cli.git("code", "fetch", "--quiet", cli.path("o.git"), "main:mound");
    expect((await cli.ok("-C code audit --json")).json.data.tally.commits).toBe(7);
    cli.git(".", "init", "--quiet", "--object-format=sha256", "wide");
    cli.write("wide/x", "x");
    cli.git("wide", "add", "x");
    cli.git("wide", "commit", "--quiet", "-m", "x");
    expect((await cli.run("-C wide audit --json")).json.error.code).toBe("repository-sha256");
    const nowhere = await cli.run("-C .home audit --json");
    expect([nowhere.code, nowhere.json.error.code]).toEqual([3, "not-in-a-mound"]);
  });

  test("writes its own cache and nothing else, and nothing at all with --no-cache", async () => {
    const cli = await busy();
    cli.git(".", "clone", "--quiet", "o.git", "plain");
    const files = () =>
      readdirSync(cli.path("plain"), { recursive: true, encoding: "utf8" }).toSorted();
    const before = files();
    await cli.ok("-C plain audit --no-cache");
    expect(files()).toEqual(before);
    await cli.ok("-C plain audit");
    const fresh = files().filter((path) => !before.includes(path));
    expect(fresh.length).toBeGreaterThan(0);
    expect(fresh.filter((path) => !path.startsWith(join(".git", "mound")))).toEqual([]);
  });

  test("says of a clone that is too shallow, or lacks its contents, what to type; and that helps", async () => {
    const cli = await busy();
    const url = `file://${cli.path("o.git")}`;
    cli.git("o.git", "config", "uploadpack.allowFilter", "true");
    cli.git(".", "clone", "--quiet", "--depth=2", url, "shallow");
    cli.git(".", "clone", "--quiet", "--no-checkout", "--filter=blob:none", url, "partial");
    const faults = [
      ["shallow", "clone-shallow", "git fetch --unshallow origin"],
      ["partial", "clone-partial", "git fetch --refetch --no-filter origin"],
    ] as const;
    for (const [name, code, fix] of faults) {
      const ran = await cli.run(`-C ${name} audit --json`);
      expect([ran.code, ran.json.error.code, ran.json.error.fix]).toEqual([7, code, fix]);
      cli.git(name, ...fix.split(" ").slice(1));
      expect((await cli.run(`-C ${name} audit`)).code).toBe(0);
    }
  });
});
