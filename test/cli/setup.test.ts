import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { foundedCli, testCli } from "../support/cli.ts";
import { bare, codeRepository } from "../support/repositories.ts";

const ID = /^[0-9a-hjkmnp-tv-z]{52}$/;

describe("mound init", () => {
  test("founds a mound in a new folder, and says its id, its root and what to type next", async () => {
    const cli = testCli();
    const made = await cli.ok("init m --as ant-1 --name 'The plan' --can typescript --json");
    const { data, next } = made.json;
    expect(data).toMatchObject({
      mound: {
        id: expect.stringMatching(ID),
        name: "The plan",
        membership: "open",
        roots: ["ant-1"],
      },
      folder: cli.path("m"),
      origin: "embedded",
      branch: "main",
      agent: "ant-1",
      key: expect.stringMatching(/^ssh-ed25519 /),
    });
    expect(next).toEqual(["cd m", "export MOUND_AGENT=ant-1", 'mound task add "TITLE"']);
    expect(cli.read("m", ".mound", "id").trim()).toBe(data.mound.id);
    expect(cli.git("m", "status", "--porcelain")).toBe("");
    const who = await cli.ok("-C m whoami --as ant-1 --json");
    expect(who.json.data.agent).toMatchObject({
      role: "root",
      skills: ["typescript"],
      status: "active",
    });
  });

  test("for people: the first sixteen characters of the id; the folder gives the name", async () => {
    const cli = testCli();
    const made = await cli.ok("-C . init plan --as ant-1");
    const id = cli.read("plan", ".mound", "id").trim();
    expect(made.out).toBe(
      `Founded the mound plan (${id.slice(0, 16)}) in ${cli.path("plan")}; its root is ant-1.\n`,
    );
    expect(made.err).toContain("cd plan");
  });

  test("DIR is the folder where one stands, unless said", async () => {
    const cli = testCli();
    cli.write("here/.keep", "");
    const refused = await cli.run("init --as ant-1 --json", { cwd: "here" });
    expect(refused).toMatchObject({ code: 2, json: { error: { code: "folder-not-empty" } } });
    expect(readdirSync(cli.path("here"))).toEqual([".keep"]);
    await cli.ok("init --as ant-1 here/inner");
    const made = await cli.run("init --as ant-1", { cwd: "here/inner" });
    expect(made).toMatchObject({
      code: 2,
      err: expect.stringContaining("There is a repository at"),
    });
  });

  test("keys lie in files that only their owner reads", async () => {
    const cli = testCli();
    const made = await cli.ok("init m --as ant-1 --json");
    const folder = `${cli.config}/mound/keys/${made.json.data.mound.id}`;
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(`${folder}/ant-1`).mode & 0o777).toBe(0o600);
    expect(readdirSync(`${cli.config}/mound/keys`)).toHaveLength(1);
  });

  test("on a git host: the branch must be free, and a second mound is refused with nothing changed", async () => {
    const cli = testCli();
    bare(cli, "plan.git");
    const made = await cli.ok("init a --as ant-1 --remote ./plan.git --json");
    expect(made.json.data.origin).toBe(cli.path("plan.git"));
    const again = await cli.run("init b --as ant-1 --remote plan.git --json");
    expect(again).toMatchObject({ code: 4, json: { error: { code: "branch-taken" } } });
    expect(existsSync(cli.path("b"))).toBe(false);
    expect(readdirSync(`${cli.config}/mound/keys`)).toHaveLength(1);
    await cli.ok("init b --as ant-1 --remote plan.git --branch second");
    expect(cli.git("plan.git", "for-each-ref", "--format=%(refname)").trim().split("\n")).toEqual([
      "refs/heads/main",
      "refs/heads/second",
    ]);
  });

  test("an origin that is not there, is no git, or is down: said, and nothing is left behind", async () => {
    const cli = testCli();
    cli.write("not-git/file", "text");
    const port = await closedPort();
    const faults: [string, number, string][] = [
      ["./nowhere.git", 7, "remote-unreachable"],
      ["./not-git", 7, "remote-garbage"],
      [`http://127.0.0.1:${port}/plan.git`, 7, "remote-unreachable"],
      ["ext::sh -c 'touch pwned'", 7, "remote-refused"],
    ];
    for (const [url, code, fault] of faults) {
      const refused = await cli.run(["init", "m", "--as", "ant-1", "--remote", url, "--json"]);
      expect({ url, refused }).toMatchObject({
        url,
        refused: { code, json: { ok: false, error: { code: fault } } },
      });
      expect(existsSync(cli.path("m"))).toBe(false);
    }
    // No key was made either.
    expect(readdirSync(cli.path()).toSorted()).toEqual([".home", "not-git"]);
    const absent = await cli.run("init m --as ant-1 --remote ./nowhere.git");
    expect(absent.err).toContain(
      `git init --bare --initial-branch=main ${cli.path("nowhere.git")}`,
    );
  });

  test("what does not fit is a usage error before anything is touched", async () => {
    const cli = testCli();
    const wrong: [string, RegExp][] = [
      ["init m", /Say who with --as/],
      ["init m --as Ant", /cannot be an agent's name/],
      ["init m --as ant-1 --membership closed", /open, invited/],
      ["init m --as ant-1 --branch a..b", /cannot be the name of a branch/],
      ["init m --as ant-1 --in . ", /leave a folder out/],
      ["init --as ant-1 --in . --remote x.git", /leave --remote out/],
    ];
    for (const [line, words] of wrong) {
      const refused = await cli.run(line);
      expect({ line, refused }).toMatchObject({
        line,
        refused: { code: 2, out: "", err: expect.stringMatching(words) },
      });
    }
    const skill = await cli.run("init m --as ant-1 --can 'Two words' --json");
    expect(skill).toMatchObject({
      code: 2,
      json: { error: { code: "field-invalid", details: { field: "skills" } } },
    });
    expect(readdirSync(cli.path())).not.toContain("m");
  });
});

