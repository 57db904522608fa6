import { describe, expect, test } from "vitest";
import { foundedCli } from "../support/cli.ts";
import { bare, codeRepository } from "../support/repositories.ts";

describe("mound publish", () => {
  test("moves the line; the old origin refuses and names the new one, and a second clone is told", async () => {
    const cli = await foundedCli();
    await cli.ok("clone m other");
    await cli.ok("-C other join --as ant-2");
    bare(cli, "host.git");
    const url = cli.path("host.git");
    // A path starts where the command runs, and -C says where that is.
    expect((await cli.run("-C m publish host.git")).code).toBe(7);
    const published = await cli.ok(["-C", "m", "publish", "../host.git", "--json"]);
    expect(published.json.data).toMatchObject({ origin: url, branch: "main" });
    expect(cli.git("host.git", "rev-parse", "main")).toBe(
      cli.git("m", "rev-parse", "refs/mound/line"),
    );
    expect(cli.git("m", "remote", "get-url", "origin").trim()).toBe(url);
    await cli.ok("-C m join --as ant-3");
    expect(cli.git("host.git", "rev-parse", "main")).toBe(
      cli.git("m", "rev-parse", "refs/mound/line"),
    );
    const late = await cli.run("-C other join --as ant-4 --json");
    expect(late).toMatchObject({
      code: 7,
      json: { error: { code: "remote-refused", fix: `mound clone ${url}` } },
    });
    expect(late.json.error.message).toContain(`this mound has moved to ${url}`);
    // Reading the frozen origin works, but says that nothing new comes in.
    const looked = await cli.ok("-C other agent list");
    expect(looked.err).toContain(`This mound has moved to ${url}`);
    await cli.ok(`clone ${url} third`);
    await cli.ok("-C third join --as ant-2 --can typescript");
    expect(await cli.run("-C m publish ../again.git --json")).toMatchObject({
      code: 2,
      json: { error: { code: "not-embedded" } },
    });
  });

  test("where the branch is taken, or nobody is there, the old origin goes on", async () => {
    const cli = await foundedCli();
    codeRepository(cli, true);
    const taken = await cli.run("-C m publish ../code.git --json");
    expect(taken).toMatchObject({ code: 4, json: { error: { code: "branch-taken" } } });
    expect((await cli.run("-C m publish ../nowhere.git")).code).toBe(7);
    expect((await cli.run("-C m publish .git/mound/origin.git")).code).toBe(4);
    const joined = await cli.ok("-C m join --as ant-2");
    expect(joined.err).not.toContain("moved");
  });

  test("a publish that was cut off after its push is finished by the next, though others went on meanwhile", async () => {
    const cli = await foundedCli();
    bare(cli, "host.git");
    // As a crash leaves it: the line is at the host, the settings still say embedded.
    cli.git("m", "push", "--quiet", cli.path("host.git"), "refs/mound/line:refs/heads/main");
    await cli.ok("clone host.git other");
    await cli.ok("-C other join --as ant-2");
    await cli.ok("-C m publish ../host.git");
    const agents = await cli.ok("-C m agent list --json");
    expect(agents.json.data.agents).toHaveLength(2);
  });
});
