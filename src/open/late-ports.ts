/**
 * Ports that load their adapter at the first use. A command that reads a warm view needs none of them,
 * and is started by an agent at every step; loading them all was measured to take longer than it does.
 */
import type { History, Objects, Refs, Remote, Verifier } from "../app/ports.ts";
import { hashObject } from "../git/hash.ts";
import { peekBranch, readRefFile } from "../git/ref-file.ts";
import type { RemoteOptions } from "../git/remote-options.ts";

export function lateObjects(gitDir: string, durable: boolean): Objects {
  const objects = late(async () =>
    (await import("../git/objects.ts")).gitObjects({ gitDir, durable }),
  );
  return {
    name: hashObject,
    read: async (oid) => (await objects.get()).read(oid),
    write: async (batch) => (await objects.get()).write(batch),
    close: async () => (await objects.loaded())?.close(),
  };
}

export function lateHistory(gitDir: string): History {
  const history = late(async () => (await import("../git/history.ts")).gitHistory({ gitDir }));
  return {
    async *commits(from, to, maxBytes) {
      yield* (await history.get()).commits(from, to, maxBytes);
    },
    contains: async (ancestor, tip) => (await history.get()).contains(ancestor, tip),
  };
}

export function lateRefs(gitDir: string): Refs {
  const refs = late(async () => (await import("../git/refs.ts")).gitRefs(gitDir));
  return {
    async read(name) {
      const found = readRefFile(gitDir, name);
      return found === "symbolic" ? (await refs.get()).read(name) : found;
    },
    swap: async (name, next, old) => (await refs.get()).swap(name, next, old),
  };
}

export function lateRemote(options: RemoteOptions): Remote {
  const { url, branch } = options;
  const remote = late(async () => (await import("../git/remote.ts")).gitRemote(options));
  return {
    url,
    fetch: async () => (await remote.get()).fetch(),
    peek: async () => peekBranch(url, branch),
    push: async (next, old, riders) => (await remote.get()).push(next, old, riders),
    publish: async (riders) => (await remote.get()).publish(riders),
    presence: async () => (await remote.get()).presence(),
    state: async (agent) => (await remote.get()).state(agent),
  };
}

export function lateEmbedded(origin: string, branch: string): Remote {
  const remote = late(async () =>
    (await import("../git/embedded.ts")).embeddedRemote(origin, branch),
  );
  return {
    url: origin,
    fetch: async () => (await remote.get()).fetch(),
    peek: async () => peekBranch(origin, branch),
    push: async (next, old, riders) => (await remote.get()).push(next, old, riders),
    publish: async (riders) => (await remote.get()).publish(riders),
    presence: async () => (await remote.get()).presence(),
    state: async (agent) => (await remote.get()).state(agent),
  };
}

export function lateVerifier(): Verifier {
  const verifier = late(async () => (await import("../keys/verifier.ts")).createVerifier());
  return {
    verify: async (checks) => (await verifier.get()).verify(checks),
    close: async () => (await verifier.loaded())?.close(),
  };
}

interface Late<T> {
  get(): Promise<T>;
  /** Without loading it. */
  loaded(): Promise<T | undefined>;
}

function late<T>(load: () => Promise<T>): Late<T> {
  let loading: Promise<T> | undefined;
  return { get: () => (loading ??= load()), loaded: async () => loading };
}
