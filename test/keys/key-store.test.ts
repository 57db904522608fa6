import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { AgentId } from "../../src/protocol/ids.ts";
import { openKeyStore } from "../../src/keys/key-store.ts";
import { verifySignature } from "../../src/keys/sshsig.ts";
import { random, must, stockKey, stockVerifies, temporary } from "./openssh.ts";

const MOUND = "0123456789abcdefghjkmnpqrs".repeat(2);
const OTHER = "z".repeat(52);
const ant = "ant-3" as AgentId;
const payload = Buffer.from("kind: claim\n");

function open(config = temporary()) {
  const environment = { PATH: process.env["PATH"], HOME: config };
  return { config, store: openKeyStore({ config, random, environment }) };
}

function value<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

function files(config: string): string[] {
  return readdirSync(join(config, "mound", "keys", MOUND)).toSorted();
}

describe("a new key", () => {
  test("lies in its place, is read by ssh-keygen, and signs", async () => {
    const { config, store } = open();
    const key = value(await store.createKey(MOUND, ant));
    const path = join(config, "mound", "keys", MOUND, "ant-3");
    expect(must("ssh-keygen", ["-y", "-f", path]).trimEnd()).toBe(`${key} ant-3@mound`);
    const signer = value(await store.signer(MOUND, ant));
    const armor = await signer.sign(payload, "record@x");
    expect(signer.key).toBe(key);
    expect(stockVerifies(key, payload, "record@x", armor)).toBe(true);
    expect(files(config)).toEqual(["ant-3"]);
  });

  test("is never written over another, nor beside an adopted one", async () => {
    const { config, store } = open();
    const key = value(await store.createKey(MOUND, ant));
    const path = join(config, "mound", "keys", MOUND, "ant-3");
    const fault = { ok: false, error: { code: "key-exists", agent: ant, path } };
    expect(await store.createKey(MOUND, ant)).toEqual(fault);
    const stock = stockKey(temporary(), "stock");
    expect(await store.adoptKey(MOUND, ant, stock)).toEqual(fault);
    expect(value(await store.signer(MOUND, ant)).key).toBe(key);

    value(await store.adoptKey(OTHER, ant, stock));
    const reference = { code: "key-exists", path: `${path.replace(MOUND, OTHER)}.ref` };
    expect(await store.createKey(OTHER, ant)).toMatchObject({ ok: false, error: reference });
    expect(await store.adoptKey(OTHER, ant, stock)).toMatchObject({ ok: false, error: reference });
  });

  test("belongs to one agent of one mound", async () => {
    const { store } = open();
    const keys = [
      value(await store.createKey(MOUND, ant)),
      value(await store.createKey(MOUND, "ant-4" as AgentId)),
      value(await store.createKey(OTHER, ant)),
    ];
    expect(new Set(keys).size).toBe(3);
    expect(value(await store.forMound(OTHER).signer(ant)).key).toBe(keys[2]);
  });
});

describe("a signer", () => {
  test("is missing where there is no key", async () => {
    const { config, store } = open();
    const path = join(config, "mound", "keys", MOUND, "ant-3");
    const error = { code: "key-missing", agent: ant, path };
    expect(await store.signer(MOUND, ant)).toEqual({ ok: false, error });
    expect(await store.forMound(MOUND).signer(ant)).toEqual({ ok: false, error });
  });

  test("of a key that others may read is refused", async () => {
    const { config, store } = open();
    value(await store.createKey(MOUND, ant));
    const path = join(config, "mound", "keys", MOUND, "ant-3");
    must("chmod", ["644", path]);
    const error = { code: "key-exposed", path, mode: "644" };
    expect(await store.signer(MOUND, ant)).toEqual({ ok: false, error });
  });

  test("of a reference that names no key is refused", async () => {
    const { config, store } = open();
    value(await store.adoptKey(MOUND, ant, stockKey(temporary(), "stock")));
    const path = join(config, "mound", "keys", MOUND, "ant-3.ref");
    writeFileSync(path, "{");
    const error = { code: "key-unusable", path, detail: "does not name a key" };
    expect(await store.signer(MOUND, ant)).toEqual({ ok: false, error });
  });

  test("is not asked for under a name that would leave the folder", async () => {
    const { store } = open();
    await expect(async () => store.signer("../../etc", ant)).rejects.toThrow(/mound's id/);
    await expect(async () => store.createKey(MOUND, "../x" as AgentId)).rejects.toThrow(/name/);
    expect(() => store.stageKey(MOUND, "" as AgentId)).toThrow(/name/);
  });
});

describe("a rotation", () => {
  test("stages one key however often it is asked, and promotes it", async () => {
    const { config, store } = open();
    const before = value(await store.createKey(MOUND, ant));
    const staged = value(await store.stageKey(MOUND, ant));
    expect(value(await store.stageKey(MOUND, ant)).key).toBe(staged.key);
    expect(value(await store.signer(MOUND, ant)).key).toBe(before);
    const armor = await staged.sign(payload, "n");
    expect(verifySignature({ payload, armor })).toMatchObject({ key: staged.key, valid: true });

    expect(value(await store.promoteKey(MOUND, ant))).toBe(staged.key);
    expect(value(await store.signer(MOUND, ant)).key).toBe(staged.key);
    expect(files(config)).toEqual(["ant-3", "ant-3.old"]);
    const old = join(config, "mound", "keys", MOUND, "ant-3.old");
    expect(must("ssh-keygen", ["-y", "-f", old])).toContain(before);
  });

  test("has nothing to promote where nothing is staged", async () => {
    const { config, store } = open();
    const key = value(await store.createKey(MOUND, ant));
    const path = join(config, "mound", "keys", MOUND, "ant-3.next");
    const error = { code: "key-missing", agent: ant, path };
    expect(await store.promoteKey(MOUND, ant)).toEqual({ ok: false, error });
    expect(value(await store.signer(MOUND, ant)).key).toBe(key);
  });

  test("is done twice over without losing the last key", async () => {
    const { config, store } = open();
    value(await store.createKey(MOUND, ant));
    const second = value(await store.stageKey(MOUND, ant));
    value(await store.promoteKey(MOUND, ant));
    const third = value(await store.stageKey(MOUND, ant));
    // What a crash in the middle of the promotion leaves: the kept copy is there, the rename is not.
    const path = join(config, "mound", "keys", MOUND, "ant-3");
    copyFileSync(path, `${path}.old`);
    expect(value(await store.promoteKey(MOUND, ant))).toBe(third.key);
    expect(must("ssh-keygen", ["-y", "-f", `${path}.old`])).toContain(second.key);
  });

  test("leads from an adopted key to a file, and the file wins at once", async () => {
    const { config, store } = open();
    const path = join(config, "mound", "keys", MOUND, "ant-3");
    value(await store.adoptKey(MOUND, ant, stockKey(temporary(), "stock")));
    const staged = value(await store.stageKey(MOUND, ant));
    const reference = readFileSync(`${path}.ref`);
    expect(value(await store.promoteKey(MOUND, ant))).toBe(staged.key);
    expect(existsSync(`${path}.ref`)).toBe(false);
    expect(readFileSync(`${path}.ref.old`)).toEqual(reference);
    // What a crash before the reference was put away would leave.
    writeFileSync(`${path}.ref`, reference);
    expect(value(await store.signer(MOUND, ant)).key).toBe(staged.key);
  });
});
