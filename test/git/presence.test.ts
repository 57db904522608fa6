import { readFile } from "node:fs/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { PRESENCE_REFS, type Rider } from "../../src/app/ports.ts";
import { embeddedRemote } from "../../src/git/embedded.ts";
import { gitObjects } from "../../src/git/objects.ts";
import { gitRemote } from "../../src/git/remote.ts";
import { commit } from "../contract/build.ts";
import { git } from "../contract/clone.ts";
import { blobRider } from "../support/presence.ts";
import { serveOrigin } from "../support/http-origin.ts";
import { runs } from "../support/scale.ts";
import { sshShim } from "../support/ssh-shim.ts";
import { bareRepository, clone, folder, hook, setEnvironment } from "./scratch.ts";

/** Settings of an origin that Mound owns. */
const OWNED = ["receive.denyNonFastForwards", "receive.denyDeletes", "receive.fsckObjects"];

const TRANSPORTS = ["file", "http", "ssh"] as const;

async function urlOf(origin: string, transport: (typeof TRANSPORTS)[number]): Promise<string> {
  if (transport === "file") return origin;
  if (transport === "http") return (await serveOrigin(origin)).url;
  const { environment } = await sshShim(await folder());
  setEnvironment({ GIT_SSH_COMMAND: environment["GIT_SSH_COMMAND"] });
  return `ssh://ant@mound.invalid${origin}`;
}

async function open(transport: (typeof TRANSPORTS)[number] = "file") {
  const origin = await bareRepository();
  for (const setting of OWNED) await git(origin, "config", setting, "true");
  const url = await urlOf(origin, transport);
  const made = await clone();
  const a = commit({ f: "a" }, [], "a");
  const b = commit({ f: "b" }, [a.oid], "b");
  await made.objects.write([...a.objects, ...b.objects]);
  const remote = gitRemote({ gitDir: made.gitDir, url, branch: "main" });
  const rider = async (name: string, text: string): Promise<Rider> => {
    const { rider: said, object } = blobRider(name, text);
    await made.objects.write([object]);
    return said;
  };
  return { ...made, origin, url, remote, rider, a: a.oid, b: b.oid };
}

const at = (origin: string, agent: string) => git(origin, "rev-parse", `${PRESENCE_REFS}${agent}`);

describe.each(TRANSPORTS)("riders at an origin by %s", (transport) => {
  test("overwrite each other under the settings of an owned origin", async () => {
    const { remote, rider, origin, a, b } = await open(transport);
    const [one, two, three] = [
      await rider("ant-1", "1"),
      await rider("ant-1", "2"),
      await rider("ant-1", "3"),
    ];
    expect(await remote.push(a, undefined, [one])).toEqual({ kind: "done", carried: [one.ref] });
    expect(await remote.publish([two])).toMatchObject({ ok: true });
    expect(await remote.push(b, a, [three])).toEqual({ kind: "done", carried: [three.ref] });
    expect(await at(origin, "ant-1")).toBe(three.oid);
    expect(await remote.presence()).toEqual({ ok: true, value: [three] });
  });

  test("one that is declined alone leaves the line's push done, and the others carried", async () => {
    const { remote, rider, origin, a } = await open(transport);
    await hook(origin, "update", `case $1 in ${PRESENCE_REFS}ant-1) echo no >&2; exit 1;; esac`);
    const riders = [await rider("ant-1", "1"), await rider("ant-2", "2")];
    const carried = [`${PRESENCE_REFS}ant-2`];
    expect(await remote.push(a, undefined, riders)).toEqual({ kind: "done", carried });
    expect(await remote.fetch()).toEqual({ ok: true, value: a });
    expect(await remote.publish(riders)).toMatchObject({
      ok: false,
      error: { code: "remote-refused", detail: expect.stringContaining("ant-1") },
    });
  });

  test("an origin that declines pushes with riders gets them without, from then on", async () => {
    const { remote, rider, origin, a, b } = await open(transport);
    const log = `${origin}/pushes`;
    await hook(
      origin,
      "pre-receive",
      `read -r lines; rest=$(cat); echo "$lines $rest" >> ${log}; case "$lines$rest" in *refs/mound/*) exit 1;; esac`,
    );
    const riders = [await rider("ant-1", "1")];
    expect(await remote.push(a, undefined, riders)).toEqual({ kind: "done", carried: [] });
    expect(await remote.push(b, a, riders)).toEqual({ kind: "done", carried: [] });
    expect((await readFile(log, "utf8")).trim().split("\n")).toHaveLength(3);
    expect(await remote.presence()).toEqual({ ok: true, value: [] });
  });

  test("a push that is declined for the line's sake is declined", async () => {
    const { remote, rider, origin, a, b } = await open(transport);
    await remote.push(a, undefined);
    await hook(origin, "pre-receive", "cat > /dev/null; echo frozen >&2; exit 1");
    const outcome = await remote.push(b, a, [await rider("ant-1", "1")]);
    expect(outcome).toMatchObject({ kind: "failed", fault: { code: "remote-refused" } });
    expect(outcome.carried).toEqual([]);
    expect(await git(origin, "rev-parse", "main")).toBe(a);
  });
});

