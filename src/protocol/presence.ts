/**
 * A heartbeat: an agent's signed word that it is here, or that it leaves. It has the form of a record
 * and is none: it lies in a ref of its own, is overwritten by the next one, and no verdict reads it.
 */
import * as z from "zod/mini";
import { err, ok, type Result } from "../base/result.ts";
import { agentId, instant, line, list, taskId } from "./fields.ts";
import { isAgentId, type AgentId, type TaskId } from "./ids.ts";
import { writeScalar } from "./plain-body.ts";
import { readRecord } from "./record.ts";
import { formatInstant } from "./time.ts";

export interface Heartbeat {
  readonly agent: AgentId;
  readonly state: "here" | "leaving";
  /** A short name of the machine, for people. */
  readonly host: string;
  /** The tasks that it says to be at work on. */
  readonly doing: readonly TaskId[];
  /** Milliseconds: when this stay began, when this was said, and when silence counts as absence. */
  readonly since: number;
  readonly at: number;
  readonly until: number;
}

/** Why what lies in a ref of a heartbeat is not believed. `name` is what follows the refs' prefix. */
export interface PresenceFlaw {
  readonly code:
    | "name-illegal"
    | "unreadable"
    | "not-a-blob"
    | "too-large"
    | "malformed"
    | "wrong-agent"
    | "not-a-member"
    | "signature-invalid"
    | "ahead"
    | "falling";
  readonly name: string;
  readonly detail: string;
}

/** A heartbeat taken apart, its signature not checked yet. */
export interface SaidPresence {
  readonly heartbeat: Heartbeat;
  readonly payload: Uint8Array;
  readonly armor: string;
}

/** A name, a label and sixteen task ids take under 2 KiB with their signature. */
export const HEARTBEAT_BYTES = 4 * 1024;
/** More tasks than an agent may hold, unless the mound says otherwise; the state has them all. */
export const DOING_MAX = 16;
/** Nobody is here for longer than this on a single word: a machine that is switched off says no more. */
const PROMISE_MAX_MS = 60 * 60_000;
/** The first part of a host's name, as a person would call the machine. */
const HOST_CHARS = 63;

const fields = z.strictObject({
  kind: z.literal("presence"),
  agent: agentId,
  state: z.enum(["here", "leaving"]),
  host: line.check(z.maxLength(HOST_CHARS, `must have at most ${HOST_CHARS} characters`)),
  doing: z.optional(list(taskId, DOING_MAX)),
  since: instant,
  at: instant,
  until: instant,
});

/** The bytes that the agent signs. */
export function heartbeatBody(said: Heartbeat): string {
  const doing = said.doing.slice(0, DOING_MAX).map((task) => `  - ${task}\n`);
  return [
    "kind: presence\n",
    `agent: ${said.agent}\n`,
    `state: ${said.state}\n`,
    `host: ${writeScalar(said.host.slice(0, HOST_CHARS))}\n`,
    ...(doing.length === 0 ? [] : ["doing:\n", ...doing]),
    `since: ${formatInstant(said.since)}\n`,
    `at: ${formatInstant(said.at)}\n`,
    `until: ${formatInstant(said.until)}\n`,
  ].join("");
}

/** Reads what lies in the ref of `name`; cheap for whatever a stranger may have put there. */
export function readHeartbeat(name: string, bytes: Uint8Array): Result<SaidPresence, PresenceFlaw> {
  const flaw = (code: PresenceFlaw["code"], detail: string): Result<never, PresenceFlaw> =>
    err({ code, name, detail });
  if (!isAgentId(name)) return flaw("name-illegal", "it is no agent's name");
  if (bytes.length > HEARTBEAT_BYTES) return flaw("too-large", `it has ${bytes.length} bytes`);
  const record = readRecord(name, bytes);
  if (!record.ok) {
    const { error } = record;
    return flaw("malformed", "detail" in error ? error.detail : error.code);
  }
  const { body, signed, armors } = record.value;
  const parsed = fields.safeParse(
    Object.fromEntries([...body].filter(([key]) => !key.startsWith("x-"))),
  );
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    return flaw("malformed", `${String(issue.path[0] ?? "a field")}: ${issue.message}`);
  }
  const { agent, state, host, doing = [], since, at, until } = parsed.data;
  if (agent !== name) return flaw("wrong-agent", `it speaks for ${agent}`);
  const [armor] = armors;
  if (armor === undefined || armors.length > 1)
    return flaw("malformed", `it has ${armors.length} signatures, not one`);
  if (since > at || until <= at || until - at > PROMISE_MAX_MS)
    return flaw("malformed", "its times do not fit together");
  const heartbeat: Heartbeat = { agent, state, host, doing, since, at, until };
  return ok({ heartbeat, payload: signed, armor });
}
