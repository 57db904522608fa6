import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { GuardedCode } from "../support/guarded-code.ts";

const yard = new GuardedCode();
beforeAll(() => yard.open(), 180_000);
beforeEach(() => yard.reset());
afterAll(() => yard.close());

describe("a commit to the code", () => {
  test("under someone else's live claim is refused, and it is said whose, until when and what to do", async () => {
    await yard.install();
    await yard.write({ "src/auth/login.ts": "mine\n" });
    const refused = yard.gitAs("ant-1", "commit", "--quiet", "-am", "edit");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      new RegExp(
        `src/auth/login.ts: ant-2 has src/auth until 20\\S+Z by its claim on ${yard.theirs}`,
      ),
    );
    expect(refused.stderr).toContain("git commit --no-verify");
    expect(refused.stderr).toContain(`mound task show ${yard.theirs}`);
    // Its holder commits it, and so does whoever insists.
    expect(yard.gitAs("ant-1", "commit", "--quiet", "--no-verify", "-am", "edit").code).toBe(0);
    await yard.write({ "src/auth/login.ts": "theirs\n" });
    expect(yard.gitAs("ant-2", "commit", "--quiet", "-am", "edit")).toMatchObject({ code: 0 });
    // Without a name every claim is someone else's.
    await yard.write({ "lib/a.ts": "2\n" });
    expect(yard.git("commit", "--quiet", "-am", "edit").stderr).toContain("ant-1 has lib until");
  });

  test("under nobody's, one's own, or a shared claim of both goes on in silence", async () => {
    await yard.install("--as", "ant-1");
    await yard.write({ README: "2\n", "lib/a.ts": "2\n", "shared/x": "2\n" });
    expect(yard.git("commit", "--quiet", "-am", "edit")).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
    await yard.write({ "shared/x": "3\n" });
    expect(yard.gitAs("root", "commit", "-qam", "edit").stderr).toContain("shared/x: ant-1 has");
  });

  test("is only told of with --warn", async () => {
    await yard.install("--warn", "--as", "ant-1");
    await yard.write({ "src/auth/login.ts": "2\n" });
    const warned = yard.git("commit", "--quiet", "-am", "edit");
    expect(warned.code).toBe(0);
    expect(warned.stderr).toContain("src/auth/login.ts: ant-2 has src/auth until");
  });

  test("outside one's own claims is refused with --require-claim", async () => {
    await yard.install("--require-claim", "--as", "ant-1");
    await yard.write({ README: "2\n" });
    const refused = yard.git("commit", "--quiet", "-am", "edit");
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain("README: under no claim of yours");
    yard.git("reset", "--quiet", "--hard");
    await yard.write({ "lib/b.ts": "2\n" });
    yard.git("add", "lib/b.ts");
    expect(yard.git("commit", "--quiet", "-m", "edit")).toMatchObject({ code: 0 });
  });

  test("is seen whole: renames on both sides, removals, and what one commit alone has staged", async () => {
    await yard.install("--as", "ant-1");
    yard.git("mv", "src/auth/login.ts", "moved.ts");
    expect(yard.git("commit", "-qm", "move").stderr).toContain("src/auth/login.ts: ant-2 has");
    yard.git("reset", "--quiet", "--hard");
    await mkdir(join(yard.code, "docs"));
    yard.git("mv", "README", "docs/README");
    expect(yard.git("commit", "-qm", "move").stderr).toContain("docs/README: ant-2 has docs/**");
    yard.git("reset", "--quiet", "--hard");
    yard.git("rm", "--quiet", "src/auth/login.ts");
    expect(yard.git("commit", "-qm", "remove").code).toBe(1);
    yard.git("reset", "--quiet", "--hard");
    await yard.write({ "src/auth/login.ts": "2\n", README: "2\n" });
    yard.git("add", "src/auth/login.ts");
    // Only README is in this commit, whatever the index has.
    expect(yard.git("commit", "--quiet", "-m", "edit", "README")).toMatchObject({ code: 0 });
    expect(yard.git("commit", "--quiet", "-m", "edit").code).toBe(1);
    await mkdir(join(yard.code, "deep"));
    const deep = yard.gitIn(join(yard.code, "deep"), ["commit", "-qm", "edit"]);
    expect(deep.stderr).toContain("src/auth/login.ts");
  });

  const names = ["a b", "ü/🐜", "two\nlines", "tab\there", '"quoted"', "-n", "*", ":(top)x"];
  test.each(names.map((name) => [JSON.stringify(name), name]))(
    "may have a file of any name: %s",
    async (_shown, name) => {
      await yard.install("--as", "ant-1");
      await yard.write({ [`docs/${name}`]: "1\n" });
      yard.git("add", "docs");
      const refused = yard.git("commit", "--quiet", "-m", "edit");
      expect([refused.code, refused.stderr.match(/ant-2 has/g)]).toEqual([1, ["ant-2 has"]]);
    },
  );

  test("that merges what others committed is no edit of yard.theirs; what it makes of it is", async () => {
    yard.git("checkout", "--quiet", "-b", "side");
    await yard.write({ "src/auth/login.ts": "side\n", README: "side\n" });
    yard.git("commit", "--quiet", "--no-verify", "-am", "side");
    yard.git("checkout", "--quiet", "trunk");
    await yard.write({ README: "trunk\n" });
    yard.git("commit", "--quiet", "--no-verify", "-am", "trunk");
    await yard.install("--as", "ant-1");
    expect(yard.git("merge", "--quiet", "side").code).toBe(1);
    await yard.write({ README: "both\n" });
    yard.git("add", "README");
    await yard.write({ "src/auth/login.ts": "mended\n" });
    yard.git("add", "src/auth/login.ts");
    expect(yard.git("commit", "--quiet", "-m", "merge").stderr).toContain("src/auth/login.ts");
    yard.git("checkout", "--quiet", "side", "--", "src/auth/login.ts");
    expect(yard.git("commit", "--quiet", "-m", "merge")).toMatchObject({ code: 0 });
    yard.git("branch", "--quiet", "-D", "side");
  });

  test("is the first of all, or one in a linked work tree", async () => {
    await yard.install("--as", "ant-1");
    const linked = join(yard.dir, "linked");
    yard.git("worktree", "add", "--quiet", "-b", "new", linked);
    await mkdir(join(linked, "docs"), { recursive: true });
    await writeFile(join(linked, "docs/new"), "1\n");
    yard.gitIn(linked, ["add", "docs/new"]);
    const refused = yard.gitIn(linked, ["commit", "-qm", "new"]);
    expect(refused.stderr).toContain("docs/new: ant-2 has docs/**");
    yard.git("worktree", "remove", "--force", linked);
    yard.git("branch", "--quiet", "-D", "new");
    yard.git("checkout", "--quiet", "--orphan", "other");
    const first = yard.git("commit", "--quiet", "-m", "first");
    expect([first.code, first.stderr.match(/ant-2 has/g)]).toEqual([1, ["ant-2 has"]]);
    yard.git("checkout", "--quiet", "--force", "trunk");
  });
});
