import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { isStopped } from "../../src/git/process-alive.ts";
import { TicketQueue } from "../../src/git/queue.ts";
import { temporary } from "../keys/openssh.ts";
import { until } from "../support/until.ts";

/** A process that does nothing, and a ticket of its before all others. */
async function holder(folder: string): Promise<{ pid: number; ticket: string }> {
  const child = spawn("sleep", ["600"], { stdio: "ignore" });
  await once(child, "spawn");
  onTestFinished(() => void child.kill("SIGKILL"));
  const ticket = `000000000000001-${String(child.pid!).padStart(10, "0")}-000001`;
  writeFileSync(join(folder, ticket), "");
  return { pid: child.pid!, ticket };
}

test("turns come in order, one at a time", async () => {
  const folder = temporary();
  const queue = new TicketQueue(folder);
  const order: string[] = [];
  const take = async (name: string): Promise<void> => {
    const pass = await queue.turn();
    order.push(`${name} begins`);
    await Promise.resolve();
    order.push(`${name} ends`);
    await pass();
  };
  await Promise.all(["a", "b", "c"].map(take));
  expect(order).toHaveLength(6);
  for (let at = 0; at < 6; at += 2)
    expect(order[at]!.split(" ")[0]).toBe(order[at + 1]!.split(" ")[0]);
  expect(readdirSync(folder)).toEqual([]);
});

test("a process that runs is waited for, as long as patience lasts", async () => {
  const folder = temporary();
  const { ticket } = await holder(folder);
  const from = performance.now();
  const pass = await new TicketQueue(folder, 300).turn();
  expect(performance.now() - from).toBeGreaterThanOrEqual(299);
  await pass();
  expect(readdirSync(folder)).toEqual([ticket]);
});

test.skipIf(process.platform !== "linux")(
  "a process that is stopped is not waited for, keeps its place, and is waited for again",
  async () => {
    const folder = temporary();
    const { pid, ticket } = await holder(folder);
    process.kill(pid, "SIGSTOP");
    await until("that it is stopped", () => isStopped(pid));
    const pass = await new TicketQueue(folder).turn();
    await pass();
    expect(readdirSync(folder)).toEqual([ticket]);
    process.kill(pid, "SIGCONT");
    await until("that it runs", () => !isStopped(pid));
    const waited = await new TicketQueue(folder, 300).turn();
    await waited();
    expect(readdirSync(folder)).toEqual([ticket]);
  },
);

test("what a dead process left is cleared away", async () => {
  const folder = temporary();
  // No process has this number: the largest that Linux gives is 4,194,304.
  writeFileSync(join(folder, "000000000000001-0004999999-000001"), "");
  const pass = await new TicketQueue(folder).turn();
  expect(readdirSync(folder)).toHaveLength(1);
  await pass();
});
