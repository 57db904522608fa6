/**
 * A mound in a bare repository that is written as the test likes: real commits and real signatures,
 * legal or not, each judged in process as it is written. Its clock is a number.
 */
import { execFileSync } from "node:child_process";
import { buildCommit, signFiles, treeOf, type SignedFile } from "../../src/app/build.ts";
import { readFacts } from "../../src/app/facts.ts";
import type { Objects, RawCommit, Signer } from "../../src/app/ports.ts";
import { defined } from "../../src/base/assert.ts";
import { base32 } from "../../src/base/base32.ts";
import { sha256Text } from "../../src/base/sha256.ts";
import { gitHistory } from "../../src/git/history.ts";
import { gitObjects } from "../../src/git/objects.ts";
import { keyPair } from "../../src/keys/private-key.ts";
import { signSshsig } from "../../src/keys/sshsig.ts";
import { createVerifier } from "../../src/keys/verifier.ts";
import type { Command } from "../../src/protocol/commands/index.ts";
import { decide, type Decision } from "../../src/protocol/decide.ts";
import { encodeBody, type WireFields } from "../../src/protocol/encode.ts";
import { fold } from "../../src/protocol/fold.ts";
import type { AgentId, Nonce, Oid } from "../../src/protocol/ids.ts";
import type { Verdict } from "../../src/protocol/judge.ts";
import { RECORD_BYTES } from "../../src/protocol/limits.ts";
import { joinRecord } from "../../src/protocol/record.ts";
import { recordNamespace } from "../../src/protocol/signature.ts";
import { MemoryState } from "../../src/protocol/state.ts";
import { formatInstant } from "../../src/protocol/time.ts";
import { choose } from "../../src/protocol/views/match.ts";

/** A commit that is written as it is said, whatever the judge thinks of it. */
export interface Written {
  readonly author: string;
  readonly files: Readonly<Record<string, string | Uint8Array | undefined>>;
  readonly committer?: string;
  readonly message?: string;
  /** Milliseconds. */
  readonly time?: number;
  /** Who signs the commit; the committer unless said. */
  readonly signer?: Signer;
}

export interface Sealed {
  readonly signers?: readonly Signer[];
  readonly namespace?: string;
  /** Other bytes are signed than those that stand there. */
  readonly forged?: string;
}

export class Scribe {
  readonly gitDir: string;
  readonly state = new MemoryState();
  readonly verdicts: { readonly oid: Oid; readonly verdict: Verdict }[] = [];
  /** The key that an agent signs with, where it is not its first one. */
  readonly signers = new Map<string, Signer>();
  /** Milliseconds; long past, for what is ahead of a reader's clock is not judged yet. */
  now = Date.UTC(2026, 0, 5, 9, 30);
  readonly #objects: Objects;
  readonly #verifier = createVerifier();
  #drawn = 0;

  constructor(gitDir: string) {
    this.gitDir = gitDir;
    execFileSync("git", ["init", "--quiet", "--bare", "--initial-branch=main", gitDir]);
    this.#objects = gitObjects({ gitDir });
  }

  get id(): string {
    return this.state.get("mound")?.id ?? "";
  }

  get tip(): Oid | undefined {
    return this.verdicts.at(-1)?.oid;
  }

  /** A signer whose key follows from its name. */
  made(name: string): Signer {
    const { seed, key } = keyPair(sha256Text(`key of ${name}`));
    const sign = async (payload: Uint8Array, namespace: string): Promise<string> =>
      signSshsig(seed, key, payload, namespace);
    return { key, unattended: true, sign };
  }

  signer(agent: string): Signer {
    return this.signers.get(agent) ?? this.made(agent);
  }

  nonce(): Nonce {
    this.#drawn += 1;
    return base32(sha256Text(`nonce ${this.#drawn}`)).slice(0, 16) as Nonce;
  }