describe("riders", () => {
  test("a folder in the way of a ref stops that one only, also when it goes and comes", async () => {
    const { remote, rider, origin } = await open();
    const [ant, bee] = [await rider("ant-1", "1"), await rider("bee-1", "1")];
    await remote.publish([ant, bee]);
    expect(await remote.presence()).toEqual({ ok: true, value: [ant, bee] });
    await git(origin, "update-ref", "-d", ant.ref);
    await git(origin, "update-ref", `${ant.ref}/x`, bee.oid);
    const strange = { ref: `${ant.ref}/x`, oid: bee.oid };
    expect(await remote.presence()).toEqual({ ok: true, value: [strange, bee] });
    const next = await rider("bee-1", "2");
    expect(await remote.publish([ant, next])).toMatchObject({ ok: false });
    expect(await remote.presence()).toEqual({ ok: true, value: [strange, next] });
    const embedded = embeddedRemote(origin, "main");
    expect(await embedded.publish([ant, bee])).toMatchObject({
      ok: false,
      error: { code: "remote-refused", detail: expect.stringContaining("ant-1") },
    });
    expect(await at(origin, "bee-1")).toBe(bee.oid);
  });

  test("a commit or a tree in their place is fetched, and told by its type", async () => {
    const { remote, origin, objects, a } = await open();
    await remote.push(a, undefined);
    await git(origin, "update-ref", `${PRESENCE_REFS}ant-1`, a);
    const tree = await git(origin, "rev-parse", `${a}^{tree}`);
    await git(origin, "update-ref", `${PRESENCE_REFS}ant-2`, tree);
    const found = await remote.presence();
    const types: (string | undefined)[] = [];
    for (const { oid } of found.ok ? found.value : []) types.push((await objects.read(oid))?.type);
    expect(types).toEqual(["commit", "tree"]);
  });

  test("many looks into one clone at once all see the same", async () => {
    const { remote, rider } = await open();
    const riders: Rider[] = [];
    for (let n = 10; n < 30; n += 1) riders.push(await rider(`ant-${n}`, `${n}`));
    await remote.publish(riders);
    const looks = await Promise.all(Array.from({ length: 5 }, () => remote.presence()));
    expect(looks).toEqual(looks.map(() => ({ ok: true, value: riders })));
  });

  test("git's own commands are not hurt by them, and a clone does not have them", async () => {
    const { remote, rider, origin, gitDir, a, b } = await open();
    await remote.push(b, undefined, [await rider("ant-1", "1"), await rider("ant-2", "2")]);
    await remote.fetch();
    await remote.presence();
    for (const place of [origin, gitDir]) {
      expect(await git(place, "log", "--all", "--format=%H")).toBe(`${b}\n${a}`);
      await git(place, "gc", "--quiet");
      await git(place, "fsck", "--strict");
      expect(await git(place, "cat-file", "-p", `${PRESENCE_REFS}ant-1`)).toBe("1");
    }
    const other = await folder();
    await git(other, "clone", "--quiet", "--bare", `file://${origin}`, other);
    expect(await git(other, "for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
    expect(await remote.presence()).toMatchObject({ ok: true, value: [{}, {}] });
  });

  test("what was overwritten does not pile up, and no ref of the clone loses its object", async () => {
    const { remote, rider, gitDir, origin, a } = await open();
    await remote.push(a, undefined);
    const loose = async (place: string) =>
      Number(/^count: (\d+)$/m.exec(await git(place, "count-objects", "-v"))?.[1]);
    const own = await loose(gitDir);
    await remote.publish([await rider("ant-1", "seen")]);
    await remote.presence();
    for (let beat = 0; beat < 10; beat += 1)
      expect(await remote.publish([await rider("ant-1", `${beat}`)])).toMatchObject({ ok: true });
    // The one that a look of this clone has seen, the newest and the one before it.
    expect(await loose(gitDir)).toBe(own + 3);
    await git(gitDir, "fsck", "--connectivity-only");
    expect(await git(gitDir, "cat-file", "-p", `${PRESENCE_REFS}ant-1`)).toBe("seen");
    const inside = gitObjects({ gitDir: origin });
    onTestFinished(() => inside.close());
    const embedded = embeddedRemote(origin, "main");
    const before = await loose(origin);
    for (let beat = 0; beat < 10; beat += 1) {
      const { rider: said, object } = blobRider("bee-1", `bee ${beat}`);
      await inside.write([object]);
      expect(await embedded.publish([said])).toMatchObject({ ok: true });
    }
    expect(await loose(origin)).toBe(before + 2);
    await git(origin, "fsck", "--connectivity-only");
  });

  test("an origin with very many of them stays usable", async () => {
    const { remote, gitDir, origin, a, b, objects } = await open();
    await remote.push(a, undefined);
    const count = runs(200).numRuns;
    const made = Array.from({ length: count }, (_, n) =>
      blobRider(`ant-${n}`, `${n} ${"x".repeat(600)}`),
    );
    await objects.write(made.map(({ object }) => object));
    for (let from = 0; from < count; from += 200) {
      const riders = made.slice(from, from + 200).map(({ rider }) => rider);
      expect(await remote.publish(riders)).toMatchObject({ ok: true });
    }
    const other = await clone();
    const reader = gitRemote({ gitDir: other.gitDir, url: origin, branch: "main" });
    const found = await reader.presence();
    expect(found.ok && found.value.length).toBe(count);
    expect(await remote.push(b, a)).toEqual({ kind: "done" });
    expect(await reader.fetch()).toEqual({ ok: true, value: b });
    expect(await git(gitDir, "for-each-ref", PRESENCE_REFS)).toBe("");
  });
});
