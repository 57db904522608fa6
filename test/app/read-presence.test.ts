import { describe, expect, test } from "vitest";
import { PRESENCE_REFS } from "../../src/app/ports.ts";
import { readPresence, type PresenceMemory } from "../../src/app/read-presence.ts";
import type { AgentId, Oid } from "../../src/protocol/ids.ts";
import type { Heartbeat } from "../../src/protocol/presence.ts";
import { presenceNamespace, recordNamespace } from "../../src/protocol/signature.ts";
import { MINUTE } from "../support/world.ts";
import { memoryWorld } from "../support/memory-world.ts";
import { blobRider, heartbeat, signedHeartbeat } from "../support/presence.ts";

const BEE = "bee-1" as AgentId;

async function open() {
  const world = memoryWorld(5);
  const ant = await world.found();
  const bee = await (await world.clone("bee-1")).join();
  await ant.submitter.sync();
  const id = (await ant.line.standing())!.mound.id;
  let kept: readonly Heartbeat[] = [];
  const memory: PresenceMemory = {
    load: async () => kept,
    save: async (heartbeats) => {
      kept = structuredClone(heartbeats);
    },
  };
  return {
    ...world,
    ant,
    bee,
    id,
    look: async () =>
      readPresence(await ant.ports.remote.presence(), {
        ...ant.ports,
        memory,
        read: (reader) => ant.read((view) => reader(view, world.clock.now())),
      }),
    put: async (made: ReturnType<typeof blobRider> | Promise<ReturnType<typeof blobRider>>) => {
      const { rider, object } = await made;
      await bee.ports.objects.write([object]);
      await bee.ports.remote.publish([rider]);
    },
  };
}

describe("heartbeats that are read", () => {
  test("those of members are believed, and the newest is kept for when the origin is away", async () => {
    const { ant, bee, id, clock, origin, look, put } = await open();
    const now = clock.now();
    const [one, two] = [heartbeat(now), heartbeat(now + 5, { agent: BEE, state: "leaving" })];
    await put(signedHeartbeat(one, ant.signer, id));
    await put(signedHeartbeat(two, bee.signer, id));
    const found = { heartbeats: [one, two], flaws: [], fault: undefined };
    expect(await look()).toEqual(found);
    origin.mishaps.fetches.push("unreachable");
    const fault = expect.objectContaining({ code: "remote-unreachable" });
    expect(await look()).toEqual({ ...found, fault });
  });

  test("each forgery is named, and stands in nobody's way", async () => {
    const { ant, bee, id, clock, origin, look, put } = await open();
    const now = clock.now();
    const good = heartbeat(now);
    await put(signedHeartbeat(good, ant.signer, id));
    const other = heartbeat(now, { agent: BEE });
    const cases: readonly [string, ReturnType<typeof signedHeartbeat>][] = [
      ["signature-invalid", signedHeartbeat(other, ant.signer, id)],
      ["signature-invalid", signedHeartbeat(other, bee.signer, "another mound")],
      [
        "signature-invalid",
        signedHeartbeat(other, bee.signer, id, { namespace: recordNamespace(id) }),
      ],
      ["wrong-agent", signedHeartbeat(good, ant.signer, id, { ref: "bee-1" })],
      ["ahead", signedHeartbeat(heartbeat(now + 3 * MINUTE, { agent: BEE }), bee.signer, id)],
      ["malformed", signedHeartbeat(other, bee.signer, id, { body: "kind: presence\n" })],
      ["malformed", Promise.resolve(blobRider("bee-1", "garbage\u0000"))],
      ["malformed", Promise.resolve(blobRider("bee-1", ""))],
      ["too-large", Promise.resolve(blobRider("bee-1", "x".repeat(5_000)))],
    ];
    for (const [code, made] of cases) {
      await put(made);
      const found = await look();
      expect(found.heartbeats, code).toEqual([good]);
      expect(found.flaws, code).toMatchObject([{ name: "bee-1", code }]);
    }
    origin.presence.set(`${PRESENCE_REFS}bee-1`, origin.branches.get("main")!);
    expect(await look()).toMatchObject({ heartbeats: [good], flaws: [{ code: "not-a-blob" }] });
    origin.presence.set(`${PRESENCE_REFS}bee-1`, "1".repeat(40) as Oid);
    expect(await look()).toMatchObject({ heartbeats: [good], flaws: [{ code: "unreadable" }] });
    await put(signedHeartbeat({ ...other, agent: "zoe" as AgentId }, bee.signer, id));
    const flaws = [{ name: "zoe", code: "not-a-member" }];
    expect(await look()).toMatchObject({
      flaws: expect.arrayContaining([expect.objectContaining(flaws[0]!)]),
    });
  });

  test("an old heartbeat that is put back neither calls an agent back nor makes it fall silent", async () => {
    const { ant, id, clock, look, put } = await open();
    const now = clock.now();
    const old = heartbeat(now);
    const left = heartbeat(now + 2_000, { state: "leaving" });
    await put(signedHeartbeat(old, ant.signer, id));
    await put(signedHeartbeat(left, ant.signer, id));
    expect(await look()).toMatchObject({ heartbeats: [left], flaws: [] });
    await put(signedHeartbeat(old, ant.signer, id));
    for (let looks = 0; looks < 2; looks += 1) {
      expect(await look()).toMatchObject({
        heartbeats: [left],
        flaws: [{ name: "ant-1", code: "falling", detail: expect.stringContaining("2 s older") }],
      });
    }
    const back = heartbeat(now + 3_000);
    await put(signedHeartbeat(back, ant.signer, id, { namespace: presenceNamespace(id) }));
    expect(await look()).toMatchObject({ heartbeats: [back], flaws: [] });
  });
});
