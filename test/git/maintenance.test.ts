import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createOrigin } from "../../src/git/clone.ts";
import { consolidate, maintain } from "../../src/git/maintenance.ts";
import { gitObjects, PACK_FROM } from "../../src/git/objects.ts";
import { gitText } from "../../src/git/run.ts";
import { releasePacks } from "../../src/git/write-pack.ts";
import { until } from "../support/until.ts";

test("a repository with many loose objects is packed, one with few is left alone", async () => {
  const gitDir = join(mkdtempSync(join(tmpdir(), "mound-gc-")), "origin.git");
  try {
    await createOrigin(gitDir, "main");
    const objects = gitObjects({ gitDir });
    const blobs = [];
    // Enough that one falls into the folder that is sampled.
    for (let n = 0; n < 1_000; n++) {
      const bytes = new TextEncoder().encode(`blob ${n}`);
      blobs.push({ oid: objects.name("blob", bytes), type: "blob" as const, bytes });
    }
    const loose = PACK_FROM - 1;
    for (let from = 0; from < blobs.length; from += loose)
      await objects.write(blobs.slice(from, from + loose));
    const tree = (
      await gitText(["mktree"], {
        gitDir,
        input: blobs.map(({ oid }, n) => `100644 blob ${oid}\tf${n}\n`).join(""),
      })
    ).trim();
    const commit = (
      await gitText(["-c", "user.name=x", "-c", "user.email=x@x", "commit-tree", tree, "-m", "x"], {
        gitDir,
      })
    ).trim();
    await gitText(["update-ref", "refs/heads/main", commit], { gitDir });
    expect(await maintain(gitDir, 100_000)).toBe(false);
    expect(await maintain(gitDir, 100)).toBe(true);
    const counted = async () =>
      /^count: 0$/m.test(await gitText(["count-objects", "-v"], { gitDir }));
    expect(await until("the loose objects are packed", counted)).toBe(true);
    expect(await objects.read(blobs[0]!.oid)).toMatchObject({ type: "blob" });
    await objects.close();
  } finally {
    rmSync(join(gitDir, ".."), { recursive: true, force: true });
  }
});

test("many packs are put together, and nothing in them is lost", async () => {
  const gitDir = join(mkdtempSync(join(tmpdir(), "mound-repack-")), "origin.git");
  try {
    await createOrigin(gitDir, "main");
    const objects = gitObjects({ gitDir });
    const blobs = [];
    for (let n = 0; n < 60 * PACK_FROM; n++) {
      const bytes = new TextEncoder().encode(`blob ${n}`);
      blobs.push({ oid: objects.name("blob", bytes), type: "blob" as const, bytes });
    }
    for (let from = 0; from < blobs.length; from += PACK_FROM) {
      await objects.write(blobs.slice(from, from + PACK_FROM));
      releasePacks(gitDir);
    }
    expect(await consolidate(gitDir)).toBe(true);
    const counts = await gitText(["count-objects", "-v"], { gitDir });
    expect(Number(/^packs: (\d+)$/m.exec(counts)?.[1])).toBeLessThan(10);
    expect(counts).toMatch(new RegExp(`^in-pack: ${blobs.length}$`, "m"));
    expect(await consolidate(gitDir)).toBe(false);
    await objects.close();
  } finally {
    rmSync(join(gitDir, ".."), { recursive: true, force: true });
  }
});
