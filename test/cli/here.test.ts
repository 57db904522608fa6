import { execFileSync } from "node:child_process";
import { renameSync } from "node:fs";
import { hostname } from "node:os";
import { describe, expect, test } from "vitest";
import { type Cli, foundedCli, testCli } from "../support/cli.ts";
import { serveOrigin } from "../support/http-origin.ts";

const HOST = hostname().split(".")[0];

/** A mound at a bare repository, and two clones of it: `m` of ant-1, and `n` of ant-2. */
async function pair(): Promise<Cli> {
  const cli = testCli();
  cli.git(".", "init", "--quiet", "--bare", "--initial-branch=main", "o.git");
  await cli.ok(["init", "m", "--as", "ant-1", "--remote", cli.path("o.git")]);
  await cli.ok(["clone", cli.path("o.git"), "n"]);
  await cli.ok("-C n join --as ant-2");
  return cli;
}

/** Puts bytes into the ref of an agent's heartbeat at the origin. */
function forge(cli: Cli, name: string, bytes: string): void {
  cli.write("forged", bytes);
  const oid = cli.git("o.git", "hash-object", "-w", cli.path("forged")).trim();
  cli.git("o.git", "update-ref", `refs/mound/presence/${name}`, oid);
}

describe("mound here", () => {
  test("before anybody said a word, those who committed are around", async () => {
    const cli = await foundedCli();
    const { json } = await cli.ok("-C m here --json");
    expect(json.data.agents).toEqual([
      {
        agent: "ant-1",
        state: "here",
        by: "commit",
        since: expect.any(String),
        seen: expect.any(String),
        host: null,
        doing: [],
        holds: [],
      },
    ]);
    const { out } = await cli.ok("-C m here");
    expect(out).toMatch(
      /^AGENT +STATE +SINCE +SEEN +WHERE +HOLDS\nant-1 +here .*\(commit\) +- +-\n$/,
    );
  });

  test("two clones see each other, and what each holds; leaving is seen at once", async () => {
    const cli = await pair();
    const said = await cli.ok("-C n here --say --as ant-2");
    expect(said.out).toMatch(/^Said that ant-2 is here; that holds for 3m30s/);
    const task = (await cli.ok("-C m task add work --as ant-1 --json")).json.data.task.id;
    await cli.ok(`-C n claim ${task} --as ant-2`);
    await cli.ok("-C n here --say --as ant-2");
    const there = (await cli.ok("-C m here --json")).json.data;
    expect(there.agents).toMatchObject([
      { agent: "ant-1", state: "here", by: "commit", holds: [] },
      {
        agent: "ant-2",
        state: "here",
        by: "heartbeat",
        host: HOST,
        doing: [task],
        holds: [{ task }],
      },
    ]);
    expect(there.not_believed).toEqual([]);
    const bye = await cli.ok("-C n here --bye --as ant-2");
    expect(bye.out).toContain("Said that ant-2 leaves.");
    const after = (await cli.ok("-C m here --json")).json.data.agents;
    expect(after).toMatchObject([{ agent: "ant-1" }, { agent: "ant-2", state: "left", doing: [] }]);
  });

  test("over http as well", async () => {
    const cli = await pair();
    const { url } = await serveOrigin(cli.path("o.git"));
    await cli.ok(["clone", url, "far"]);
    await cli.ok("-C far here --say --as ant-2");
    for (const clone of ["far", "m"]) {
      const { data } = (await cli.ok(`-C ${clone} here --json`)).json;
      expect(data.agents[1]).toMatchObject({ agent: "ant-2", state: "here", by: "heartbeat" });
    }
  });

  test("the line does not grow by it, and a clone made later sees it", async () => {
    const cli = await pair();
    const commits = () => cli.git("o.git", "rev-list", "--all", "--count", "main").trim();
    const before = commits();
    for (let beats = 0; beats < 3; beats += 1) await cli.ok("-C n here --say --as ant-2");
    expect(commits()).toBe(before);
    await cli.ok(["clone", cli.path("o.git"), "late"]);
    expect(cli.git("late", "for-each-ref", "refs/mound/presence")).toBe("");
    const { data } = (await cli.ok("-C late here --json")).json;
    expect(data.agents[1]).toMatchObject({ agent: "ant-2", state: "here", by: "heartbeat" });
    expect(cli.git("late", "status", "--porcelain")).toBe("");
    expect(cli.git("late", "log", "--all", "--format=%s").trim().split("\n")).toHaveLength(2);
  });

  test("a heartbeat can be checked with git and ssh-keygen alone", async () => {
    const cli = await pair();
    await cli.ok("-C n here --say --as ant-2");
    const text = cli.git("o.git", "cat-file", "-p", "refs/mound/presence/ant-2");
    const [body = "", armor = ""] = text.split("---\n-----BEGIN");
    cli.write("armor", `-----BEGIN${armor}`);
    cli.write("body", body);
    const key = cli.git("n", "show", "refs/mound/line:agents/ant-2/agent.yaml");
    const line = /^key: (.*)$/m.exec(key)?.[1] ?? "";
    cli.write("signers", `ant-2 ${line}\n`);
    const id = cli.read("m", ".mound", "id").trim();
    const args = ["-Y", "verify", "-f", cli.path("signers"), "-I", "ant-2"];
    const verified = execFileSync(
      "ssh-keygen",
      [...args, "-n", `presence@${id}`, "-s", cli.path("armor")],
      { input: cli.read("body"), encoding: "utf8" },
    );
    expect(verified).toContain("Good");
  });

  test("what is forged is named and believed by nobody", async () => {
    const cli = await pair();
    await cli.ok("-C n here --say --as ant-2");
    const mine = cli.git("o.git", "cat-file", "-p", "refs/mound/presence/ant-2");
    forge(cli, "ant-1", mine);
    forge(cli, "x", "\u001b[31mboo\n");
    forge(cli, "Y/z", mine);
    const { data } = (await cli.ok("-C m here --json")).json;
    expect(data.not_believed.map(({ name, code }: Record<string, string>) => [name, code])).toEqual(
      [
        ["Y/z", "name-illegal"],
        ["ant-1", "wrong-agent"],
        ["x", "malformed"],
      ],
    );
    expect(data.agents).toMatchObject([{ by: "commit" }, { agent: "ant-2", state: "here" }]);
    const { err, out } = await cli.ok("-C m here");
    expect(err).toContain("Not believed: refs/mound/presence/ant-1: it speaks for ant-2.");
    expect(out + err).not.toContain("\u001b");
  });

  test("one who left stays away though the older heartbeat is put back", async () => {
    const cli = await pair();
    await cli.ok("-C n here --say --as ant-2");
    const old = cli.git("o.git", "cat-file", "-p", "refs/mound/presence/ant-2");
    await cli.ok("-C n here --bye --as ant-2");
    await cli.ok("-C m here");
    forge(cli, "ant-2", old);
    for (let looks = 0; looks < 2; looks += 1) {
      const { data } = (await cli.ok("-C m here --json")).json;
      expect(data.agents[1]).toMatchObject({ agent: "ant-2", state: "left" });
      expect(data.not_believed).toMatchObject([{ name: "ant-2", code: "falling" }]);
    }
  });

  test("while the origin is away, what was seen last is shown, and said to be old", async () => {
    const cli = await pair();
    await cli.ok("-C n here --say --as ant-2");
    await cli.ok("-C m here");
    renameSync(cli.path("o.git"), cli.path("away.git"));
    const ran = await cli.ok("-C m here --json");
    expect(ran.json.data.agents[1]).toMatchObject({ agent: "ant-2", state: "here" });
    expect(ran.err).toContain("The heartbeats are those of an earlier look.");
    expect(await cli.run("-C n here --say --as ant-2")).toMatchObject({ code: 7 });
  });

  test("who cannot speak is told why", async () => {
    const cli = await foundedCli();
    expect(await cli.run("-C m here --say --bye --as ant-1")).toMatchObject({ code: 2 });
    expect(await cli.run("-C m here --say")).toMatchObject({ code: 2 });
    const { code, err } = await cli.run("-C m here --say --as zoe");
    expect([code, err]).toEqual([4, expect.stringContaining("no key of zoe")]);
    await cli.ok("-C m join --as zoe");
    await cli.ok("-C m leave --as zoe");
    expect(await cli.run("-C m here --bye --as zoe")).toMatchObject({ code: 4 });
  });

  test("a mound inside its clone has presence too", async () => {
    const cli = await foundedCli();
    await cli.ok("-C m here --say --as ant-1");
    const { data } = (await cli.ok("-C m here --json")).json;
    expect(data.agents).toMatchObject([{ agent: "ant-1", by: "heartbeat", host: HOST }]);
    const bye = (await cli.ok("-C m here --bye --as ant-1 --json")).json.data;
    expect(bye).toMatchObject({
      said: { agent: "ant-1", state: "leaving" },
      agents: [{ state: "left" }],
    });
  });
});
