import { describe, expect, test } from "vitest";
import { judge } from "../../src/protocol/judge.ts";
import { RECORD_BYTES } from "../../src/protocol/limits.ts";
import { GENESIS_NAMESPACE, recordNamespace } from "../../src/protocol/signature.ts";
import { expectAccepted, expectRan, expectRefused, expectTwins } from "../support/verdicts.ts";
import { type Files, plainFile } from "../support/world-files.ts";
import { MINUTE, World } from "../support/world.ts";

const ID = "aaaaaa1";
const PATH = `tasks/aa/${ID}/task.yaml`;

function task(
  world: World,
  more: Record<string, string | readonly string[] | undefined> = {},
  options = {},
): Files {
  return world.record("task", { id: ID, creator: "root", title: "work", ...more }, options);
}

function expectField(
  fields: Record<string, string | readonly string[] | undefined>,
  field: string,
): void {
  const world = World.found();
  const verdict = world.try({ author: "root", files: task(world, fields, { path: PATH }) });
  expectRefused(verdict, "RE4", "field-invalid");
  expect(verdict.accepted ? undefined : verdict.fault).toMatchObject({ field, path: PATH });
}

describe("what a file says of itself", () => {
  test("[RE1] a record over 16 KiB is refused by its size alone", () => {
    const world = World.found();
    const body = (size: number) => ({
      text: `kind: task\nid: ${ID}\ncreator: root\ntitle: work\nx-fill: ${"a".repeat(size)}\n`,
    });
    expectRefused(
      world.try({ author: "root", files: task(world, {}, body(RECORD_BYTES)) }),
      "RE1",
      "record-too-large",
    );
    // The reader at the edge does not even load such a file.
    const facts = world.facts({ author: "root", files: task(world, {}, body(RECORD_BYTES)) });
    const unread = {
      ...facts,
      changes: facts.changes.map((change) => ({ ...change, record: undefined })),
    };
    expectRefused(judge(world.state, unread), "RE1", "record-too-large");
    expectAccepted(
      world.commit({ author: "root", files: task(world, { "x-fill": "a".repeat(8_000) }) }),
    );
  });

  test("[RE2] a record that is malformed is refused where it lies", () => {
    const world = World.found();
    expectTwins(world, {
      rule: "RE2",
      code: "record-malformed",
      illegal: { author: "root", files: { [PATH]: plainFile("kind: task\nkind: task\n") } },
      legal: { author: "root", files: task(world) },
    });
  });

  test.each([
    "kind: tusk\n",
    "title: no kind\n",
    "kind: [task]\n",
    "kind: Task\n",
    "kind: __proto__\n",
    "kind: constructor\n",
  ])("[RE3] only kinds of the table are records: %j", (text) => {
    const world = World.found();
    expectTwins(world, {
      rule: "RE3",
      code: "kind-unknown",
      illegal: { author: "root", files: task(world, {}, { path: PATH, text }) },
      legal: { author: "root", files: task(world) },
    });
  });

  test("[RE4] fields have their types, and there are no others but x- ones", () => {
    expectField({ title: undefined }, "title");
    expectField({ title: "" }, "title");
    expectField({ title: "a\nb" }, "title");
    expectField({ title: "a".repeat(301) }, "title");
    expectField({ title: ["a"] }, "title");
    expectField({ priority: "5" }, "priority");
    expectField({ priority: "-1" }, "priority");
    expectField({ priority: "01" }, "priority");
    expectField({ priority: "1.0" }, "priority");
    expectField({ attempts: "100" }, "attempts");
    expectField({ attempts: "0" }, "attempts");
    expectField({ after: "aaaaaa2" }, "after");
    expectField({ after: ["nonsense"] }, "after");
    expectField({ after: [`aaaaaa2-${"x".repeat(41)}`] }, "after");
    expectField({ needs: ["Two Words"] }, "needs");
    expectField({ paths: ["/etc"] }, "paths");
    expectField({ paths: ["a/../b"] }, "paths");
    expectField({ paths: ["a b"] }, "paths");
    expectField({ deadline: "tomorrow" }, "deadline");
    expectField({ deadline: "2026-02-30T00:00:00.000Z" }, "deadline");
    expectField({ lease: "0s" }, "lease");
    expectField({ lease: "90" }, "lease");
    expectField({ review: "perhaps" }, "review");
    expectField({ reviewer: "Some One" }, "reviewer");
    expectField({ at: "2026-11-21T09:30:00Z" }, "at");
    expectField({ at: undefined }, "at");
    expectField({ seen: "HEAD" }, "seen");
    expectField({ nonce: "short" }, "nonce");
    expectField({ nonce: undefined }, "nonce");
    const world = World.found();
    const withLine = (line: string) => {
      const body = new TextDecoder().decode(task(world)[PATH]!.bytes).split("---\n")[0]!;
      return task(world, {}, { path: PATH, text: `${body}${line}\n` });
    };
    for (const line of ["color: red", "__proto__: x", "X-note: x", "body:"]) {
      expectRefused(world.try({ author: "root", files: withLine(line) }), "RE4", "field-invalid");
    }
    const all = {
      body: "long\ntext",
      needs: ["c++", "node>=20"],
      paths: ["src/**", "a/*.ts"],
      priority: "4",
      attempts: "99",
      deadline: "2026-12-01T00:00:00.000Z",
      lease: "1h30m",
      review: "required",
      reviewer: "root",
      "x-note": "any",
      "x-list": ["a", "b"],
    };
    expectAccepted(world.commit({ author: "root", files: task(world, all) }));
    expect(world.task(ID)).toMatchObject({
      body: "long\ntext",
      lease: 5_400_000,
      attemptsMax: 99,
      review: true,
    });
  });

  test("[RE5] a record lies where its own fields say", () => {
    const world = World.found();
    for (const path of [
      "tasks/aa/aaaaaa2/task.yaml",
      "tasks/ab/aaaaaa1/task.yaml",
      "tasks/aa/aaaaaa1/task.yml",
      "mound.yaml",
    ]) {
      expectRefused(
        world.try({ author: "root", files: task(world, {}, { path }) }),
        "RE5",
        "path-wrong",
      );
    }
    expectAccepted(world.commit({ author: "root", files: task(world) }));
  });

  test("[RE6] every signature is right, for this mound, and in order of key", () => {
    const world = World.found();
    const twoKeys = [world.key("root"), world.key("other")];
    const refused = (options: object, code: "unsigned" | "signature-invalid") =>
      expectRefused(world.try({ author: "root", files: task(world, {}, options) }), "RE6", code);
    refused({ signers: [] }, "unsigned");
    refused({ valid: false }, "signature-invalid");
    refused({ namespace: recordNamespace("another-mound") }, "signature-invalid");
    refused({ namespace: GENESIS_NAMESPACE }, "signature-invalid");
    refused({ namespace: "git" }, "signature-invalid");
    refused({ namespace: "" }, "signature-invalid");
    refused({ signers: twoKeys.toSorted().toReversed(), unsorted: true }, "signature-invalid");
    refused({ signers: [twoKeys[0], twoKeys[0]] }, "signature-invalid");
    const [path, file] = Object.entries(task(world))[0]!;
    const garbled = { ...file!, signatures: [{ key: undefined, namespace: "", valid: false }] };
    expectRefused(
      world.try({ author: "root", files: { [path]: garbled } }),
      "RE6",
      "signature-invalid",
    );
    expectAccepted(world.commit({ author: "root", files: task(world, {}, { signers: twoKeys }) }));
  });
});

