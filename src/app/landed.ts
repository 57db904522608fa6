/** What became of an operation that somebody else carried out: its nonce names it on the line. */
import { nonceAt, type Answer } from "../protocol/commands/plan.ts";
import type { Nonce, Oid, TaskId } from "../protocol/ids.ts";
import type { CommitFacts } from "../protocol/judge.ts";
import { refuseSize } from "../protocol/commit-size.ts";
import { RECORD_BYTES } from "../protocol/limits.ts";
import { readRecord, type Body } from "../protocol/record.ts";
import type { History } from "./ports.ts";
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
  for await (const { oid, changes } of history.commits(undefined, tip, RECORD_BYTES)) {
    if (refuseSize(changes) !== undefined) continue;
    const answer = answerOf(
      changes.flatMap(({ path, bytes }) => {
        const record = bytes === undefined ? undefined : readRecord(path, bytes);
        return record?.ok === true ? [record.value.body] : [];
      }),
      nonce,
    );
    if (answer !== undefined) return { answer, commit: oid };
  }
  return undefined;
}

/** The same of one commit that was read already. */
export function answerIn({ changes }: CommitFacts, nonce: Nonce): Answer | undefined {
  return answerOf(
    changes.flatMap(({ record }) => (record?.ok === true ? [record.value.body] : [])),
    nonce,
  );
}

function answerOf(records: readonly Body[], nonce: Nonce): Answer | undefined {
  const bodies = new Map(records.map((body) => [body.get("nonce"), body]));
  const first = bodies.get(nonce);
  if (first === undefined) return undefined;
  const tasks = new Set<TaskId>();
  // In the order of the command: the nonces of its records follow from its own.
  for (let index = 0; index < bodies.size; index += 1) {
    const body = bodies.get(nonceAt(nonce, index));
    const task = body?.get(body.get("kind") === "task" ? "id" : "task");
    if (typeof task === "string") tasks.add(task as TaskId);
  }
  const token = first.get("token");
  return { tasks: [...tasks], ...(typeof token === "string" ? { token: Number(token) } : {}) };
}
