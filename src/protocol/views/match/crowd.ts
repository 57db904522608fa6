import type { AgentId } from "../../ids.ts";
import { claimRate } from "../../rules/pace.ts";
import type { LineState, View } from "../../state.ts";
import { landed } from "./board.ts";

/** Who has been heard of in this time and holds nothing is taken to look for work. */
const ACTIVE_MS = 15 * 60_000;

/** Who else may be choosing. */
export interface Crowd {
  /** Members with no live claim that were active lately, sorted. */
  readonly idle: readonly AgentId[];
  /** Claims a second, of all agents. */
  readonly rate: number;
}

const NOBODY: Crowd = { idle: [], rate: 0 };

/** By the newest commit: whoever sees the same line sees the same crowd, and counts it once. */
const KNOWN = new WeakMap<LineState, Crowd>();

/**
 * The crowd at the newest landed commit, at its time: what is planned on top of it is known here alone,
 * so that agents that look at one tip agree.
 */
export function crowdOf(view: View): Crowd {
  const ground = landed(view);
  const line = ground.get("line");
  if (line === undefined) return NOBODY;
  let crowd = KNOWN.get(line);
  if (crowd === undefined) {
    crowd = { idle: idleAt(ground, line.time), rate: claimRate(ground, line.time) };
    KNOWN.set(line, crowd);
  }
  return crowd;
}

function idleAt(view: View, now: number): readonly AgentId[] {
  return view
    .keys("did/")
    .map((key) => key.slice("did/".length) as AgentId)
    .filter((agent) => isIdle(view, agent, now));
}

function isIdle(view: View, agent: AgentId, now: number): boolean {
  if (now - view.get(`did/${agent}`)!.last > ACTIVE_MS) return false;
  if (view.get(`agent/${agent}`)?.status !== "active") return false;
  const held = view.get(`held/${agent}`);
  for (const task in held) if (now < held[task]!) return false;
  return true;
}
