/**
 * What the use cases need of the world, as interfaces over plain data. Each port has a real adapter
 * (git, keys) and one in memory, and one contract suite in test/contract that both must pass.
 */
import type { Result } from "../base/result.ts";
import type { AgentId, Nonce, Oid, PublicKey } from "../protocol/ids.ts";
import type { SignatureFact } from "../protocol/signature.ts";
import type { Delta, Key, Value } from "../protocol/state.ts";

export interface GitObject {
  readonly oid: Oid;
  readonly type: "blob" | "tree" | "commit";
  /** The content without git's header. */
  readonly bytes: Uint8Array;
  /**
   * A hint for whoever packs it: a tree of the same length that differs only in the object names (20
   * bytes) at these places.
   */
  readonly like?: { readonly base: Oid; readonly patched: readonly number[] };
}

export interface Objects {
  /** The name that git gives an object: its SHA-1. */
  name(type: GitObject["type"], bytes: Uint8Array): Oid;
  /** One object, or undefined where it is absent. A damaged object throws. */
  read(oid: Oid): Promise<GitObject | undefined>;
  /** Returns when every object can be read by any process. Objects that exist already are left alone. */
  write(objects: readonly GitObject[]): Promise<void>;
  /** Frees processes and caches; the port may be used again afterwards. */
  close(): Promise<void>;
}

export interface Refs {
  read(name: string): Promise<Oid | undefined>;
  /** Compare-and-swap: false when `name` was not at `old`. `old` undefined: it must not exist. */
  swap(name: string, next: Oid, old: Oid | undefined): Promise<boolean>;
}

/** One path that a commit sets or removes against its first parent. */
export interface RawChange {
  readonly path: string;
  /** Octal digits of the new mode (`100644`), or undefined when the path is removed. */
  readonly mode: string | undefined;
  readonly oid: Oid | undefined;
  /** Bytes of the blob; 0 when removed or not a blob. */
  readonly size: number;
  /** The content of a regular file of at most the byte limit asked for; else undefined. */
  readonly bytes: Uint8Array | undefined;
}

export interface RawCommit {
  readonly oid: Oid;
  /** The commit object as git stores it, without the header. */
  readonly bytes: Uint8Array;
  readonly changes: readonly RawChange[];
}

/**
 * History is read from hostile repositories in bounded memory: a commit object is cut at this many
 * bytes, its list of changes at this many, and with more changes than `HISTORY_CONTENTS` it comes
 * without sizes and contents. All lie beyond what the judge accepts; but a refused commit's paths
 * matter, for they say where the tree is astray from the state.
 */
export const HISTORY_COMMIT_BYTES = 1024 * 1024;
export const HISTORY_CHANGES = 200_000;
export const HISTORY_CONTENTS = 8_192;

export interface History {
  /**
   * The commits after `from` (undefined: from the first) up to and with `to`, along first parents,
   * oldest first. Blobs over `maxBytes` come without content.
   */
  commits(from: Oid | undefined, to: Oid, maxBytes: number): AsyncIterable<RawCommit>;
  /**
   * Whether `ancestor` lies on the history of `tip` along first parents (a commit is its own ancestor):
   * behind another parent of a merge it does not, for there the line would begin elsewhere.
   */
  contains(ancestor: Oid, tip: Oid): Promise<boolean>;
}

/** Why the remote gave no answer that can be used. */
export type RemoteFault =
  | { readonly code: "remote-unreachable"; readonly url: string; readonly detail: string }
  | { readonly code: "remote-refused"; readonly url: string; readonly detail: string }
  | { readonly code: "remote-garbage"; readonly url: string; readonly detail: string };

/**
 * `done`: the ref moved to our commit. `refused`: it surely did not (`moved`: another commit won;
 * `contended`: a lock on the server was busy). `unknown`: look for the nonces. `failed`: it did not
 * and will not by trying again.
 */
export type PushOutcome =
  | { readonly kind: "done" }
  | { readonly kind: "refused"; readonly why: "moved" | "contended"; readonly detail: string }
  | { readonly kind: "unknown"; readonly detail: string }
  | { readonly kind: "failed"; readonly fault: RemoteFault };

/**
 * A ref beside the line that is moved by force and never compared: a heartbeat's, on its blob, or that
 * of a folded state, on its tree.
 */
export interface Rider {
  /** The full name: `refs/mound/presence/<agent>`, `refs/mound/state/<agent>`. */
  readonly ref: string;
  readonly oid: Oid;
}

/** Where heartbeats lie at an origin; what follows is the agent's name. */
export const PRESENCE_REFS = "refs/mound/presence/";

/** Where folded states lie, in a clone and at an origin; what follows is the agent's name. */
export const STATE_REFS = "refs/mound/state/";

export interface Carried {
  /** The riders' refs that surely moved; absent where there were no riders. */
  readonly carried?: readonly string[];
}

