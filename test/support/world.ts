/**
 * A mound without git or cryptography: commits are plain values, signatures are presumed, the clock
 * is a number. Rules are tested on it in a few lines. The tree is kept beside the state, so that the
 * changes of a commit are what git would list: the paths at which its tree differs from its parent's.
 */
import { defined } from "../../src/base/assert.ts";
import { base32 } from "../../src/base/base32.ts";
import type { Result } from "../../src/base/result.ts";
import { sha256Text } from "../../src/base/sha256.ts";
import type { Command } from "../../src/protocol/commands/index.ts";
import type { Answer } from "../../src/protocol/commands/plan.ts";
import { decide } from "../../src/protocol/decide.ts";
import type { Fault } from "../../src/protocol/fault.ts";
import { fold } from "../../src/protocol/fold.ts";
import type { AgentId, Nonce, Oid, PublicKey, TaskId } from "../../src/protocol/ids.ts";
import { type CommitFacts, judge, type Verdict } from "../../src/protocol/judge.ts";
import {
  COMMIT_NAMESPACE,
  recordNamespace,
  type SignatureFact,
} from "../../src/protocol/signature.ts";
import { MemoryState, type TaskState, type View } from "../../src/protocol/state.ts";
import { formatInstant } from "../../src/protocol/time.ts";
import { choose } from "../../src/protocol/views/match.ts";
import { type RecordOptions, recordFile } from "./record-file.ts";
import {
  changeOf,
  decidedFiles,
  type Files,
  hashOf,
  isSame,
  madeKey,
  withFiles,
  type WorldFile,
} from "./world-files.ts";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** A commit made by hand: all that is not said is as an honest author would have it. */
export interface CommitOptions {
  readonly author: string;
  readonly files: Files;
  readonly committer?: string;
  readonly message?: string;
  /** Commit time in milliseconds. */
  readonly time?: number;
  readonly parents?: readonly Oid[];
  readonly signature?: Partial<SignatureFact> | "none";
  /** Paths that come a second time, as in a damaged tree. */
  readonly twice?: readonly string[];
}

export type Ran = Result<{ readonly answer: Answer; readonly verdict: Verdict | undefined }, Fault>;

export interface WorldOptions {
  /** Makes real objects of the commits, as `WorldObjects` does. */
  readonly name?: Name;
  readonly founder?: string;
  readonly membership?: "open" | "invited" | "vouched";
  readonly files?: Readonly<Record<string, string>>;
  /** Milliseconds; whole seconds. */
  readonly start?: number;
}

/** The names of a commit and of its tree, which holds these files. */
export type Name = (
  facts: Omit<CommitFacts, "oid">,
  tree: ReadonlyMap<string, WorldFile>,
) => { readonly oid: Oid; readonly tree: Oid };

/** Whole seconds, so that a commit's time is the clock's. */
const DAWN = Date.UTC(2026, 10, 21, 9, 30);

export class World {
  readonly state = new MemoryState();
  /** Every commit that was folded, in order. */
  readonly log: CommitFacts[] = [];
  readonly verdicts: Verdict[] = [];
  /** Milliseconds. */
  now = DAWN;
  /** The key that an agent signs with, where it is not its first one. */
  readonly keys = new Map<string, PublicKey>();
  readonly #tree = new Map<string, WorldFile>();
  readonly #blobs = new Map<Oid, WorldFile>();
  readonly #name: Name | undefined;
  #drawn = 0;

  private constructor(name?: Name) {
    this.#name = name;
  }

  /** An empty line: nothing is founded yet. */
  static empty(): World {
    return new World();
  }

  /** A mound with one root. */
  static found(options: WorldOptions = {}): World {
    const world = new World(options.name);
    world.now = options.start ?? DAWN;
    const founder = options.founder ?? "root";
    const { membership = "open", files = {} } = options;
    world.must(founder, { type: "init", name: "test", key: world.key(founder), membership, files });
    return world;
  }

  key(agent: string): PublicKey {
    return this.keys.get(agent) ?? madeKey(agent);
  }

  get tip(): Oid | undefined {
    return this.state.get("line")?.tip;
  }

  get id(): string {
    return this.state.get("mound")?.id ?? "";
  }

  nonce(): Nonce {
    this.#drawn += 1;
    return base32(sha256Text(`nonce ${this.#drawn}`)).slice(0, 16) as Nonce;
  }

  /** What the tree of the tip holds at a path, refused bytes included. */
  at(path: string): WorldFile | undefined {
    return this.#tree.get(path);
  }

  /** The file that the state holds good for a path, whatever the tree has there. */
  accepted(path: string): WorldFile | undefined {
    const good = this.state.get(`file/${path}`)?.oid;
    return good === undefined ? undefined : this.#blobs.get(good);
  }

  /** The name of the bytes that the tree of the tip holds at a path. */
  oidAt(path: string): Oid | undefined {
    const file = this.#tree.get(path);
    return file === undefined ? undefined : hashOf("blob", file.bytes);
  }

