import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { COMMAND, mound } from "../support/command.ts";
import { GuardedCode } from "../support/guarded-code.ts";

const yard = new GuardedCode();
beforeAll(() => yard.open(), 180_000);
beforeEach(() => yard.reset());
afterAll(() => yard.close());

describe("the hook", () => {
  test("runs the one that was there before, and gives way to it again", async () => {
    await mkdir(dirname(yard.hook), { recursive: true });
    await writeFile(yard.hook, '#!/bin/sh\necho "checked $(basename "$0")" >&2\n[ ! -e stop ]\n');
    await chmod(yard.hook, 0o755);
    const before = await readFile(yard.hook, "utf8");
    await yard.install("--as", "ant-1");
    await yard.install("--as", "ant-1");
    await yard.write({ README: "2\n" });
    const ran = yard.git("commit", "--quiet", "-am", "edit");
    expect(ran).toMatchObject({ code: 0, stderr: expect.stringContaining("checked") as string });
    await yard.write({ stop: "", README: "3\n" });
    expect(yard.git("commit", "--quiet", "-am", "edit").code).toBe(1);
    expect(await mound(yard.as("ant-1"), "guard", "remove")).toMatchObject({ code: 0 });
    expect(await readFile(yard.hook, "utf8")).toBe(before);
    expect(yard.git("config", "--get-regexp", "mound").stdout).toBe("");
    expect(await mound(yard.as("ant-1"), "guard", "remove")).toMatchObject({
      code: 3,
      json: { error: { code: "guard-missing" } },
    });
  });

  test("does not call itself where a tool keeps it aside as it keeps others", async () => {
    await yard.install("--as", "ant-1");
    await rename(yard.hook, `${yard.hook}.legacy`);
    await writeFile(yard.hook, '#!/bin/sh\nexec "$(dirname "$0")/pre-commit.legacy"\n');
    await chmod(yard.hook, 0o755);
    await yard.install("--as", "ant-1");
    await yard.write({ README: "2\n" });
    expect(yard.git("commit", "--quiet", "-am", "edit")).toMatchObject({ code: 0 });
    await writeFile(yard.hook, "#!/bin/sh\n");
    expect(await mound(yard.as("ant-1"), "guard", "install", "--mound", yard.plan)).toMatchObject({
      code: 4,
      json: { error: { code: "guard-hook-kept" } },
    });
  });

  test("lies where core.hooksPath says; a hook that is part of the repository is left alone", async () => {
    yard.git("config", "core.hooksPath", "my-hooks");
    await yard.install("--as", "ant-1");
    expect([existsSync(join(yard.code, "my-hooks/pre-commit")), existsSync(yard.hook)]).toEqual([
      true,
      false,
    ]);
    await yard.write({ "src/auth/login.ts": "2\n" });
    expect(yard.git("commit", "--quiet", "-am", "edit").code).toBe(1);
    await yard.write({ "their-hooks/pre-commit": "#!/bin/sh\n" });
    yard.git("add", "their-hooks");
    yard.git("config", "core.hooksPath", "their-hooks");
    const ran = await mound(yard.as("ant-1"), "guard", "install", "--mound", yard.plan);
    expect(ran.json!.data).toMatchObject({ installed: false });
    expect(await readFile(join(yard.code, "their-hooks/pre-commit"), "utf8")).toBe("#!/bin/sh\n");
    yard.git("config", "core.hooksPath", "my-hooks");
    expect(await mound(yard.as("ant-1"), "guard", "remove")).toMatchObject({ code: 0 });
    // In a folder that serves other repositories too, it says nothing where nobody asked for it.
    await yard.install("--as", "ant-1");
    yard.git("config", "--remove-section", "mound.guard");
    expect(yard.git("commit", "--quiet", "-am", "edit")).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
  });

  test("stops no commit where no mound can be reached, unless --strict", async () => {
    await yard.install("--as", "ant-1");
    await rename(yard.plan, `${yard.plan}-away`);
    await yard.write({ "src/auth/login.ts": "2\n" });
    const ran = yard.git("commit", "--quiet", "-am", "edit");
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain("the guard could not look, so nothing was checked");
    yard.git("config", "mound.guard.strict", "true");
    await yard.write({ README: "2\n" });
    expect(yard.git("commit", "--quiet", "-am", "edit").code).toBe(1);
    await rename(`${yard.plan}-away`, yard.plan);
    expect(yard.git("commit", "--quiet", "-am", "edit").code).toBe(0);
  });
});

test("what is known of the claims counts while the origin is away, and with --strict nothing does", async () => {
  await yard.install("--as", "ant-1");
  const origin = join(yard.plan, ".git/mound/origin.git");
  await rename(origin, `${origin}-away`);
  await yard.write({ "src/auth/login.ts": "2\n" });
  const refused = yard.git("commit", "--quiet", "-am", "edit");
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/src\/auth\/login.ts: ant-2 has/);
  expect(refused.stderr).toMatch(/What is known here of the claims is \d+ (second|minute)s? old/);
  yard.git("reset", "--quiet", "--hard");
  await yard.write({ README: "2\n" });
  expect(yard.git("commit", "--quiet", "-am", "edit").code).toBe(0);
  await yard.install("--as", "ant-1", "--strict");
  await yard.write({ README: "3\n" });
  expect(yard.git("commit", "--quiet", "-am", "edit").code).toBe(1);
  await rename(`${origin}-away`, origin);
  expect(yard.git("commit", "--quiet", "-am", "edit").code).toBe(0);
});

describe("by hand", () => {
  test("files, and folders with all that is below them, are looked up", async () => {
    const check = (agent: string, ...files: string[]) =>
      mound(yard.as(agent), "guard", "check", ...files);
    await yard.install();
    expect(await check("ant-1", "src/auth/login.ts")).toMatchObject({
      code: 5,
      json: { error: { code: "guarded" } },
    });
    const nothing = await check("ant-1");
    expect(nothing.json!.data).toMatchObject({ checked: 0, conflicts: [] });
    const { cwd, environment: env } = yard.as("ant-1");
    const said = execFileSync(process.execPath, [COMMAND, "guard", "check"], { cwd, env });
    expect(String(said)).toBe("Nothing is staged, so nothing was compared with claims.\n");
    expect((await check("ant-1", "src")).code).toBe(5);
    expect((await check("ant-1", "docs")).code).toBe(5);
    expect((await check("ant-1", "README", "src/author")).code).toBe(0);
    expect((await check("ant-2", "src")).code).toBe(0);
    expect((await check("ant-2", "README", "--require-claim")).code).toBe(5);
    expect((await check("ant-2", "../elsewhere")).code).toBe(2);
    expect((await check("ant-2", "README", "--staged")).code).toBe(2);
  });

  test("the mound itself, and what is no repository, are refused", async () => {
    expect(await mound(yard.as("ant-1", yard.plan), "guard", "install")).toMatchObject({
      code: 2,
      json: { error: { code: "guard-in-mound" } },
    });
    expect(await mound(yard.as("ant-1", yard.dir), "guard", "install")).toMatchObject({ code: 2 });
    expect(await mound(yard.as("ant-1"), "guard", "install", "--warn", "--block")).toMatchObject({
      code: 2,
    });
    expect(await mound(yard.as("ant-1"), "guard", "install")).toMatchObject({
      code: 3,
      json: { error: { code: "not-in-a-mound" } },
    });
  });
});
