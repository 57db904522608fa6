/**
 * What people ask of the deliveries while a daemon has them: one small file for each request, which
 * the daemon that runs, or the next one, takes up and removes.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface DeliveryRequest {
  /** `retry`: dead letters are put back. `drop`: they are no more. */
  readonly action: "retry" | "drop";
  /** The numbers of deliveries, or all dead letters. */
  readonly of: readonly number[] | "all";
}

const FOLDER = "requests";

/** Leaves a request. `name`: unique, and in the order in which requests are to be taken. */
export function leaveRequest(folder: string, name: string, request: DeliveryRequest): void {
  const requests = join(folder, FOLDER);
  mkdirSync(requests, { recursive: true, mode: 0o700 });
  writeFileSync(join(requests, `${name}.tmp`), JSON.stringify(request));
  renameSync(join(requests, `${name}.tmp`), join(requests, `${name}.json`));
}

/** The names of the requests that nobody has taken up, in order; none where they cannot be seen now. */
export function openRequests(folder: string): readonly string[] {
  try {
    const names = readdirSync(join(folder, FOLDER));
    return names.filter((name) => name.endsWith(".json")).toSorted();
  } catch {
    return [];
  }
}

/** One request; undefined where the file holds none. */
export function readRequest(folder: string, name: string): DeliveryRequest | undefined {
  try {
    const value = JSON.parse(readFileSync(join(folder, FOLDER, name), "utf8")) as DeliveryRequest;
    const known = value.action === "retry" || value.action === "drop";
    const numbers = Array.isArray(value.of) && value.of.every(Number.isSafeInteger);
    return known && (value.of === "all" || numbers) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function removeRequest(folder: string, name: string): void {
  rmSync(join(folder, FOLDER, name), { force: true });
}
