/** What is different between two states, for readers: in their words, and without what only the judge needs. */
import type { AgentId, Oid, TaskId } from "../ids.ts";
import { isLapsed } from "../rules/lease.ts";
import { creditOf } from "../rules/ledger.ts";
import { keyFingerprint } from "../rules/fingerprint.ts";
import { taskStatus } from "../rules/task-status.ts";
import type { Key, TaskState, View } from "../state.ts";
import { formatDuration, formatInstant } from "../time.ts";
import type { AwardState } from "../trust-state.ts";

/** A state, and the log time (milliseconds) at which leases are judged. */
export interface StateAt {
  readonly state: View;
  readonly time: number;
}

type Told = string | number | boolean | readonly string[];

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

/** Every field that a thing may have, by name; undefined: it does not apply. */
type Facts = Readonly<Record<string, Told | undefined>>;

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

function taskFacts({ state, time }: StateAt, id: TaskId): Facts | undefined {
  const task = state.get(`task/${id}`);
  if (task === undefined) return undefined;
  const { claim, progress, cancelled } = task;
  return {
    status: taskStatus(state, task, time),
    holder: claim?.agent,
    token: task.token,
    until: instant(claim?.until),
    ...standingFacts(task),
    ...auctionFacts(state, id),
    percent: progress?.percent,
    note: progress?.note,
    checkpoint: progress?.checkpoint,
    attempts: some(
      task.attempts.map((attempt) => `${attempt.token} ${attempt.outcome} by ${attempt.agent}`),
    ),
    reviews: some(
      task.attempts.flatMap(({ token, review }) => {
        return review === undefined
          ? []
          : [`${token} ${review.accepted ? "accepted" : "rejected"} by ${review.by}`];
      }),
    ),
    cancelled_by: cancelled?.by,
  };
}

function auctionFacts(state: View, id: TaskId): Facts {
  const auction = state.get(`auction/${id}`);
  if (auction === undefined) return {};
  const bids = Object.values(auction.bids).map(({ agent, stake, salt }) => {
    return `${agent} ${stake}${salt === undefined ? "" : " revealed"}`;
  });
  return { bid: some(bids.toSorted()), awarded: some(placesOf(auction.award)) };
}

function placesOf(award: AwardState | undefined): readonly string[] {
  return award?.order.map(({ agent }) => agent) ?? [];
}

/** What its creator said of it. */
function standingFacts(task: TaskState): Facts {
  return {
    freed: task.freed || undefined,
    title: task.title,
    body: task.body,
    creator: task.creator,
    priority: task.priority,
    needs: some(task.needs),
    after: some(task.after),
    after_any: some(task.afterAny),
    paths: some(task.paths),
    shared: task.shared ? true : undefined,
    deadline: instant(task.deadline),
    lease: task.lease === undefined ? undefined : formatDuration(task.lease),
    attempts_max: task.attemptsMax,
    review: task.review ? "required" : undefined,
    reviewer: task.reviewer,
    parent: task.parent,
    trust: task.trust || undefined,
    value: task.value || undefined,
    stake: task.stake || undefined,
    bids: task.auction?.bids,
    bids_until: instant(task.auction?.bidsUntil),
    reveals_until: instant(task.auction?.revealsUntil),
  };
}

function agentFacts(state: View, id: AgentId): Facts | undefined {
  const agent = state.get(`agent/${id}`);
  const said = standing(state, id);
  // Who is vouched for need not have joined.
  if (agent === undefined) return said.vouched_by === undefined ? undefined : said;
  const can = state.get(`can/${id}`);
  const cooling = state.get(`cooling/${id}`);
  return {
    status: agent.status,
    key: keyFingerprint(agent.key),
    name: agent.name,
    operator: agent.operator,
    operator_signed: agent.operator === undefined ? undefined : agent.operatorSigned,
    skills: some(can?.skills ?? []),
    tags: some(can?.tags ?? []),
    load: can?.load,
    capacity: can?.capacity,
    skills_until: instant(can?.until),
    declined: some(Object.keys(state.get(`declined/${id}`) ?? {}).toSorted()),
    lapses: cooling?.lapses,
    cooling_until: instant(cooling?.until),
    ...creditFacts(state, id),
    ...said,
  };
}

/** What others say of it, and what it lost. */
function standing(state: View, id: AgentId) {
  const vouches = Object.entries(state.get(`vouch/${id}`) ?? {});
  const slashes = state.get(`slashed/${id}`) ?? [];
  return {
    vouched_by: some(
      vouches
        .map(([by, { level, scope, until }]) => `${by} ${level} ${scope} until ${instant(until)!}`)
        .toSorted(),
    ),
    denounced_by: some(Object.keys(state.get(`denounced/${id}`) ?? {}).toSorted()),
    slashed: some(slashes.map(({ quarters, proof }) => `${quarters}/4 for ${proof}`)),
  };
}

function creditFacts(state: View, id: AgentId): Facts {
  const { granted, lost, locked } = creditOf(state, id);
  if (granted === 0) return {};
  return {
    credits_free: granted - lost - locked,
    credits_locked: locked,
    credits_forfeited: lost,
  };
}

function lockFacts({ state, time }: StateAt, name: string): Facts | undefined {
  const lock = state.get(`lock/${name}`);
  if (lock === undefined) return undefined;
  const { claim, last, token, creator } = lock;
  return {
    status: claim === undefined ? "free" : isLapsed(lock, time) ? "lapsed" : "held",
    holder: claim?.agent,
    token,
    until: instant(claim?.until),
    last: last === undefined ? undefined : `${last.token} ${last.outcome} by ${last.agent}`,
    creator,
  };
}

function settingFacts(state: View): Facts {
  const mound = state.get("mound");
  if (mound === undefined) return {};
  return {
    id: mound.id,
    name: mound.name,
    protocol: mound.protocol,
    membership: mound.membership,
    roots: mound.roots.map(({ agent, key }) => `${agent} ${keyFingerprint(key)}`),
    threshold: mound.threshold,
    lease_default: formatDuration(mound.leaseDefault),
    lease_max: formatDuration(mound.leaseMax),
    skew: formatDuration(mound.skew),
    claims_max: mound.claimsMax,
    tasks_open_max: mound.tasksOpenMax,
    records_hour_max: mound.recordsHourMax,
    vouches: mound.vouches,
    vouch_trust: mound.vouchTrust,
    limits: mound.limits,
    cooldown: mound.cooldown,
    quarantine: mound.quarantine,
    review_value: mound.reviewValue,
    review_trust: mound.reviewTrust,
  };
}

/** As they were deposited: that they fade is no difference. */
function signalFacts(state: View, topic: string): Facts | undefined {
  const entry = state.get(`signal/${topic}`);
  if (entry === undefined) return undefined;
  const told = Object.entries(entry).map(([agent, { kind, strength, halfLife, at, note }]) => {
    const words = `${kind} ${strength} at ${formatInstant(at)}, by half in ${formatDuration(halfLife)}`;
    return [agent, note === undefined ? words : `${words}: ${note}`] as const;
  });
  return Object.fromEntries(told.toSorted(([a], [b]) => (a < b ? -1 : 1)));
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

function some(list: readonly string[]): readonly string[] | undefined {
  return list.length === 0 ? undefined : list;
}

function instant(time: number | undefined): string | undefined {
  return time === undefined ? undefined : formatInstant(time);
}