export interface Remote {
  readonly url: string;
  /** The tip of the line at the origin, its objects present here afterwards; undefined: no such branch. */
  fetch(): Promise<Result<Oid | undefined, RemoteFault>>;
  /** A cheap look at the tip without a process or the network, where that is possible; a hint only. */
  peek(): Promise<Oid | undefined>;
  /**
   * Compare-and-swap of the line from `old` (undefined: it must not exist) to `next`. What becomes of
   * the riders never changes what is said of the line.
   */
  push(next: Oid, old: Oid | undefined, riders?: readonly Rider[]): Promise<PushOutcome & Carried>;
  /** Resolves when a push would go out at once; absent where one always does. */
  ready?(): Promise<void>;
  /** Moves riders without the line; ok when every one of them moved. */
  publish(riders: readonly Rider[]): Promise<Result<undefined, RemoteFault>>;
  /** Every ref below `PRESENCE_REFS` at the origin, its object present here afterwards. */
  presence(): Promise<Result<readonly Rider[], RemoteFault>>;
  /**
   * The folded state that lies at the origin for an agent, its objects present here afterwards;
   * undefined: none does. Whoever can push may have put it there.
   */
  state(agent: AgentId): Promise<Result<Oid | undefined, RemoteFault>>;
}

export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

export interface Random {
  bytes(count: number): Uint8Array;
  /** Uniform in [0, 1): for backoff and for choices, never for names. */
  fraction(): number;
}

export interface Signer {
  readonly key: PublicKey;
  /** Whether it signs by itself: no passphrase, no ssh-agent, no token that a person touches. */
  readonly unattended: boolean;
  /** An armored SSHSIG (ed25519, sha512) over `payload`, ending in a newline. */
  sign(payload: Uint8Array, namespace: string): Promise<string>;
}

export type KeyFault =
  | { readonly code: "key-missing"; readonly agent: string; readonly path: string }
  /** `path` is a file, or `ssh-agent`. */
  | { readonly code: "key-unusable"; readonly path: string; readonly detail: string }
  /** Keys are never overwritten. */
  | { readonly code: "key-exists"; readonly agent: string; readonly path: string }
  /** Others may read the private key; `mode` in octal. The remedy is `chmod 600 PATH`. */
  | { readonly code: "key-exposed"; readonly path: string; readonly mode: string }
  /** The ssh-agent holds several ed25519 keys, and none was named. */
  | {
      readonly code: "key-ambiguous";
      readonly choices: readonly { readonly fingerprint: string; readonly comment: string }[];
    };

export interface Keys {
  /** The signer of an agent of this mound. */
  signer(agent: AgentId): Promise<Result<Signer, KeyFault>>;
}

export interface SignatureCheck {
  readonly payload: Uint8Array;
  readonly armor: string;
}

export interface Verifier {
  /** One fact for each check, in order. */
  verify(checks: readonly SignatureCheck[]): Promise<readonly SignatureFact[]>;
  close(): Promise<void>;
}

/** A folded state on disk, read in shards; it may vanish at any time and is only ever a shortcut. */
export interface StateCache {
  /** The newest cached state, or undefined where there is none that this build can read. */
  open(): Promise<CachedState | undefined>;
  /** Keeps a whole state, replacing what was kept before. */
  replace(tip: Oid, entries: Iterable<readonly [Key, Value]>): Promise<void>;
  /** Keeps what changed from `from` to `tip`; false when a whole state had better be kept. */
  append(from: Oid, tip: Oid, delta: Delta): Promise<boolean>;
}

export interface CachedStep {
  readonly tip: Oid;
  readonly delta: Delta;
}

export interface CachedState {
  /** The newest commit that the cache has folded. */
  readonly tip: Oid;
  /** The entries of these shards as of `tip`, or all of them. Rejects where the cache is damaged. */
  load(shards?: readonly string[]): Promise<Iterable<readonly [Key, Value]>>;
  /** What was appended since, step by step, each from the one before; `replaced` when a newer whole state is kept. */
  advance(): Promise<readonly CachedStep[] | "replaced">;
  close(): Promise<void>;
}

/** What was intended and perhaps not answered: a process may die at any moment. */
export interface JournalEntry {
  readonly nonce: Nonce;
  readonly agent: AgentId;
  /** For people: what the command was. */
  readonly summary: string;
  /** Milliseconds. */
  readonly at: number;
}

export interface Journal {
  begin(entries: readonly JournalEntry[]): Promise<void>;
  end(nonces: readonly Nonce[]): Promise<void>;
  /** Entries whose process is gone. */
  leftovers(): Promise<readonly JournalEntry[]>;
}

/**
 * Processes that share a clone take turns. The queue saves work and decides nothing: when it fails
 * to exclude, the compare-and-swap at the origin still does.
 */
export interface Queue {
  /** Resolves when it is this process's turn; call the answer to pass the turn on. */
  turn(): Promise<() => Promise<void>>;
}

/** Tells that the line may have moved. A hint only: several moves may come as one, or none at all. */
export interface Watch {
  /** Resolves once it listens; call the answer to stop. `hint` is never called after that. */
  start(hint: () => void): Promise<() => Promise<void>>;
}
