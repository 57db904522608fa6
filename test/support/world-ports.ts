/** The ports on a world: what it folded, as an origin and a clone of it would give it. */
import { createHash } from "node:crypto";
import { defined } from "../../src/base/assert.ts";
import type { LinePorts } from "../../src/app/line.ts";
import type { History, RawCommit, Remote, Verifier } from "../../src/app/ports.ts";
import { virtualClock, type VirtualClock } from "../../src/memory/clock.ts";
import { memoryObjects } from "../../src/memory/objects.ts";
import { memoryRefs } from "../../src/memory/refs.ts";
import { memoryStateCache } from "../../src/memory/state-cache.ts";
import { encodeCommit } from "../../src/protocol/commit.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import type { CommitFacts } from "../../src/protocol/judge.ts";
import type { SignatureFact } from "../../src/protocol/signature.ts";
import type { World } from "./world.ts";

/** An origin that holds the first `length` commits of a world; set it to land more. */
export interface WorldOrigin {
  length: number;
  /** While it is away every fetch fails. */
  away: boolean;
  /** The branch's tip in place of the world's own, for a branch that was forced. */
  forced: Oid | undefined;
  readonly commits: readonly Oid[];
  /** A clone with nothing in it. */
  clone(clock?: VirtualClock): LinePorts & { readonly clock: VirtualClock };
}

/**
 * Makes origins of one world. Signatures are presumed as the world presumed them, and everything is
 * judged for real.
 */
export function worldOrigins(world: World): () => WorldOrigin {
  const known = new Map<string, SignatureFact>();
  const history = worldHistory(world.log.map((facts) => rawCommit(world, facts, known)));
  const commits = world.log.map(({ oid }) => oid);
  const verifier: Verifier = {
    verify: async (checks) =>
      checks.map(({ payload, armor }) =>
        defined(known.get(nameOf(payload, armor)), "a signature of the world"),
      ),
    close: async () => undefined,
  };
  return () => {
    const origin: WorldOrigin = {
      length: 0,
      away: false,
      forced: undefined,
      commits,
      clone: (clock = virtualClock({ start: world.now })) => ({
        objects: memoryObjects(),
        refs: memoryRefs(),
        history,
        remote: worldRemote(origin),
        clock,
        verifier,
        cache: memoryStateCache(),
      }),
    };
    return origin;
  };
}

function worldRemote(origin: WorldOrigin): Remote {
  const url = "memory://world";
  const tip = (): Oid | undefined => origin.forced ?? origin.commits[origin.length - 1];
  return {
    url,
    fetch: async () =>
      origin.away
        ? { ok: false, error: { code: "remote-unreachable", url, detail: "away" } }
        : { ok: true, value: tip() },
    peek: async () => (origin.away ? undefined : tip()),
    push: async () => {
      throw new Error("nothing is pushed to a world");
    },
    publish: async () => ({ ok: true, value: undefined }),
    presence: async () => ({ ok: true, value: [] }),
    state: async () => ({ ok: true, value: undefined }),
  };
}

function worldHistory(raw: readonly RawCommit[]): History {
  const places = new Map(raw.map(({ oid }, at) => [oid, at]));
  return {
    async *commits(from, to) {
      const first = from === undefined ? 0 : defined(places.get(from), from) + 1;
      yield* raw.slice(first, defined(places.get(to), to) + 1);
    },
    contains: async (ancestor, tip) =>
      (places.get(ancestor) ?? Infinity) <= (places.get(tip) ?? -Infinity),
  };
}

function rawCommit(world: World, facts: CommitFacts, known: Map<string, SignatureFact>): RawCommit {
  const commit = defined(facts.commit, "a commit of the world");
  const draft = { ...commit, parent: commit.parents[0] };
  const armor = `-----BEGIN SSH SIGNATURE-----\n${facts.oid}\n-----END SSH SIGNATURE-----\n`;
  const signature = defined(facts.signature, "the signature of a commit");
  // The payload of a commit is what is left of it without the armor, which here names the commit.
  known.set(armor, signature);
  for (const { record, signatures } of facts.changes) {
    if (record?.ok !== true) continue;
    record.value.armors.forEach((each, at) =>
      known.set(nameOf(record.value.signed, each), defined(signatures[at], "its fact")),
    );
  }
  return {
    oid: facts.oid,
    bytes: encodeCommit(draft, armor),
    changes: facts.changes.map(({ path, mode, oid, size }) => {
      return { path, mode, oid, size, bytes: oid === undefined ? undefined : world.bytesOf(oid) };
    }),
  };
}

function nameOf(payload: Uint8Array, armor: string): string {
  if (/^[0-9a-f]{40}$/m.test(armor)) return armor;
  return `${createHash("sha1").update(payload).digest("hex")} ${armor}`;
}
