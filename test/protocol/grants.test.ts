import { describe, expect, test } from "vitest";
import { GRANT_MAX, GRANTED_MAX } from "../../src/protocol/limits.ts";
import { creditsOf, freeOf } from "../../src/protocol/rules/ledger.ts";
import { recordNamespace } from "../../src/protocol/signature.ts";
import { expectAccepted, expectDeclined, expectRefused, expectTwins } from "../support/verdicts.ts";
import { World } from "../support/world.ts";

/** A mound with three roots, of which two must sign, and a member. */
function council() {
  const world = World.found();
  for (const agent of ["ant-1", "ant-2", "ant-3"]) world.agent(agent);
  for (const agent of ["ant-1", "ant-2"]) world.must("root", { type: "configure", addRoot: agent });
  world.must("root", { type: "configure", set: { key: "threshold", value: "2" } });
  return world;
}

function granted(world: World, more: Readonly<Record<string, string>> = {}, roots = ["root"]) {
  const said = { id: "first", to: "ant-1", amount: "100", reason: "a start", by: "root", ...more };
  const signers = roots.map((root) => world.key(root)).toSorted();
  return world.record("grant", said, { signers });
}

const give = (amount = 100, to = "ant-1") =>
  ({ type: "grant", to, amount, reason: "a start" }) as const;

describe("a grant", () => {
  test("gives a member credits that it has free", () => {
    const world = World.found();
    world.agent("ant-1");
    expect(freeOf(world.state, "ant-1")).toBe(0);
    world.must("root", give());
    world.must("root", give(GRANT_MAX));
    world.must("root", give(1, "root"));
    expect(freeOf(world.state, "ant-1")).toBe(GRANT_MAX + 100);
    expect(creditsOf(world.state)).toEqual({ granted: GRANT_MAX + 101, forfeited: 0 });
  });

  test("[GR1] is by a root", () => {
    const world = World.found();
    world.agent("ant-1");
    expectTwins(world, {
      rule: "GR1",
      code: "not-a-root",
      illegal: { author: "ant-1", files: granted(world, { by: "ant-1" }, ["ant-1"]) },
      legal: { author: "root", files: granted(world) },
    });
    expectDeclined(world.run("ant-1", give()), "GR1", "not-a-root");
  });

  test("[GR1] has the signatures of as many roots as the threshold says", () => {
    const world = council();
    expectTwins(world, {
      rule: "GR1",
      code: "signers-too-few",
      illegal: { author: "root", files: granted(world) },
      legal: { author: "root", files: granted(world, {}, ["root", "ant-2"]) },
    });
    const member = granted(world, { id: "second" }, ["root", "ant-3"]);
    expectRefused(world.try({ author: "root", files: member }), "GR1", "signers-too-few");
    expectDeclined(world.run("root", give()), "GR1", "signers-too-few");
    world.must("root", give(), [world.key("ant-2")]);
    expect(freeOf(world.state, "ant-1")).toBe(200);
  });

  test("[GR1] is not by one who has just become a root", () => {
    const world = council().pass(1_000);
    const path = "mound.yaml";
    const text = Buffer.from(world.at(path)!.bytes).toString().split("---\n")[0]!;
    const threshold = text
      .replace(/^threshold: .*$/m, "threshold: 1")
      .replace(/^at: .*$/m, `at: ${new Date(world.now + 1).toISOString()}`)
      .replace(/^nonce: .*$/m, `nonce: ${world.nonce()}`);
    const keys = ["root", "ant-1"].map((root) => world.key(root)).toSorted();
    const lower = world.record("mound", {}, { path, text: threshold, signers: keys });
    const both = { ...lower, ...granted(world) };
    expectRefused(world.try({ author: "root", files: both }), "GR1", "signers-too-few");
    expectAccepted(world.commit({ author: "root", files: lower }));
    expectAccepted(world.commit({ author: "root", files: granted(world) }));
  });

  test("[GR1] [IN1] is none of a first commit, in which nobody is a root yet", () => {
    const founded = World.found();
    const { changes, commit } = founded.log[0]!;
    const files = Object.fromEntries(changes.map(({ path }) => [path, founded.at(path)]));
    const world = World.empty();
    const time = commit!.committer.seconds * 1_000;
    expectAccepted(world.try({ author: "root", files, time }));
    const namespace = recordNamespace(founded.id);
    const said = { id: "first", to: "root", amount: "5", reason: "mine", by: "root" };
    const nonce = founded.nonce();
    const more = world.record("grant", { ...said, nonce, seen: undefined }, { namespace });
    const both = { author: "root", files: { ...files, ...more }, time };
    expectRefused(world.try(both), "GR1", "not-a-root");
    const fingerprint = `SHA256:${"A".repeat(43)}`;
    const invited = { fingerprint, by: "root", nonce, seen: undefined };
    const invite = world.record("invite", invited, { namespace });
    const inviting = { author: "root", files: { ...files, ...invite }, time };
    expectRefused(world.try(inviting), "IN1", "not-a-root");
  });

  test("[GR2] is written once, and stays", () => {
    const world = World.found();
    world.agent("ant-1");
    expectAccepted(world.commit({ author: "root", files: granted(world) }));
    world.pass(1_000);
    const anew = granted(world, { amount: "200" });
    expectRefused(world.try({ author: "root", files: anew }), "GR2", "grant-wrong");
    const gone = { "grants/first.yaml": undefined };
    expectRefused(world.try({ author: "root", files: gone }), "PA3", "removal-illegal");
    const other = granted(world, { id: "second" });
    expectAccepted(world.commit({ author: "root", files: other }));
    expect(freeOf(world.state, "ant-1")).toBe(200);
  });

  test("[GR3] is to a member in force", () => {
    const world = World.found();
    world.agent("ant-1");
    expectDeclined(world.run("root", give(5, "nobody")), "GR3", "not-a-member");
    expectRefused(
      world.try({ author: "root", files: granted(world, { to: "nobody" }) }),
      "GR3",
      "not-a-member",
    );
    world.must("ant-1", { type: "end-membership", agent: "ant-1", status: "withdrawn" });
    expectDeclined(world.run("root", give()), "GR3", "agent-revoked");
  });

  test("[GR4] is of 1 to 1,000,000 credits, and all of them come to no number that loses digits", () => {
    const world = World.found();
    world.agent("ant-1");
    for (const amount of ["0", "-1", "1.5", "1e3", "01", String(GRANT_MAX + 1)]) {
      const files = granted(world, { amount });
      expectRefused(world.try({ author: "root", files }), "RE4", "field-invalid");
    }
    world.must("root", give(GRANT_MAX));
    // A million such grants would do; the state says so in their place.
    world.state.apply(
      new Map([["credits", { granted: GRANTED_MAX - GRANT_MAX, forfeited: 0 }] as const]),
    );
    const files = granted(world, { amount: String(GRANT_MAX) });
    expectAccepted(world.commit({ author: "root", files }));
    const one = granted(world, { id: "second", amount: "1" });
    expectRefused(world.try({ author: "root", files: one }), "GR4", "grant-wrong");
  });
});
