/**
 * Whether a token is current, for programs that act on what Mound does not own. It fails closed: what
 * cannot be known is refused, and a view that may be old is used only where that was asked for.
 */
import { ok, type Result } from "../../base/result.ts";
import { resolveTask } from "../../protocol/commands/plan.ts";
import type { Fault } from "../../protocol/fault.ts";
import { fenceOf, type Leased } from "../../protocol/rules/lease.ts";
import type { View } from "../../protocol/state.ts";
import { formatInstant } from "../../protocol/time.ts";
import type { Mound } from "../../open/mound.ts";
import { FaultError, type Context } from "../context.ts";
import { EXIT } from "../exit.ts";
import { lockWords } from "../explain-lock.ts";
import { formatAge } from "../fresh.ts";
import { durationOption, tokenValue } from "../options.ts";
import type { Report } from "../report.ts";
import { UsageError } from "../usage.ts";

interface Subject {
  readonly kind: "lock" | "task";
  readonly name: string;
  readonly leased: Leased;
}

/** `mound fence NAME TOKEN`: 0 where the token is current and its lease runs, 9 where it is not. */
export async function fence(
  context: Context,
  [name = "", typed]: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const token = tokenValue(typed, "TOKEN")!;
  const kind = kindOf(options);
  const mound = await context.mound();
  const notes = await lookAtOrigin(mound, options);
  const found = await mound.read((view, now) => {
    const subject = subjectOf(view, name, kind);
    if (!subject.ok) return subject;
    const worth = fenceOf(subject.value.leased, token, now);
    return ok({ ...subject.value, worth, now });
  });
  if (!found.ok) throw new FaultError(found.error, ["mound locks"]);
  return answer(found.value, token, notes);
}

/** Looks at the origin, unless told otherwise; answers how old the view is where it was not. */
async function lookAtOrigin(
  mound: Mound,
  options: Record<string, unknown>,
): Promise<readonly string[]> {
  const maxAge = durationOption(options["maxAge"], "--max-age");
  const offline = options["offline"] === true;
  if (offline && maxAge !== undefined)
    throw new UsageError("--offline and --max-age exclude each other.", "mound help fence");
  if (!offline) {
    const seen = await mound.refresh(maxAge ?? 0);
    // The words for an origin that cannot be reached, and its exit code, are those of every command.
    if (!seen.ok) throw new FaultError(seen.error);
    if (maxAge === undefined) return [];
  }
  const age = await mound.age();
  return [
    age === undefined
      ? "The origin was never heard from."
      : `The origin was heard ${formatAge(age)} ago.`,
  ];
}

function kindOf(options: Record<string, unknown>): Subject["kind"] | undefined {
  const [lock, task] = [options["lock"] === true, options["task"] === true];
  if (lock && task)
    throw new UsageError("--lock and --task exclude each other.", "mound help fence");
  return lock ? "lock" : task ? "task" : undefined;
}

/**
 * A lock by its name, or a task by its id or a prefix of it. Anybody may name a lock like a task: where
 * both are meant, neither is.
 */
function subjectOf(
  view: View,
  name: string,
  kind: Subject["kind"] | undefined,
): Result<Subject, Fault> {
  const lock = kind === "task" ? undefined : view.get(`lock/${name}`);
  const missing: Fault = { rule: "LK3", code: "lock-missing", lock: name };
  const task: Result<Leased & { readonly id?: string }, Fault> =
    kind === "lock" ? { ok: false, error: missing } : resolveTask(view, name);
  if (lock !== undefined && (task.ok || task.error.code === "task-ambiguous"))
    throw new UsageError(
      `${name} names a lock and a task. Say which with --lock or --task.`,
      "mound help fence",
      { code: "fence-ambiguous" },
    );
  if (lock !== undefined) return ok({ kind: "lock", name, leased: lock });
  return task.ok ? ok({ kind: "task", name: task.value.id ?? name, leased: task.value }) : task;
}

function answer(
  { kind, name, leased, worth }: Subject & { readonly worth: ReturnType<typeof fenceOf> },
  token: number,
  notes: readonly string[],
): Report {
  const { claim } = leased;
  const what = kind === "lock" ? lockWords(name) : `the task ${name}`;
  const until = claim === undefined ? null : formatInstant(claim.until);
  const said = {
    current: () => `Token ${token} on ${what} is current: ${claim!.agent} holds it until ${until}.`,
    lapsed: () =>
      `The lease of token ${token} on ${what} is over since ${until}: another may take it at any moment.`,
    stale: () =>
      `Token ${token} on ${what} is not current: ${
        claim === undefined
          ? `nobody holds it, and the last token was ${leased.token}`
          : `${claim.agent} holds token ${claim.token}`
      }.`,
  }[worth]();
  return {
    data: {
      [kind]: name,
      token,
      worth,
      current: worth === "current",
      claim: claim === undefined ? null : { agent: claim.agent, token: claim.token, until },
    },
    text: said,
    notes,
    exit: worth === "current" ? EXIT.ok : EXIT.fenced,
  };
}
