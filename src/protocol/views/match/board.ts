import type { AgentId } from "../../ids.ts";
import { isSetApart } from "../../rules/quarantine.ts";
import { phaseOf } from "../../rules/auction.ts";
import { Overlay, type LineState, type View } from "../../state.ts";
import type { TodoState } from "../../todo-state.ts";
import { hashOf } from "./draw.ts";
import { sourcesOf } from "./sources.ts";
import { stimulusOf } from "./stimulus.ts";
import { ANY_TERMS, sizeOf, termsOf, type Terms } from "./worth.ts";

export type TodoKey = `todo/${string}`;

/** Where the id begins in a key. */
export const ID_AT = "todo/".length;

/**
 * The open tasks of a state at a moment, as columns of which the places below `count` count: what is
 * the same for every agent that chooses, so that many who choose on one tip weigh the tasks once.
 */
export interface Board {
  readonly count: number;
  readonly keys: readonly TodoKey[];
  /** Of id and token. */
  readonly hashes: Int32Array;
  /** What all agents see of each. */
  readonly stimuli: Float64Array;
  /** What each needs and asks of trust, as a place in `needs` and `terms`. */
  readonly groups: Int32Array;
  readonly needs: readonly (readonly string[])[];
  /** What trust has to do with those of each group. */
  readonly terms: readonly Terms[];
  /** The size of the mean value of all; see worth.ts. */
  readonly usual: number;
  /** Those at which somebody has failed. */
  readonly failed: readonly { readonly at: number; readonly by: readonly AgentId[] }[];
  /** Those that lock credits, and how many. */
  readonly staked: readonly { readonly at: number; readonly stake: number }[];
}

interface Kept {
  readonly line: LineState;
  readonly now: number;
  readonly board: Board;
}

/** The newest of each state; columns are used again when it has changed. */
const KEPT = new WeakMap<View, Kept>();

/**
 * The board at the newest landed commit, for log time `now` (milliseconds). What is planned on top of
 * that is not on it: the judge, who is asked for every candidate, knows.
 */
export function boardOf(view: View, now: number): Board {
  const ground = landed(view);
  const line = ground.get("line");
  if (line === undefined) return gather(view, now);
  const kept = KEPT.get(ground);
  if (kept?.line === line && kept.now === now) return kept.board;
  // Until it is whole again, nobody is to find what is being written over.
  KEPT.delete(ground);
  const board = gather(ground, now, kept?.board);
  KEPT.set(ground, { line, now, board });
  return board;
}

/** The view without what is planned on top of it. */
export function landed(view: View): View {
  return view instanceof Overlay ? view.ground : view;
}

/** The board of the view as it is; `spare`: one that nobody looks at any more. */
export function gather(view: View, now: number, spare?: Board): Board {
  const { marks, urgency } = sourcesOf(view, now);
  const columns = new Columns(spare);
  const quarantine = view.get("mound")?.quarantine ?? 0;
  view.eachTodo((key, todo) => {
    if (todo.until !== undefined && now < todo.until) return;
    if (todo.after !== undefined && isBlocked(view, todo.after)) return;
    if (quarantine > 0 && isSetApart(todo, quarantine, now)) return;
    if (todo.terms?.auctioned === true && !isAnybodys(view, key, now)) return;
    const mark = marks?.of(view.get(`task/${key.slice(ID_AT)}`)!);
    const waiting = urgency?.(key.slice(ID_AT) as never);
    columns.add(key, todo, stimulusOf(todo, now, mark, waiting));
  });
  return columns;
}

/** Whose turn it is knows of it without a board. */
function isAnybodys(view: View, key: TodoKey, now: number): boolean {
  const task = view.get(`task/${key.slice(ID_AT)}`)!;
  return phaseOf(view, task, now).phase === "anybody";
}

/** A task that is not settled is not done: only what is settled needs a closer look. */
export function isBlocked(view: View, after: NonNullable<TodoState["after"]>): boolean {
  for (const id of after) if (view.get(`todo/${id}`) !== undefined) return true;
  return false;
}

const NOTHING: readonly string[] = [];

class Columns implements Board {
  count = 0;
  keys: TodoKey[];
  hashes: Int32Array;
  stimuli: Float64Array;
  groups: Int32Array;
  readonly needs: (readonly string[])[] = [NOTHING];
  readonly terms: Terms[] = [ANY_TERMS];
  readonly failed: { at: number; by: readonly AgentId[] }[] = [];
  readonly staked: { at: number; stake: number }[] = [];
  readonly #groups = new Map<string, number>();
  #values = 0;

  constructor(spare: Board | undefined) {
    this.keys = (spare?.keys as TodoKey[] | undefined) ?? [];
    this.hashes = spare?.hashes ?? new Int32Array();
    this.stimuli = spare?.stimuli ?? new Float64Array();
    this.groups = spare?.groups ?? new Int32Array();
  }

  get usual(): number {
    return this.#values === 0 ? 0 : sizeOf(this.#values / this.count);
  }

  add(key: TodoKey, todo: TodoState, stimulus: number): void {
    const { token, needs, failed, terms } = todo;
    if (this.count === this.hashes.length) this.#grow();
    const at = this.count;
    this.count += 1;
    this.keys[at] = key;
    this.hashes[at] = hashOf(key, ID_AT, token);
    this.stimuli[at] = stimulus;
    if (terms === undefined)
      this.groups[at] = needs === undefined ? 0 : this.#groupOf(nameOf(needs), needs, ANY_TERMS);
    else {
      this.groups[at] = this.#askingGroup(todo);
      this.#values += terms.value;
      if (terms.stake > 0) this.staked.push({ at, stake: terms.stake });
    }
    if (failed !== undefined) this.failed.push({ at, by: failed });
  }

  #askingGroup(todo: TodoState): number {
    const { needs = NOTHING } = todo;
    const terms = termsOf(todo);
    return this.#groupOf(`${nameOf(needs)} ${terms.trust} ${terms.size}`, needs, terms);
  }

  #groupOf(name: string, needs: readonly string[], terms: Terms): number {
    let group = this.#groups.get(name);
    if (group === undefined) {
      group = this.needs.push(needs) - 1;
      this.terms.push(terms);
      this.#groups.set(name, group);
    }
    return group;
  }

  #grow(): void {
    const size = Math.max(1_024, this.hashes.length * 2);
    this.hashes = copied(new Int32Array(size), this.hashes);
    this.groups = copied(new Int32Array(size), this.groups);
    this.stimuli = copied(new Float64Array(size), this.stimuli);
  }
}

function nameOf(needs: readonly string[]): string {
  return needs.length === 1 ? needs[0]! : needs.join(" ");
}

function copied<T extends Int32Array | Float64Array>(to: T, from: T): T {
  to.set(from);
  return to;
}
