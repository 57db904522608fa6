import { describe, expect, test } from "vitest";
import { expectAccepted, expectDeclined, expectRan, expectRefused } from "../support/verdicts.ts";
import { fingerprintOf, madeKey } from "../support/world-files.ts";
import { HOUR, MINUTE, World } from "../support/world.ts";

/** A mound in which the root and ant-1 are trusted, and ant-2 is not; two vouches let a key in. */
function vouchedMound(): World {
  const world = World.found({ membership: "vouched" });
  for (const agent of ["ant-1", "ant-2"]) {
    world.must("root", { type: "invite", fingerprint: fingerprintOf(world.key(agent)) });
    world.agent(agent);
  }
  world.must("root", { type: "vouch", subject: "ant-1", level: "high", reason: "good work" });
  return world.pass(MINUTE);
}

/** `issuer` vouches for the key of an agent that is about to join. */
function vouch(world: World, issuer: string, subject: string, more: object = {}): void {
  const fingerprint = fingerprintOf(world.key(subject));
  const command = { type: "vouch", subject, fingerprint, reason: "we have met" } as const;
  world.must(issuer, { ...command, ...more });
}

const joins = (world: World, agent: string, more: object = {}) =>
  ({ type: "join", key: world.key(agent), ...more }) as const;

function expectStranger(world: World, agent = "ant-9", more: object = {}, found = 1): void {
  const ran = world.run(agent, joins(world, agent, more));
  expectDeclined(ran, "AG9", "vouches-missing");
  expect(ran).toMatchObject({ error: { needed: 2, found } });
}

describe("a vouched mound", () => {
  test("[AG9] lets in whose key enough trusted members vouch for", () => {
    const world = vouchedMound();
    vouch(world, "root", "ant-9");
    expectStranger(world);
    const files = world.record("agent", { agent: "ant-9", key: world.key("ant-9") });
    expectRefused(world.try({ author: "ant-9", files }), "AG9", "vouches-missing");
    vouch(world, "ant-1", "ant-9");
    expectAccepted(world.commit({ author: "ant-9", files }));
  });

  test("[AG9] does not count the word of who is not trusted so far", () => {
    const world = vouchedMound();
    vouch(world, "root", "ant-9");
    vouch(world, "ant-2", "ant-9");
    expectStranger(world);
    world.must("root", { type: "vouch", subject: "ant-2", level: "high", reason: "good work" });
    expectRan(world.run("ant-9", joins(world, "ant-9")));
  });

  test("[AG9] counts neither what is over, nor taken back, nor for a skill, nor of who has left", () => {
    const world = vouchedMound();
    vouch(world, "root", "ant-9");
    vouch(world, "ant-1", "ant-9", { length: HOUR });
    world.pass(HOUR);
    expectStranger(world);
    vouch(world, "ant-1", "ant-9", { scope: "typescript" });
    expectStranger(world);
    vouch(world.pass(MINUTE), "ant-1", "ant-9");
    world.pass(MINUTE).must("ant-1", { type: "unvouch", subject: "ant-9" });
    expectStranger(world);
    vouch(world.pass(MINUTE), "ant-1", "ant-9");
    world.must("ant-1", { type: "end-membership", agent: "ant-1", status: "withdrawn" });
    expectStranger(world);
  });

  test("[AG9] binds to the key: nobody comes in under a name that was vouched for", () => {
    const world = vouchedMound();
    vouch(world, "root", "ant-9");
    vouch(world, "ant-1", "ant-9");
    const thief = { type: "join", key: madeKey("thief") } as const;
    world.keys.set("ant-9", thief.key);
    const ran = world.run("ant-9", thief);
    expectDeclined(ran, "AG9", "vouches-missing");
    expect(ran).toMatchObject({ error: { found: 0 } });
  });

  test("[AG9] counts the members of one operator once, and not the operator of who joins", () => {
    const world = vouchedMound();
    const key = world.key("ant-2");
    const runs = { type: "join", key, operator: "ant-1", operatorSigns: true } as const;
    world.must("ant-2", runs, [world.key("ant-1")]);
    world.must("root", { type: "vouch", subject: "ant-2", level: "high", reason: "good work" });
    world.pass(MINUTE);
    vouch(world, "ant-1", "ant-9");
    vouch(world, "ant-2", "ant-9");
    expectStranger(world);
    vouch(world, "root", "ant-9");
    const mine = { operator: "ant-1", operatorSigns: true };
    const ran = world.run("ant-9", joins(world, "ant-9", mine), [world.key("ant-1")]);
    expectDeclined(ran, "AG9", "vouches-missing");
    expect(ran).toMatchObject({ error: { found: 1 } });
    expectRan(world.run("ant-9", joins(world, "ant-9")));
  });

  test("[AG9] [AG4] an invitation, or a root that signs too, is enough", () => {
    const world = vouchedMound();
    expectStranger(world, "ant-9", {}, 0);
    world.must("root", { type: "invite", fingerprint: fingerprintOf(world.key("ant-9")) });
    expectRan(world.run("ant-9", joins(world, "ant-9")));
    const signed = joins(world, "ant-8", { operator: "root" });
    expectRan(world.run("ant-8", signed, [world.key("root")]));
  });

  test("[AG9] asks for as many as the mound says, of members trusted so far", () => {
    const world = vouchedMound();
    vouch(world, "root", "ant-9");
    world.must("root", { type: "configure", set: { key: "vouches", value: "1" } });
    expectRan(world.run("ant-9", joins(world, "ant-9")));
    vouch(world, "ant-1", "ant-8");
    world.pass(MINUTE);
    world.must("root", { type: "vouch", subject: "ant-1", level: "low", reason: "fair work" });
    world.must("root", { type: "configure", set: { key: "vouch_trust", value: "0.9" } });
    const ran = world.run("ant-8", joins(world, "ant-8"));
    expect(ran).toMatchObject({ error: { rule: "AG9", needed: 1, found: 0 } });
  });

  test("[AG9] an open mound asks for none", () => {
    const world = World.found();
    expectRan(world.run("ant-9", joins(world, "ant-9")));
  });
});
