import type { Oid } from "../protocol/ids.ts";
import type { CommitFacts, Verdict } from "../protocol/judge.ts";
import { clipFault, type Fault } from "../protocol/fault.ts";
import { FACT_CHARS } from "../protocol/limits.ts";
import { isLegalPath } from "../protocol/paths.ts";
import type { Delta, Key, View } from "../protocol/state.ts";
import type { AuditFinding } from "./audit-report.ts";

/** Findings that are told one by one, some 5 MB of them; nobody reads more, and the rest is counted. */
export const FINDINGS_KEPT = 10_000;
/** Paths listed with one finding, and characters of them in all: then only the first is. */
const PATHS_LISTED = 200;
const LISTED_CHARS = 8_000_000;
/** Pairs of a path and a finding that wait for it: strangers must not fill the memory with them. */
const WAITING_MAX = 200_000;
/** Paths that wait at all; with more, what is not told one by one never counts as repaired. */
const LEFT_MAX = 500_000;
/** A longer path goes by its beginning and its length. */
const PATH_CHARS = 400;

/** What one commit did to paths: those it left other than the state has them, and those it put right. */
export interface Marks {
  readonly left: readonly string[];
  readonly righted: readonly string[];
}

interface Kept {
  finding: AuditFinding;
  /** Paths that still wait; undefined: nobody counted, and it is repaired once nothing waits at all. */
  waiting: number | undefined;
}

export interface KeptFindings {
  readonly findings: readonly (readonly [AuditFinding, number | null])[];
  readonly left: readonly (readonly [string, readonly number[]])[];
  readonly more: { readonly open: number; readonly repaired: number };
  readonly lost: boolean;
}

/** Every refused commit, and since when nothing is left of it. */
export class FindingTracker {
  readonly #kept: Kept[];
  /** By path: the findings that wait for it to be put right. */
  readonly #left: Map<string, number[]>;
  #pairs: number;
  #listed: number;
  #moreOpen: number;
  #moreRepaired: number;
  /** Whether there were more paths than are remembered. */
  #lost: boolean;

