import { describe, expect, test } from "vitest";
import { base32 } from "../../src/base/base32.ts";
import { sha256 } from "../../src/base/sha256.ts";
import type { PublicKey } from "../../src/protocol/ids.ts";
import { GENESIS_NAMESPACE, recordNamespace } from "../../src/protocol/signature.ts";
import {
  expectAccepted,
  expectDeclined,
  expectRan,
  expectRefused,
  expectTwins,
} from "../support/verdicts.ts";
import { type Files, fingerprintOf, madeKey } from "../support/world-files.ts";
import { World } from "../support/world.ts";

type Settings = Record<string, string | readonly string[] | undefined>;

function config(
  world: World,
  more: Settings = {},
  signers: readonly PublicKey[] = [world.key("root")],
): Files {
  const roots = [`root ${world.key("root")}`];
  const fields = {
    protocol: "1",
    name: "test",
    membership: "open",
    roots,
    threshold: "1",
    ...more,
  };
  return world.record("mound", fields, { signers });
}

/** A mound of three roots, two of whom must sign. */
function council(): World {
  const world = World.found();
  for (const name of ["root-2", "root-3", "ant-1"]) world.agent(name);
  const roots = ["root", "root-2", "root-3"].map((name) => `${name} ${world.key(name)}`);
  world.pass(1_000);
  expectAccepted(world.commit({ author: "root", files: config(world, { roots, threshold: "2" }) }));
  return world.pass(1_000);
}

/** The first commit of a mound of these roots, by `root`. */
function found(
  roots: readonly string[],
  options: { signers?: readonly PublicKey[]; agentKey?: PublicKey; protocol?: string } = {},
) {
  const world = World.empty();
  const key = options.agentKey ?? world.key("root");
  const fields = {
    protocol: options.protocol ?? "1",
    name: "test",
    membership: "open",
    roots,
    threshold: "1",
    seen: undefined,
  };
  const first = world.record("mound", fields, {
    namespace: GENESIS_NAMESPACE,
    signers: options.signers ?? [key],
  });
  const body = new TextDecoder().decode(first["mound.yaml"]!.bytes).split("---\n")[0]!;
  const id = base32(sha256(new TextEncoder().encode(body)));
  const agent = world.record(
    "agent",
    { agent: "root", key, seen: undefined },
    { namespace: recordNamespace(id), signers: [key] },
  );
  return {
    world,
    id,
    verdict: world.commit({
      author: "root",
      files: { ...first, ...agent },
      signature: { key },
    }),
  };
}

