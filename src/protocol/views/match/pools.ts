import type { AgentId } from "../../ids.ts";
import { isSetApart } from "../../rules/quarantine.ts";
import type { View } from "../../state.ts";
import type { TodoState } from "../../todo-state.ts";
import { Aptitude } from "./aptitude.ts";
import { stimulusOf } from "./stimulus.ts";
import { ID_AT, isBlocked } from "./board.ts";

/** Open tasks with the same needs, and for which who takes them must be trusted alike, the most wanted first. */
export interface Pool {
  readonly needs: readonly string[];
  readonly trust: number;
  readonly ids: readonly string[];
  /** From 0 to 31; more is more wanted. */
  readonly tiers: readonly number[];
}

/**
 * The pools that an agent can work on, for the burst of so many agents at a log time (milliseconds). A
 * pool holds no more than all of them could take, and its most wanted. Everyone computes the same.
 */
export function poolsAt(
  view: View,
  now: number,
  takers: number,
): (agent: AgentId) => readonly Pool[] {
  const pools = [...gather(view, now).values()].map((open) => poolOf(open, takers));
  const asking = pools.some(({ trust }) => trust > 0);
  const bySkills = new Map<string, readonly Pool[]>();
  return (agent) => {
    const aptitude = new Aptitude(view, agent, now);
    const score = asking ? aptitude.standing.score : 0;
    const name = [score, ...[...aptitude.declared].toSorted()].join(" ");
    let own = bySkills.get(name);
    if (own === undefined) {
      own = pools.filter(({ needs, trust }) => score >= trust && aptitude.need(needs) > 0);
      bySkills.set(name, own);
    }
    return own;
  };
}

interface Open {
  readonly needs: readonly string[];
  readonly trust: number;
  readonly tasks: { readonly id: string; readonly tier: number }[];
}

function gather(view: View, now: number): ReadonlyMap<string, Open> {
  const found = new Map<string, Open>();
  const quarantine = view.get("mound")?.quarantine ?? 0;
  view.eachTodo((key, todo) => {
    if (todo.until !== undefined && now < todo.until) return;
    if (todo.after !== undefined && isBlocked(view, todo.after)) return;
    if (quarantine > 0 && isSetApart(todo, quarantine, now)) return;
    const needs = todo.needs ?? [];
    const trust = todo.terms?.trust ?? 0;
    const name = trust === 0 ? needs.join(" ") : `${needs.join(" ")} ${trust}`;
    let open = found.get(name);
    if (open === undefined) found.set(name, (open = { needs, trust, tasks: [] }));
    open.tasks.push({ id: key.slice(ID_AT), tier: tierOf(todo, now) });
  });
  return found;
}

/** A stimulus twice as strong is the next tier. Marks and edges do not count: a tier is a coarse thing. */
function tierOf(todo: TodoState, now: number): number {
  const stimulus = stimulusOf(todo, now, undefined, undefined);
  return 32 - Math.clz32(Math.min(0x7fff_ffff, stimulus * 2));
}

function poolOf({ needs, trust, tasks }: Open, takers: number): Pool {
  tasks.sort((a, b) => b.tier - a.tier || (a.id < b.id ? -1 : 1));
  const best = tasks.slice(0, takers);
  return { needs, trust, ids: best.map(({ id }) => id), tiers: best.map(({ tier }) => tier) };
}