  constructor(kept?: KeptFindings) {
    this.#kept = (kept?.findings ?? []).map(([finding, waiting]) => ({
      finding: { ...finding, path: finding.path, repaired: finding.repaired },
      waiting: waiting ?? undefined,
    }));
    this.#left = new Map((kept?.left ?? []).map(([path, ids]) => [path, [...ids]]));
    this.#pairs = [...this.#left.values()].reduce((sum, ids) => sum + ids.length, 0);
    this.#listed = this.#kept.reduce((sum, { finding }) => sum + lengthOf(finding.paths), 0);
    this.#moreOpen = kept?.more.open ?? 0;
    this.#moreRepaired = kept?.more.repaired ?? 0;
    this.#lost = kept?.lost ?? false;
  }

  step(facts: CommitFacts, verdict: Verdict, marks: Marks, number: number): void {
    for (const path of marks.righted) this.#right(path, facts.oid);
    if (!verdict.accepted) this.#add(facts, verdict.fault, marks.left, number);
    if (this.#left.size === 0 && !this.#lost) this.#allRight(facts.oid);
  }

  /** In the order of the line. */
  get findings(): readonly AuditFinding[] {
    return this.#kept.map(({ finding }) => finding);
  }

  get more(): { readonly open: number; readonly repaired: number } {
    return { open: this.#moreOpen, repaired: this.#moreRepaired };
  }

  keep(): KeptFindings {
    return {
      findings: this.#kept.map(({ finding, waiting }) => [finding, waiting ?? null]),
      left: [...this.#left],
      more: this.more,
      lost: this.#lost,
    };
  }

  #right(path: string, commit: Oid): void {
    const name = nameOf(path);
    const ids = this.#left.get(name);
    if (ids === undefined) return;
    this.#left.delete(name);
    this.#pairs -= ids.length;
    for (const id of ids) {
      const kept = this.#kept[id]!;
      if (kept.waiting === undefined) continue;
      kept.waiting -= 1;
      if (kept.waiting === 0) kept.finding = { ...kept.finding, repaired: commit };
    }
  }

  #add(facts: CommitFacts, fault: Fault, left: readonly string[], number: number): void {
    const clean = left.length === 0;
    const id = this.#kept.length < FINDINGS_KEPT ? this.#kept.length : undefined;
    const counted = id !== undefined && this.#pairs + left.length <= WAITING_MAX;
    for (const path of left) this.#wait(path, counted ? id : undefined);
    if (id === undefined) {
      if (clean) this.#moreRepaired += 1;
      else this.#moreOpen += 1;
      return;
    }
    const { oid, commit } = facts;
    const finding = {
      number,
      commit: oid,
      time: (commit?.committer.seconds ?? 0) * 1_000,
      author: commit?.author.name.slice(0, FACT_CHARS) ?? "",
      path: pathOf(fault, facts),
      paths: this.#list(left),
      fault: clipFault(fault),
      repaired: clean ? oid : undefined,
    };
    this.#kept.push({ finding, waiting: counted ? left.length : undefined });
  }

  #list(left: readonly string[]): readonly string[] {
    const some = left.slice(0, PATHS_LISTED).map((path) => path.slice(0, FACT_CHARS));
    const fits = this.#listed + lengthOf(some) <= LISTED_CHARS;
    const paths = fits ? some : some.slice(0, 1);
    this.#listed += lengthOf(paths);
    return paths;
  }

  #wait(path: string, id: number | undefined): void {
    const name = nameOf(path);
    const ids = this.#left.get(name) ?? [];
    if (ids.length === 0 && this.#left.size >= LEFT_MAX) this.#lost = true;
    else this.#left.set(name, ids);
    if (id === undefined) return;
    ids.push(id);
    this.#pairs += 1;
  }

  /** Nothing waits: then it is so of those too for which nobody counted. */
  #allRight(commit: Oid): void {
    this.#moreRepaired += this.#moreOpen;
    this.#moreOpen = 0;
    for (const kept of this.#kept) {
      if (kept.waiting !== undefined || kept.finding.repaired !== undefined) continue;
      kept.finding = { ...kept.finding, repaired: commit };
    }
  }
}

/** Reads off a verdict what its commit did to paths; `before` may throw `NeedKeys`. */
export function marksOf(before: View, facts: CommitFacts, verdict: Verdict): Marks {
  const left = verdict.accepted ? [] : leftBy(before, facts, verdict.delta);
  const still = new Set(left);
  const righted = new Set<string>();
  for (const { path } of facts.changes) if (!still.has(path)) righted.add(path);
  for (const [key, value] of verdict.delta) {
    if (value === undefined && key.startsWith(ASTRAY)) righted.add(key.slice(ASTRAY.length));
  }
  return { left, righted: [...righted] };
}

const ASTRAY = "astray/";

function lengthOf(paths: readonly string[]): number {
  return paths.reduce((sum, path) => sum + path.length, 0);
}

function nameOf(path: string): string {
  return path.length <= PATH_CHARS ? path : `${path.slice(0, PATH_CHARS)} ${path.length}`;
}

/** The paths that the state notes as astray, and junk that it does not note: off the grammar, or too much. */
function leftBy(before: View, { changes }: CommitFacts, delta: Delta): string[] {
  const left = new Set<string>();
  for (const { path, mode } of changes) {
    const key: Key = `astray/${path}`;
    if (delta.has(key)) {
      if (delta.get(key) !== undefined) left.add(path);
    } else if (mode !== undefined) {
      if (!isLegalPath(path) || before.get(`file/${path}`) === undefined) left.add(path);
    }
  }
  return [...left];
}

/** The path that the fault names, else one of the task that it names. */
function pathOf(fault: Fault, { changes }: CommitFacts): string | undefined {
  if ("path" in fault) return fault.path.slice(0, FACT_CHARS);
  if (!("task" in fault)) return undefined;
  const { task } = fault;
  return changes.find(({ path }) => path.split("/")[2] === task)?.path.slice(0, FACT_CHARS);
}
