import { mkdirSync } from "node:fs";
import type { Socket } from "node:net";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { endpointOf } from "../../src/open/endpoint.ts";
import { HandOver } from "../../src/open/hand-over.ts";
import type { RequestFrame } from "../../src/open/wire.ts";
import type { Command } from "../../src/protocol/commands/index.ts";
import type { AgentId, Nonce } from "../../src/protocol/ids.ts";
import { temporary } from "../keys/openssh.ts";
import { fakeServer } from "../support/sockets.ts";

const ANT = "ant" as AgentId;
const claim: Command = { type: "claim", task: "k3f9" };
const nonce = "0123456789abcdef" as Nonce;

/** A clone whose daemon does as it is told with the one request that comes. */
async function clone(say: (frame: RequestFrame, socket: Socket) => void) {
  const gitDir = join(temporary(), ".git");
  const endpoint = endpointOf(gitDir);
  mkdirSync(dirname(endpoint), { recursive: true, mode: 0o700 });
  const asked: RequestFrame[] = [];
  await fakeServer(endpoint, (socket) => {
    socket.on("data", (chunk: Buffer) => {
      const frame = JSON.parse(chunk.toString("utf8")) as RequestFrame;
      asked.push(frame);
      say(frame, socket);
    });
  });
  return { handOver: new HandOver(gitDir), asked };
}

const refuse =
  (error: object) =>
  ({ id }: RequestFrame, socket: Socket): void =>
    void socket.write(`${JSON.stringify({ id, ok: false, error })}\n`);

test("what a daemon may have begun is carried out under the same names", async () => {
  for (const say of [
    (_: RequestFrame, socket: Socket): void => void socket.end(),
    refuse({ code: "broken", detail: "no space left on device" }),
  ]) {
    const { handOver, asked } = await clone(say);
    let sent = 0;
    const handed = await handOver.submit(ANT, [claim, claim], () => (sent += 1));
    const named = (asked[0] as RequestFrame & { operations: { nonce: Nonce }[] }).operations;
    const nonces = named.map((operation) => operation.nonce);
    expect(new Set(nonces).size).toBe(2);
    expect([handed, sent]).toEqual([{ kind: "alone", again: { nonces, sent: true } }, 1]);
    handOver.close();
  }
});

test("names that were given are kept", async () => {
  const { handOver } = await clone((_frame, socket) => void socket.end());
  const handed = await handOver.submit(ANT, [claim], undefined, [nonce]);
  expect(handed).toEqual({ kind: "alone", again: { nonces: [nonce], sent: true } });
});

test.each(["other-build", "key-unavailable", "stopping", "malformed", "no-committer"])(
  "what a daemon has not taken is carried out as if there were none: %s",
  async (code) => {
    const { handOver } = await clone(refuse({ code, detail: "" }));
    expect(await handOver.submit(ANT, [claim])).toEqual({ kind: "alone" });
    handOver.close();
  },
);

test("a queue that is full is the answer to each command", async () => {
  const error = { code: "queue-full", waiting: 9_000, retry: 1_500 };
  const { handOver } = await clone(refuse(error));
  const handed = await handOver.submit(ANT, [claim, claim]);
  const full = { ok: false, error };
  expect(handed).toMatchObject({ kind: "done", submitted: { outcomes: [full, full] } });
  handOver.close();
});

test("what founds a mound or changes a key stays with the process that has the key", async () => {
  const { handOver, asked } = await clone(() => undefined);
  const rotate = { type: "rotate", key: "key" } as unknown as Command;
  expect(await handOver.submit(ANT, [claim, rotate])).toEqual({ kind: "alone" });
  expect(asked).toEqual([]);
});
