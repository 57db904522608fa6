import { chmodSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  createFile,
  exists,
  readPrivate,
  readText,
  replaceFile,
} from "../../src/keys/key-files.ts";
import { temporary } from "./openssh.ts";

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe("creating", () => {
  test("makes the folders 0700 and the file 0600, and leaves nothing else", async () => {
    const root = temporary();
    const path = join(root, "a", "b", "key");
    expect(await createFile(path, "secret")).toBe(true);
    expect([mode(join(root, "a")), mode(join(root, "a", "b")), mode(path)]).toEqual([
      "700",
      "700",
      "600",
    ]);
    expect(readdirSync(join(root, "a", "b"))).toEqual(["key"]);
  });

  test("has one winner among many at once, whose bytes stay", async () => {
    const root = temporary();
    const path = join(root, "key");
    const texts = Array.from({ length: 20 }, (_, index) => `secret ${index}`);
    const won = await Promise.all(texts.map((text) => createFile(path, text)));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(readFileSync(path, "utf8")).toBe(texts[won.indexOf(true)]);
    expect(readdirSync(root)).toEqual(["key"]);
  });
});

describe("replacing", () => {
  const paths = (root: string) => ["next", "key", "old"].map((name) => join(root, name));

  test("keeps what was there, and drops what was kept before", async () => {
    const [next = "", key = "", old = ""] = paths(temporary());
    writeFileSync(next, "3");
    writeFileSync(key, "2");
    writeFileSync(old, "1");
    await replaceFile(next, key, old);
    expect([readFileSync(key, "utf8"), readFileSync(old, "utf8")]).toEqual(["3", "2"]);
    expect(await exists(next)).toBe(false);
  });

  test("may be repeated after a crash between its steps", async () => {
    const [next = "", key = "", old = ""] = paths(temporary());
    writeFileSync(next, "3");
    writeFileSync(key, "2");
    // What a crash leaves after the link and before the rename.
    writeFileSync(old, "2");
    await replaceFile(next, key, old);
    expect([readFileSync(key, "utf8"), readFileSync(old, "utf8")]).toEqual(["3", "2"]);
  });

  test("works where there was nothing", async () => {
    const [next = "", key = "", old = ""] = paths(temporary());
    writeFileSync(next, "1");
    await replaceFile(next, key, old);
    expect(readFileSync(key, "utf8")).toBe("1");
    expect(await exists(old)).toBe(false);
  });
});

describe("reading a private file", () => {
  test.each([0o600, 0o400, 0o700])("of mode %o gives its text", async (bits) => {
    const path = join(temporary(), "key");
    writeFileSync(path, "secret");
    chmodSync(path, bits);
    expect(await readPrivate(path)).toEqual({ ok: true, value: "secret" });
  });

  test.each([0o640, 0o604, 0o660, 0o644, 0o610])("of mode %o is refused", async (bits) => {
    const path = join(temporary(), "key");
    writeFileSync(path, "secret");
    chmodSync(path, bits);
    const error = { code: "key-exposed", path, mode: bits.toString(8) };
    expect(await readPrivate(path)).toEqual({ ok: false, error });
  });

  test("tells an absent one, a folder and one that is too large apart", async () => {
    const root = temporary();
    const folder = join(root, "folder");
    mkdirSync(folder, { mode: 0o700 });
    const large = join(root, "large");
    writeFileSync(large, Buffer.alloc(70_000), { mode: 0o600 });
    expect(await readPrivate(join(root, "absent"))).toEqual({ ok: true, value: undefined });
    expect(await readPrivate(folder)).toMatchObject({
      ok: false,
      error: { detail: "is a folder" },
    });
    const detail = "is too large for a private key file";
    expect(await readPrivate(large)).toMatchObject({ ok: false, error: { detail } });
  });
});

test("an absent text is undefined", async () => {
  expect(await readText(join(temporary(), "absent"))).toBeUndefined();
});
