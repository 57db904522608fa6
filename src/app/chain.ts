import { err, ok, type Result } from "../base/result.ts";
import type { Answer } from "../protocol/commands/plan.ts";
import { decide, type DecideContext, type Decision } from "../protocol/decide.ts";
import type { Nonce, Oid } from "../protocol/ids.ts";
import { judge } from "../protocol/judge.ts";
import { RESTORE_PATHS } from "../protocol/limits.ts";
import { isLegalPath } from "../protocol/paths.ts";
import type { Race } from "../protocol/rules/choice.ts";
import { Overlay, type View } from "../protocol/state.ts";
import { choose } from "../protocol/views/match.ts";
import { buildCommit, signFiles, treeOf, type BuiltCommit } from "./build.ts";
import { readFacts } from "./facts.ts";
import type { AppFault } from "./faults.ts";
import type { Folded, Line } from "./line.ts";
import type { GitObject } from "./ports.ts";
import type { Outcome, Request, SignedDecision, SubmitPorts } from "./request.ts";
import { withKeys } from "./sharded-state.ts";

/** One command on its way: what it intends, its name, and what has been signed for it so far. */
export interface Link {
  readonly request: Request;
  readonly nonce: Nonce;
  outcome: Outcome | undefined;
  answer?: Answer;
  /** Kept while it stays legal: a person may have touched a token to sign it. */
  signed?: SignedDecision | undefined;
}

interface ChainCommit {
  readonly link: Link;
  readonly oid: Oid;
  /** As the line takes it once it has landed. */
  readonly step: Folded;
  readonly built: BuiltCommit;
}

interface Position {
  readonly parent: { readonly commit: Oid; readonly tree: Oid } | undefined;
  readonly view: View;
  readonly race: Race;
}

/** A chain of commits, one for each command, each on the last, judged as it would be by anyone. */
export class Chain {
  readonly base: Oid | undefined;
  readonly commits: ChainCommit[] = [];
  readonly refusals: { readonly link: Link; readonly fault: AppFault }[] = [];
  /** Commands for which nothing has to be written. */
  readonly idle: Link[] = [];

  private constructor(base: Oid | undefined) {
    this.base = base;
  }

  get tip(): Oid {
    return this.commits.at(-1)!.oid;
  }

  objects(): readonly GitObject[] {
    return this.commits.flatMap((commit) => commit.built.objects);
  }

  /** Decides, signs, builds and judges each command on what the ones before it leave behind. */
  static async build(
    links: readonly Link[],
    line: Line,
    ports: SubmitPorts,
    race: Race = {},
  ): Promise<Result<Chain, AppFault>> {
    if (line.deferred !== undefined) {
      return err({ code: "line-deferred", ...line.deferred, now: ports.clock.now() });
    }
    const chain = new Chain(line.tip);
    const overlay = new Overlay(line.state);
    let parent: Position["parent"];
    if (line.tip !== undefined) {
      const tree = await treeOf(line.tip, ports.objects);
      if (!tree.ok) throw new Error(`the commit ${line.tip} is not in this clone's object store`);
      parent = { commit: line.tip, tree: tree.value };
    }
    const written = new Map<Oid, GitObject>();
    const objects = { ...reader(ports, written) };
    for (const link of links) {
      const position = { parent, view: overlay, race };
      const made = await makeCommit(link, position, line, { ...ports, objects });
      if (!made.ok) {
        chain.refusals.push({ link, fault: made.error });
      } else if (made.value === undefined) {
        chain.idle.push(link);
      } else {
        const { built, step } = made.value;
        overlay.apply(step.verdict.delta);
        chain.commits.push({ link, oid: built.raw.oid, step, built });
        for (const object of built.objects) written.set(object.oid, object);
        parent = { commit: built.raw.oid, tree: built.tree };
      }
    }
    return ok(chain);
  }
}

/** The store, with the objects of this chain that are not written yet in front. */
function reader(
  { objects }: SubmitPorts,
  written: ReadonlyMap<Oid, GitObject>,
): SubmitPorts["objects"] {
  return {
    name: (type, bytes) => objects.name(type, bytes),
    read: async (oid) => written.get(oid) ?? objects.read(oid),
    write: (batch) => objects.write(batch),
    close: () => objects.close(),
  };
}

type Made = Result<{ built: BuiltCommit; step: Folded } | undefined, AppFault>;

