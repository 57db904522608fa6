import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkVersion, gitVersion } from "../../src/git/version.ts";
import { folder, setEnvironment } from "./scratch.ts";

describe("gitVersion", () => {
  test("the git that runs these tests is new enough", async () => {
    expect(await gitVersion()).toMatchObject({
      ok: true,
      value: expect.stringMatching(/^\d+\.\d+/),
    });
  });

  test("no git at all is a fault", async () => {
    setEnvironment({ PATH: await folder() });
    expect(await gitVersion()).toEqual({ ok: false, error: { code: "git-missing" } });
  });

  test("an old git is a fault that says what was found and what is needed", async () => {
    const path = await folder();
    await writeFile(join(path, "git"), "#!/bin/sh\necho git version 2.33.8\n");
    await chmod(join(path, "git"), 0o755);
    setEnvironment({ PATH: path });
    expect(await gitVersion()).toEqual({
      ok: false,
      error: { code: "git-too-old", found: "2.33.8", needed: "2.34" },
    });
  });

  test.each([
    ["git version 2.34.0", "2.34.0"],
    ["git version 2.39.5 (Apple Git-154)\n", "2.39.5"],
    ["git version 2.45.1.windows.1", "2.45.1.windows.1"],
    ["git version 2.100.0-rc1", "2.100.0-rc1"],
    ["git version 3.0", "3.0"],
  ])("%s is enough", (line, value) => {
    expect(checkVersion(line)).toEqual({ ok: true, value });
  });

  test.each(["git version 2.33.99", "git version 1.99.0", "git version 2.4.1", "busybox", ""])(
    "%s is not",
    (line) => {
      expect(checkVersion(line)).toMatchObject({ ok: false, error: { code: "git-too-old" } });
    },
  );
});
