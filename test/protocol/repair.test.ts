import { describe, expect, test } from "vitest";
import type { Leftover } from "../../src/protocol/commands/plan.ts";
import { decide, type Decision } from "../../src/protocol/decide.ts";
import type { AgentId, Oid } from "../../src/protocol/ids.ts";
import { RESTORE_PATHS, UNDOES_NAMED } from "../../src/protocol/limits.ts";
import { choose } from "../../src/protocol/views/match.ts";
import {
  expectAccepted,
  expectDeclined,
  expectRan,
  expectRefused,
  expectTwins,
} from "../support/verdicts.ts";
import { hashOf, plainFile, type Files } from "../support/world-files.ts";
import { World } from "../support/world.ts";

/** A world in which a stranger has left so much junk beside the good files. */
function littered(count: number): { readonly world: World; readonly clean: Files } {
  const world = World.found({ files: { "README.md": "hello\n" } });
  world.agent("ant-1");
  const paths = Array.from({ length: count }, (_, at) => `junk/${at}.yaml`);
  const litter = Object.fromEntries(paths.map((path) => [path, plainFile("junk\n")]));
  world.commit({ author: "mallory", files: { ...litter, "README.md": plainFile("bye\n") } });
  const clean = Object.fromEntries(paths.map((path) => [path, undefined]));
  return { world, clean: { ...clean, "README.md": world.accepted("README.md") } };
}

describe("a commit that only restores", () => {
  test("[LN7] may touch 20,000 paths, and no more", () => {
    const { world, clean } = littered(RESTORE_PATHS);
    expectRefused(world.try({ author: "ant-1", files: clean }), "LN7", "commit-too-large");
    const { "README.md": _, ...fewer } = clean;
    expectAccepted(world.commit({ author: "ant-1", files: fewer }));
    expect(world.state.keys("astray/")).toEqual(["astray/README.md"]);
  });

  test("[LN7] keeps to the common limit where it does anything else as well", () => {
    const { world, clean } = littered(300);
    const junk = { "junk/0.yaml": plainFile("other\n") };
    expectTwins(world, {
      rule: "LN7",
      code: "commit-too-large",
      illegal: { author: "ant-1", files: { ...clean, ...junk } },
      legal: { author: "ant-1", files: clean },
    });
  });

  test("[LN4] is made by members only, whatever it restores", () => {
    const { world, clean } = littered(3);
    expectRefused(world.try({ author: "mallory", files: clean }), "LN4", "commit-signature");
    expectDeclined(world.run("mallory", { type: "repair" }), "AG1", "not-a-member");
    expectAccepted(world.commit({ author: "ant-1", files: clean }));
  });
});

describe("the command", () => {
  test("[PA5] writes back what the state notes as astray, and then finds nothing", () => {
    const { world } = littered(3);
    const id = world.add("work");
    const lock = `tasks/${id.slice(0, 2)}/${id}/claim.lock`;
    expectRan(world.run("ant-1", { type: "claim", task: id }));
    world.commit({ author: "root", files: { [lock]: undefined } });
    expectRan(world.run("ant-1", { type: "repair" }));
    expect(world.log.at(-1)?.commit?.message).toBe(
      "repair 5 paths left by refused commits\n\nAgent: ant-1\n",
    );
    expect(world.state.keys("astray/")).toEqual([]);
    expect(world.at(lock)).toBeDefined();
    expect(world.at("junk/0.yaml")).toBeUndefined();
    expect(world.run("ant-1", { type: "repair" })).toMatchObject({
      ok: true,
      value: { answer: { already: true }, verdict: undefined },
    });
  });

  const planned = (leftovers: readonly Leftover[]): Decision => {
    const world = World.found();
    const decided = decide(
      { type: "repair" },
      {
        view: world.state,
        agent: "root" as AgentId,
        now: world.now,
        nonce: world.nonce(),
        seen: world.tip,
        choose,
        keys: [world.key("root")],
        leftovers,
      },
    );
    if (!decided.ok) throw new Error(JSON.stringify(decided.error));
    return decided.value;
  };
  const stray = (path: string, by?: Oid): Leftover => ({
    path,
    good: undefined,
    by,
    unseen: false,
  });

  test("[PA1] takes away names that no record may have", () => {
    const names = ["a\nb", "\u001b[2J", "x/../y", "CON", "\udcff\udcfe", "a/b/c/d/e/f/g/h"];
    const { files } = planned(names.map((name) => stray(name)));
    expect(files).toEqual(names.map((path) => ({ write: "removal", path })));
  });

  test("names the commits that it undoes, as many as the message has room for", () => {
    const culprits = Array.from({ length: 90 }, (_, at) => hashOf("commit", `${at}`));
    const { message } = planned(culprits.map((by, at) => stray(`junk/${at}.yaml`, by)));
    const [subject, , ...lines] = message.trimEnd().split("\n");
    expect(subject).toBe("repair 90 paths left by 90 refused commits");
    expect(lines).toEqual([
      ...culprits.slice(0, UNDOES_NAMED).map((oid) => `Undoes: ${oid}`),
      "Agent: root",
    ]);
  });

  test("stops at what one commit may touch, in the order in which it was found", () => {
    const found = Array.from({ length: RESTORE_PATHS + 5 }, (_, at) => stray(`junk/${at}.yaml`));
    const { files } = planned(found);
    expect(files).toHaveLength(RESTORE_PATHS);
    expect(files.at(-1)).toEqual({ write: "removal", path: `junk/${RESTORE_PATHS - 1}.yaml` });
  });

  test("makes no commit of what git does not show", () => {
    const good = hashOf("blob", "x");
    const { files, answer } = planned([{ path: "mound.yaml", good, by: undefined, unseen: true }]);
    expect(files).toEqual([]);
    expect(answer.already).toBe(true);
  });
});
