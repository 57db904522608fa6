import { describe, expect, onTestFinished, test } from "vitest";
import type { GitObject, Objects } from "../../src/app/ports.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { blob, commit, object } from "./build.ts";
import type { Clone } from "./clone.ts";

/** What every adapter of the port `Objects` has to do. */
export function objectsContract(name: string, make: () => Promise<Clone>): void {
  async function open(): Promise<Clone> {
    const clone = await make();
    onTestFinished(() => clone.dispose());
    return clone;
  }

  describe(`objects: ${name}`, () => {
    test("the name of an object is the one that git gives it", async () => {
      const { objects } = await open();
      expect(objects.name("blob", Buffer.from("hello\n"))).toBe(
        "ce013625030ba8dba906f756967f9e9ca394464a",
      );
      expect(objects.name("tree", new Uint8Array())).toBe(
        "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
      );
    });

    test("what is absent is undefined", async () => {
      const { objects } = await open();
      expect(await objects.read("1".repeat(40) as Oid)).toBeUndefined();
    });

    test.each([1, 7, 500])("%i objects of all types read back as written", async (count) => {
      const { objects } = await open();
      const written = batch(count);
      await objects.write(written);
      expect(await readAll(objects, written)).toEqual(written.map(plain));
    });

    test("sizes around git's header lengths survive", async () => {
      const { objects } = await open();
      const sizes = [0, 1, 15, 16, 17, 2047, 2048, 2049, 70_000];
      const written = sizes.map((size) => object("blob", new Uint8Array(size).fill(size % 251)));
      await objects.write(written);
      await objects.close();
      expect(await readAll(objects, written)).toEqual(written.map(plain));
    });

    test("writing an object again, or one batch twice over, changes nothing", async () => {
      const { objects } = await open();
      const written = batch(3);
      for (const again of [written, written, [...written, ...written]]) await objects.write(again);
      expect(await readAll(objects, written)).toEqual(written.map(plain));
    });

    test("an object under a name that is not its own is a bug", async () => {
      const { objects } = await open();
      const wrong = { ...blob("a"), oid: blob("b").oid };
      await expect(objects.write([wrong])).rejects.toThrow(/other content/);
      expect(await objects.read(wrong.oid)).toBeUndefined();
    });

    test("the store keeps what was written when the caller uses its buffer again", async () => {
      const { objects } = await open();
      for (const bytes of [new Uint8Array([1, 2, 3]), Buffer.from([4, 5, 6])]) {
        const written = object("blob", bytes);
        const before = [...bytes];
        await objects.write([written]);
        bytes.fill(9);
        const read = await objects.read(written.oid);
        expect([...(read?.bytes ?? [])]).toEqual(before);
      }
    });

    test("after `close`, and after maintenance, everything is still read", async () => {
      const { objects, refs, maintain } = await open();
      const built = commit({ "a/b": "1", c: "2" }, [], "first");
      await objects.write(built.objects);
      expect(await refs.swap("refs/mound/line", built.oid, undefined)).toBe(true);
      await readAll(objects, built.objects);
      await maintain();
      await objects.close();
      expect(await readAll(objects, built.objects)).toEqual(built.objects.map(plain));
    });

    test("an open reader sees what is written and packed later", async () => {
      const { objects, refs, maintain } = await open();
      const first = commit({ a: "1" }, [], "first");
      await objects.write(first.objects);
      await refs.swap("refs/mound/line", first.oid, undefined);
      await maintain();
      await objects.read("2".repeat(40) as Oid);
      const second = commit({ a: "2" }, [first.oid], "second");
      await objects.write(second.objects);
      await refs.swap("refs/mound/line", second.oid, first.oid);
      await maintain();
      expect(await readAll(objects, second.objects)).toEqual(second.objects.map(plain));
    });
  });
}

function batch(count: number): GitObject[] {
  return Array.from({ length: count }, (_, index) => {
    if (index % 3 === 0) return blob(`text ${index}`);
    const built = commit({ [`file-${index}`]: `${index}` }, [], `number ${index}`);
    return built.objects.at(index % 3 === 1 ? -1 : -2) ?? blob("");
  });
}

async function readAll(objects: Objects, wanted: readonly GitObject[]): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const { oid } of wanted) {
    const read = await objects.read(oid);
    found.push(read === undefined ? undefined : plain(read));
  }
  return found;
}

/** Buffers and typed arrays compare as different; their content is what counts. */
function plain({ oid, type, bytes }: GitObject): unknown {
  return { oid, type, bytes: Buffer.from(bytes).toString("base64") };
}
