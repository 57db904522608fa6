/**
 * A world's commits as git objects in memory, so that readers of objects judge what the world judged.
 * Signatures are presumed as the world presumed them: each armor is one of its own.
 */
import { assert, defined } from "../../src/base/assert.ts";
import type { GitObject, History, Verifier } from "../../src/app/ports.ts";
import { memoryHistory } from "../../src/memory/history.ts";
import { commitPayload, encodeCommit, type CommitDraft } from "../../src/protocol/commit.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import type { CommitFacts } from "../../src/protocol/judge.ts";
import { encodeTree } from "../../src/protocol/objects.ts";
import { readRecord } from "../../src/protocol/record.ts";
import type { SignatureFact } from "../../src/protocol/signature.ts";
import { hashOf, type WorldFile } from "./world-files.ts";
import type { Name } from "./world.ts";

/** Writes the armor that says this of a payload. */
type Seal = (payload: Uint8Array, fact: SignatureFact) => string;

export class WorldObjects {
  readonly #seal: Seal | undefined;
  readonly objects = new Map<Oid, GitObject>();
  readonly history: History = memoryHistory(this.objects);
  /** What each signature says, by what it covers and its armor. */
  readonly #known = new Map<string, SignatureFact>();
  readonly #blobs = new Map<Uint8Array, Oid>();

  readonly verifier: Verifier = {
    verify: async (checks) =>
      checks.map(({ payload, armor }) =>
        defined(this.#known.get(nameOf(payload, armor)), "a signature of the world"),
      ),
    close: async () => undefined,
  };

  /** @param seal makes signatures real, in place of those that are presumed. */
  constructor(seal?: Seal) {
    this.#seal = seal;
  }

  /** Every signature's fact, by the name of what it covers and its armor. */
  get facts(): ReadonlyMap<string, SignatureFact> {
    return this.#known;
  }

  readonly name: Name = (facts, files) => {
    const tree = this.#plant(files);
    const commit = defined(facts.commit, "a commit of the world");
    const [parent, ...others] = commit.parents;
    const draft: CommitDraft = { ...commit, tree, parent };
    const bytes = withParents(this.#signed(draft, facts), others);
    return { oid: this.#put("commit", bytes), tree };
  };

  #signed(draft: CommitDraft, { signature, commit }: Omit<CommitFacts, "oid">): Uint8Array {
    const payload = commitPayload(draft);
    if (signature === undefined) return payload;
    const covered = withParents(payload, commit?.parents.slice(1) ?? []);
    const armor =
      this.#seal?.(covered, signature) ??
      presumedArmor(`${hashOf("payload", covered)} ${JSON.stringify(signature)}`);
    this.#learn(covered, armor, signature);
    return encodeCommit(draft, armor);
  }

  /** Folders below folders; those that did not change have their names already. */
  #plant(files: ReadonlyMap<string, WorldFile>): Oid {
    const root: Folder = new Map();
    for (const [path, file] of files) {
      const segments = path.split("/");
      let folder = root;
      for (const segment of segments.slice(0, -1)) {
        const found = folder.get(segment);
        const inner: Folder = found instanceof Map ? found : new Map<string, Folder | WorldFile>();
        folder.set(segment, inner);
        folder = inner;
      }
      folder.set(segments.at(-1)!, file);
    }
    return this.#write(root);
  }

  #write(folder: Folder): Oid {
    const entries = [...folder].map(([name, inner]) =>
      inner instanceof Map
        ? { mode: "40000", name, oid: this.#write(inner) }
        : { mode: inner.mode ?? "100644", name, oid: this.#blob(inner) },
    );
    return this.#put("tree", encodeTree(entries));
  }

  #blob(file: WorldFile): Oid {
    const known = this.#blobs.get(file.bytes);
    if (known !== undefined) return known;
    const { bytes, signatures } = this.#sealed(file);
    const oid = this.#put("blob", bytes);
    this.#blobs.set(file.bytes, oid);
    const record = readRecord("any", bytes);
    if (record.ok) {
      const { signed, armors } = record.value;
      for (const [at, armor] of armors.entries()) this.#learn(signed, armor, signatures[at]!);
    }
    return oid;
  }

  #sealed(file: WorldFile): WorldFile {
    const seal = this.#seal;
    const record = readRecord("any", file.bytes);
    if (seal === undefined || !record.ok) return file;
    const { signed } = record.value;
    const armors = file.signatures.map((fact) => seal(signed, fact));
    return {
      ...file,
      bytes: Buffer.concat([signed, Buffer.from(armors.map((armor) => `---\n${armor}`).join(""))]),
    };
  }

  #learn(payload: Uint8Array, armor: string, fact: SignatureFact): void {
    const name = nameOf(payload, armor);
    const known = this.#known.get(name);
    assert(
      known === undefined || JSON.stringify(known) === JSON.stringify(fact),
      "a signature says one thing",
    );
    this.#known.set(name, fact);
  }

  #put(type: GitObject["type"], bytes: Uint8Array): Oid {
    const oid = hashOf(type, bytes);
    if (!this.objects.has(oid)) this.objects.set(oid, { oid, type, bytes });
    return oid;
  }
}

type Folder = Map<string, Folder | WorldFile>;

function nameOf(payload: Uint8Array, armor: string): string {
  return `${hashOf("payload", payload)} ${armor}`;
}

function presumedArmor(text: string): string {
  const base64 = Buffer.from(text)
    .toString("base64")
    .replaceAll(/(.{70})/g, "$1\n");
  return `-----BEGIN SSH SIGNATURE-----\n${base64}\n-----END SSH SIGNATURE-----\n`;
}

/** A commit's bytes with more parents than a draft can have. */
function withParents(bytes: Uint8Array, others: readonly Oid[]): Uint8Array {
  if (others.length === 0) return bytes;
  const lines = others.map((oid) => `parent ${oid}\n`).join("");
  const text = Buffer.from(bytes).toString();
  return Buffer.from(text.replace(/^author /m, `${lines}author `));
}
