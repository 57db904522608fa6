import { hostname } from "node:os";
import { err, ok, type Result } from "../base/result.ts";
import { Heartbeats, type HeartbeatOptions } from "../app/presence.ts";
import { readPresence, type FoundPresence } from "../app/read-presence.ts";
import type { Remote } from "../app/ports.ts";
import { moundFolder } from "../git/clone.ts";
import { readLog } from "../git/log.ts";
import { filePresenceMemory } from "../git/presence-memory.ts";
import { isAgentId, type AgentId, type TaskId } from "../protocol/ids.ts";
import { REFUSALS_KEPT } from "../protocol/limits.ts";
import { refuseNonMember } from "../protocol/rules/members.ts";
import { presence, type Presence, type SeenCommit } from "../protocol/views/presence.ts";
import type { AnyFault } from "./faults.ts";
import type { Mound } from "./mound.ts";

export interface WhoIsHere extends Omit<FoundPresence, "heartbeats"> {
  readonly present: readonly Presence[];
  /** Log time at which this holds, in milliseconds. */
  readonly now: number;
}

/** Newest commits that are looked at for signs of life; read by one git process in a few milliseconds. */
const COMMITS_READ = 500;

/**
 * Who is around, as the origin and the line say now. `asked`: what the origin answers, where it was
 * asked already: while the line is fetched, so that one need not wait for both in turn.
 */
export async function whoIsHere(
  mound: Mound,
  asked: ReturnType<Remote["presence"]> = mound.ports.remote.presence(),
): Promise<WhoIsHere> {
  const { objects, verifier } = mound.ports;
  const memory = filePresenceMemory(moundFolder(mound.clone.commonDir));
  const { heartbeats, flaws, fault } = await readPresence(await asked, {
    objects,
    verifier,
    memory,
    read: (reader) => mound.read(reader),
  });
  const commits = await recentCommits(mound);
  return mound.read((view, now) => ({
    present: presence(view, heartbeats, commits, now),
    flaws,
    fault,
    now,
  }));
}

/** Heartbeats for agents of this machine, to ride on pushes or to be pushed by themselves. */
export function heartbeatsOf(
  mound: Mound,
  options: Pick<HeartbeatOptions, "spare" | "warn">,
): Heartbeats {
  return new Heartbeats(mound.ports, {
    ...options,
    mound: mound.id,
    host: hostname().split(".")[0] || "localhost",
    look: (agent) =>
      mound.read((view) => ({
        // The later of this clock and the line's: one who left is not called back by a fast clock's commit.
        now: Math.max(mound.ports.clock.now(), view.get("line")?.time ?? 0),
        doing: Object.keys(view.get(`held/${agent}`) ?? {}).toSorted() as TaskId[],
      })),
  });
}

/** Says once that an agent is here, or that it leaves: for whom no daemon speaks. */
export async function sayPresence(
  mound: Mound,
  agent: AgentId,
  state: "here" | "leaving",
): Promise<Result<undefined, AnyFault>> {
  const signer = await mound.signer(agent);
  if (!signer.ok) return signer;
  const stranger = await mound.read((view) => refuseNonMember(view, agent));
  if (stranger !== undefined) return err(stranger);
  const memory = filePresenceMemory(moundFolder(mound.clone.commonDir));
  const before = (await memory.load()).find((heartbeat) => heartbeat.agent === agent);
  const stays = before?.state === "here" && before.until > mound.ports.clock.now();
  const failures: Error[] = [];
  const heartbeats = heartbeatsOf(mound, {
    spare: () => true,
    warn: (error) => failures.push(error as Error),
  });
  heartbeats.join(agent, signer.value, {
    since: stays ? before.since : undefined,
    at: before?.at ?? 0,
  });
  if (state === "leaving") heartbeats.leave(agent);
  const told = await heartbeats.beat();
  if (failures[0] !== undefined) throw failures[0];
  return told.ok ? ok(undefined) : told;
}

/** Accepted commits among the newest ones, with who made them. */
async function recentCommits(mound: Mound): Promise<readonly SeenCommit[]> {
  const { tip } = mound.line;
  if (tip === undefined) return [];
  const entries = await readLog(mound.clone.commonDir, tip, { limit: COMMITS_READ });
  const refused = await mound.read((view) => view.get("refusals") ?? []);
  const bad = new Set(refused.map(({ commit }) => commit));
  // The state forgets old refusals: what lies before the oldest that it knows may have been one.
  const known = refused.length < REFUSALS_KEPT ? -Infinity : refused[0]!.time;
  return entries.flatMap(({ commit, author, time }) =>
    isAgentId(author) && !bad.has(commit) && time > known ? [{ agent: author, time }] : [],
  );
}