  /** The content of a blob that any commit of the log brought. */
  bytesOf(oid: Oid): Uint8Array {
    return defined(this.#blobs.get(oid), `the blob ${oid}`).bytes;
  }

  paths(): readonly string[] {
    return [...this.#tree.keys()];
  }

  task(id: string): TaskState {
    const found = this.state.get(`task/${id}`);
    if (found === undefined) throw new Error(`there is no task ${id}`);
    return found;
  }

  pass(milliseconds: number): this {
    this.now += milliseconds;
    return this;
  }

  /** Makes an agent a member; answers its name. */
  agent(name: string, skills?: readonly string[]): AgentId {
    this.must(name, {
      type: "join",
      key: this.key(name),
      ...(skills === undefined ? {} : { skills }),
    });
    return name as AgentId;
  }

  /** Adds a task of the root; answers its id. */
  add(title: string, more: Partial<Omit<AddSpec, "title">> = {}, agent = "root"): TaskId {
    return this.must(agent, { type: "add", tasks: [{ title, ...more }] }).tasks[0]!;
  }

  /** Decides a command and folds its commit; the keys of cosigners sign where the plan asks. */
  run(agent: string, command: Command, cosigners: readonly PublicKey[] = []): Ran {
    const decided = this.decide(agent, command, this.state, cosigners);
    if (!decided.ok) return decided;
    const { files, message, seconds, answer } = decided.value;
    if (files.length === 0) return { ok: true, value: { answer, verdict: undefined } };
    const keys = [this.key(agent), ...cosigners];
    const verdict = this.commit({
      author: agent,
      files: decidedFiles(files, keys, (path) => this.accepted(path)),
      message,
      time: seconds * 1_000,
    });
    return { ok: true, value: { answer, verdict } };
  }

  decide(
    agent: string,
    command: Command,
    view: View = this.state,
    cosigners: readonly PublicKey[] = [],
  ) {
    return decide(command, {
      view,
      agent: agent as AgentId,
      now: Math.max(this.now, view.get("line")?.time ?? 0),
      nonce: this.nonce(),
      seen: view.get("line")?.tip,
      choose,
      keys: [this.key(agent), ...cosigners],
    });
  }

  /** The same, where anything but an accepted commit is a mistake of the test. */
  must(agent: string, command: Command, cosigners: readonly PublicKey[] = []): Answer {
    const ran = this.run(agent, command, cosigners);
    if (!ran.ok) throw new Error(`${command.type} of ${agent}: ${JSON.stringify(ran.error)}`);
    const { verdict, answer } = ran.value;
    if (verdict?.accepted === false)
      throw new Error(`${command.type} of ${agent}: ${JSON.stringify(verdict.fault)}`);
    return answer;
  }

  /** A record file as an honest author writes it now; what `options` say of it is different. */
  record(
    kind: string,
    fields: RecordOptions["fields"],
    options: Omit<RecordOptions, "kind" | "fields"> = {},
  ): Files {
    const by = options.by ?? String(fields["agent"] ?? fields["creator"] ?? fields["by"] ?? "root");
    return recordFile({
      namespace: recordNamespace(this.id),
      signers: [this.key(by)],
      ...options,
      kind,
      fields: { at: formatInstant(this.now), seen: this.tip, nonce: this.nonce(), ...fields },
    });
  }

  /** Judges a commit on the tip and folds what the verdict says. */
  commit(options: CommitOptions): Verdict {
    const facts = this.facts(options);
    for (const [path, file] of Object.entries(options.files)) {
      if (file === undefined) this.#tree.delete(path);
      else this.#tree.set(path, file);
      if (file !== undefined) this.#blobs.set(hashOf("blob", file.bytes), file);
    }
    this.log.push(facts);
    const verdict = fold(this.state, facts);
    this.verdicts.push(verdict);
    return verdict;
  }

  /** Judges a commit on the tip; nothing changes. */
  try(options: CommitOptions): Verdict {
    return judge(this.state, this.facts(options));
  }

  facts(options: CommitOptions): CommitFacts {
    const { author, files, committer = author, message = "by hand\n", time = this.now } = options;
    const changes = Object.entries(files)
      .filter(([path, file]) => !isSame(file, this.#tree.get(path)))
      .map(([path, file]) => changeOf(path, file))
      .toSorted((a, b) => (a.path < b.path ? -1 : 1));
    const again = changes.filter(({ path }) => options.twice?.includes(path));
    const parents = options.parents ?? (this.tip === undefined ? [] : [this.tip]);
    const { signature } = options;
    const seconds = Math.floor(time / 1_000);
    const presumed = { key: this.key(committer), namespace: COMMIT_NAMESPACE, valid: true };
    const person = (name: string) => ({ name, email: "", seconds });
    const commit = {
      tree: hashOf("tree", "presumed"),
      parents,
      author: person(author),
      committer: person(committer),
      message,
      messageBytes: Buffer.byteLength(message),
      signature: undefined,
    };
    const said = {
      commit,
      signature: signature === "none" ? undefined : { ...presumed, ...signature },
      changes: [...changes, ...again],
    };
    if (this.#name !== undefined) {
      const { oid, tree } = this.#name(said, withFiles(this.#tree, files));
      return { ...said, oid, commit: { ...commit, tree } };
    }
    const named = changes.map(({ path, oid }) => [path, oid]);
    return {
      oid: hashOf("commit", JSON.stringify([parents, seconds, message, author, named])),
      ...said,
    };
  }
}

type AddSpec = (Command & { type: "add" })["tasks"][number];
