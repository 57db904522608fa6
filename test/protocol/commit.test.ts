import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  commitPayload,
  encodeCommit,
  parseCommit,
  trailers,
  type CommitDraft,
} from "../../src/protocol/commit.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { runs } from "../support/scale.ts";

const ARMOR = "-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\nAAAA\n-----END SSH SIGNATURE-----\n";
const TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904" as Oid;
const PERSON = "ant-1 <ant-1@mound.invalid> 1795253400 +0000";

function read(text: string) {
  return parseCommit(new TextEncoder().encode(text));
}

function commitText(headers: readonly string[], message = "work\n"): string {
  return `${headers.join("\n")}\n\n${message}`;
}

const HEADERS = [`tree ${TREE}`, `parent ${TREE}`, `author ${PERSON}`, `committer ${PERSON}`];

describe("commits", () => {
  test("whatever is written is read again, and signed over what is left without the signature", () => {
    const oid = fc.stringMatching(/^[0-9a-f]{40}$/).map((text) => text as Oid);
    const word = fc.stringMatching(/^[a-z0-9][a-z0-9@._-]{0,20}$/);
    const person = fc.record({ name: word, email: word, seconds: fc.nat(999_999_999_999) });
    const message = fc.string({ unit: "grapheme", maxLength: 200 });
    const draft = fc.record({
      tree: oid,
      parent: fc.option(oid, { nil: undefined }),
      author: person,
      committer: person,
      message,
    });
    fc.assert(
      fc.property(draft, (made: CommitDraft) => {
        const bytes = encodeCommit(made, ARMOR);
        const { parent, ...rest } = made;
        expect(parseCommit(bytes)).toEqual({
          ...rest,
          parents: parent === undefined ? [] : [parent],
          messageBytes: Buffer.byteLength(made.message),
          signature: { armor: ARMOR, payload: commitPayload(made) },
        });
      }),
      runs(200),
    );
  });

  test("a commit that git and ssh-keygen signed is read, and written the same byte by byte", () => {
    const folder = mkdtempSync(join(tmpdir(), "mound-test-commit-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const environment = {
      ...process.env,
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_NOSYSTEM: "1",
      HOME: folder,
    };
    const people = {
      GIT_AUTHOR_NAME: "ant-1",
      GIT_AUTHOR_EMAIL: "a@b",
      GIT_COMMITTER_NAME: "ant-2",
      GIT_COMMITTER_EMAIL: "c@d",
    };
    const dates = { GIT_AUTHOR_DATE: "1795253400 +0000", GIT_COMMITTER_DATE: "1795253461 +0000" };
    const git = (...words: string[]) =>
      execFileSync("git", words, { cwd: folder, env: { ...environment, ...people, ...dates } });
    execFileSync("ssh-keygen", [
      "-q",
      "-t",
      "ed25519",
      "-N",
      "",
      "-C",
      "",
      "-f",
      join(folder, "key"),
    ]);
    git("init", "--quiet", "--object-format=sha1");
    const signing = ["-c", "gpg.format=ssh", "-c", `user.signingkey=${join(folder, "key.pub")}`];
    const message = "größer\n\nzweite Zeile\n\nAgent: ant-1\n";
    for (const parents of [0, 1]) {
      git(
        ...signing,
        "commit",
        "--quiet",
        "--allow-empty",
        "-S",
        "--cleanup=verbatim",
        "-m",
        message,
      );
      const bytes = git("cat-file", "commit", "HEAD");
      const parsed = parseCommit(bytes)!;
      expect(parsed).toMatchObject({
        tree: TREE,
        message,
        messageBytes: Buffer.byteLength(message),
      });
      expect(parsed.parents).toHaveLength(parents);
      expect(parsed.author).toEqual({ name: "ant-1", email: "a@b", seconds: 1_795_253_400 });
      expect(parsed.committer).toEqual({ name: "ant-2", email: "c@d", seconds: 1_795_253_461 });
      const { armor, payload } = parsed.signature!;
      expect(Buffer.from(encodeCommit({ ...parsed, parent: parsed.parents[0] }, armor))).toEqual(
        bytes,
      );
      expect(Buffer.from(commitPayload({ ...parsed, parent: parsed.parents[0] }))).toEqual(
        Buffer.from(payload),
      );
      writeFileSync(join(folder, "signature"), armor);
      const check = ["-Y", "check-novalidate", "-n", "git", "-s", join(folder, "signature")];
      expect(execFileSync("ssh-keygen", check, { input: payload, encoding: "utf8" })).toMatch(
        /^Good "git" signature/,
      );
    }
  });

  test.each([
    ["no blank line", HEADERS.join("\n")],
    ["no tree", commitText(HEADERS.slice(1))],
    ["two trees", commitText([`tree ${TREE}`, ...HEADERS])],
    ["a tree that is no id", commitText(["tree HEAD", ...HEADERS.slice(1)])],
    ["a parent that is no id", commitText([HEADERS[0]!, "parent ../x", ...HEADERS.slice(2)])],
    [
      "a SHA-256 parent",
      commitText([HEADERS[0]!, `parent ${"a".repeat(64)}`, ...HEADERS.slice(2)]),
    ],
    ["no author", commitText([...HEADERS.slice(0, 2), HEADERS[3]!])],
    ["two authors", commitText([...HEADERS, HEADERS[2]!])],
    ["two committers", commitText([...HEADERS, HEADERS[3]!])],
    ["two signatures", commitText([...HEADERS, "gpgsig a", "gpgsig b"])],
    ["an encoding", commitText([...HEADERS, "encoding ISO-8859-1"])],
    ["a merge tag", commitText([...HEADERS, "mergetag object"])],
    ["a SHA-256 signature", commitText([...HEADERS, "gpgsig-sha256 a"])],
    ["a header of nobody's", commitText([...HEADERS, "x-note a"])],
    ["an empty header line", commitText([HEADERS[0]!, " ", ...HEADERS.slice(1)])],
    ["a continued tree", commitText([`tree ${TREE}\n more`, ...HEADERS.slice(1)])],
    ["a negative date", commitText([...HEADERS.slice(0, 3), "committer a <b> -5 +0000"])],
    [
      "a date of thirteen digits",
      commitText([...HEADERS.slice(0, 3), "committer a <b> 1795253400000 +0000"]),
    ],
    ["no time zone", commitText([...HEADERS.slice(0, 3), "committer a <b> 5"])],
    ["a name with a bracket", commitText([...HEADERS.slice(0, 3), "committer a <b> <c> 5 +0000"])],
    ["nothing", ""],
  ])("is no commit that is accepted: %s", (_what, text) => {
    expect(read(text)).toBeUndefined();
  });

  test("bytes that are not UTF-8 are no commit", () => {
    expect(read(commitText(HEADERS))).toBeDefined();
    expect(
      parseCommit(Buffer.concat([Buffer.from(commitText(HEADERS)), Buffer.of(0xff)])),
    ).toBeUndefined();
  });

  test("a megabyte of name is read in time", () => {
    const from = performance.now();
    expect(
      read(commitText([...HEADERS.slice(0, 3), `committer ${" a".repeat(500_000)} 5 +0000`])),
    ).toBeUndefined();
    expect(read(commitText([...HEADERS, ` ${"\n ".repeat(300_000)}`]))).toBeUndefined();
    expect(performance.now() - from).toBeLessThan(10_000);
  });

  test("trailers are all that may be read as one, below the subject", () => {
    const message =
      "Task: in the subject\n\nprose: it counts\nno colon here\n\nTask : a-1\nAgent:ant\n  folded\n# end\n";
    expect(trailers(message)).toEqual([
      { key: "prose", value: "it counts" },
      { key: "Task", value: "a-1" },
      { key: "Agent", value: "ant folded" },
    ]);
    expect(trailers("subject\n")).toEqual([]);
  });
});
