import { err, ok } from "../base/result.ts";
import {
  PRESENCE_REFS,
  STATE_REFS,
  type Carried,
  type GitObject,
  type PushOutcome,
  type Remote,
  type RemoteFault,
  type Rider,
} from "../app/ports.ts";
import { unreachable } from "../base/assert.ts";
import type { Oid } from "../protocol/ids.ts";

/**
 * What happens to one call instead of success. `refuse`: the server declines the push (or the fetch,
 * by permission). `lose-reply`: the push is applied and the answer lost. `cut`: the connection
 * breaks before anything is applied. `unreachable`: there is no connection at all.
 */
export type Mishap = "refuse" | "lose-reply" | "cut" | "unreachable";

/** The origin that the clones of a test or of a simulation share. */
export interface MemoryOrigin {
  readonly url: string;
  readonly objects: Map<Oid, GitObject>;
  /** Branch name to tip. */
  readonly branches: Map<string, Oid>;
  /** Full names of refs beside the line, to what they stand at. */
  readonly presence: Map<string, Oid>;
  /** Taken from the front, one for each push (`pushes`) or fetch (`fetches`); undefined: no mishap. */
  readonly mishaps: {
    readonly pushes: (Mishap | undefined)[];
    readonly fetches: (Mishap | undefined)[];
  };
}

export function memoryOrigin(url = "memory://origin"): MemoryOrigin {
  return {
    url,
    objects: new Map(),
    branches: new Map(),
    presence: new Map(),
    mishaps: { pushes: [], fetches: [] },
  };
}

/** One clone's view of an origin; `objects` are the clone's own. */
export function memoryRemote(
  origin: MemoryOrigin,
  objects: Map<Oid, GitObject>,
  branch: string,
): Remote {
  const { url } = origin;
  return {
    url,
    async fetch() {
      const mishap = origin.mishaps.fetches.shift();
      if (mishap !== undefined) return err(fetchMishap(url, mishap));
      const tip = origin.branches.get(branch);
      if (tip !== undefined) copyMissing(origin.objects, objects);
      return ok(tip);
    },
    async peek() {
      return origin.branches.get(branch);
    },
    push: async (next, old, riders = []) => {
      const carried = (): Carried =>
        riders.length === 0 ? {} : { carried: carry(origin, objects, riders) };
      const mishap = origin.mishaps.pushes.shift();
      if (mishap === undefined)
        return { ...receive(origin, objects, branch, next, old), ...carried() };
      if (mishap !== "lose-reply") return pushMishap(url, mishap);
      receive(origin, objects, branch, next, old);
      carried();
      return { kind: "unknown", detail: "the answer was lost" };
    },
    async publish(riders) {
      const mishap = origin.mishaps.pushes.shift();
      const applied = mishap === undefined || mishap === "lose-reply";
      const carried = applied ? carry(origin, objects, riders) : [];
      if (mishap !== undefined) return err(fetchMishap(url, mishap));
      if (carried.length === riders.length) return ok(undefined);
      return err({ code: "remote-refused", url, detail: "an object is missing" });
    },
    async presence() {
      const mishap = origin.mishaps.fetches.shift();
      if (mishap !== undefined) return err(fetchMishap(url, mishap));
      copyMissing(origin.objects, objects);
      const riders = [...origin.presence].flatMap(([ref, oid]) =>
        ref.startsWith(PRESENCE_REFS) ? [{ ref, oid }] : [],
      );
      return ok(riders.toSorted((a, b) => (a.ref < b.ref ? -1 : 1)));
    },
    async state(agent) {
      const mishap = origin.mishaps.fetches.shift();
      if (mishap !== undefined) return err(fetchMishap(url, mishap));
      copyMissing(origin.objects, objects);
      return ok(origin.presence.get(`${STATE_REFS}${agent}`));
    },
  };
}

function pushMishap(url: string, mishap: Exclude<Mishap, "lose-reply">): PushOutcome {
  switch (mishap) {
    case "refuse":
    case "unreachable":
      return { kind: "failed", fault: fetchMishap(url, mishap) };
    case "cut":
      return { kind: "unknown", detail: "the connection broke" };
    default:
      return unreachable(mishap);
  }
}

/** Moves refs by force, and brings what they stand at; one without its object stays as it is. */
function carry(
  origin: MemoryOrigin,
  objects: ReadonlyMap<Oid, GitObject>,
  riders: readonly Rider[],
): readonly string[] {
  return riders.flatMap(({ ref, oid }) => {
    const object = objects.get(oid);
    if (object === undefined) return [];
    // A tree brings what it names, as a push does.
    if (object.type === "tree") copyMissing(objects, origin.objects);
    origin.objects.set(oid, object);
    origin.presence.set(ref, oid);
    return [ref];
  });
}

/** In git's order: the same commit first, then the lease, so that a landed push is never `refused`. */
function receive(
  origin: MemoryOrigin,
  objects: ReadonlyMap<Oid, GitObject>,
  branch: string,
  next: Oid,
  old: Oid | undefined,
): PushOutcome {
  const tip = origin.branches.get(branch);
  if (tip === next) return { kind: "unknown", detail: "the branch already stands at this commit" };
  if (tip !== old) return { kind: "refused", why: "moved", detail: `at ${tip ?? "no commit"}` };
  copyMissing(objects, origin.objects);
  origin.branches.set(branch, next);
  return { kind: "done" };
}

/** Objects are immutable, so clones may hold the very same ones. */
function copyMissing(from: ReadonlyMap<Oid, GitObject>, to: Map<Oid, GitObject>): void {
  for (const [oid, object] of from) if (!to.has(oid)) to.set(oid, object);
}

function fetchMishap(url: string, mishap: Mishap): RemoteFault {
  return mishap === "refuse"
    ? { code: "remote-refused", url, detail: "declined" }
    : { code: "remote-unreachable", url, detail: "no connection" };
}
