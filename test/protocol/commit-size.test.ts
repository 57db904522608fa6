import { test } from "vitest";
import type { FaultCode } from "../../src/protocol/fault.ts";
import {
  COMMIT_BYTES,
  COMMIT_PATHS,
  IMPORT_BYTES,
  IMPORT_PATHS,
  RECORD_BYTES,
} from "../../src/protocol/limits.ts";
import { expectRefused, expectTwins } from "../support/verdicts.ts";
import { plainFile } from "../support/world-files.ts";
import { World } from "../support/world.ts";

test("[LN7] a message has at most 8 KiB", () => {
  const world = World.found();
  const files = world.record("task", { id: "aaaaaa1", creator: "root", title: "work" });
  expectTwins(world, {
    rule: "LN7",
    code: "commit-too-large",
    illegal: { author: "root", files, message: "é".repeat(4 * 1024 + 1) },
    legal: { author: "root", files, message: "é".repeat(4 * 1024) },
  });
});

test("[LN7] a commit changes at most 200 paths, an import of tasks 5,000", () => {
  const world = World.found();
  const files = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, at) => [`x/${at}.yaml`, plainFile("kind: x\n")]),
    );
  expectRefused(
    world.try({ author: "root", files: files(COMMIT_PATHS + 1) }),
    "LN7",
    "commit-too-large",
  );
  expectRefused(world.try({ author: "root", files: files(COMMIT_PATHS) }), "RE3", "kind-unknown");
  const tasks = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, at) => [`x/${at}/task.yaml`, plainFile("kind: x\n")]),
    );
  expectRefused(
    world.try({ author: "root", files: tasks(IMPORT_PATHS + 1) }),
    "LN7",
    "commit-too-large",
  );
  expectRefused(world.try({ author: "root", files: tasks(IMPORT_PATHS) }), "RE3", "kind-unknown");
});

test("[LN7] the records of a commit have at most 256 KiB in all, those of an import 16 MiB", () => {
  const world = World.found();
  const large = plainFile(`kind: ${"x".repeat(RECORD_BYTES - "kind: \n".length)}\n`);
  const files = (bytes: number, name: string) =>
    Object.fromEntries(
      Array.from({ length: bytes / RECORD_BYTES }, (_, at) => [`x/${at}/${name}`, large]),
    );
  const refused = (bytes: number, name: string, rule: string, code: FaultCode) =>
    expectRefused(world.try({ author: "root", files: files(bytes, name) }), rule, code);
  refused(COMMIT_BYTES + RECORD_BYTES, "x.yaml", "LN7", "commit-too-large");
  refused(COMMIT_BYTES, "x.yaml", "RE3", "kind-unknown");
  refused(IMPORT_BYTES + RECORD_BYTES, "task.yaml", "LN7", "commit-too-large");
  refused(IMPORT_BYTES, "task.yaml", "RE3", "kind-unknown");
});
