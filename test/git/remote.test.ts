import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { FETCHED_REF, gitRemote } from "../../src/git/remote.ts";
import { commit } from "../contract/build.ts";
import { git } from "../contract/clone.ts";
import { serveRepository } from "./http-origin.ts";
import { bareRepository, clone, folder, hook, setEnvironment } from "./scratch.ts";

async function open(url: string) {
  const made = await clone();
  const a = commit({ f: "a" }, [], "a");
  const b = commit({ f: "b" }, [a.oid], "b");
  await made.objects.write([...a.objects, ...b.objects]);
  const remote = gitRemote({ gitDir: made.gitDir, url, branch: "main", fetchTimeoutMs: 20_000 });
  return { ...made, remote, a: a.oid, b: b.oid };
}

describe("gitRemote", () => {
  test("a push and a fetch touch no ref of the clone but the fetched one", async () => {
    const origin = await bareRepository();
    const { gitDir, remote, a, b } = await open(origin);
    await git(gitDir, "config", "remote.origin.url", origin);
    await git(gitDir, "config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*");
    await git(gitDir, "config", "fetch.prune", "true");
    await remote.push(a, undefined);
    await git(origin, "tag", "v1", a);
    await remote.push(b, a);
    await remote.fetch();
    expect(await git(gitDir, "for-each-ref", "--format=%(refname) %(objectname)")).toBe(
      `${FETCHED_REF} ${b}`,
    );
    await expect(readFile(join(gitDir, "FETCH_HEAD"))).rejects.toThrow("ENOENT");
  });

  test("a person's push settings do not break a push", async () => {
    const origin = await bareRepository();
    const { gitDir, remote, a } = await open(origin);
    for (const setting of [
      "push.pushOption=x",
      "push.gpgSign=true",
      "push.followTags=true",
      "push.recurseSubmodules=check",
      "push.useForceIfIncludes=true",
    ]) {
      await git(gitDir, "config", ...setting.split("="));
    }
    expect(await remote.push(a, undefined)).toEqual({ kind: "done" });
  });

  test("a peek sees the tip of a path and of a file URL, and nothing where it would cost a process", async () => {
    const origin = await bareRepository();
    const { gitDir, remote, a } = await open(origin);
    await remote.push(a, undefined);
    expect(await remote.peek()).toBe(a);
    for (const url of [`file://${origin}`, origin])
      expect(await gitRemote({ gitDir, url, branch: "main" }).peek()).toBe(a);
    expect(
      await gitRemote({ gitDir, url: "https://127.0.0.1/x.git", branch: "main" }).peek(),
    ).toBeUndefined();
    await git(origin, "pack-refs", "--all");
    expect(await remote.peek()).toBe(a);
    expect(await remote.fetch()).toEqual({ ok: true, value: a });
  });

  test.each([
    "",
    "--upload-pack=touch x",
    "-oProxyCommand=x",
    "ext::sh -c 'touch x'",
    "fd::17",
    "::x",
    "origin",
    "/tmp/a\nb",
  ])("%j is refused before any process starts", async (url) => {
    const { remote, a } = await open(url);
    setEnvironment({ PATH: await folder() });
    const fault = { code: "remote-refused", url };
    expect(await remote.fetch()).toMatchObject({ ok: false, error: fault });
    expect(await remote.push(a, undefined)).toMatchObject({ kind: "failed", fault });
    expect(await remote.peek()).toBeUndefined();
  });

  test.each(["-x", "a..b", "a b", "a.lock", ""])("%j is no branch name", async (branch) => {
    expect(() => gitRemote({ gitDir: "/nowhere", url: "/nowhere", branch })).toThrow(
      "not a branch name",
    );
  });

  test("each way in which an origin cannot be read has its code", async () => {
    const empty = await bareRepository("sha256");
    expect(await (await open(empty)).remote.fetch()).toMatchObject({ ok: true, value: undefined });
    const other = await bareRepository("sha256");
    const tree = await git(other, "hash-object", "-t", "tree", "-w", "/dev/null");
    const made = await git(
      other,
      "-c",
      "user.name=a",
      "-c",
      "user.email=a",
      "commit-tree",
      "-m",
      "x",
      tree,
    );
    await git(other, "update-ref", "refs/heads/main", made);
    const cases: [string, string, string][] = [
      [other, "remote-garbage", "sha256"],
      [await folder(), "remote-garbage", "does not appear"],
      [join(await folder(), "gone"), "remote-unreachable", "does not appear"],
      ["http://nowhere.invalid/x.git", "remote-unreachable", "resolve"],
      ["ssh://127.0.0.1:1/x.git", "remote-unreachable", ""],
      [await serve(401), "remote-refused", "terminal prompts disabled"],
      [await serve(403), "remote-refused", "403"],
      [await serve(404), "remote-unreachable", "not found"],
      [await serve(503), "remote-unreachable", "503"],
      [await serve(200, "<html>hello</html>"), "remote-garbage", "not a git server"],
      [await serve(200, "zzzz not a packet", GIT_TYPE), "remote-garbage", ""],
    ];
    for (const [url, code, detail] of cases) {
      const { remote } = await open(url);
      expect(await remote.fetch(), url).toMatchObject({
        ok: false,
        error: { code, url, detail: expect.stringContaining(detail) },
      });
    }
  });

  test("over http too: an empty origin, a push, a fetch, a lost race, a declined push", async () => {
    const gitDir = await bareRepository();
    const { url } = await serveRepository(gitDir);
    const { remote, a, b } = await open(url);
    expect(await remote.fetch()).toEqual({ ok: true, value: undefined });
    expect(await remote.push(a, undefined)).toEqual({ kind: "done" });
    expect(await remote.fetch()).toEqual({ ok: true, value: a });
    expect(await remote.push(b, undefined)).toMatchObject({ kind: "refused", why: "moved" });
    await hook(gitDir, "pre-receive", "echo held by ant-3 >&2; exit 1");
    const fault = { code: "remote-refused", detail: expect.stringContaining("held by ant-3") };
    expect(await remote.push(b, a)).toMatchObject({ kind: "failed", fault });
  });

  test.each(["cut", "status 500"] as const)(
    "an http push that was applied and answered by %s is unknown",
    async (after) => {
      const gitDir = await bareRepository();
      const origin = await serveRepository(gitDir);
      const { remote, a, b } = await open(origin.url);
      await remote.push(a, undefined);
      origin.after = after;
      expect(await remote.push(b, a)).toMatchObject({ kind: "unknown" });
      expect(await git(gitDir, "rev-parse", "main")).toBe(b);
      expect(await remote.fetch()).toEqual({ ok: true, value: b });
    },
  );

  test("an http push that the server turns away has failed", async () => {
    const origin = await serveRepository(await bareRepository());
    const { remote, a } = await open(origin.url);
    origin.after = "status 403";
    expect(await remote.push(a, undefined)).toMatchObject({
      kind: "failed",
      fault: { code: "remote-refused" },
    });
  });

  test("an origin that never answers is unreachable", async () => {
    const url = await serve(undefined);
    const { gitDir } = await open(url);
    const remote = gitRemote({ gitDir, url, branch: "main", fetchTimeoutMs: 400 });
    const error = { code: "remote-unreachable", url, detail: "no answer in time" };
    expect(await remote.fetch()).toEqual({ ok: false, error });
  });

  test("a pack with damage in it is garbage, and the clone stays sound", async () => {
    const origin = await bareRepository();
    const { gitDir, remote, a, b } = await open(origin);
    await remote.push(b, undefined);
    const file = join(origin, "objects", b.slice(0, 2), b.slice(2));
    await chmod(file, 0o644);
    await writeFile(file, (await readFile(file)).subarray(0, 20));
    const other = await clone();
    const fetched = await gitRemote({ gitDir: other.gitDir, url: origin, branch: "main" }).fetch();
    expect(fetched).toMatchObject({ ok: false });
    expect(await git(other.gitDir, "for-each-ref")).toBe("");
    expect(await git(gitDir, "cat-file", "-t", a)).toBe("commit");
  });

  test("a full disk in the clone is not blamed on the origin", async () => {
    const path = await folder();
    await writeFile(
      join(path, "git"),
      "#!/bin/sh\necho 'fatal: write error: No space left on device' >&2\nexit 128\n",
      { mode: 0o755 },
    );
    const { remote } = await open(await bareRepository());
    setEnvironment({ PATH: path + delimiter + process.env["PATH"] });
    await expect(remote.fetch()).rejects.toMatchObject({
      fault: { code: "git-failed", command: "fetch" },
    });
  });
});

const GIT_TYPE = "application/x-git-upload-pack-advertisement";

/** An http origin that gives every question the same answer, or none at all; its URL. */
async function serve(status: number | undefined, body = "", type = "text/html"): Promise<string> {
  const server: Server = createServer((_request, response) => {
    if (status === undefined) return;
    const challenge = status === 401 ? { "WWW-Authenticate": "Basic realm=x" } : {};
    response.writeHead(status, { "Content-Type": type, ...challenge }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mound.git`;
}
