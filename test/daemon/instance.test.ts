import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { becomeOnly } from "../../src/daemon/instance.ts";
import { SocketServer } from "../../src/daemon/server.ts";
import { WIRE_BUILD, type DaemonStatus } from "../../src/open/wire.ts";
import { memoryLog } from "../support/memory-log.ts";
import { fakeServer, RawClient, socketPath } from "../support/sockets.ts";

/** A would-be daemon of an endpoint; answers whether it has become the only one. */
function candidate(endpoint: string, pid = 4_711) {
  const server = new SocketServer({
    endpoint,
    log: memoryLog(),
    handle: async () => ({ ok: true, status: { pid, build: WIRE_BUILD } as DaemonStatus }),
  });
  let listening = false;
  onTestFinished(async () => (listening ? server.close() : undefined));
  return {
    server,
    become: () =>
      becomeOnly(endpoint, async () => {
        await server.listen();
        listening = true;
      }),
    async leave() {
      listening = false;
      await server.close();
    },
  };
}

test("the first one listens, on a socket that is nobody else's business; the second is told who", async () => {
  const endpoint = socketPath();
  const [first, second] = [candidate(endpoint, 1), candidate(endpoint, 2)];
  expect(await first.become()).toEqual({ ok: true, value: undefined });
  expect((statSync(endpoint).mode & 0o777).toString(8)).toBe("600");
  expect(await second.become()).toEqual({ ok: false, error: { code: "daemon-running", pid: 1 } });
  await first.leave();
  expect(await second.become()).toMatchObject({ ok: true });
});

test("of many that start at the very same moment one stays", async () => {
  for (let round = 0; round < 20; round += 1) {
    const endpoint = socketPath();
    const all = Array.from({ length: 6 }, (_, pid) => candidate(endpoint, pid));
    const became = await Promise.all(all.map(({ become }) => become()));
    expect(became.filter(({ ok }) => ok)).toHaveLength(1);
    const client = await RawClient.open(endpoint);
    client.send(`${JSON.stringify({ id: 1, build: WIRE_BUILD, type: "status" })}\n`);
    const pid = became.findIndex(({ ok }) => ok);
    expect(await client.answer(1)).toMatchObject({ ok: true, status: { pid } });
    client.socket.destroy();
    await all[pid]!.leave();
  }
});

test("what a dead daemon left there is cleared away", async () => {
  const endpoint = socketPath();
  writeFileSync(endpoint, "");
  expect(await candidate(endpoint).become()).toMatchObject({ ok: true });
});

test("a turn that a dead process left behind holds up nobody", async () => {
  const endpoint = socketPath();
  const folder = `${dirname(endpoint)}/starting`;
  mkdirSync(folder);
  // No process has this number: the largest that Linux gives is 4,194,304.
  writeFileSync(`${folder}/000000000000001-0004999999-000001`, "");
  expect(await candidate(endpoint).become()).toMatchObject({ ok: true });
});

test("whatever answers there, or listens and does not answer, is let be", async () => {
  for (const say of ["garbage\n", '{"id":1,"ok":false,"error":{"code":"other-build"}}\n']) {
    const endpoint = socketPath();
    await fakeServer(endpoint, (socket) => {
      socket.on("data", () => void socket.write(say));
    });
    expect(await candidate(endpoint).become()).toEqual({
      ok: false,
      error: { code: "daemon-running", pid: undefined },
    });
    expect(existsSync(endpoint)).toBe(true);
  }
});

test("where it cannot listen it says why, and the next one may try", async () => {
  const endpoint = socketPath();
  const failing = becomeOnly(endpoint, async () => {
    throw new Error("no file descriptors");
  });
  await expect(failing).rejects.toThrow("no file descriptors");
  expect(await candidate(endpoint).become()).toMatchObject({ ok: true });
});
