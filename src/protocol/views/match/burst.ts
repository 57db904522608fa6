/**
 * A burst of idle agents on one tip: each computes for all of them, alone and from the same state, who
 * takes what, and no two want the same. A greedy matching on hash edges: every agent has some edges to
 * tasks that it can do; edges are taken by priority tier, then by hash, while both ends are free; who is
 * left over is given what is left over. Linear in tasks and edges but for one sort.
 */
import type { AgentId } from "../../ids.ts";
import type { LineState, View } from "../../state.ts";
import { landed } from "./board.ts";
import { drawAt, seedOf } from "./draw.ts";
import { poolsAt, type Pool } from "./pools.ts";

/** Fewer idle agents draw: some of them may not be looking, and a task kept for those would lie there. */
export const BURST_MIN = 50;
/** With so many, fewer than one in a hundred is left over by the edges (simulated). */
const EDGES = 16;

/** By the newest commit: computed once for all that ask at a tip. */
const KNOWN = new WeakMap<LineState, ReadonlyMap<AgentId, string>>();

/** The id of the task that is the agent's own in the burst at the tip; undefined: there is none. */
export function matchFor(view: View, agent: AgentId, idle: readonly AgentId[]): string | undefined {
  const ground = landed(view);
  const line = ground.get("line")!;
  let matched = KNOWN.get(line);
  if (matched === undefined) KNOWN.set(line, (matched = match(ground, line, idle)));
  return matched.get(agent);
}

interface Taker {
  readonly agent: AgentId;
  readonly seed: number;
  readonly pools: readonly Pool[];
  /** The tasks in all its pools together. */
  readonly size: number;
  readonly declined: Readonly<Record<string, number>> | undefined;
}

/** Whom each of the idle agents is matched with, at the line's time. */
function match(
  view: View,
  line: LineState,
  idle: readonly AgentId[],
): ReadonlyMap<AgentId, string> {
  const poolsOf = poolsAt(view, line.time, idle.length);
  const takers = idle.map((agent): Taker => {
    const pools = poolsOf(agent);
    const size = pools.reduce((sum, { ids }) => sum + ids.length, 0);
    const declined = view.get(`declined/${agent}`);
    return { agent, seed: seedOf(agent, line.tip), pools, size, declined };
  });
  const matched = new Map<AgentId, string>();
  const taken = new Set<string>();
  const give = ({ agent, declined }: Taker, id: string): boolean => {
    if (taken.has(id) || line.time < (declined?.[id] ?? 0)) return false;
    taken.add(id);
    matched.set(agent, id);
    return true;
  };
  for (const edge of edgesOf(takers)) {
    const taker = takers[Math.floor(edge / EDGES)]!;
    if (!matched.has(taker.agent)) give(taker, place(taker, edge % EDGES).id);
  }
  giveRest(takers, matched, give);
  return matched;
}

/** The edges in order: the higher tier first, then by hash. An edge is its taker's place and its number. */
function* edgesOf(takers: readonly Taker[]): Iterable<number> {
  const order = new Float64Array(takers.length * EDGES);
  let count = 0;
  takers.forEach((taker, at) => {
    for (let number = 0; taker.size > 0 && number < EDGES; number += 1) {
      const { tier, draw } = place(taker, number);
      // Tier, hash and edge in the 53 bits of a double, so that numbers are sorted and nothing else.
      const rank = (TIERS - tier) * HASHES + (draw >>> 5);
      order[count++] = rank * EDGES_MAX + at * EDGES + number;
    }
  });
  const sorted = order.subarray(0, count).toSorted();
  for (const rank of sorted) yield rank % EDGES_MAX;
}

const TIERS = 31;
/** 27 bits of hash, and 21 for the edge: 131,072 takers; 5 for the tier. */
const HASHES = 0x0800_0000;
const EDGES_MAX = 0x20_0000;

/** The task at the end of an edge: anywhere in the taker's pools, by hash. */
function place(
  { seed, pools, size }: Taker,
  number: number,
): { readonly id: string; readonly tier: number; readonly draw: number } {
  const draw = drawAt(seed, number);
  let at = draw % size;
  for (const { ids, tiers } of pools) {
    if (at < ids.length) return { id: ids[at]!, tier: tiers[at]!, draw };
    at -= ids.length;
  }
  throw new RangeError("an edge leads out of the pools");
}

/** Who has no task yet gets the first that is left in its pools, by turns of the hash. */
function giveRest(
  takers: readonly Taker[],
  matched: ReadonlyMap<AgentId, string>,
  give: (taker: Taker, id: string) => boolean,
): void {
  const from = new Map<Pool, number>();
  const left = takers
    .filter(({ agent }) => !matched.has(agent))
    .toSorted((a, b) => drawAt(a.seed, EDGES) - drawAt(b.seed, EDGES));
  for (const taker of left) {
    for (const pool of taker.pools) {
      let at = from.get(pool) ?? 0;
      // What one agent has declined is passed by for the others too: this is the rest of the rest.
      while (at < pool.ids.length && !give(taker, pool.ids[at]!)) at += 1;
      from.set(pool, at);
      if (matched.has(taker.agent)) break;
    }
  }
}
