import { chmodSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { err, ok, type Result } from "../base/result.ts";
import { TicketQueue } from "../git/queue.ts";
import { prepareEndpoint } from "../open/endpoint.ts";
import type { DaemonRunning } from "../open/faults.ts";
import { SequencerClient } from "../open/sequencer-client.ts";

/**
 * Makes this process the one daemon of an endpoint: what a dead daemon left there is cleared away, a
 * living one stays. Processes that start at the same moment take turns at it. `listen` is called when
 * nobody else is there.
 */
export async function becomeOnly(
  endpoint: string,
  listen: () => Promise<void>,
): Promise<Result<undefined, DaemonRunning>> {
  prepareEndpoint(endpoint);
  const windows = process.platform === "win32";
  const pass = windows
    ? async () => undefined
    : await new TicketQueue(join(dirname(endpoint), "starting")).turn();
  try {
    const client = new SequencerClient(endpoint);
    const reply = await client.ask({ type: "status" });
    client.close();
    // Whatever answers is a daemon; only silence and a refused connection mean that none is there.
    if (reply.kind === "status") return err({ code: "daemon-running", pid: reply.status.pid });
    if (reply.kind !== "absent" || reply.deaf === true)
      return err({ code: "daemon-running", pid: undefined });
    if (!windows) rmSync(endpoint, { force: true });
    await listen();
    if (!windows) chmodSync(endpoint, 0o600);
    return ok(undefined);
  } finally {
    await pass();
  }
}
