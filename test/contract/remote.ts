import { describe, expect, onTestFinished, test } from "vitest";
import type { Remote } from "../../src/app/ports.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { type Built, commit } from "./build.ts";
import type { Clone } from "./clone.ts";

export interface Member extends Clone {
  readonly remote: Remote;
}

export interface RemoteWorld {
  /** A clone of its own on the one origin. */
  readonly join: () => Promise<Member>;
  readonly dispose: () => Promise<void>;
}

/** What every adapter of the port `Remote` has to do. */
export function remoteContract(name: string, make: () => Promise<RemoteWorld>): void {
  async function open(): Promise<{ readonly one: Member; readonly two: Member }> {
    const world = await make();
    onTestFinished(() => world.dispose());
    return { one: await world.join(), two: await world.join() };
  }

  describe(`remote: ${name}`, () => {
    test("a branch that does not exist is no fault", async () => {
      const { one } = await open();
      expect(await one.remote.fetch()).toEqual({ ok: true, value: undefined });
      expect(await one.remote.peek()).toBeUndefined();
    });

    test("what one pushes the other fetches, objects and all", async () => {
      const { one, two } = await open();
      const first = await made(one, "first");
      expect(await one.remote.push(first.oid, undefined)).toEqual({ kind: "done" });
      expect(await two.remote.fetch()).toEqual({ ok: true, value: first.oid });
      for (const { oid } of first.objects) expect(await two.objects.read(oid)).toBeDefined();
      const second = await made(two, "second", first);
      expect(await two.remote.push(second.oid, first.oid)).toEqual({ kind: "done" });
      expect(await one.remote.fetch()).toEqual({ ok: true, value: second.oid });
      expect(await one.remote.fetch()).toEqual({ ok: true, value: second.oid });
    });

    test("a look at the tip never gives an older one than the last push", async () => {
      const { one, two } = await open();
      const first = await made(one, "first");
      await one.remote.push(first.oid, undefined);
      expect([first.oid, undefined]).toContain(await two.remote.peek());
    });

    test("a chain of commits moves the branch in one push", async () => {
      const { one, two } = await open();
      const first = await made(one, "1");
      const second = await made(one, "2", first);
      const third = await made(one, "3", second);
      expect(await one.remote.push(third.oid, undefined)).toEqual({ kind: "done" });
      await two.remote.fetch();
      expect(await two.history.contains(first.oid, third.oid)).toBe(true);
    });

    test("a stale push is refused as moved and changes nothing", async () => {
      const { one, two } = await open();
      const first = await made(one, "first");
      await one.remote.push(first.oid, undefined);
      await two.remote.fetch();
      const mine = await made(one, "mine", first);
      const yours = await made(two, "yours", first);
      expect(await one.remote.push(mine.oid, first.oid)).toEqual({ kind: "done" });
      expect(await two.remote.push(yours.oid, first.oid)).toMatchObject({
        kind: "refused",
        why: "moved",
      });
      expect(await two.remote.fetch()).toEqual({ ok: true, value: mine.oid });
      const other = await made(two, "other");
      expect(await two.remote.push(other.oid, undefined)).toMatchObject({
        kind: "refused",
        why: "moved",
      });
    });

    test("a lease on a commit that the branch never stood at is refused", async () => {
      const { one } = await open();
      const first = await made(one, "first");
      const second = await made(one, "second", first);
      expect(await one.remote.push(second.oid, first.oid)).toMatchObject({
        kind: "refused",
        why: "moved",
      });
      expect(await one.remote.fetch()).toEqual({ ok: true, value: undefined });
    });

    test("two that make the very same commit are not both told that they won", async () => {
      const { one, two } = await open();
      const same = await made(one, "same");
      await made(two, "same");
      expect(await one.remote.push(same.oid, undefined)).toEqual({ kind: "done" });
      expect(await two.remote.push(same.oid, undefined)).toMatchObject({ kind: "unknown" });
      expect(await one.remote.push(same.oid, undefined)).toMatchObject({ kind: "unknown" });
    });

    test("of two that push at once, one wins and the other is told that it lost", async () => {
      const { one, two } = await open();
      let tip = await made(one, "first");
      await one.remote.push(tip.oid, undefined);
      for (let round = 0; round < 4; round += 1) {
        await two.remote.fetch();
        await one.remote.fetch();
        const next = [
          await made(one, `one ${round}`, tip),
          await made(two, `two ${round}`, tip),
        ] as const;
        const outcomes = await Promise.all([
          one.remote.push(next[0].oid, tip.oid),
          two.remote.push(next[1].oid, tip.oid),
        ]);
        expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(["done", "refused"]);
        tip = next[outcomes[0].kind === "done" ? 0 : 1];
        expect(await one.remote.fetch()).toEqual({ ok: true, value: tip.oid });
      }
    });

    test("many fetches into one clone at once all give the tip", async () => {
      const { one, two } = await open();
      let tip: Built | undefined;
      for (let round = 0; round < 3; round += 1) {
        const next = await made(one, `round ${round}`, tip);
        await one.remote.push(next.oid, tip?.oid);
        const found = await Promise.all(Array.from({ length: 5 }, () => two.remote.fetch()));
        expect(found).toEqual(found.map(() => ({ ok: true, value: next.oid })));
        tip = next;
      }
    });
  });
}

async function made(member: Member, text: string, parent?: Built): Promise<Built> {
  const parents: Oid[] = parent === undefined ? [] : [parent.oid];
  const built = commit({ file: text }, parents, text);
  await member.objects.write(built.objects);
  return built;
}