describe("what holds of every record", () => {
  test("[RE7] a record is signed with the key in force of its author", () => {
    const world = World.found();
    world.agent("ant-1");
    expectTwins(world, {
      rule: "RE7",
      code: "signer-wrong",
      illegal: { author: "root", files: task(world, {}, { signers: [world.key("ant-1")] }) },
      legal: { author: "root", files: task(world) },
    });
  });

  test("[RE8] a nonce is accepted once", () => {
    const world = World.found();
    const nonce = world.nonce();
    expectAccepted(world.commit({ author: "root", files: task(world, { nonce }) }));
    const again = (fresh: string) =>
      world.record("task", { id: "aaaaaa2", creator: "root", title: "work", nonce: fresh });
    expectTwins(world, {
      rule: "RE8",
      code: "nonce-used",
      illegal: { author: "root", files: again(nonce) },
      legal: { author: "root", files: again(world.nonce()) },
    });
    const both = world.nonce();
    const twice = ["aaaaaa3", "aaaaaa4"].map((id) =>
      world.record("task", { id, creator: "root", title: "work", nonce: both }),
    );
    expectRefused(
      world.try({ author: "root", files: { ...twice[0], ...twice[1] } }),
      "RE8",
      "nonce-used",
    );
  });

  test("[RE8] an old signed record cannot be committed again, though its file is gone", () => {
    const world = World.found();
    world.agent("ant-1");
    const id = world.add("work");
    expectRan(world.run("ant-1", { type: "claim", task: id }));
    const lock = `tasks/${id.slice(0, 2)}/${id}/claim.lock`;
    const claim = { [lock]: world.at(lock) };
    expectRan(world.run("ant-1", { type: "finish", task: id, outcome: "released" }));
    // A member of ill will, as the sequencer, plays the holder's own record back.
    world.agent("mallory");
    expectRefused(
      world.commit({ author: "ant-1", committer: "mallory", files: claim }),
      "RE8",
      "nonce-used",
    );
  });

  test("[RE8] a refused commit uses up no nonce", () => {
    const world = World.found();
    const nonce = world.nonce();
    expectRefused(
      world.commit({ author: "root", files: task(world, { nonce, creator: "ant-1" }) }),
      "LN5",
      "author-wrong",
    );
    expectAccepted(world.commit({ author: "root", files: task(world, { nonce }) }));
  });

  test("[RE9] a rewrite is later than the record it replaces", () => {
    const world = World.found();
    const at = (shift: number) => ({ at: new Date(world.now + shift).toISOString() });
    expectAccepted(world.commit({ author: "root", files: task(world, at(MINUTE)) }));
    expectRefused(
      world.try({ author: "root", files: task(world, { title: "anew", ...at(0) }) }),
      "RE9",
      "time-not-later",
    );
    expectTwins(world, {
      rule: "RE9",
      code: "time-not-later",
      illegal: { author: "root", files: task(world, { title: "anew", ...at(MINUTE) }) },
      legal: { author: "root", files: task(world, { title: "anew", ...at(MINUTE + 1) }) },
    });
  });

  test("[RE10] seen names a commit that has landed on this line", () => {
    const world = World.found();
    const first = world.tip!;
    world.add("other");
    world.commit({ author: "mallory", files: { "x.yaml": plainFile("x\n") } });
    const refused = world.tip!;
    for (const seen of [undefined, "f".repeat(40)]) {
      expectRefused(
        world.try({ author: "root", files: task(world, { seen }) }),
        "RE10",
        "seen-unknown",
      );
    }
    for (const seen of [first, refused])
      expectAccepted(world.try({ author: "root", files: task(world, { seen }) }));
    const founding = World.empty();
    const roots = [`root ${founding.key("root")}`];
    const config = { protocol: "1", name: "test", membership: "open", roots, threshold: "1" };
    const files = {
      ...founding.record("mound", { ...config, seen: first }, { namespace: GENESIS_NAMESPACE }),
    };
    const verdict = founding.try({ author: "root", files });
    expect(verdict.accepted).toBe(false);
  });
});