describe("the mound's own record", () => {
  test("[MO1] settings that could not work are refused", () => {
    const world = World.found();
    world.pass(1_000);
    const root = `root ${world.key("root")}`;
    const wrong: Settings[] = [
      { roots: "[]" },
      { roots: [root, root] },
      { roots: [root, `root ${madeKey("other")}`] },
      { threshold: "2" },
      { lease_default: "2h", lease_max: "1h" },
      { lease_max: "59m" },
    ];
    for (const more of wrong) {
      const files = config(world, more);
      const [path, file] = Object.entries(files)[0]!;
      // An empty list is written by hand: the encoder leaves empty lists out.
      const text = new TextDecoder().decode(file!.bytes).replace('"[]"', "[]").split("---\n")[0]!;
      expectRefused(
        world.try({ author: "root", files: world.record("mound", {}, { path, text }) }),
        "MO1",
        "config-invalid",
      );
    }
    expectAccepted(
      world.commit({
        author: "root",
        files: config(world, { lease_default: "1s", lease_max: "1s" }),
      }),
    );
    expect(world.state.get("mound")).toMatchObject({
      leaseDefault: 1_000,
      leaseMax: 1_000,
      claimsMax: 16,
      skew: 120_000,
    });
  });

  test("[LN8] no mound is founded under a protocol that this software does not know", () => {
    const roots = [`root ${madeKey("root")}`];
    expectRefused(found(roots, { protocol: "2" }).verdict, "LN8", "protocol-unknown");
    expectAccepted(found(roots, { protocol: "1" }).verdict);
  });

  test("[MO2] a mound is founded by one of its roots, who signs for it with the key named there", () => {
    expectRefused(found([`other ${madeKey("root")}`]).verdict, "MO2", "not-a-root");
    expectRefused(found([`root ${madeKey("other")}`]).verdict, "MO2", "signer-wrong");
    const good = found([`root ${madeKey("root")}`, `other ${madeKey("other")}`]);
    expectAccepted(good.verdict);
    expect(good.world.id).toBe(good.id);
  });

  test("[MO3] the mound's record is rewritten by as many roots as its threshold says", () => {
    const world = council();
    const keys = (...names: string[]) => names.map((name) => world.key(name));
    const change = (...names: string[]) =>
      config(world, { name: "anew", threshold: "1" }, keys(...names));
    expectRefused(
      world.try({ author: "ant-1", files: change("ant-1", "root", "root-2") }),
      "MO3",
      "not-a-root",
    );
    expectRefused(world.try({ author: "root", files: change("root") }), "MO3", "signers-too-few");
    expectRefused(
      world.try({ author: "root", files: change("root", "ant-1") }),
      "MO3",
      "signers-too-few",
    );
    expectAccepted(world.commit({ author: "root-2", files: change("root-2", "root-3") }));
    expect(world.state.get("mound")).toMatchObject({ name: "anew", threshold: 1 });
  });

  test("[MO3] a root whose key in force is not the one that is listed is no root", () => {
    const world = council();
    const next = madeKey("next");
    const moved = world.record(
      "agent",
      { agent: "root-3", key: next },
      { signers: [world.key("root-3"), next] },
    );
    expectAccepted(world.commit({ author: "root-3", files: moved }));
    world.keys.set("root-3", next);
    world.pass(1_000);
    expectRefused(
      world.try({ author: "root-3", files: config(world, {}, [next, world.key("root")]) }),
      "MO3",
      "not-a-root",
    );
    expectRefused(
      world.try({ author: "root", files: config(world, {}, [next, world.key("root")]) }),
      "MO3",
      "signers-too-few",
    );
    expectAccepted(
      world.try({
        author: "root",
        files: config(world, {}, [world.key("root"), world.key("root-2")]),
      }),
    );
  });

  test("[MO3] a command of someone else, or about someone else, is declined", () => {
    const world = World.found();
    world.agent("ant-1");
    world.pass(1_000);
    expectDeclined(
      world.run("ant-1", { type: "configure", set: { key: "name", value: "mine" } }),
      "MO3",
      "not-a-root",
    );
    expectDeclined(
      world.run("root", { type: "configure", removeRoot: "ant-1" }),
      "MO3",
      "not-a-root",
    );
    expectDeclined(
      world.run("root", { type: "configure", set: { key: "skew", value: "soon" } }),
      "MO1",
      "config-invalid",
    );
    expectRan(world.run("root", { type: "configure", addRoot: "ant-1" }));
    world.pass(1_000);
    expectRan(world.run("ant-1", { type: "configure", removeRoot: "root" }));
    expect(world.state.get("mound")!.roots.map((root) => root.agent)).toEqual(["ant-1"]);
  });

  test("[MO4] no change leaves fewer roots able to act than must sign", () => {
    const world = World.found();
    world.pass(1_000);
    const stranger = config(world, { roots: [`nobody ${madeKey("nobody")}`] });
    expectRefused(world.try({ author: "root", files: stranger }), "MO4", "config-invalid");
    expectDeclined(
      world.run("root", { type: "end-membership", agent: "root", status: "withdrawn" }),
      "MO4",
      "config-invalid",
    );
    const next = madeKey("next");
    const alone = world.record(
      "agent",
      { agent: "root", key: next },
      { signers: [world.key("root"), next] },
    );
    expectRefused(world.try({ author: "root", files: alone }), "MO4", "config-invalid");
    // With the key in mound.yaml in the same commit, the rotation leaves a root.
    expectRan(world.run("root", { type: "rotate", key: next }, [next]));
    world.keys.set("root", next);
    world.pass(1_000);
    expectRan(world.run("root", { type: "configure", set: { key: "name", value: "anew" } }));
  });

  test("[MO4] the last roots do not revoke each other below the threshold", () => {
    const world = council();
    expectRan(world.run("root", { type: "end-membership", agent: "root-3", status: "revoked" }));
    world.pass(1_000);
    expectDeclined(
      world.run("root", { type: "end-membership", agent: "root-2", status: "revoked" }),
      "MO4",
      "config-invalid",
    );
  });

  test("[IN1] only a root invites", () => {
    const world = World.found({ membership: "invited" });
    const signers = [world.key("ant-1"), world.key("root")];
    expectAccepted(
      world.commit({
        author: "ant-1",
        files: world.record("agent", { agent: "ant-1", key: world.key("ant-1") }, { signers }),
      }),
    );
    const invite = (by: string) =>
      world.record("invite", { fingerprint: fingerprintOf(world.key("ant-2")), by });
    expectTwins(world, {
      rule: "IN1",
      code: "not-a-root",
      illegal: { author: "ant-1", files: invite("ant-1") },
      legal: { author: "root", files: invite("root") },
    });
    expect(
      world.run("root", { type: "invite", fingerprint: fingerprintOf(world.key("ant-2")) }),
    ).toMatchObject({ value: { answer: { already: true } } });
    expectDeclined(
      world.run("root", { type: "invite", fingerprint: "MD5:00" }),
      "RE4",
      "field-invalid",
    );
  });
});
