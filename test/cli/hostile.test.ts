import fc from "fast-check";
import { expect, test } from "vitest";
import { foundedCli } from "../support/cli.ts";
import { pushPastJudge } from "../support/plan.ts";

/** Whatever could drive a terminal or turn text around; a newline alone may reach it. */
const RAW =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\u{e0000}-\u{e007f}]/u;

const nasty = fc.constantFrom(
  "\u001b[31m",
  "\u001b]0;title\u0007",
  "\u009b2J",
  "\u0008",
  "\r",
  "\t",
  "\u007f",
  "\u0085",
  "\u200b",
  "\u202e",
  "\u2066",
  "\u2069",
  "\ufeff",
  "\u{e0041}",
  "\u2028",
);
const part = fc.oneof(
  nasty,
  fc.constantFrom(
    "a",
    "Z",
    " ",
    '"',
    "\\",
    "'",
    "`",
    "$(x)",
    "<",
    "# ",
    "- ",
    ": ",
    "\u{1f41c}",
    "é",
  ),
);
/** One line with at least one hostile character; letters at both ends, for a title must not be blank. */
const hostileLine = fc
  .tuple(fc.array(part, { maxLength: 12 }), nasty, fc.array(part, { maxLength: 12 }))
  .map((parts) => `a${parts.flat().join("")}z`);
const hostileText = fc
  .array(hostileLine, { minLength: 1, maxLength: 4 })
  .map((lines) => lines.join("\n"));

test("text of others never reaches the output raw, whichever command shows it", async () => {
  const cli = await foundedCli();
  await cli.ok("-C m join --as ant-2");
  // A commit by a stranger whose name and subject are hostile: refused, and reported.
  const stranger = fc.sample(hostileLine, { numRuns: 1, seed: 7 })[0]!;
  const origin = cli.path("m", ".git", "mound", "origin.git");
  cli.git(".", "clone", "--quiet", origin, "stranger");
  cli.write("stranger/docs/note.txt", "x");
  cli.git("stranger", "add", "docs");
  cli.git(
    "stranger",
    "-c",
    `user.name=${stranger.replaceAll(/[\r\n<>]/g, "")}`,
    "commit",
    "--quiet",
    "-m",
    stranger,
  );
  pushPastJudge(cli, "stranger");
  await fc.assert(
    fc.asyncProperty(
      hostileLine,
      hostileText,
      hostileText,
      hostileLine,
      async (title, body, result, note) => {
        const added = await cli.ok([
          "-C",
          "m",
          "task",
          "add",
          title,
          "--body",
          body,
          "--as",
          "ant-1",
          "--json",
        ]);
        const { id } = added.json.data.task;
        expect(added.json.data.task.title).toBe(title);
        await cli.ok(["-C", "m", "claim", id, "--as", "ant-2"]);
        await cli.ok(["-C", "m", "progress", id, "--note", note, "-F", "-", "--as", "ant-2"], {
          input: body,
        });
        const seen = [added];
        const commands = [
          "status",
          "status --json",
          "log",
          "log --json",
          `log ${id}`,
          `log ${id} --json`,
          "task list",
          "task list --json",
          `task show ${id}`,
          `task show ${id} --json`,
          "sync",
          "sync --json",
          "next --as ant-1",
          `claim ${id} --as ant-1`,
        ];
        for (const command of commands) seen.push(await cli.run(`-C m ${command}`));
        seen.push(
          await cli.ok(["-C", "m", "done", id, "--result", result, "--ref", note, "--as", "ant-2"]),
        );
        for (const command of commands) seen.push(await cli.run(`-C m ${command}`));
        for (const { out, err } of seen) {
          expect(RAW.exec(out)?.[0]).toBeUndefined();
          expect(RAW.exec(err)?.[0]).toBeUndefined();
        }
        const shown = (await cli.ok(["-C", "m", "task", "show", id, "--json"])).json.data.task;
        expect([shown.body, shown.attempts[0].text, shown.attempts[0].refs]).toEqual([
          body,
          result,
          [note],
        ]);
      },
    ),
    { numRuns: 6, endOnFailure: true },
  );
  expect((await cli.ok("-C m status --json")).json.data.refusals).toHaveLength(1);
});
