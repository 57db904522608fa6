import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { COMMAND } from "../support/command.ts";

/** The built command through a shell, which redirects what it says. */
function shell(line: string) {
  const command = `'${process.execPath}' '${COMMAND}'`;
  const ran = spawnSync("sh", ["-c", line.replaceAll("mound", command)], { encoding: "utf8" });
  return { code: ran.status, err: ran.stderr };
}

test("whoever reads no further gets no error, and the command's own exit code", () => {
  expect(shell("{ mound help exit-codes; echo it ended with $? >&2; } | true").err).toBe(
    "it ended with 0\n",
  );
  expect(shell("{ mound help nothing --json; echo it ended with $? >&2; } | true").err).toBe(
    "it ended with 2\n",
  );
});

test.runIf(process.platform === "linux")(
  "a full disk is told in a sentence, and is a failure",
  () => {
    for (const line of ["mound help exit-codes > /dev/full", "mound help who --json > /dev/full"]) {
      const { code, err } = shell(line);
      expect([line, code]).toEqual([line, 1]);
      expect(err).toMatch(/^mound: The system refused: ENOSPC[^\n]*\n {2}Check the disk[^\n]*\n$/);
    }
    expect(shell("mound help nothing 2> /dev/full").code).toBe(2);
  },
);
