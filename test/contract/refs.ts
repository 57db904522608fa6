import { describe, expect, onTestFinished, test } from "vitest";
import type { Oid } from "../../src/protocol/ids.ts";
import { commit } from "./build.ts";
import type { Clone } from "./clone.ts";

const LINE = "refs/mound/line";

/** What every adapter of the port `Refs` has to do. */
export function refsContract(name: string, make: () => Promise<Clone>): void {
  async function open() {
    const clone = await make();
    onTestFinished(() => clone.dispose());
    const commits = ["a", "b", "c"].map((text) => commit({ file: text }, [], text));
    await clone.objects.write(commits.flatMap(({ objects }) => objects));
    const [a, b, c] = commits.map(({ oid }) => oid) as [Oid, Oid, Oid];
    return { ...clone, a, b, c };
  }

  describe(`refs: ${name}`, () => {
    test("a ref that does not exist is undefined, also where one lies below its name", async () => {
      const { refs, a } = await open();
      expect(await refs.read(LINE)).toBeUndefined();
      expect(await refs.swap(`${LINE}/below`, a, undefined)).toBe(true);
      expect(await refs.read(LINE)).toBeUndefined();
    });

    test("a ref is created, moved and read", async () => {
      const { refs, a, b } = await open();
      expect(await refs.swap(LINE, a, undefined)).toBe(true);
      expect(await refs.read(LINE)).toBe(a);
      expect(await refs.swap(LINE, b, a)).toBe(true);
      expect(await refs.read(LINE)).toBe(b);
      expect(await refs.swap(LINE, b, b)).toBe(true);
    });

    test("a stale comparison moves nothing", async () => {
      const { refs, a, b, c } = await open();
      expect(await refs.swap(LINE, b, a)).toBe(false);
      expect(await refs.read(LINE)).toBeUndefined();
      await refs.swap(LINE, a, undefined);
      expect(await refs.swap(LINE, c, undefined)).toBe(false);
      expect(await refs.swap(LINE, c, b)).toBe(false);
      expect(await refs.read(LINE)).toBe(a);
    });

    test("packed refs are read, compared and moved like any", async () => {
      const { refs, maintain, a, b, c } = await open();
      await refs.swap(LINE, a, undefined);
      await maintain();
      expect(await refs.read(LINE)).toBe(a);
      expect(await refs.swap(LINE, c, b)).toBe(false);
      expect(await refs.swap(LINE, c, undefined)).toBe(false);
      expect(await refs.swap(LINE, b, a)).toBe(true);
      expect(await refs.read(LINE)).toBe(b);
    });

    test("of many that swap from one value at once, one wins", async () => {
      const { refs, a, b, c } = await open();
      await refs.swap(LINE, a, undefined);
      const swaps = Array.from({ length: 8 }, (_, index) =>
        refs.swap(LINE, index % 2 === 0 ? b : c, a),
      );
      const won = await Promise.all(swaps);
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await refs.read(LINE)).toBe(won.indexOf(true) % 2 === 0 ? b : c);
    });
  });
}
