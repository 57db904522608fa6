import { readFileSync } from "node:fs";
import { killGroup } from "../../git/process-group.ts";
import type { Clock } from "../../app/ports.ts";
import type { Delivery } from "./ledger.ts";

const GRACE_MS = 2_000;
const LOOK_MS = 50;

/**
 * Ends the programs that a killed daemon has left running: nobody watches over their time, and what
 * they do would mix with the next try. Answers whose they were. Where the system does not tell what a
 * process was started with, a process is let be: its id may be another's by now.
 */
export async function endOrphans(
  deliveries: readonly Delivery[],
  clock: Clock,
): Promise<readonly Delivery[]> {
  const orphans = deliveries.filter(({ pid, event }) => pid !== undefined && isTry(pid, event.id));
  for (const { pid } of orphans) killGroup(pid!, "SIGTERM");
  for (let waited = 0; waited < GRACE_MS && orphans.some(isThere); waited += LOOK_MS)
    await clock.sleep(LOOK_MS);
  for (const { pid } of orphans) killGroup(pid!, "SIGKILL");
  return orphans;
}

function isThere({ pid }: Delivery): boolean {
  return killGroup(pid!, 0);
}

/** Whether a process was started for this event. */
function isTry(pid: number, event: string): boolean {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, "latin1").split("\0");
    return environment.includes(`MOUND_EVENT_ID=${event}`);
  } catch {
    return false;
  }
}
