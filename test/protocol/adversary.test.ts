import { describe, expect, test } from "vitest";
import { recordNamespace } from "../../src/protocol/signature.ts";
import { expectAccepted, expectRan, expectRefused } from "../support/verdicts.ts";
import { HOUR, World } from "../support/world.ts";

describe("a member of ill will", () => {
  function victimised() {
    const world = World.found();
    for (const name of ["alice", "mallory"]) world.agent(name);
    const id = world.add("work", {}, "alice");
    expectRan(world.run("alice", { type: "claim", task: id, lease: HOUR }));
    world.pass(1_000);
    return { world, id, folder: `tasks/${id.slice(0, 2)}/${id}` };
  }

  test("does not write in another's name, whoever commits", () => {
    const { world, id, folder } = victimised();
    const forged = world.record(
      "attempt",
      { task: id, token: "1", agent: "alice", outcome: "released" },
      { by: "mallory" },
    );
    const files = { ...forged, [`${folder}/claim.lock`]: undefined };
    expectRefused(world.try({ author: "mallory", files }), "LN5", "author-wrong");
    expectRefused(
      world.try({ author: "alice", committer: "mallory", files }),
      "RE7",
      "signer-wrong",
    );
    expectRefused(
      world.try({ author: "alice", files, signature: { key: world.key("mallory") } }),
      "LN4",
      "commit-signature",
    );
  });

  test("does not overwrite or remove another's records", () => {
    const { world } = victimised();
    const mine = world.record("task", { id: "aaaaaa1", creator: "mallory", title: "mine" });
    const bytes = Object.values(mine)[0];
    for (const path of world.paths()) {
      const removed = world.try({ author: "mallory", files: { ...mine, [path]: undefined } });
      expectRefused(removed, "PA3", "removal-illegal");
      expectRefused(
        world.try({ author: "mallory", files: { [path]: bytes } }),
        "RE5",
        "path-wrong",
      );
    }
  });

  test("does not slip a root's files into what a root has signed", () => {
    const { world } = victimised();
    const task = world.record("task", { id: "aaaaaa1", creator: "root", title: "real" });
    const workflow = {
      ".github/workflows/evil.yml": { bytes: new Uint8Array([10]), signatures: [] },
    };
    expectRefused(
      world.try({ author: "root", committer: "mallory", files: { ...task, ...workflow } }),
      "PA4",
      "furniture",
    );
    expectAccepted(world.commit({ author: "root", committer: "mallory", files: task }));
  });

  test("does not take a record of one mound into another", () => {
    const { world, id } = victimised();
    const other = World.found({ membership: "invited" });
    expect(other.id).not.toBe(world.id);
    const foreign = world.record(
      "cancel",
      { task: id, agent: "alice" },
      { namespace: recordNamespace(other.id) },
    );
    expectRefused(world.try({ author: "alice", files: foreign }), "RE6", "signature-invalid");
  });
});
