import { base32 } from "../../base/base32.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { sha256Text } from "../../base/sha256.ts";
import type { WireFields } from "../encode.ts";
import { fault, type Fault } from "../fault.ts";
import type { AgentId, Nonce, Oid, TaskId } from "../ids.ts";
import type { Choose, Race } from "../rules/choice.ts";
import type { TaskState, View } from "../state.ts";

/** What every command is decided with: the acting agent, the time, and the operation's name. */
export interface PlanContext {
  readonly view: View;
  readonly agent: AgentId;
  /** Milliseconds: the later of the author's clock and the tip's time. */
  readonly now: number;
  /** Names the operation; further nonces and ids of the same command are derived from it. */
  readonly nonce: Nonce;
  /** The newest landed commit that the author has verified; undefined before the first. */
  readonly seen: Oid | undefined;
  /** How a command that names no task picks one. */
  readonly choose: Choose;
  readonly race?: Race;
  /** Where the tip's tree is not as the state implies; known to whoever can read trees. */
  readonly leftovers?: readonly Leftover[];
}

/** A path at which a tree is not as the state implies, in an order in which it can be mended. */
export interface Leftover {
  /** See `decodeName`: any bytes may be in it. */
  readonly path: string;
  /** The blob that belongs there; undefined: nothing does. */
  readonly good: Oid | undefined;
  /** The refused commit that left it so, where that is known. */
  readonly by: Oid | undefined;
  /** git shows no difference here (a mode such as 100664), so no commit can be made of it alone. */
  readonly unseen: boolean;
}

/** One file that the commit writes as a record, writes as it is, puts back as it was, or removes. */
export type Draft =
  | {
      readonly write: "record";
      readonly kind: string;
      readonly path: string;
      readonly fields: WireFields;
      /** Whether further signers that the caller has at hand sign it too. */
      readonly cosigned?: boolean;
    }
  | { readonly write: "file"; readonly path: string; readonly text: string }
  | { readonly write: "restore"; readonly path: string; readonly oid: Oid }
  | { readonly write: "removal"; readonly path: string };

export interface Plan {
  readonly drafts: readonly Draft[];
  /** For people: the first line of the commit message. */
  readonly subject: string;
  /** The tasks that the `Task:` trailers name. */
  readonly tasks: readonly TaskId[];
  /** The refused commits that the `Undoes:` trailers name. */
  readonly undoes?: readonly Oid[];
  readonly answer: Answer;
}

/** What the command reports when its commit is accepted; the rest is read from the state. */
export interface Answer {
  readonly tasks: readonly TaskId[];
  readonly token?: number;
  /** Nothing had to be written: the state already was as asked. */
  readonly already?: boolean;
}

export type Planned = Result<Plan, Fault>;

/** The first nonce is the operation's own; the others follow from it, so that a retry has the same. */
export function nonceAt(operation: Nonce, index: number): Nonce {
  if (index === 0) return operation;
  return base32(sha256Text(`${operation}/nonce/${index}`)).slice(0, 16) as Nonce;
}

/** `seen` and `nonce` of the record number `index` of this commit; `at` is added when it is drafted. */
export function commonFields(context: PlanContext, path: string, index: number): WireFields {
  const before = context.view.get(`file/${path}`)?.at ?? 0;
  const at = new Date(Math.max(context.now, before + 1)).toISOString();
  return { at, seen: context.seen, nonce: nonceAt(context.nonce, index) };
}

/** Commit time has whole seconds: what is lapsed is decided at that time, by the judge and here. */
export function commitTime(context: Pick<PlanContext, "view" | "now">): number {
  const line = context.view.get("line")?.time ?? 0;
  return Math.max(Math.floor(context.now / 1_000) * 1_000, line);
}

/** Shortest prefix that names a task: below it, a mound of some hundred tasks is ambiguous. */
export const PREFIX_MIN = 4;

/** The task that a whole id or a unique prefix of four or more characters names. */
export function resolveTask(view: View, reference: string): Result<TaskState, Fault> {
  const exact = view.get(`task/${reference}`);
  if (exact !== undefined) return ok(exact);
  const head = reference.length === 7 ? view.get(`head/${reference}`) : undefined;
  if (head !== undefined) return ok(view.get(`task/${head}`)!);
  const missing = fault("TA0", { code: "task-missing", task: reference });
  if (reference.length < PREFIX_MIN || !/^[0-9a-z-]+$/.test(reference)) return err(missing);
  const matches = view.keys(`task/${reference}`).map((key) => key.slice("task/".length));
  if (matches.length > 1)
    return err(fault("TA0", { code: "task-ambiguous", task: reference, matches }));
  const found = matches[0] === undefined ? undefined : view.get(`task/${matches[0]}`);
  return found === undefined ? err(missing) : ok(found);
}
