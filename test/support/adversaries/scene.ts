/**
 * A mound at a bare repository, with real keys and some life in it, and an attacker who writes what
 * they like: commits on its tip, signed by whoever they please, of trees that git would not make.
 */
import { createHash } from "node:crypto";
import { defined } from "../../../src/base/assert.ts";
import type { Signer } from "../../../src/app/ports.ts";
import type { Oid } from "../../../src/protocol/ids.ts";
import { encodeBody, type WireFields } from "../../../src/protocol/encode.ts";
import { kindNamed } from "../../../src/protocol/kinds/index.ts";
import { encodeTree } from "../../../src/protocol/objects.ts";
import { joinRecord } from "../../../src/protocol/record.ts";
import { recordNamespace } from "../../../src/protocol/signature.ts";
import { formatInstant } from "../../../src/protocol/time.ts";
import type { RawEntry, RawObjects } from "./raw-objects.ts";

export type Member = "root" | "alice" | "bob" | "mallory" | "rita" | "vera" | "lax" | "stranger";

/** What is known of a mound that was founded for attacks; see `foundVictim`. */
export interface Victim {
  readonly id: string;
  /** The id of another mound, of which the same keys are members. */
  readonly otherId: string;
  readonly tip: Oid;
  readonly parent: Oid;
  /** Milliseconds: the commit time of the tip. */
  readonly time: number;
  readonly tasks: Readonly<Record<VictimTask, string>>;
  /** The keys in force; of rita the new one, of vera the one that was revoked. */
  readonly signers: Readonly<Record<Member | "rita-before", Signer>>;
  /** The record with which alice took `retaken`, long since ended. */
  readonly oldClaim: Uint8Array;
  /** Every file at the tip. */
  readonly files: ReadonlyMap<string, { readonly oid: Oid; readonly bytes: Uint8Array }>;
}

/**
 * open: nobody's. held: alice's, token 1. retaken: alice released token 1, bob holds token 2. done:
 * alice's token 1, to be reviewed by root. own: bob's in all, made, done and to be reviewed. cancelled:
 * by root. worth: made by bob, done by alice under token 1, and for others to review; mallory says that
 * alice runs it. lapsing: bob's, for a second. stuck: lax let token 1 lapse and cools down, bob holds token 2
 * for a second, and then it is quarantined. near: nobody's, and its paths overlap those of held. The locks:
 * of leader/x bob released token 1, alice holds token 2; deploy is bob's, for a second.
 */
export type VictimTask =
  | "open"
  | "held"
  | "retaken"
  | "done"
  | "own"
  | "worth"
  | "cancelled"
  | "lapsing"
  | "stuck"
  | "near";

/** A path to the new bytes; undefined takes the file away. */
export type Files = Readonly<Record<string, Uint8Array | string | undefined>>;

export interface RecordWish {
  /** Who signs; the agent that the fields name, unless said. */
  readonly by?: readonly (Member | "rita-before")[];
  readonly namespace?: string;
  readonly path?: string;
  /** The whole body, in place of fields. */
  readonly text?: string;
  /** Makes the armors in place of the signers. */
  readonly armors?: (body: string) => Promise<readonly string[]>;
}

export interface CommitWish {
  readonly author: string;
  readonly files?: Files;
  readonly committer?: string;
  readonly signer?: Member | "rita-before" | "nobody";
  readonly message?: string;
  /** Milliseconds. */
  readonly time?: number;
  readonly parents?: readonly Oid[];
  /** In place of the tip's tree with `files` in it. */
  readonly tree?: Oid;
  /** Entries that the root folder has besides. */
  readonly entries?: readonly RawEntry[];
  /** Changes what a folder holds, `""` being the root. */
  readonly bend?: Bend;
  /** Changes the lines of the header before they are signed. */
  readonly header?: (lines: string[]) => string[];
  /** Changes the whole object after that. */
  readonly object?: (bytes: Buffer) => Uint8Array;
}

export class Scene {
  readonly objects: RawObjects;
  readonly victim: Victim;
  /** Milliseconds: what an honest clock says. */
  readonly now: number;
  #drawn = 0;

  constructor(victim: Victim, objects: RawObjects) {
    this.victim = victim;
    this.objects = objects;
    this.now = Math.max(Date.now(), victim.time);
  }

  folder(task: VictimTask): string {
    const id = this.victim.tasks[task];
    return `tasks/${id.slice(0, 2)}/${id}`;
  }

  /** The bytes that the tip has at a path. */
  bytes(path: string): Uint8Array {
    return defined(this.victim.files.get(path), path).bytes;
  }

