import type { AgentId } from "../../ids.ts";
import { creditOf, freeOf } from "../../rules/ledger.ts";
import type { View } from "../../state.ts";
import { Aptitude, ownFailures } from "./aptitude.ts";
import { ID_AT, type Board, type TodoKey } from "./board.ts";

/** The open tasks as one agent sees them. */
export interface Survey extends Board {
  /** How many of them the agent can do. */
  readonly doable: number;
  /** What only this agent sees of each; 0: it cannot do it, or leaves it alone. */
  readonly own: Float64Array;
}

/**
 * Weighs the tasks of a board for an agent at log time `now` (milliseconds), without allocation: the
 * column is used again by the next call. A task that the agent can do may still be refused by the judge.
 */
export function survey(
  view: View,
  agent: AgentId,
  now: number,
  board: Board,
  except: ReadonlySet<TodoKey>,
): Survey {
  const aptitude = new Aptitude(view, agent, now);
  const { count, groups, stimuli } = board;
  if (OWN.column.length < count) OWN.column = new Float64Array(2 * count);
  const own = OWN.column;
  const { terms, usual } = board;
  const factors = board.needs.map(
    (needs, group) => aptitude.factorFor(needs) * aptitude.trust(terms[group]!, usual),
  );
  const squares = board.needs.map((needs) => {
    const { threshold } = aptitude.skillFor(needs);
    return threshold * threshold;
  });
  let doable = 0;
  for (let at = 0; at < count; at += 1) {
    const group = groups[at]!;
    const factor = factors[group]!;
    const square = stimuli[at]! * stimuli[at]!;
    own[at] = factor === 0 ? 0 : (factor * square) / (square + squares[group]!);
    if (factor > 0) doable += 1;
  }
  for (const { at, by } of board.failed) own[at]! /= 1 + ownFailures(by, agent);
  doable -= dropDear(view, agent, board, own);
  if (except.size === 0) return { ...columnsOf(board), own, doable };
  for (let at = 0; at < count; at += 1) {
    if (!(own[at]! > 0) || !except.has(board.keys[at]!)) continue;
    own[at] = 0;
    doable -= 1;
  }
  return { ...columnsOf(board), own, doable };
}

/** Leaves out the tasks whose stakes the agent cannot lock; answers how many of them it could do otherwise. */
function dropDear(view: View, agent: AgentId, { staked, keys }: Board, own: Float64Array): number {
  if (staked.length === 0) return 0;
  const free = freeOf(view, agent);
  const { on, locked } = creditOf(view, agent);
  let dropped = 0;
  for (const { at, stake } of staked) {
    if (stake <= free || !(own[at]! > 0)) continue;
    // What it has locked on the task itself counts; few agents have so much locked that it could matter.
    if (stake <= free + locked && stake - (on[keys[at]!.slice(ID_AT)] ?? 0) <= free) continue;
    own[at] = 0;
    dropped += 1;
  }
  return dropped;
}

const OWN = { column: new Float64Array() };

function columnsOf(board: Board): Board {
  const { count, keys, hashes, stimuli, groups, needs, terms, usual, failed, staked } = board;
  return { count, keys, hashes, stimuli, groups, needs, terms, usual, failed, staked };
}
