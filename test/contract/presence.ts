import { describe, expect, onTestFinished, test } from "vitest";
import { PRESENCE_REFS, STATE_REFS, type GitObject, type Rider } from "../../src/app/ports.ts";
import { hashObject } from "../../src/git/hash.ts";
import type { AgentId, Oid } from "../../src/protocol/ids.ts";
import { encodeTree } from "../../src/protocol/objects.ts";
import { type Built, commit } from "./build.ts";
import type { Member, RemoteWorld } from "./remote.ts";

/** What every adapter of the port `Remote` has to do with riders. */
export function presenceContract(name: string, make: () => Promise<RemoteWorld>): void {
  async function open(): Promise<{ readonly one: Member; readonly two: Member }> {
    const world = await make();
    onTestFinished(() => world.dispose());
    return { one: await world.join(), two: await world.join() };
  }

  describe(`riders: ${name}`, () => {
    test("an origin without heartbeats has none", async () => {
      const { one } = await open();
      expect(await one.remote.presence()).toEqual({ ok: true, value: [] });
      expect(await one.remote.publish([])).toEqual({ ok: true, value: undefined });
    });

    test("what one publishes the other finds, in order of name, objects and all", async () => {
      const { one, two } = await open();
      const b = await rider(one, "b", "b here");
      const a = await rider(one, "a", "a here");
      expect(await one.remote.publish([b, a])).toEqual({ ok: true, value: undefined });
      expect(await two.remote.presence()).toEqual({ ok: true, value: [a, b] });
      expect(await read(two, a.oid)).toBe("a here");
      expect(await one.remote.fetch()).toEqual({ ok: true, value: undefined });
    });

    test("each overwrites the last, whoever sent it", async () => {
      const { one, two } = await open();
      await one.remote.publish([await rider(one, "a", "1")]);
      const second = await rider(two, "a", "2");
      expect(await two.remote.publish([second])).toMatchObject({ ok: true });
      const third = await rider(one, "a", "3");
      expect(await one.remote.publish([third])).toMatchObject({ ok: true });
      expect(await one.remote.publish([third])).toMatchObject({ ok: true });
      for (const { remote } of [one, two])
        expect(await remote.presence()).toEqual({ ok: true, value: [third] });
    });

    test("a push of the line takes them along, and says which", async () => {
      const { one, two } = await open();
      const first = await made(one, "first");
      const [a, b] = [await rider(one, "a", "1"), await rider(one, "b", "1")];
      const carried = [a.ref, b.ref];
      expect(await one.remote.push(first.oid, undefined, [a, b])).toEqual({
        kind: "done",
        carried,
      });
      expect(await two.remote.fetch()).toEqual({ ok: true, value: first.oid });
      expect(await two.remote.presence()).toEqual({ ok: true, value: [a, b] });
      const second = await made(two, "second", first);
      expect(await two.remote.push(second.oid, first.oid, [])).toEqual({ kind: "done" });
    });

    test("a push that loses the line takes them along all the same, and has lost", async () => {
      const { one, two } = await open();
      const first = await made(one, "first");
      await one.remote.push(first.oid, undefined);
      const late = await made(two, "late");
      const a = await rider(two, "a", "1");
      const lost = await two.remote.push(late.oid, undefined, [a]);
      expect(lost).toMatchObject({ kind: "refused", why: "moved", carried: [a.ref] });
      expect(await one.remote.presence()).toEqual({ ok: true, value: [a] });
      expect(await one.remote.fetch()).toEqual({ ok: true, value: first.oid });
    });

    test("a folded state travels as a tree, and is no heartbeat", async () => {
      const { one, two } = await open();
      expect(await two.remote.state(ANT)).toEqual({ ok: true, value: undefined });
      for (const text of ["1", "2"]) {
        const blob = madeObject("blob", new TextEncoder().encode(`shard ${text}`));
        const entry = { mode: "100644", name: "root", oid: blob.oid };
        const tree = madeObject("tree", encodeTree([entry]));
        await one.objects.write([blob, tree]);
        const state: Rider = { ref: `${STATE_REFS}${ANT}`, oid: tree.oid };
        expect(await one.remote.publish([state])).toEqual({ ok: true, value: undefined });
        expect(await two.remote.state(ANT)).toEqual({ ok: true, value: tree.oid });
        expect(await read(two, blob.oid)).toBe(`shard ${text}`);
      }
      expect(await two.remote.presence()).toEqual({ ok: true, value: [] });
      expect(await two.remote.fetch()).toEqual({ ok: true, value: undefined });
    });

    test("one without its object is not carried, and the line lands without it", async () => {
      const { one, two } = await open();
      const first = await made(one, "first");
      const nothing: Rider = { ref: `${PRESENCE_REFS}a`, oid: "1".repeat(40) as Oid };
      expect(await one.remote.publish([nothing])).toMatchObject({
        ok: false,
        error: { code: "remote-refused" },
      });
      const outcome = await one.remote.push(first.oid, undefined, [nothing]);
      expect(outcome).toEqual({ kind: "done", carried: [] });
      expect(await two.remote.fetch()).toEqual({ ok: true, value: first.oid });
      expect(await two.remote.presence()).toEqual({ ok: true, value: [] });
    });
  });
}

const ANT = "ant-1" as AgentId;

function madeObject(type: GitObject["type"], bytes: Uint8Array): GitObject {
  return { oid: hashObject(type, bytes), type, bytes };
}

async function rider(member: Member, agent: string, text: string): Promise<Rider> {
  const bytes = new TextEncoder().encode(text);
  const object: GitObject = { oid: hashObject("blob", bytes), type: "blob", bytes };
  await member.objects.write([object]);
  return { ref: `${PRESENCE_REFS}${agent}`, oid: object.oid };
}

async function read(member: Member, oid: Oid): Promise<string> {
  return new TextDecoder().decode((await member.objects.read(oid))?.bytes);
}

async function made(member: Member, text: string, parent?: Built): Promise<Built> {
  const built = commit({ file: text }, parent === undefined ? [] : [parent.oid], text);
  await member.objects.write(built.objects);
  return built;
}
