import { expect, test } from "vitest";
import { HISTORY_COMMIT_BYTES } from "../../src/app/ports.ts";
import { readCommit } from "../../src/app/door-commit.ts";
import { doorObjects } from "../../src/git/door-objects.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { RawObjects } from "../support/adversaries/raw-objects.ts";
import { bareRepository } from "./scratch.ts";

const PERSON = "ant <ant@mound> 1796000000 +0000";

test("a commit longer than readers read is cut where they cut it", async () => {
  const gitDir = await bareRepository();
  const written = new RawObjects(gitDir);
  const tree = written.tree([]);
  const header = `tree ${tree}\nauthor ${PERSON}\ncommitter ${PERSON}\n\n`;
  const bytes = Buffer.from(header + "long ".repeat(HISTORY_COMMIT_BYTES / 2));
  const oid = written.put("commit", bytes);
  const objects = doorObjects({ gitDir, environment: {} });
  const { raw, commit } = await readCommit(objects, oid, undefined);
  objects.close();
  expect(raw.bytes.length).toBe(HISTORY_COMMIT_BYTES);
  expect(bytes.subarray(0, HISTORY_COMMIT_BYTES).equals(raw.bytes)).toBe(true);
  expect(commit?.tree).toBe(tree);
});

test("one that came without its bytes is read when it is asked for with a higher limit", async () => {
  const gitDir = await bareRepository();
  const oid: Oid = new RawObjects(gitDir).put("commit", Buffer.alloc(1_000, "x"));
  const objects = doorObjects({ gitDir, environment: {} });
  const [small] = await objects.read([oid], 999);
  const [large] = await objects.read([oid], 1_000);
  objects.close();
  expect(small).toEqual({ type: "commit", size: 1_000, bytes: undefined });
  expect(large?.bytes?.length).toBe(1_000);
});