  nonce(): string {
    this.#drawn += 1;
    const digest = createHash("sha256").update(`${this.now} ${this.#drawn}`).digest();
    return Array.from(digest.subarray(0, 16), (byte) => BASE32[byte % 32]).join("");
  }

  /** A record as its author would write it now, but for what is said. */
  async record(kind: string, fields: WireFields, wish: RecordWish = {}): Promise<Files> {
    const { signers, id } = this.victim;
    const whole = {
      at: formatInstant(this.now),
      seen: this.victim.tip,
      nonce: this.nonce(),
      ...fields,
    };
    const definition = defined(kindNamed(kind), kind).kind;
    const path =
      wish.path ?? definition.path(whole as unknown as Parameters<typeof definition.path>[0]);
    const body = wish.text ?? encodeBody(kind, path, whole);
    const author = String(fields["agent"] ?? fields["creator"] ?? fields["by"] ?? "root");
    const by = (wish.by ?? [author as Member]).map((name) => signers[name]);
    const namespace = wish.namespace ?? recordNamespace(id);
    const armors =
      (await wish.armors?.(body)) ??
      (await Promise.all(
        by
          .toSorted((a, b) => (a.key < b.key ? -1 : 1))
          .map((signer) => signer.sign(Buffer.from(body), namespace)),
      ));
    return { [path]: joinRecord(body, armors) };
  }

  /** A lease on a task from now on, in milliseconds. */
  claim(task: VictimTask, agent: Member, token: number, lease = 3_600_000): Promise<Files> {
    return this.record("claim", {
      task: this.victim.tasks[task],
      agent,
      token: String(token),
      until: formatInstant(this.now + lease),
    });
  }

  /** Writes a commit on the tip as an honest author would, but for what is said. */
  async commit(wish: CommitWish): Promise<Oid> {
    const { author, committer = author, message = "by hand\n", time = this.now } = wish;
    const seconds = Math.floor(time / 1_000);
    const person = (name: string): string => `${name} <${name}@mound> ${seconds} +0000`;
    const lines = [
      `tree ${wish.tree ?? this.tree(wish.files ?? {}, wish.entries, wish.bend)}`,
      ...(wish.parents ?? [this.victim.tip]).map((parent) => `parent ${parent}`),
      `author ${person(author)}`,
      `committer ${person(committer)}`,
    ];
    const header = wish.header?.(lines) ?? lines;
    const signer = wish.signer ?? (committer as Member);
    const payload = `${header.join("\n")}\n\n${message}`;
    const armor =
      signer === "nobody"
        ? undefined
        : await this.victim.signers[signer].sign(Buffer.from(payload), "git");
    const signed = armor === undefined ? [] : [`gpgsig ${armor.trimEnd().split("\n").join("\n ")}`];
    const object = Buffer.from(`${[...header, ...signed].join("\n")}\n\n${message}`);
    return this.objects.put("commit", wish.object?.(object) ?? object);
  }

  /** The tip's tree with these files in it, and entries of any kind in its root folder. */
  tree(files: Files, more: readonly RawEntry[] = [], bend: Bend = (_, entries) => entries): Oid {
    const all = new Map([...this.victim.files].map(([path, { oid }]) => [path, oid]));
    for (const [path, bytes] of Object.entries(files)) {
      if (bytes === undefined) all.delete(path);
      else all.set(path, this.objects.put("blob", Buffer.from(bytes)));
    }
    const root = new Map<string, Node>();
    for (const [path, oid] of all) plant(root, path.split("/"), oid);
    return this.#write(root, "", (path, entries) =>
      bend(path, path === "" ? [...entries, ...more] : entries),
    );
  }

  #write(folder: ReadonlyMap<string, Node>, path: string, bend: Bend): Oid {
    const entries = [...folder].map(([name, node]): RawEntry =>
      typeof node === "string"
        ? { mode: "100644", name, oid: node }
        : { mode: "40000", name, oid: this.#write(node, `${path}${name}/`, bend) },
    );
    return this.objects.put("tree", encodeTree(bend(path, entries)));
  }
}

/** `path` ends in a slash, but for the root. */
type Bend = (path: string, entries: readonly RawEntry[]) => readonly RawEntry[];

type Node = Oid | Map<string, Node>;

const BASE32 = "0123456789abcdefghjkmnpqrstvwxyz";

function plant(folder: Map<string, Node>, [name = "", ...rest]: readonly string[], oid: Oid): void {
  if (rest.length === 0) return void folder.set(name, oid);
  const found = folder.get(name);
  const inner = found instanceof Map ? found : new Map<string, Node>();
  folder.set(name, inner);
  plant(inner, rest, oid);
}