  /** What an honest client would commit; undefined where it would be refused, or has nothing to do. */
  async decided(
    agent: string,
    command: Command,
    cosigners: readonly Signer[] = [],
  ): Promise<(Written & { readonly answer: Decision["answer"] }) | undefined> {
    const signers = [this.signer(agent), ...cosigners];
    const decided = decide(command, {
      view: this.state,
      agent: agent as AgentId,
      now: Math.max(this.now, this.state.get("line")?.time ?? 0),
      nonce: this.nonce(),
      seen: this.tip,
      choose,
      keys: signers.map(({ key }) => key),
    });
    if (!decided.ok || decided.value.files.length === 0) return undefined;
    const { files, message, seconds, answer } = decided.value;
    const signed = await signFiles(files, signers);
    const written = Object.fromEntries(signed.map(({ path, bytes }) => [path, bytes]));
    return { author: agent, files: written, message, time: seconds * 1_000, answer };
  }

  /** Decides a command and writes its commit, which must be taken. */
  async must(agent: string, command: Command, cosigners: readonly Signer[] = []) {
    const made = defined(await this.decided(agent, command, cosigners), command.type);
    const verdict = await this.write(made);
    if (!verdict.accepted) throw new Error(`${command.type}: ${JSON.stringify(verdict.fault)}`);
    return made.answer;
  }

  /** A record with real signatures; what is not said is as an honest author has it now. */
  async record(
    kind: string,
    path: string,
    fields: WireFields,
    { signers, namespace = recordNamespace(this.id), forged }: Sealed = {},
  ): Promise<string> {
    const actor = String(fields["by"] ?? fields["agent"] ?? fields["creator"] ?? "root");
    const common = { at: formatInstant(this.now), seen: this.tip, nonce: this.nonce() };
    const body = encodeBody(kind, path, { ...common, ...fields });
    const payload = new TextEncoder().encode(forged ?? body);
    const sorted = (signers ?? [this.signer(actor)]).toSorted((a, b) => (a.key < b.key ? -1 : 1));
    const armors = await Promise.all(sorted.map((signer) => signer.sign(payload, namespace)));
    return new TextDecoder().decode(joinRecord(body, armors));
  }

  /** Writes a commit on the tip, moves the branch, and folds what the judge says. */
  async write(written: Written): Promise<Verdict> {
    const { author, committer = author, message = "by hand\n", time = this.now } = written;
    const files: SignedFile[] = Object.entries(written.files).map(([path, content]) => ({
      path,
      bytes: typeof content === "string" ? new TextEncoder().encode(content) : content,
    }));
    const { tip } = this;
    const tree = tip === undefined ? undefined : await treeOf(tip, this.#objects);
    const built = await buildCommit(
      {
        author: author as AgentId,
        committer: committer as AgentId,
        signer: written.signer ?? this.signer(committer),
        decision: { message, seconds: Math.floor(time / 1_000) },
        files,
        parent:
          tip === undefined || tree?.ok !== true ? undefined : { commit: tip, tree: tree.value },
      },
      this.#objects,
    );
    await this.#objects.write(built.objects);
    return this.take(built.raw.oid);
  }

  /** Moves the branch to a commit that git has, and folds what is new. */
  async take(next: Oid): Promise<Verdict> {
    const { gitDir, tip } = this;
    execFileSync("git", ["--git-dir", gitDir, "update-ref", "refs/heads/main", next]);
    let last: Verdict | undefined;
    for await (const raw of gitHistory({ gitDir }).commits(tip, next, RECORD_BYTES))
      last = await this.#fold(raw);
    return defined(last, "a new commit");
  }

  async #fold(raw: RawCommit): Promise<Verdict> {
    const [facts] = await readFacts([raw], this.#verifier);
    const verdict = fold(this.state, facts!);
    this.verdicts.push({ oid: raw.oid, verdict });
    return verdict;
  }

  async close(): Promise<void> {
    await this.#objects.close();
    await this.#verifier.close();
  }
}