async function makeCommit(
  link: Link,
  position: Position,
  line: Line,
  ports: SubmitPorts,
): Promise<Made> {
  const { request, nonce } = link;
  if (request.ordered !== undefined) {
    const { decision } = request.ordered;
    // A name that no tree can hold would break the chain of all the others.
    const whole = decision.files.every(({ path }) => isLegalPath(path));
    const kept = whole ? await keep(link, decision, position, line, ports) : undefined;
    return kept?.ok === true ? kept : err({ code: "decide-again", agent: request.agent });
  }
  if (link.signed !== undefined) {
    const kept = await keep(link, link.signed, position, line, ports);
    if (kept?.ok === true) return kept;
    // No longer legal: a lost claim is never rebased into a success, it is decided again.
    link.signed = undefined;
  }
  const signers = [request.signer, ...(request.cosigners ?? [])];
  const leftovers = await leftoversAt(request, position, line, ports);
  const decided = await withKeys(line.state, () =>
    decide(request.command, {
      view: position.view,
      agent: request.agent,
      now: nowOf(position.view, ports),
      nonce,
      seen: line.tip,
      choose,
      race: position.race,
      keys: signers.map((signer) => signer.key),
      ...leftovers,
    }),
  );
  if (!decided.ok) return decided;
  link.answer = decided.value.answer;
  if (decided.value.files.length === 0) return ok(undefined);
  const files = await signFiles(decided.value.files, signers);
  const { message, answer } = decided.value;
  const signed = { message, files, answer, stood: await standing(files, position.view, line) };
  // A repair has no signatures to keep, and what there is to mend is looked for anew each time.
  if (request.command.type !== "repair") link.signed = signed;
  return commitSigned(link, signed, position, line, ports);
}

/** What a repair has to mend is in the tree, and not in the state alone. */
async function leftoversAt(
  { command }: Request,
  { parent, view }: Position,
  line: Line,
  ports: SubmitPorts,
): Promise<Pick<DecideContext, "leftovers">> {
  if (command.type !== "repair" || parent === undefined) return {};
  const { findLeftovers, implied } = await import("./leftovers.ts");
  const state = await withKeys(line.state, () => implied(view));
  return { leftovers: await findLeftovers(state, parent.tree, ports, RESTORE_PATHS) };
}

/** The commit of what is signed already, where its paths are as they were and the judge takes it. */
async function keep(
  link: Link,
  signed: SignedDecision,
  position: Position,
  line: Line,
  ports: SubmitPorts,
): Promise<Result<{ built: BuiltCommit; step: Folded }, AppFault> | undefined> {
  const stands = await standing(signed.files, position.view, line);
  // A claim on what this agent took elsewhere would pass for its renewal, and win a second time.
  const untouched = stands.every((oid, index) => oid === signed.stood[index]);
  return untouched ? commitSigned(link, signed, position, line, ports) : undefined;
}

/** What the line has at the paths of these files. */
function standing(
  files: SignedDecision["files"],
  view: View,
  line: Line,
): Promise<readonly (Oid | undefined)[]> {
  return withKeys(line.state, () => files.map(({ path }) => view.get(`file/${path}`)?.oid));
}

async function commitSigned(
  link: Link,
  signed: SignedDecision,
  { parent, view }: Position,
  line: Line,
  ports: SubmitPorts,
): Promise<Result<{ built: BuiltCommit; step: Folded }, AppFault>> {
  const { agent, signer, ordered } = link.request;
  const decision: Pick<Decision, "message" | "seconds"> = {
    message: signed.message,
    seconds: Math.floor(nowOf(view, ports) / 1_000),
  };
  const built = await buildCommit(
    {
      author: agent,
      ...(ordered === undefined ? {} : { committer: ordered.committer }),
      signer,
      decision,
      files: signed.files,
      parent,
    },
    ports.objects,
  );
  const [facts] = await readFacts([built.raw], ports.verifier);
  const verdict = await withKeys(line.state, () => judge(view, facts!));
  if (!verdict.accepted) return err(verdict.fault);
  link.answer = signed.answer;
  return ok({ built, step: { facts: facts!, verdict } });
}

/** The later of this clock and the line's, so that one fast clock does not shut out the rest. */
function nowOf(view: View, { clock }: SubmitPorts): number {
  return Math.max(clock.now(), view.get("line")?.time ?? 0);
}
