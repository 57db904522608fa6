/** What became of an operation that somebody else carried out: its nonce names it on the line. */
import { nonceAt, type Answer } from "../protocol/commands/plan.ts";
import type { Nonce, Oid, TaskId } from "../protocol/ids.ts";
import { IMPORT_PATHS, RECORD_BYTES } from "../protocol/limits.ts";
import { readRecord, type Body } from "../protocol/record.ts";
import type { History, RawCommit } from "./ports.ts";
import type { Accepted } from "./request.ts";

/**
 * The commit of an operation that the line has accepted, and the answer that its command was owed;
 * undefined where no commit up to `tip` has a record of that name. Reads the whole history: it is
 * asked only when a sequencer died between its push and its answer.
 */
export async function findOperation(
  nonce: Nonce,
  tip: Oid | undefined,
  history: History,
): Promise<Accepted | undefined> {
  if (tip === undefined) return undefined;
  for await (const commit of history.commits(undefined, tip, RECORD_BYTES)) {
    if (commit.changes.length > IMPORT_PATHS) continue;
    const answer = answerOf(commit, nonce);
    if (answer !== undefined) return { answer, commit: commit.oid };
  }
  return undefined;
}

function answerOf(commit: RawCommit, nonce: Nonce): Answer | undefined {
  const bodies = new Map<string, Body>();
  for (const { path, bytes } of commit.changes) {
    const record = bytes === undefined ? undefined : readRecord(path, bytes);
    const named = record?.ok === true ? record.value.body.get("nonce") : undefined;
    if (record?.ok === true && typeof named === "string") bodies.set(named, record.value.body);
  }
  if (!bodies.has(nonce)) return undefined;
  const tasks = new Set<TaskId>();
  let token: number | undefined;
  // In the order of the command: the nonces of its records follow from its own.
  for (let index = 0; index < bodies.size; index += 1) {
    const body = bodies.get(nonceAt(nonce, index));
    const task = body?.get(body.get("kind") === "task" ? "id" : "task");
    if (typeof task === "string") tasks.add(task as TaskId);
    if (index === 0 && typeof body?.get("token") === "string") token = Number(body.get("token"));
  }
  return { tasks: [...tasks], ...(token === undefined ? {} : { token }) };
}
