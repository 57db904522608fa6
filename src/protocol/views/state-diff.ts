/** What is different between two states, for readers: in their words, and without what only the judge needs. */
import type { AgentId, Oid, TaskId } from "../ids.ts";
import type { Key } from "../state.ts";
import {
  taskFacts,
  agentFacts,
  lockFacts,
  settingFacts,
  signalFacts,
  type Facts,
  type StateAt,
  type Told,
} from "./state-facts.ts";

/** One field; null: it was not there, or is not there any more. */
export interface FieldChange {
  readonly field: string;
  readonly before: Told | null;
  readonly after: Told | null;
}

/** A task, an agent or a lock. */
export interface ThingChange {
  readonly id: string;
  readonly what: "added" | "removed" | "changed";
  readonly fields: readonly FieldChange[];
}

/** A file that the state holds good, or what the tree has in its place. */
export interface FileChange {
  readonly path: string;
  /** Bytes that a refused commit left in the tree, not those that count. */
  readonly astray: boolean;
  readonly before: Oid | null;
  readonly after: Oid | null;
}

export interface StateDiff {
  readonly tasks: readonly ThingChange[];
  readonly agents: readonly ThingChange[];
  readonly locks: readonly ThingChange[];
  readonly settings: readonly FieldChange[];
  /** By topic: what each agent left there, and nobody has written anew since. */
  readonly signals: readonly ThingChange[];
  readonly files: readonly FileChange[];
}

/** `keys`: the only ones that may differ; every key unless said. All lists are in order of name. */
export function diffStates(before: StateAt, after: StateAt, keys?: readonly Key[]): StateDiff {
  const names = (family: string): readonly string[] => {
    const all =
      keys === undefined
        ? [...before.state.keys(family), ...after.state.keys(family)]
        : keys.filter((key) => key.startsWith(family));
    return [...new Set(all)].map((key) => key.slice(family.length)).toSorted();
  };
  const tasks = [...new Set([...names("task/"), ...names("auction/")])].toSorted();
  const agents = [
    ...new Set(
      [
        "agent/",
        "can/",
        "declined/",
        "cooling/",
        "credit/",
        "vouch/",
        "denounced/",
        "slashed/",
      ].flatMap(names),
    ),
  ].toSorted();
  return {
    tasks: tasks.flatMap((id) => {
      return compare(id, taskFacts(before, id as TaskId), taskFacts(after, id as TaskId));
    }),
    agents: agents.flatMap((id) => {
      return compare(
        id,
        agentFacts(before.state, id as AgentId),
        agentFacts(after.state, id as AgentId),
      );
    }),
    locks: names("lock/").flatMap((name) => {
      return compare(name, lockFacts(before, name), lockFacts(after, name));
    }),
    settings: fieldChanges(settingFacts(before.state), settingFacts(after.state)),
    signals: names("signal/").flatMap((topic) => {
      return compare(topic, signalFacts(before.state, topic), signalFacts(after.state, topic));
    }),
    files: [
      ...fileChanges(names("file/"), (path) => ({
        before: before.state.get(`file/${path}`)?.oid,
        after: after.state.get(`file/${path}`)?.oid,
        astray: false,
      })),
      ...fileChanges(names("astray/"), (path) => ({
        before: before.state.get(`astray/${path}`)?.oid,
        after: after.state.get(`astray/${path}`)?.oid,
        astray: true,
      })),
    ],
  };
}

export function isEmpty(diff: StateDiff): boolean {
  const { tasks, agents, locks, settings, signals, files } = diff;
  return [tasks, agents, locks, settings, signals, files].every((list) => list.length === 0);
}

function compare(id: string, before: Facts | undefined, after: Facts | undefined): ThingChange[] {
  const what = before === undefined ? "added" : after === undefined ? "removed" : "changed";
  const fields = fieldChanges(before, after);
  return fields.length === 0 ? [] : [{ id, what, fields }];
}

function fieldChanges(before: Facts = {}, after: Facts = {}): readonly FieldChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((field) => {
    const [was, is] = [before[field] ?? null, after[field] ?? null];
    return JSON.stringify(was) === JSON.stringify(is) ? [] : [{ field, before: was, after: is }];
  });
}

function fileChanges(
  paths: readonly string[],
  look: (path: string) => {
    readonly before: Oid | null | undefined;
    readonly after: Oid | null | undefined;
    readonly astray: boolean;
  },
): readonly FileChange[] {
  return paths.flatMap((path) => {
    const { before, after, astray } = look(path);
    // That a path is astray because it was removed is a difference too.
    if (before === after) return [];
    return [{ path, astray, before: before ?? null, after: after ?? null }];
  });
}