describe("beside code", () => {
  test.each([true, false])(
    "a branch of the code's repository, out of its status (origin: %s)",
    async (withOrigin) => {
      const cli = testCli();
      const code = codeRepository(cli, withOrigin);
      cli.write("code/src.txt", "an edit of mine\n");
      const before = cli.git("code", "status", "--porcelain");
      const made = await cli.ok("init --in code --as ant-1 --json");
      expect(made.json.data).toMatchObject({
        folder: `${code}/.mound`,
        branch: "mound",
        mound: { name: "code" },
      });
      expect(cli.git("code", "status", "--porcelain")).toBe(before);
      expect(cli.read("code", "src.txt")).toBe("an edit of mine\n");
      const home = withOrigin ? "code.git" : "code";
      expect(cli.git(home, "rev-parse", "mound")).toBe(
        cli.git("code/.mound", "rev-parse", "refs/mound/line"),
      );
      // From anywhere in the code, the mound beside it is the one that is meant.
      await cli.ok("join --as ant-2", { cwd: "code" });
      expect(cli.git("code", "status", "--porcelain")).toBe(before);
      const again = await cli.run("init --in code --as ant-1 --json");
      expect(again).toMatchObject({ code: 2, json: { error: { code: "mound-exists" } } });
    },
  );

  test("clone --in finds it at the code's origin; where there is none yet, it says how to begin one", async () => {
    const cli = testCli();
    codeRepository(cli, true);
    cli.git(".", "clone", "--quiet", "code.git", "other");
    const none = await cli.run("clone --in other --json");
    expect(none).toMatchObject({
      code: 3,
      json: { error: { code: "line-missing" }, next: ["mound init --in other --as AGENT"] },
    });
    await cli.ok("init --in code --as ant-1");
    await cli.ok("clone --in other");
    expect(cli.git("other", "status", "--porcelain")).toBe("");
    await cli.ok("join --as ant-2", { cwd: "other" });
    const agents = await cli.ok("agent list --json", { cwd: "code" });
    expect(agents.json.data.agents.map((agent: { id: string }) => agent.id)).toEqual([
      "ant-1",
      "ant-2",
    ]);
    const plain = await cli.run("init --in .home --as ant-1 --json");
    expect(plain).toMatchObject({ code: 2, json: { error: { code: "not-a-repository" } } });
  });
});

describe("mound clone", () => {
  test("judges all of it; the id, or its beginning, may be asked for", async () => {
    const cli = testCli();
    const { id } = (await cli.ok("init m --as ant-1 --json")).json.data.mound;
    const cloned = await cli.ok(`clone m other --id ${id.slice(0, 16)} --json`);
    expect(cloned.json).toMatchObject({
      data: { mound: { id, roots: ["ant-1"] }, folder: cli.path("other"), commits: 1, refused: 0 },
    });
    expect(cloned.json.next).toEqual(["cd other", "mound join --as AGENT", "mound status"]);
    await cli.ok(`clone m/.git/mound/origin.git third --id ${id.toUpperCase()}`);
    await cli.ok("clone ../m", { cwd: "other" });
    expect(existsSync(cli.path("other", "m", "mound.yaml"))).toBe(true);
  });

  test("another mound than the one asked for is refused, and nothing of it is kept", async () => {
    const cli = await foundedCli();
    const { id } = (await cli.ok("init n --as ant-1 --json")).json.data.mound;
    const wrong = await cli.run(`clone m other --id ${id} --json`);
    expect(wrong).toMatchObject({
      code: 4,
      json: { error: { code: "mound-id-differs", details: { wanted: id } } },
    });
    expect(existsSync(cli.path("other"))).toBe(false);
    expect(await cli.run("clone m other --id abc")).toMatchObject({
      code: 2,
      err: expect.stringContaining("52 characters"),
    });
    expect(await cli.run("clone")).toMatchObject({
      code: 2,
      err: expect.stringContaining("Clone what?"),
    });
    expect(await cli.run("clone m --in n")).toMatchObject({
      code: 2,
      err: expect.stringContaining("leave the URL out"),
    });
  });

  test("a folder that is not empty, an origin that is none, is empty, or holds something else", async () => {
    const cli = await foundedCli();
    cli.write("full/file", "mine");
    expect(await cli.run("clone m full --json")).toMatchObject({
      code: 2,
      json: { error: { code: "folder-not-empty" } },
    });
    bare(cli, "empty.git");
    codeRepository(cli, true);
    const port = await closedPort();
    const faults: [string, number, string][] = [
      ["./nowhere.git", 7, "remote-unreachable"],
      ["./full", 7, "remote-garbage"],
      ["./empty.git", 3, "line-missing"],
      ["./code.git", 3, "not-a-mound"],
      [`http://127.0.0.1:${port}/plan.git`, 7, "remote-unreachable"],
    ];
    for (const [url, code, fault] of faults) {
      const refused = await cli.run(["clone", url, "out", "--json"]);
      expect({ url, refused }).toMatchObject({
        url,
        refused: { code, json: { error: { code: fault } } },
      });
      expect(existsSync(cli.path("out"))).toBe(false);
    }
    expect(cli.read("full", "file")).toBe("mine");
  });

  test("an empty folder that was there stays there when the clone is refused", async () => {
    const cli = testCli();
    bare(cli, "empty.git");
    mkdirSync(cli.path("out"));
    expect((await cli.run("clone ./empty.git out")).code).toBe(3);
    expect(readdirSync(cli.path("out"))).toEqual([]);
  });
});

/** A port at which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
