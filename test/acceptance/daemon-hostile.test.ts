import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { mound } from "../support/command.ts";
import { as, ask, besieged, expectWell, throughDaemon } from "../support/besieged.ts";
import { countCommits, heldTasks } from "../support/site.ts";
import { RawClient } from "../support/sockets.ts";
import { until } from "../support/until.ts";

const NONCE = "0123456789abcdef";

/** An operation by which `ant` takes a task. */
function claim(task: string, nonce = NONCE): object {
  return {
    type: "submit",
    agent: "ant",
    operations: [{ nonce, command: { type: "claim", task } }],
  };
}

/** Kilobytes of memory that a process has. */
function memoryOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]);
}

describe("a client that says what is no request", () => {
  test("is told so, let go, and hinders nobody", async () => {
    const scene = await besieged();
    const cases: readonly (readonly [string, string | Uint8Array])[] = [
      ["garbage", Uint8Array.from([0, 1, 2, 255, 254, 10])],
      ["an http request", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"],
      ["no object", '"mound"\n'],
      ["ten megabytes without an end", Buffer.alloc(10 * 1024 * 1024, 0x78)],
    ];
    for (const [name, data] of cases) {
      const client = await RawClient.open(scene.socket);
      client.send(data);
      await client.end();
      expect(client.answers(), name).toMatchObject([{ id: 0, ok: false }]);
    }
    await expectWell(scene);
  });

  test("is told so and stays, where it is a request of another shape", async () => {
    const scene = await besieged();
    const client = await RawClient.open(scene.socket);
    const shapes: readonly object[] = [
      { type: "fly" },
      { type: "submit" },
      { type: "submit", agent: "../ant", operations: [] },
      { type: "submit", agent: "ant", operations: [] },
      { type: "submit", agent: "ant", operations: [{ nonce: "no", command: { type: "next" } }] },
      { type: "submit", agent: "ant", operations: [{ nonce: NONCE, command: { type: "init" } }] },
      { type: "submit", agent: "ant", operations: [{ nonce: NONCE, command: "rm -rf /" }] },
      { type: "submit", agent: "ant", operations: Array(6_000).fill(null) },
      { type: "order", agent: "ant", operation: { nonce: NONCE, command: { type: "next" } } },
      { type: "presence", agent: "nobody at all" },
    ];
    for (const [at, shape] of shapes.entries()) client.send(ask(scene, at + 1, shape));
    for (const at of shapes.keys())
      expect(await client.answer(at + 1)).toMatchObject({
        ok: false,
        error: { code: "malformed", detail: expect.stringMatching(/./) },
      });
    await expectWell(scene);
    expect(await countCommits(scene.site.origin)).toBe(scene.site.founding + 3);
  });

  test("is let be, where it is of another build: the command goes on alone", async () => {
    const scene = await besieged();
    const client = await RawClient.open(scene.socket);
    client.send(`${JSON.stringify({ id: 7, build: "another", ...claim(scene.site.tasks[0]!) })}\n`);
    expect(await client.answer(7)).toMatchObject({ ok: false, error: { code: "other-build" } });
    expect(await heldTasks(scene.site.origin)).toEqual([]);
    await expectWell(scene);
  });
});

describe("an agent whom the daemon cannot serve", () => {
  test("is refused by name where it is nobody, or has no key here", async () => {
    const scene = await besieged();
    const stranger = await mound(as(scene.ant, "stranger"), "next", "--claim");
    expect(stranger).toMatchObject({ code: 4, json: { error: { code: "key-missing" } } });
    const raw = await RawClient.open(scene.socket);
    raw.send(ask(scene, 1, { ...claim(scene.site.tasks[0]!), agent: "stranger" }));
    expect(await raw.answer(1)).toMatchObject({ ok: false, error: { code: "key-unavailable" } });
    await expectWell(scene);
  });

  test("one refusal of many stays one: the others of the batch land", async () => {
    const scene = await besieged({ tasks: 3 });
    const [one, two, three] = scene.site.tasks as [string, string, string];
    const client = await RawClient.open(scene.socket);
    const names = ["1", "2", "3", "4"].map((digit) => digit.repeat(16));
    const operations = [one, "no-such-task", two, three].map((task, at) => ({
      nonce: names[at]!,
      command: { type: "claim", task },
    }));
    client.send(ask(scene, 1, { type: "submit", agent: "ant", operations }));
    const answer = (await client.answer(1)) as { submitted: { outcomes: unknown[] } };
    expect(answer.submitted.outcomes).toMatchObject([
      { ok: true },
      { ok: false, error: { code: "task-missing" } },
      { ok: true },
      { ok: true },
    ]);
    expect(new Set(await heldTasks(scene.site.origin))).toEqual(new Set([one, two, three]));
    await expectWell(scene);
  });
});

describe("a client that hangs or vanishes", () => {
  test("with half a request, or none, is waited for by nobody else", async () => {
    const scene = await besieged();
    const [silent, half] = [await RawClient.open(scene.socket), await RawClient.open(scene.socket)];
    half.send(ask(scene, 1, claim(scene.site.tasks[0]!)).slice(0, 40));
    await expectWell(scene);
    half.socket.destroy();
    silent.socket.destroy();
    await expectWell(scene);
    expect(await heldTasks(scene.site.origin)).toEqual([]);
  });

  test("that reads nothing is let go before it fills the memory", async () => {
    const scene = await besieged();
    const pid = scene.daemon.child.pid!;
    const client = await RawClient.open(scene.socket);
    client.socket.pause();
    const before = memoryOf(pid);
    const many = Array.from({ length: 1_000 }, (_, id) => ask(scene, id + 1, { type: "status" }));
    await until("that it is let go, or that nothing more is taken", () => {
      if (client.socket.writableLength < 8 * 1024 * 1024) client.send(many.join(""));
      return client.closed || client.socket.writableLength >= 8 * 1024 * 1024;
    });
    await expectWell(scene);
    client.socket.destroy();
    expect(memoryOf(pid) - before).toBeLessThan(400 * 1024);
  });

  test("right after its request leaves at most one commit, and the next one learns of it", async () => {
    const scene = await besieged({ tasks: 1 });
    const [task] = scene.site.tasks as [string];
    const client = await RawClient.open(scene.socket);
    client.socket.end(ask(scene, 1, claim(task)));
    await client.end();
    const claimed = await mound(scene.ant, "claim", task);
    expect(claimed).toMatchObject({ code: 0, json: { data: { token: 1 } } });
    expect(await countCommits(scene.site.origin)).toBe(scene.site.founding + 1);
    await expectWell(scene);
  });

  test("in the middle of a push leaves what it asked for done, once", async () => {
    const scene = await besieged({ tasks: 1 });
    const [task] = scene.site.tasks as [string];
    const client = await RawClient.open(scene.socket);
    client.send(ask(scene, 1, claim(task)));
    await until("the push", () => scene.daemon.talk().includes("phase push\n"));
    client.socket.destroy();
    await until("the claim", async () => (await heldTasks(scene.site.origin)).includes(task));
    const again = await RawClient.open(scene.socket);
    again.send(ask(scene, 1, claim(task)));
    expect(await again.answer(1)).toMatchObject({
      submitted: { outcomes: [{ ok: true, value: { answer: { tasks: [task], token: 1 } } }] },
    });
    expect(await countCommits(scene.site.origin)).toBe(scene.site.founding + 1);
    await expectWell(scene);
  });
});

test("a thousand connections at once: commands are answered all the same", async () => {
  const scene = await besieged({ tasks: 8 });
  const idle = await Promise.all(Array.from({ length: 1_000 }, () => RawClient.open(scene.socket)));
  for (const [at, client] of idle.entries())
    client.send(at % 2 === 0 ? "half a request" : ask(scene, 1, { type: "status" }));
  const ran = await Promise.all(
    scene.site.tasks.slice(0, 4).map((task) => mound(scene.ant, "claim", task)),
  );
  expect(ran.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  expect(ran.every(throughDaemon)).toBe(true);
  const answers = await Promise.all(
    idle.filter((_, at) => at % 2 === 1).map((client) => client.answer(1)),
  );
  expect(answers.every(({ ok }) => ok === true)).toBe(true);
  for (const { socket } of idle) socket.destroy();
  await expectWell(scene);
});

test("a command of ten megabytes is carried out, or refused, with words", async () => {
  const scene = await besieged();
  const file = join(scene.site.dir, "wishes.yaml");
  writeFileSync(
    file,
    Array.from(
      { length: 1_200 },
      (_, at) => `- title: task ${at}\n  body: ${"x".repeat(8_000)}\n`,
    ).join(""),
  );
  const imported = await mound(scene.ant, "task", "import", file);
  expect(imported).toMatchObject({ code: 0 });
  // It does not fit through the socket, so that the command carried it out itself.
  expect(throughDaemon(imported)).toBe(false);
  await expectWell(scene);
});
