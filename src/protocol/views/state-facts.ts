/** What readers are told of the things in a state, field by field. */
import type { AgentId, TaskId } from "../ids.ts";
import { isLapsed } from "../rules/lease.ts";
import { creditOf } from "../rules/ledger.ts";
import { keyFingerprint } from "../rules/fingerprint.ts";
import { taskStatus } from "../rules/task-status.ts";
import type { TaskState, View } from "../state.ts";
import { formatDuration, formatInstant } from "../time.ts";
import type { AwardState } from "../trust-state.ts";

/** A state, and the log time (milliseconds) at which leases are judged. */
export interface StateAt {
  readonly state: View;
  readonly time: number;
}

export type Told = string | number | boolean | readonly string[];

/** Every field that a thing may have, by name; undefined: it does not apply. */
export type Facts = Readonly<Record<string, Told | undefined>>;

export function taskFacts({ state, time }: StateAt, id: TaskId): Facts | undefined {
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

export function agentFacts(state: View, id: AgentId): Facts | undefined {
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

export function lockFacts({ state, time }: StateAt, name: string): Facts | undefined {
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

export function settingFacts(state: View): Facts {
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
export function signalFacts(state: View, topic: string): Facts | undefined {
  const entry = state.get(`signal/${topic}`);
  if (entry === undefined) return undefined;
  const told = Object.entries(entry).map(([agent, { kind, strength, halfLife, at, note }]) => {
    const words = `${kind} ${strength} at ${formatInstant(at)}, by half in ${formatDuration(halfLife)}`;
    return [agent, note === undefined ? words : `${words}: ${note}`] as const;
  });
  return Object.fromEntries(told.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function some(list: readonly string[]): readonly string[] | undefined {
  return list.length === 0 ? undefined : list;
}

function instant(time: number | undefined): string | undefined {
  return time === undefined ? undefined : formatInstant(time);
}
